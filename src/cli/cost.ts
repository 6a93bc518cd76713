/** `shootdown cost`: what each rule set gives back, counted on modelled workloads, beside its verdict. */
import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { frameOrders, reported, workloads, type FrameOrder, type Reported, type Workload } from '../../models/linux/index.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression } from '../litmus/scenario.js';
import { costJson } from '../report/cost-json.js';
import { costPlot } from '../report/cost-plot.js';
import { costText, type Compared, type CostReport, type CostTable, type RuleVerdict } from '../report/cost.js';
import { grouped } from '../report/quantity.js';
import { svgOf } from './cost-plot.js';
import { perFolio, type RuleCost } from './cost-run.js';
import { costsOf } from './costs.js';
import { verdictsOf } from './cost-verdicts.js';
import { describe } from './describe.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { addLimitOptions, parseCount, type LimitOptions } from './limits.js';
import { addRuleOptions, chosenRules, defaultRules, knownRules, resolved, type RuleOptions } from './rule-choice.js';
import { defaultArch, unknown } from './scenarios.js';
import { commandOf, finish, interruption, type Session } from './session.js';
import { addSweepOptions, type SweepOptions } from './sweep.js';

interface CostOptions extends RuleOptions, LimitOptions, SweepOptions {
  readonly workload?: string;
  readonly seed: number;
  readonly seeds: number;
  readonly folios?: number;
  readonly order?: FrameOrder;
  readonly verdicts: boolean;
  readonly plot?: string;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
Runs each workload under each choice of rules, over the same steps that the searches take, and
counts TLB flushes, the interrupts sent, and the stale entries that CPUs carry. These are flushes
avoided on the modelled workload, never a benchmark: the model has no time, and its machine is small.
The ratios are compared with the figures of the thread.

Without --rules: per-folio flushing (vanilla + flushInPTL), vanilla, LUF v10, v11, v12, and the fixes.

Examples:
  shootdown cost
  shootdown cost --workload XSBench --no-verdicts --seeds 10
  shootdown cost --rules ./my-fix.ts --rules luf-v12 --plot cost.svg
${exitCodeHelp}`;

/** Per-folio flushing, batching, the versions of LUF, and the fixes. */
const defaults = ['vanilla + flushInPTL', 'vanilla', 'luf-v10', 'luf-v11', 'luf-v12', 'luf-markers', 'luf-everywhere', 'fixed'];

/** A ratio of the model counts as reproduced if it is apart from the measured one by no more than this factor. */
const within = 2;

/** What the columns mean. */
function legendOf(tables: readonly CostTable[], verdicts: boolean): string[] {
  const hints = tables.flatMap(({ rows }) => rows.flatMap(({ runs }) => runs)).reduce((sum, run) => sum + run.hints, 0);
  return [
    'flushes: those that interrupt another CPU (nr_tlb_remote_flush), for each folio; IPIs: interrupts sent, one for each CPU, for each folio; local: flushes of the own CPU alone, for each folio.',
    'stale, max: TLB entries of all CPUs that the page table does not lead to any more, on average and at most.',
    'saved: flushes a folio, against vanilla (which batches), on average over the seeds; where the ranges of two overlap, no difference can be told.',
    'LUF v12 flushes for the batch of each frame that is taken; its batch of a zone, and allocators waiting for one another, are not modelled.',
    ...(hints > 0 ? [`Not counted: ${grouped(hints)} flushes for NUMA hints, of one page each here; the kernel flushes once for a range.`] : []),
    ...(verdicts ? ['Verdicts are of the bundled scenarios, without what vanilla violates in the same scenario.'] : []),
  ];
}

/** The command. */
export function costCommand(session: Session): Command {
  const command = new Command('cost')
    .summary('count what each rule set gives back')
    .description('Counts TLB flushes on modelled workloads under each choice of rules, beside its verdict.')
    .option('--workload <name>', `only this one: ${workloads.map(({ name }) => name).join(', ')}`)
    .addOption(new Option('--seed <n>', 'seed of the first run').argParser(parseCount).default(1))
    .addOption(new Option('--seeds <n>', 'runs, each with the next seed').argParser(parseCount).default(3))
    .addOption(new Option('--folios <n>', 'folios to count in a run').argParser(parseCount))
    .addOption(new Option('--order <order>', 'which free frame is handed out: free longest, shortest, or any').choices(frameOrders))
    .option('--no-verdicts', 'leave the searches of the bundled scenarios out')
    .option('--plot <file>', 'write a plot of safety against cost (SVG)');
  return addSweepOptions(addLimitOptions(addRuleOptions(command)))
    .option('--json', 'print JSON (schemas/cost.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((options: CostOptions) => cost(session, options));
}

async function cost(session: Session, options: CostOptions): Promise<void> {
  const started = session.clock();
  const chosen = workloadsOf(options);
  refuse(options);
  const known = await knownRules(options.rules);
  const rules = chosenRules(known, options, defaults.map((text) => resolved(text, 'default rules', known.linux)));
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.seed + i);
  const verdicts = options.verdicts ? await verdictsOf(session, known, rules, options) : [];
  const costs = await costsOf(session, {
    workloads: chosen,
    rules: rules.map(formatRules),
    reference: formatRules(defaultRules()),
    ruleFiles: [...known.files.keys()],
    seeds,
    jobs: options.jobs,
  });
  const tables = chosen.map((workload, i) => tableOf(workload, costs[i]!, verdicts, rules));
  const interrupted = interruption(session);
  const cut = tables.some(({ rows }) => rows.some(({ limit }) => limit !== undefined));
  const open = verdicts.some((verdict) => verdict.open > 0);
  const code: ExitCode = worst([...(cut || open ? [exitCodes.noVerdict] : []), ...interrupted]);
  const report: CostReport = {
    command: commandOf(session),
    exitCode: code,
    arch: defaultArch,
    seeds,
    within,
    tables,
    legend: legendOf(tables, options.verdicts),
    interrupted: interrupted.length > 0,
    timeMs: session.clock() - started,
  };
  if (options.plot !== undefined) write(options.plot, await svgOf(costPlot(tables, 'flushes a folio, relative to vanilla (batched)')));
  session.terminal.result(options.json ? `${JSON.stringify(costJson(report), undefined, 2)}\n` : costText(report));
  finish(session, code, options.json ?? false);
}

function workloadsOf({ workload, order, folios }: CostOptions): Workload[] {
  const found = workloads.filter(({ name }) => workload === undefined || name === workload);
  if (found.length === 0) throw new InputError(unknown('workload', workload ?? '', workloads.map(({ name }) => name)));
  return found.map((one) => ({ ...one, ...(order && { order }), ...(folios !== undefined && { folios }) }));
}

function refuse({ arch, seeds, folios, plot, verdicts }: CostOptions): void {
  if (arch !== undefined && arch !== defaultArch) {
    throw new InputError(`--arch ${arch}: cost counts IPIs, which flushes of ${arch} do not send as those of x86 do; expected x86`);
  }
  if (![seeds, folios ?? 1].every(Number.isFinite)) throw new InputError('--seeds and --folios: expected a whole number, not none');
  if (plot !== undefined && !verdicts) throw new InputError('--plot needs the verdicts: expected no --no-verdicts');
}

function tableOf(workload: Workload, costs: readonly RuleCost[], verdicts: readonly RuleVerdict[], rules: readonly RuleExpression[]): CostTable {
  const { name, summary, kind, ...sizes } = workload;
  const parameters = Object.entries(sizes).map(([key, value]) => [key, String(value)] as const);
  return {
    workload: name,
    summary,
    noun: 'folio',
    unit: kind === 'reclaim' ? 'reclaimed' : 'migrated',
    parameters,
    rows: costs.map((one) => {
      const verdict = verdicts[rules.findIndex((rule) => formatRules(rule) === one.rules)];
      return { ...one, ...(verdict && { verdict }) };
    }),
    compared: reported.flatMap((figure) => compared(figure, workload, costs)),
  };
}

function compared(figure: Reported, workload: Workload, costs: readonly RuleCost[]): Compared[] {
  const [before, after] = [figure.before, figure.after].map((text) => costs.find(({ rules }) => rules === text));
  if (figure.workload !== workload.name || !before || !after) return [];
  const modelled = modelledRatio(figure, workload, before, after);
  const apart = Math.max(modelled / figure.ratio, figure.ratio / modelled);
  const { what, figures, source, ratio, why } = figure;
  return [{ what, figures, source, reported: ratio, modelled, apart, reproduced: apart <= within, why: why(workload) }];
}

function modelledRatio({ measure }: Reported, { threads }: Workload, before: RuleCost, after: RuleCost): number {
  switch (measure) {
    case 'flushes':
      return before.flushes / after.flushes;
    case 'events': {
      const events = ({ runs }: RuleCost): number => perFolio(runs, ({ flushes, received, local }) => flushes + received + local);
      return events(before) / events(after);
    }
    case 'reach':
      return perFolio(before.runs, ({ received }) => received) / before.flushes / threads;
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${describe(error)}`);
  }
}
