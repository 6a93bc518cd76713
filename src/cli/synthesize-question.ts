/** The question of `synthesize`, put together from the command line: scenarios, a base, and the rules to choose among. */
import { bundledRules, type Linux, type Rule } from '../../models/linux/index.js';
import { print } from '../litmus/print.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import type { Job, Result } from '../sweep/job.js';
import { firstOf, membersOf, type Subset } from '../sweep/sets.js';
import type { Searched } from '../sweep/study.js';
import { CalledOff, type Subject } from '../sweep/synthesize.js';
import { InputError } from './exit.js';
import { expressionsOf, type KnownRules } from './rule-choice.js';
import { isRuleFile } from './rule-file.js';
import { bundledScenarios, loadScenario, onArch, unknown } from './scenarios.js';

/** Asks for the answer to one job; undefined where a signal called it off. */
export type Ask = (job: Job) => Promise<Result | undefined>;

/** What rules are chosen from, and what they are added to. */
export interface Choice {
  readonly words: Linux;
  /** The rules that stay, with all candidates taken out. */
  readonly base: RuleExpression;
  /** In the order of the rule table; a set of them has a bit for each. */
  readonly candidates: readonly Rule[];
}

/** The candidates asked for by name or by rule file, or else all rules that protect. */
export function choiceOf(known: KnownRules, baseText: string, among: readonly string[] | undefined): Choice {
  const words = known.linux;
  const [base, ...more] = expressionsOf(known, baseText, '--base');
  if (!base || more.length > 0) throw new InputError(`--base must be one choice of rules, and ${baseText} is ${more.length + 1} rule sets`);
  const { rules } = words.table;
  const candidates = among ? rules.filter(inAny(among.map((word) => namedBy(words, word)))) : rules.filter(({ role }) => role === 'protects');
  return { words, base, candidates };
}

/** The rules that a word of `--among` stands for: a rule, or all that a rule file adds. */
function namedBy({ rules, table }: Linux, word: string): string[] {
  // A rule file's own rules are those that the package does not have.
  if (isRuleFile(word)) return table.rules.filter((rule) => !bundledRules.rules.includes(rule)).map(({ name }) => name);
  if (!rules.includes(word)) throw new InputError(unknown('rule', word, rules));
  return [word];
}

const inAny = (lists: readonly (readonly string[])[]) => ({ name }: Rule): boolean => lists.some((list) => list.includes(name));

/** The base with just these candidates, as short as it can be written. */
export function expressionFor({ words, base, candidates }: Choice, set: Subset): RuleExpression {
  const wanted = membersOf(set).map((member) => candidates[member]!.name);
  const own = base.changes.filter(({ rule }) => candidates.every(({ name }) => name !== rule));
  const changes = candidates.flatMap(({ name }) => changeTo(name, wanted.includes(name), words, base));
  return { base: base.base, changes: [...own, ...changes] };
}

function changeTo(rule: string, wanted: boolean, { table }: Linux, { base }: RuleExpression): RuleExpression['changes'] {
  const has = table.ruleSets.find(({ name }) => name === base)!.rules.includes(rule);
  return has === wanted ? [] : [{ sign: wanted ? '+' : '-', rule }];
}

/** Scenarios by name or path, or else all that the package brings, and what each was called by. */
export function scenariosOf(
  names: readonly string[],
  arch: string | undefined,
  words: Linux,
): { scenarios: Scenario[]; calledBy: ReadonlyMap<string, string> } {
  const asked = names.length > 0 ? names : bundledScenarios();
  const scenarios = asked.map((name) => onArch(loadScenario(name, words), arch));
  const twice = scenarios.find(({ name }, i) => scenarios.findIndex((other) => other.name === name) !== i);
  if (twice) throw new InputError(`the scenario ${twice.name} is given twice`);
  return { scenarios, calledBy: new Map(scenarios.map(({ name }, i) => [name, asked[i]!])) };
}

/** A scenario as the search for safe sets sees it. */
export function subjectOf(scenario: Scenario, choice: Choice, reference: RuleExpression, ask: Ask): Subject {
  const names = choice.candidates.map(({ name }) => name);
  const search = async (rules: RuleExpression): Promise<Searched> => {
    const result = await ask(jobOf(scenario, rules));
    if (!result) throw new CalledOff();
    const { violations, states, limit, asked } = result;
    return {
      finding: { violations, states, ...(limit !== undefined && { limit }) },
      asked: asked.map((rule) => names.indexOf(rule)).filter((candidate) => candidate >= 0),
    };
  };
  return {
    name: scenario.name,
    all: firstOf(names.length),
    reference: async () => (await search(reference)).finding,
    search: (set) => search(expressionFor(choice, set)),
  };
}

/** The job that searches a scenario under some rules. */
export function jobOf(scenario: Scenario, rules: RuleExpression): Job {
  return {
    scenario: scenario.name,
    litmus: print(scenario),
    source: scenario.source,
    rules: formatRules(rules),
    stopAtFirst: true,
  };
}
