/** `shootdown litmus`: runs litmus tests and judges their Result lines. */
import { Command } from 'commander';
import { strictProperties, type Linux } from '../../models/linux/index.js';
import { formatHerd } from '../litmus/herd.js';
import { formatCondition } from '../litmus/print.js';
import { formatLocation } from '../litmus/propositions.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import { conclusions } from '../report/conclusion.js';
import { diagram } from '../report/diagram.js';
import { litmusJson, type LitmusResult, type LitmusTest } from '../report/json.js';
import { provenanceText } from '../report/provenance.js';
import { counted, limitText } from '../report/quantity.js';
import { symmetryText } from '../report/symmetry.js';
import { wrap } from '../report/wrap.js';
import { again, checkSaveTrace, isFolder, provenanceBehind, provenanceOption, saveTrace } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError, isMistake, mistakeText, worst, type ExitCode } from './exit.js';
import { runLitmus, type LitmusRun } from './litmus-run.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './limits.js';
import { addRuleOptions, chosenRules, defaultRules, knownRules, rulesInForce, type KnownRules, type RuleOptions } from './rule-choice.js';
import { addScaleOptions, type ScaleOptions } from './scale.js';
import { bundledScenarios, loadScenario } from './scenarios.js';
import { commandOf, finish, interruption, type Session } from './session.js';
import { quoted } from './shell.js';

