/** From what a synthesis found to what is printed of it: names, commands, traces, and what would mend a scenario left out. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveRules, strictProperties } from '../../models/linux/index.js';
import type { SafeSetEntry, Shows, SynthesisReport } from '../report/synthesis.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import { membersOf, nothing, only, smallestUnions, type Subset } from '../sweep/sets.js';
import type { Finding, Study } from '../sweep/study.js';
import type { LeftOut, Synthesis } from '../sweep/synthesize.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { quoted } from './shell.js';
import { expressionFor, jobOf, type Ask, type Choice } from './synthesize-question.js';

/** What an answer is told about. */
export interface Subject {
  readonly choice: Choice;
  readonly scenarios: readonly Scenario[];
  /** How each scenario was called on the command line. */
  readonly calledBy: ReadonlyMap<string, string>;
  readonly arch?: string | undefined;
  readonly reference: RuleExpression;
  readonly ask: Ask;
  /** The folder for traces. */
  readonly saveTraces?: string | undefined;
  readonly ways: number;
  readonly seed: number;
  /** Counts what rules save, if somebody wants to know. */
  readonly savings?: ((rules: readonly string[]) => Promise<readonly SafeSetEntry['saved'][]>) | undefined;
}

/** More minimal safe sets than these are counted and not listed. */
const listedMax = 1000;

/** What is to be printed of an answer. */
export async function reportOf(synthesis: Synthesis, subject: Subject): Promise<SynthesisReport> {
  const { choice, reference, ways, seed } = subject;
  const { words, base, candidates } = choice;
  const teller = new Teller(subject);
  const all = candidates.reduce((set, _, i) => set | only(i), nothing);
  const shown = await Promise.all(synthesis.shown.map((set, i) => teller.safeSet(set, i + 1)));
  const saved = await subject.savings?.(shown.map(({ rules }) => rules));
  return {
    complete: synthesis.complete,
    base: formatRules(base),
    full: formatRules(expressionFor(choice, all)),
    kernel: words.table.ruleSets.find(({ name }) => name === base.base)!.base,
    reference: formatRules(reference),
    notJudged: strictProperties,
    candidates: candidates.map(({ name, call }) => ({ name, call })),
    scenarios: subject.scenarios.length,
    studies: synthesis.studies.map(({ name, effort, exact, pairs }) =>
      ({ scenario: name, arch: teller.scenario(name).arch!, models: effort.searches, states: effort.states, exact, pairs })),
    leftOut: await Promise.all(synthesis.leftOut.map((out) => teller.leftOut(out, synthesis.complete))),
    parts: await Promise.all(synthesis.parts.map((part) => teller.part(part))),
    count: synthesis.count,
    shown: shown.map((set, i) => ({ ...set, ...(saved?.[i] && { saved: saved[i] }) })),
    listed: synthesis.count === 0 ? [] : smallestUnions(synthesis.parts.map(({ sets }) => sets), listedMax).map((set) => teller.names(set)),
    harms: await Promise.all(synthesis.studies.flatMap((study) => study.harms.map((harm) => teller.harm(study, harm)))),
    ways,
    seed,
  };
}

/** Tells of sets and findings by names and commands. */
class Teller {
  constructor(private readonly subject: Subject) {}

  names(set: Subset): string[] {
    return membersOf(set).map((member) => this.subject.choice.candidates[member]!.name);
  }

  scenario(name: string): Scenario {
    return this.subject.scenarios.find((scenario) => scenario.name === name)!;
  }

  async part({ demands, sets }: Synthesis['parts'][number]): Promise<SynthesisReport['parts'][number]> {
    const entries = demands.map(async ({ demand: { given, oneOf }, unsafe, by }) => ({
      given: this.names(given),
      oneOf: this.names(oneOf),
      shownBy: await Promise.all(by.map(({ study, finding }, i) =>
        this.allBut(study.name, finding, { oneOf, unsafe, ...(i === 0 && { save: `${study.name}@all-but-${this.names(oneOf).join('-')}` }) }))),
    }));
    return { demands: await Promise.all(entries), choices: sets.map((set) => this.names(set)) };
  }

  async safeSet({ set, findings, why, fragile }: Synthesis['shown'][number], number: number): Promise<SynthesisReport['shown'][number]> {
    return {
      members: this.names(set),
      rules: this.rules(set),
      scenarios: findings.map(({ study, finding }) => ({ scenario: study.name, states: finding.states })),
      why: await Promise.all(why.map(async ({ member, study, finding }) => {
        const [without] = this.names(only(member));
        const save = `${study.name}@safe-set-${number}-without-${without!}`;
        return { without: without!, shows: await this.shows(study.name, finding, { rules: this.expression(set & ~only(member)), save }) };
      })),
      fragile,
    };
  }

