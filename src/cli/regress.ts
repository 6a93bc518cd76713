/** `shootdown regress`: every scenario under every rule set, against what was recorded and what the Result lines claim. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { idleChanges, propertyLetters, strictProperties, type Linux } from '../../models/linux/index.js';
import { print } from '../litmus/print.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import { junit } from '../report/junit.js';
import { regressJson } from '../report/regress-json.js';
import { regressMarkdown } from '../report/regress-markdown.js';
import { regressText, type RegressCell, type RegressReport } from '../report/regress.js';
import { sarif } from '../report/sarif.js';
import type { Job, Result } from '../sweep/job.js';
import { besideKernel, findingsOf, isFault, isHole, recordOf, shortest, type Expected, type Finding } from '../sweep/regress.js';
import { keyOf, readBaseline, writeBaseline, type Baseline } from './baseline.js';
import { traceFileName } from './counterexample.js';
import { describe } from './describe.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './limits.js';
import { expectationFor } from './litmus-run.js';
import { diagramOf } from './recorded.js';
import { addRuleOptions, chosenRules, knownRules, resolved, rulesInForce, type KnownRules, type RuleOptions } from './rule-choice.js';
import { bundledScenarios, defaultArch, litmusFile, onArch, readScenario, readText, type LitmusFile } from './scenarios.js';
import { commandOf, finish, interruption, packageRoot, packageVersion, type Session } from './session.js';
import { quoted } from './shell.js';
import { addSweepOptions, sweepJobs, type SweepOptions, type SweepSettings } from './sweep.js';
import { readTrace } from './trace-file.js';
import { watchAndRepeat } from './watch.js';

interface RegressOptions extends RuleOptions, LimitOptions, SweepOptions {
  readonly baseline?: string;
  readonly record?: boolean;
  readonly watch?: boolean;
  readonly saveTraces?: string;
  readonly junit?: string;
  readonly sarif?: string;
  readonly markdown?: string;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
Runs every scenario (or those named) under every rule set and every choice of rules that its Result
lines name, or under those of --rules alone. Each verdict is compared with its Result line and with
the baseline, and recorded traces must still lead where they did. Rules that the baseline does not
know, such as those of a rule file, are compared with vanilla: a property that they violate and
Linux does not is a hole, unless the kernel that they sit on has it without deferring any flush; such
are told apart. The old counterexamples are then followed under the new rules.

Results are kept by content: a second run searches only what has changed.

Examples:
  shootdown regress
  shootdown regress --rules ./my-fix.ts --markdown report.md
  shootdown regress --rules luf-v12 file-write munmap-map-fixed
  shootdown regress --watch --rules ./my-fix.ts

To find the commit that broke a rule file, with 125 for commits that do not build:
  git bisect start BAD GOOD
  git bisect run sh -c 'make || exit 125; shootdown regress --rules ./my-fix.ts'
${exitCodeHelp}`;

/** The command. */
export function regressCommand(session: Session): Command {
  const command = new Command('regress')
    .summary('run all scenarios against what was recorded of them')
    .description('Runs every scenario under every rule set, and tells what is not as recorded or claimed.')
    .argument('[scenario...]', 'litmus files, or names of bundled scenarios; default: all that are bundled')
    .option('--baseline <file>', 'what to compare with', defaultBaseline)
    .option('--record', 'write the results to the baseline; what differs from it is told and is no failure')
    .option('--watch', 'run again whenever a scenario, a rule file or the program changes')
    .option('--save-traces <folder>', 'write the shortest new counterexample there, for `shootdown replay`')
    .option('--junit <file>', 'write a JUnit XML report')
    .option('--sarif <file>', 'write a SARIF 2.1.0 report')
    .option('--markdown <file>', 'write a Markdown report, for a mail or a pull request');
  return addSweepOptions(addLimitOptions(addRuleOptions(command)))
    .option('--json', 'print JSON (schemas/regress.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((names: string[], options: RegressOptions) =>
      options.watch ? watchAndRepeat(session, watched(names, options)) : regress(session, names, options),
    );
}

const defaultBaseline = join(packageRoot, 'models', 'litmus', 'baseline.json');

/** What a run depends on, for --watch. */
function watched(names: readonly string[], { rules = [], baseline }: RegressOptions): string[] {
  const scenarios = names.length > 0 ? names.map((name) => litmusFile(name).source) : [join(packageRoot, 'models', 'litmus')];
  return [...scenarios, ...rules.filter((rule) => existsSync(rule)), ...(baseline === undefined ? [] : [baseline]), join(packageRoot, 'dist')];
}

/** One scenario under one choice of rules, with all that its result is judged by. */
interface Plan {
  readonly job: Job;
  readonly file: LitmusFile;
  readonly line?: number;
  readonly expected: Expected;
}

