/** `shootdown synthesize`: which rules are needed for safety, and which choices there are. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { linux, strictProperties, workloads } from '../../models/linux/index.js';
import { formatRules } from '../litmus/results.js';
import { grouped } from '../report/quantity.js';
import { synthesisJson } from '../report/synthesis-json.js';
import { synthesisText, type SafeSetEntry, type SynthesisReport } from '../report/synthesis.js';
import { sweep } from '../sweep/sweep.js';
import { synthesize } from '../sweep/synthesize.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { costsOf } from './costs.js';
import { isFolder } from './counterexample.js';
import { addLimitOptions, limitsOf, parseCount, type LimitOptions } from './limits.js';
import { defaultRules, knownRules, resolved } from './rule-choice.js';
import { isRuleFile } from './rule-file.js';
import { commandOf, finish, interruption, type Session } from './session.js';
import { addSweepOptions, startSweeping, type Sweeping, type SweepOptions } from './sweep.js';
import { choiceOf, scenariosOf, subjectOf, type Ask } from './synthesize-question.js';
import { reportOf } from './synthesize-report.js';

interface Options extends LimitOptions, SweepOptions {
  readonly base: string;
  readonly among?: readonly string[];
  readonly reference: string;
  readonly arch?: string;
  readonly show: number;
  readonly exact: number;
  readonly ways: number;
  readonly seed: number;
  readonly all?: boolean;
  readonly cost?: boolean;
  readonly saveTraces?: string;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
Candidates are the rules of --among, or else all that give deferral up somewhere or keep its books
right. The base is taken without them, and its other rules stay. Rules that flush before anything
is put off (flushInPTL, flushBeforeRemove) make every question trivial, and are candidates only
where --among names them. A set is safe where no property but ${strictProperties.join(', ')} is violated.

Each scenario is searched under chosen sets until all its maximal unsafe sets are known, provided
that a rule more never makes a safe set unsafe. That is checked and not assumed: on all models of
a scenario with at most --exact of them, elsewhere on all models that were searched and on --ways
random ways. The safe sets shown are searched in every scenario, as they are and without each of
their rules. Scenarios that --reference itself fails, or all candidates together, are named and left
out of this.

Examples:
  shootdown synthesize
  shootdown synthesize munmap-load+after-reclaim munmap-map-fixed --base luf-v10 \\
      --among zap.batched,zap.endVma,mmap.flush
  shootdown synthesize file-write write-fault --among write.start,write.begin,write.end,mmap.flush
${exitCodeHelp}
Here 0 means that some set is safe in every scenario that --reference is safe in, and 1 that none is.`;

/** The command. */
export function synthesizeCommand(session: Session): Command {
  const command = new Command('synthesize')
    .summary('find the minimal sets of rules that are safe, and why')
    .description('Finds all minimal safe and all maximal unsafe sets of rules for scenarios, each with what shows it.')
    .argument('[scenario...]', 'litmus files, or names of bundled scenarios; default: all bundled ones')
    .option('--base <expr>', 'rules that the candidates are added to', 'fixed')
    .addOption(new Option('--among <rules>', 'candidates, by name or by rule file, with commas between').argParser(parseNames))
    .option('--reference <expr>', 'rules that a scenario must be safe under to be judged by', 'vanilla')
    .option('--arch <name>', `architecture: ${linux.archs.join(', ')}`)
    .addOption(new Option('--show <n>', 'minimal safe sets to search and explain').argParser(parseCount).default(3))
    .addOption(new Option('--exact <n>', 'search all models of a scenario that has so many').argParser(parseCount).default(256))
    .addOption(new Option('--ways <n>', 'random ways from no rule to all, elsewhere').argParser(parseNumber).default(1))
    .addOption(new Option('--seed <n>', 'seed of the random ways').argParser(parseNumber).default(1))
    .option('--all', 'list all minimal safe sets, and every scenario that shows a need')
    .option('--cost', 'count what the safe sets shown save on the modelled workloads, as `cost` does')
    .option('--save-traces <folder>', 'write the counterexamples as JSON, for `shootdown replay`');
  return addSweepOptions(addLimitOptions(command))
    .option('--json', 'print JSON (schemas/synthesize.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((names: string[], options: Options) => run(session, names, options));
}

async function run(session: Session, names: readonly string[], options: Options): Promise<void> {
  const { saveTraces } = options;
  if (saveTraces !== undefined && !isFolder(saveTraces)) throw new InputError(`--save-traces must name a folder, and ${saveTraces} is none`);
  const files = [...new Set([options.base, ...(options.among ?? [])].filter(isRuleFile))];
  const known = await knownRules(files);
  const choice = choiceOf(known, options.base, options.among);
  const { scenarios, calledBy } = scenariosOf(names, options.arch, known.linux);
  const reference = resolved(options.reference, '--reference', known.linux);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const sweeping = startSweeping(session, { ...options, ruleFiles: files, limits: limitsOf(options) });
  const ask = asking(session, sweeping);
  try {
    const { exact: modelsMax, ways, seed, show: shown, arch } = options;
    const subjects = scenarios.map((scenario) => subjectOf(scenario, choice, reference, ask));
    const savings = options.cost ? (rules: readonly string[]) => savingsOf(session, rules, { files, jobs: options.jobs }) : undefined;
    const synthesis = await synthesize({ subjects, modelsMax, ways, seed, shown });
    const report = await reportOf(synthesis, { choice, scenarios, calledBy, arch, reference, ask, saveTraces, ways, seed, savings });
    print(session, report, options);
  } finally {
    await sweeping.close();
  }
}

/** Runs for each workload, as `cost` makes them. */
const costSeeds = [1, 2, 3];

/** What rules save on each workload; undefined for those that a signal has called off. */
async function savingsOf(session: Session, rules: readonly string[], { files: ruleFiles, jobs }: { files: readonly string[]; jobs: number }): Promise<readonly SafeSetEntry['saved'][]> {
  const costs = await costsOf(session, { workloads, rules, reference: formatRules(defaultRules()), ruleFiles, seeds: costSeeds, jobs });
  return rules.map((one) => {
    const found = costs.map((some) => some.find((cost) => cost.rules === one)?.savedRange);
    return found.every((range) => range !== undefined) ? workloads.map(({ name }, i) => ({ workload: name, range: found[i]! })) : undefined;
  });
}

/** Asks through the sweep, and says how far it has come. */
function asking({ terminal }: Session, { means }: Sweeping): Ask {
  let [asked, done] = [0, 0];
  return async (job) => {
    asked++;
    const { results: [result] } = await sweep([job], means);
    terminal.progress(`searches: ${grouped(++done)} done, ${grouped(asked - done)} waiting`);
    return result;
  };
}

function print(session: Session, report: SynthesisReport, { json = false, all = false }: Options): void {
  const code = worst([codeOf(report), ...interruption(session)]);
  const text = json
    ? `${JSON.stringify(synthesisJson({ command: commandOf(session), exitCode: code }, report), undefined, 2)}\n`
    : synthesisText(report, { all });
  session.terminal.result(text);
  finish(session, code, json);
}

/** A limit leaves the answer open where something counts as unsafe that it has cut short. */
function codeOf({ count, studies, parts, leftOut }: SynthesisReport): ExitCode {
  const shown = [...parts.flatMap(({ demands }) => demands.flatMap(({ shownBy }) => shownBy)), ...leftOut.map(({ shows }) => shows)];
  if (shown.some(({ property }) => property === undefined)) return exitCodes.noVerdict;
  const hopeless = leftOut.some(({ because }) => because === 'all candidates');
  return count > 0 && studies.length > 0 && !hopeless ? exitCodes.asExpected : exitCodes.violated;
}

function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected names with commas between.');
  return names;
}

function parseNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