  async harm(study: Study, { set, member }: Study['harms'][number]): Promise<SynthesisReport['harms'][number]> {
    const harmed = set | only(member);
    const [rule] = this.names(only(member));
    return { rule: rule!, to: this.names(set), shows: await this.shows(study.name, await study.finding(harmed), { rules: this.expression(harmed) }) };
  }

  async leftOut({ subject, because, finding, withNone }: LeftOut, complete: boolean): Promise<SynthesisReport['leftOut'][number]> {
    const { reference } = this.subject;
    const rules = because === 'reference' ? reference : this.expression(subject.all);
    const shows = await this.shows(subject.name, finding, { rules, ...(because === 'all candidates' && { short: '"$ALL"' }) });
    const safeWithNone = withNone && withNone.violations.length === 0 && withNone.limit === undefined;
    return { because, shows, ...(safeWithNone !== undefined && { safeWithNone }), mendedBy: because === 'all candidates' && complete && finding.violations.length > 0 ? await this.mends(subject.name, rules) : [] };
  }

  /** A finding under all candidates but some, its command short by a variable for all of them. */
  private allBut(
    scenario: string,
    finding: Finding,
    { oneOf, unsafe, save }: { oneOf: Subset; unsafe: Subset; save?: string },
  ): Promise<Shows> {
    const changes = this.names(oneOf).map((name) => ` - ${name}`).join('');
    return this.shows(scenario, finding, { rules: this.expression(unsafe), short: `"$ALL${changes}"`, ...(save !== undefined && { save }) });
  }

  private async shows(
    scenario: string,
    { violations: [violation], states, limit }: Finding,
    { rules, short, save }: { rules: RuleExpression; short?: string; save?: string },
  ): Promise<Shows> {
    const saved = violation && save !== undefined ? await this.save(scenario, rules, save) : undefined;
    return {
      scenario,
      ...(violation && { property: violation.property, length: violation.length }),
      states,
      ...(limit !== undefined && { limit }),
      command: this.command(scenario, short ?? quoted([formatRules(rules)])),
      ...(saved !== undefined && { saved }),
    };
  }

  private command(scenario: string, rules: string): string {
    const { calledBy, arch } = this.subject;
    const words = ['shootdown', 'litmus', calledBy.get(scenario) ?? scenario, ...(arch === undefined ? [] : ['--arch', arch]), '--trace', '--rules'];
    return `${quoted(words)} ${rules}`;
  }

  /** Writes the trace of a counterexample; undefined where nobody wants it, or a signal came first. */
  private async save(scenario: string, rules: RuleExpression, name: string): Promise<string | undefined> {
    const { saveTraces, ask } = this.subject;
    if (saveTraces === undefined) return undefined;
    const result = await ask({ ...jobOf(this.scenario(scenario), rules), trace: true });
    if (!result?.trace) return undefined;
    const path = join(saveTraces, `${name}.json`);
    try {
      writeFileSync(path, `${JSON.stringify(result.trace, undefined, 2)}\n`);
    } catch (error) {
      throw new InputError(`cannot write ${path}: ${describe(error)}`);
    }
    return path;
  }

  /** Changes of the base, each by itself or else all together, that make a scenario safe with all candidates in. */
  private async mends(scenario: string, full: RuleExpression): Promise<string[]> {
    const changes = this.changesTowardsReference();
    const isSafe = async (more: RuleExpression['changes']): Promise<boolean> => {
      const result = await this.subject.ask(jobOf(this.scenario(scenario), { ...full, changes: [...full.changes, ...more] }));
      return result?.violations.length === 0 && result.limit === undefined;
    };
    const text = (all: RuleExpression['changes']): string => all.map(({ sign, rule }) => `${sign} ${rule}`).join(' ');
    const safe = await Promise.all(changes.map(async (change) => ((await isSafe([change])) ? [text([change])] : [])));
    if (safe.flat().length > 0 || changes.length === 0) return safe.flat();
    return (await isSafe(changes)) ? [text(changes)] : [];
  }

  /** What takes protections away in the base is taken out, and what else the kernels differ by is as in the reference. */
  private changesTowardsReference(): RuleExpression['changes'] {
    const { choice: { words: { table }, base, candidates }, reference } = this.subject;
    const [own, wanted] = [base, reference].map((expression) => resolveRules(expression, table).rules);
    const fixed = table.rules.filter(({ role, name }) =>
      (role === 'kernel' || role === 'exposes') && candidates.every((candidate) => candidate.name !== name));
    return fixed
      .filter(({ name }) => own!.has(name) !== wanted!.has(name))
      .map(({ name }) => ({ sign: wanted!.has(name) ? '+' : '-', rule: name }));
  }

  private expression(set: Subset): RuleExpression {
    return expressionFor(this.subject.choice, set);
  }

  private rules(set: Subset): string {
    return formatRules(this.expression(set));
  }
}