interface LitmusOptions extends RuleOptions, LimitOptions, ScaleOptions {
  readonly trace?: boolean;
  readonly saveTrace?: string;
  readonly symmetry?: boolean;
  readonly provenance?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
Runs each test under every choice of rules that its Result lines name, or under those of --rules,
and prints one block for each in the lines and the order of herd7. Only the Result lines decide
the exit code; Flag lines report violated properties and change nothing.

With --trace the race diagram follows a block: of the most severe property violated, or else of
an execution that decides the condition.

Examples:
  shootdown litmus munmap-map-fixed
  shootdown litmus munmap-map-fixed --trace --rules "luf-v10 - zap.batched" --rules luf-v10
  shootdown litmus my.litmus other.litmus --json --output results.json

Bundled scenarios:
${bundledScenarios().map((name) => `  ${name}`).join('\n')}
${exitCodeHelp}`;

/** The command. */
export function litmusCommand(session: Session): Command {
  const command = new Command('litmus')
    .summary('run litmus tests and judge their Result lines')
    .description('Runs litmus tests: which final values can be observed, and which properties are violated.')
    .argument('<file-or-name...>', 'litmus files, or names of bundled scenarios')
    .option('--trace', 'print a race diagram after each block that has one')
    .option('--save-trace <path>', 'write the trace as JSON, for `shootdown replay`; a folder for several')
    .option('--symmetry', 'search one of several states that differ only in what is interchangeable')
    .option(...provenanceOption);
  return addScaleOptions(addLimitOptions(addRuleOptions(command)))
    .option('--json', 'print JSON (schemas/litmus.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((names: string[], options: LitmusOptions) => litmus(session, names, options));
}

async function litmus(session: Session, names: readonly string[], options: LitmusOptions): Promise<void> {
  if (names.length > 1) checkFolder(options, 'tests');
  if (options.output !== undefined) session.terminal.redirect(options.output);
  checkSaveTrace(options.saveTrace);
  const known = await knownRules(options.rules);
  const codes: ExitCode[] = [];
  const tests: LitmusTest[] = [];
  for (const name of names) {
    if (interruption(session).length > 0) break;
    // A mistake in one file does not keep the others from running.
    const test = await attempt(session, () => runTest(session, name, options, { known, further: tests.length > 0 }));
    codes.push(test === undefined ? exitCodes.badInput : codeOf(test));
    if (test !== undefined) tests.push(test);
  }
  const code = worst([...codes, ...interruption(session)]);
  if (options.json) {
    const result = litmusJson({ command: commandOf(session), exitCode: code }, tests);
    session.terminal.result(`${JSON.stringify(result, undefined, 2)}\n`);
  }
  finish(session, code, options.json ?? false);
}

async function attempt(session: Session, work: () => Promise<LitmusTest>): Promise<LitmusTest | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isMistake(error)) throw error;
    session.terminal.message(`${mistakeText(error)}\n`);
    return undefined;
  }
}

async function runTest(
  session: Session,
  name: string,
  options: LitmusOptions,
  { known, further }: { readonly known: KnownRules; readonly further: boolean },
): Promise<LitmusTest> {
  const { linux: words } = known;
  const scenario = loadScenario(name, words);
  const choices = rulesFor(scenario, options, known);
  const trace = Boolean(options.trace ?? options.saveTrace ?? options.provenance);
  const runs: LitmusRun[] = [];
  for (const rules of choices) {
    if (interruption(session).length > 0) break;
    const done = await runLitmus(session, scenario, rules, { limits: limitsOf(options), trace, arch: options.arch, symmetry: options.symmetry, words, scale: options });
    runs.push(done);
    const saved = save(done, options);
    const diagrams = options.trace ? diagramText(done, name, { saved, arch: options.arch }) : '';
    const text = blockText(done) + diagrams + provenanceOfRun(done, options);
    if (!options.json) session.terminal.result(further || runs.length > 1 ? `\n${text}` : text);
  }
  const follows = runs.length > 1 ? conclusions(scenario.name, runs.map((done) => comparable(done, words)), words.table.rules) : [];
  if (follows.length > 0 && !options.json) session.terminal.result(`\nWhat follows:\n${follows.map(bullet).join('')}`);
  return testOf(scenario, runs, follows, options);
}

function rulesFor(scenario: Scenario, options: LitmusOptions, known: KnownRules): RuleExpression[] {
  const named = scenario.expectations.map(({ rules }) => rules);
  const choices = chosenRules(known, options, named.length > 0 ? named : [defaultRules()]);
  if (choices.length > 1) checkFolder(options, 'choices of rules');
  return choices;
}

/** Several traces would overwrite each other in one file. */
function checkFolder({ saveTrace: to }: LitmusOptions, several: string): void {
  if (to === undefined || isFolder(to)) return;
  throw new InputError(`--save-trace must name a folder when there are several ${several}`);
}

function codeOf({ results }: LitmusTest): ExitCode {
  const codes = { true: exitCodes.asExpected, false: exitCodes.violated, unknown: exitCodes.noVerdict } as const;
  return worst(results.flatMap(({ asExpected }) => (asExpected === undefined ? [] : [codes[`${asExpected}`]])));
}

function save({ subject, found }: LitmusRun, { saveTrace: to }: LitmusOptions): string | undefined {
  return found && to !== undefined ? saveTrace(to, subject, found.counterexample) : undefined;
}

function blockText(done: LitmusRun): string {
  const { subject, judgement, flags, outcome, hash } = done;
  const { scenario, rules } = subject;
  const block = formatHerd({ scenario, rules, judgement, flags, timeMs: outcome.timeMs, hash });
  return block + remarks(done).map((line) => `${line}\n`).join('');
}

/** What herd has no line for. */
function remarks({ program, outcome, limits, outOfMemory, judgement, expectation, expected, subject }: LitmusRun): string[] {
  const lines: string[] = [];
  if (outOfMemory > 0) lines.push(`Out of memory: ${counted(outOfMemory, 'final state')}, not counted`);
  if (outcome.limit === 'interrupted') lines.push(`Interrupted after ${counted(outcome.states, 'state')}, depth ${outcome.depth}`);
  else if (outcome.limit) {
    lines.push(`Limit of ${limitText(outcome.limit, limits)} reached after ${counted(outcome.states, 'state')}, depth ${outcome.depth}`);
  }
  const symmetry = symmetryText(outcome, program.symmetry);
  if (symmetry !== '') lines.push(symmetry);
  lines.push(...subject.instance.remarks.map((remark) => `Note: ${remark}`));
  if (judgement.vacuous) lines.push('Vacuous: no execution is left to judge');
  if (!expectation) return lines;
  const where = `${subject.scenario.source}:${expectation.position.line}`;
  const verdict = expected === true ? 'as expected' : expected === false ? `not as expected (${where})` : 'no verdict';
  return [...lines, `Result ${expectation.observation}: ${verdict}`];
}

function provenanceOfRun({ subject, found }: LitmusRun, options: LitmusOptions): string {
  return options.provenance ? `\n${provenanceText(provenanceBehind(subject, found))}` : '';
}

function diagramText(
  { subject, found }: LitmusRun,
  name: string,
  { saved, arch }: { readonly saved: string | undefined; readonly arch: string | undefined },
): string {
  if (!found) return '';
  const { counterexample, ranked } = found;
  const { shows } = counterexample;
  const words = ['shootdown', 'litmus', name, '--trace', '--rules', formatRules(subject.rules)];
  const command = quoted(arch === undefined ? words : [...words, '--arch', arch]);
  const title = shows.kind === 'property' ? `Violates ${shows.name}:` : 'Decides the condition:';
  const note = ranked ? '' : 'Shortest, but not ranked by context switches: too many states.\n';
  return `\n${title}\n\n${diagram(counterexample, { again: again(subject, counterexample, { saved, command }) })}${note}`;
}

function comparable({ subject, judgement, flags, outcome }: LitmusRun, words: Linux): Parameters<typeof conclusions>[1][number] {
  return {
    rules: formatRules(subject.rules),
    kernel: subject.instance.base,
    inForce: rulesInForce(subject.rules, words),
    ...(judgement.observation === '??' ? {} : { observation: judgement.observation }),
    // What Linux itself does is nothing that a rule makes or breaks.
    violated: flags.filter((flag) => !strictProperties.includes(flag)),
    complete: outcome.limit === undefined,
  };
}

function bullet(sentence: string): string {
  return `${wrap(`- ${sentence}`, 80, '  ').join('\n')}\n`;
}

function testOf(scenario: Scenario, runs: readonly LitmusRun[], follows: readonly string[], options: LitmusOptions): LitmusTest {
  return {
    scenario: scenario.name,
    source: scenario.source,
    condition: formatCondition(scenario),
    locations: scenario.locations.map(formatLocation),
    results: runs.map((done) => resultOf(done, options)),
    conclusions: follows,
  };
}

function resultOf({ subject, judgement, found, expectation, expected, ...run }: LitmusRun, options: LitmusOptions): LitmusResult {
  const { kind, rows, validation, witnesses, others, observation, vacuous } = judgement;
  return {
    rules: formatRules(subject.rules),
    kernel: subject.instance.base,
    arch: subject.instance.arch,
    kind,
    rows,
    validation,
    witnesses,
    others,
    observation,
    vacuous,
    flags: run.flags,
    outOfMemory: run.outOfMemory,
    ...(expectation && { expected: expectation.observation }),
    ...(expected !== undefined && { asExpected: expected }),
    hash: run.hash,
    outcome: run.outcome,
    limits: run.limits,
    symmetry: run.program.symmetry,
    ...(found && (options.trace ?? options.saveTrace) && { counterexample: found.counterexample }),
    ...(options.provenance && { provenance: provenanceBehind(subject, found) }),
  };
}