async function regress(session: Session, names: readonly string[], options: RegressOptions): Promise<void> {
  const started = session.clock();
  const known = await knownRules(options.rules);
  const baseline = baselineOf(options);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const columns = chosenRules(known, options, known.linux.ruleSets.map((base) => ({ base, changes: [] })));
  const files = (names.length > 0 ? names : bundledScenarios()).map(litmusFile);
  const plans = files.flatMap((file) => plansOf(file, { known, columns, options, baseline }));
  const settings = { ...options, ruleFiles: [...known.files.keys()], limits: limitsOf(options), what: 'regress' };
  const swept = await sweepJobs(session, plans.map(({ job }) => job), settings);
  const found = plans.map((plan, i) => cellOf(plan, swept.results[i], options));
  const cells = await besideKernels(session, found, known.linux, settings);
  const first = shortest(cells);
  const newest = first && (await sweepJobs(session, [{ ...first.job, trace: true }], { ...settings, what: 'trace' })).results[0]?.trace;
  const code = worst([...cells.map((cell) => codeOf(cell, options)), ...interruption(session)]);
  const report: RegressReport = {
    command: commandOf(session),
    exitCode: code,
    cells,
    columns: columns.map(formatRules),
    letters: propertyLetters,
    followed: cells.flatMap(({ scenario, rules, result }) => (result?.followed ? [{ scenario, under: rules, ...result.followed }] : [])),
    idle: columns.flatMap((rules) => idleChanges(rules, known.linux.table).map((remark) => ({ rules: formatRules(rules), remark }))),
    ...(baseline.size > 0 && { baseline: options.baseline === defaultBaseline ? 'the bundled baseline' : options.baseline ?? '' }),
    timeMs: session.clock() - started,
    remembered: swept.remembered,
    ...(newest && { diagram: diagramOf({ text: JSON.stringify(newest), file: 'trace' }, known.linux, { verb: 'Reproduce', command: first.command }) }),
  };
  writeReports(report, options);
  if (options.record) record(baseline, plans, swept.results, options);
  session.terminal.result(options.json ? `${JSON.stringify(regressJson(report, newest), undefined, 2)}\n` : regressText(report));
  finish(session, code, options.json ?? false);
}

function baselineOf({ baseline = defaultBaseline, record: writes }: RegressOptions): Baseline {
  const there = existsSync(baseline);
  if (!there && (writes || baseline === defaultBaseline)) return new Map();
  return readBaseline(readText(baseline), baseline);
}

interface Question {
  readonly known: KnownRules;
  readonly columns: readonly RuleExpression[];
  readonly options: RegressOptions;
  readonly baseline: Baseline;
}

function plansOf(file: LitmusFile, { known, columns, options, baseline }: Question): Plan[] {
  const { linux: words } = known;
  const scenario = readScenario(file.text, file.source, words);
  const own = scenario.expectations.map(({ rules }) => rules);
  const texts = new Set([...columns, ...(options.rules ? [] : own)].map(formatRules));
  const choices = [...columns, ...own].filter((rules) => texts.delete(formatRules(rules)));
  const arch = onArch(scenario, options.arch).arch ?? defaultArch;
  const reference = baseline.get(keyOf({ scenario: scenario.name, rules: words.ruleSets[0]!, arch }));
  const oldTrace = (rules: RuleExpression): { parent?: RuleExpression } => {
    const isNew = !baseline.has(keyOf({ scenario: scenario.name, rules: formatRules(rules), arch }));
    return isNew ? { parent: { base: parentOf(rules, words), changes: [] } } : {};
  };
  const tolerated = [...strictProperties, ...(reference?.violations ?? []).map(({ property }) => property)];
  return choices.map((rules) => ({
    job: jobOf(file, scenario, { rules, tolerated, ...oldTrace(rules) }, options),
    file,
    ...lineOf(scenario, rules, words),
    expected: {
      recorded: baseline.get(keyOf({ scenario: scenario.name, rules: formatRules(rules), arch })),
      parent: baseline.get(keyOf({ scenario: scenario.name, rules: parentOf(rules, words), arch })),
      tolerated,
    },
  }));
}

/** The rule set that rules start from. */
function parentOf({ base, changes }: RuleExpression, { table }: Linux): string {
  const own = table.ruleSets.find(({ name }) => name === base)?.from;
  return changes.length === 0 && own !== undefined ? own : base;
}

function lineOf(scenario: Scenario, rules: RuleExpression, words: Linux): { line?: number } {
  const line = expectationFor(scenario, rules, scenario.arch ?? defaultArch, words)?.position.line;
  return line === undefined ? {} : { line };
}

function jobOf(
  { text, source }: LitmusFile,
  scenario: Scenario,
  { rules, parent, tolerated }: { readonly rules: RuleExpression; readonly parent?: RuleExpression; readonly tolerated: readonly string[] },
  options: RegressOptions,
): Job {
  const traceOf = (choice: RuleExpression): string | undefined => {
    const trace = join(packageRoot, 'counterexamples', traceFileName({ scenario, rules: choice }));
    return options.arch === undefined && existsSync(trace) && litmusIn(trace) === print(onArch(scenario, undefined)) ? readText(trace) : undefined;
  };
  const [recorded, old] = [traceOf(rules), parent && traceOf(parent)];
  const follow = old !== undefined && showsHole(old, tolerated) ? old : undefined;
  return {
    scenario: scenario.name,
    litmus: text,
    source,
    rules: formatRules(rules),
    ...(options.arch !== undefined && { arch: options.arch }),
    ...(recorded !== undefined && { recorded }),
    ...(follow !== undefined && { follow }),
  };
}

/** A trace of a violation that Linux itself does not show. */
function showsHole(trace: string, tolerated: readonly string[]): boolean {
  const { shows } = readTrace(trace, 'trace');
  return shows.kind === 'property' && !tolerated.includes(shows.name);
}

/** The scenario that a trace was recorded of, which may have changed since. */
function litmusIn(trace: string): string {
  return readTrace(readText(trace), trace).litmus;
}

/** Holes that are there without deferral are not of the rules: they are searched for in the kernel that the rules sit on. */
async function besideKernels(session: Session, cells: readonly Cell[], words: Linux, settings: SweepSettings): Promise<Cell[]> {
  const holes = cells.filter(({ findings }) => findings.some(isHole));
  const jobs = holes.map(({ job: { scenario, litmus, source, arch, rules } }): Job =>
    ({ scenario, litmus, source, rules: withoutDeferral(rules, words), ...(arch !== undefined && { arch }) }));
  const { results } = await sweepJobs(session, jobs, { ...settings, what: 'without deferral' });
  return cells.map((cell) => {
    const kernel = results[holes.indexOf(cell)];
    return kernel ? { ...cell, findings: besideKernel(cell.findings, kernel) } : cell;
  });
}

/** The rules without those that put flushes off. */
function withoutDeferral(text: string, words: Linux): string {
  const rules = resolved(text, 'rules', words);
  const inForce = rulesInForce(rules, words);
  const off = words.table.rules.filter(({ role, name }) => role === 'defers' && inForce.includes(name));
  return formatRules({ ...rules, changes: [...rules.changes, ...off.map(({ name }) => ({ sign: '-' as const, rule: name }))] });
}

interface Cell extends RegressCell {
  readonly job: Job;
  readonly result?: Result;
  readonly findings: readonly Finding[];
}

function cellOf({ job, file, line, expected }: Plan, result: Result | undefined, { rules = [], arch }: RegressOptions): Cell {
  const words = ['shootdown', 'litmus', file.word, '--trace', '--rules', job.rules];
  const files = rules.filter((word) => existsSync(word)).flatMap((word) => ['--rules', word]);
  return {
    job,
    scenario: job.scenario,
    source: file.source,
    ...(line !== undefined && { line }),
    rules: job.rules,
    ...(result && { result }),
    findings: result ? findingsOf(result, expected) : [],
    command: quoted([...words, ...files, ...(arch === undefined ? [] : ['--arch', arch])]),
  };
}

function codeOf({ findings }: Cell, { record: accepts = false }: RegressOptions): ExitCode {
  const counts = (finding: Finding): boolean => (accepts ? ['refuted', 'lost'].includes(finding.kind) : isFault(finding) && finding.kind !== 'open');
  if (findings.some(counts)) return exitCodes.violated;
  return findings.some(({ kind }) => kind === 'open') ? exitCodes.noVerdict : exitCodes.asExpected;
}

function writeReports(report: RegressReport, options: RegressOptions): void {
  write(options.junit, () => junit(report));
  write(options.sarif, () => `${JSON.stringify(sarif(report, packageVersion()), undefined, 2)}\n`);
  write(options.markdown, () => regressMarkdown(report));
}

function write(file: string | undefined, text: () => string): void {
  if (file === undefined) return;
  try {
    writeFileSync(file, text());
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${describe(error)}`);
  }
}

/** Results take the place of what was recorded of the same; what was not run stays. */
function record(baseline: Baseline, plans: readonly Plan[], results: readonly (Result | undefined)[], options: RegressOptions): void {
  const records = new Map(baseline);
  plans.forEach(({ job }, i) => {
    const result = results[i];
    const recorded = result && recordOf(job, result);
    if (recorded) records.set(keyOf(recorded), recorded);
  });
  writeBaseline(options.baseline ?? defaultBaseline, [...records.values()]);
}
