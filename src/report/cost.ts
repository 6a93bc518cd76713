/** What rule sets cost as text: one table for each workload, the comparison with what was measured, and what all of it rests on. */
import { counted, duration } from './quantity.js';
import { wrap } from './wrap.js';

/** How a choice of rules did on all scenarios. */
export interface RuleVerdict {
  readonly scenarios: number;
  /** Scenarios with a violation that the kernel without the feature does not have. */
  readonly broken: number;
  /** Scenarios without an answer. */
  readonly open: number;
  readonly shortest?: { readonly scenario: string; readonly property: string; readonly length: number };
}

/** Counts of one run. */
export interface CostRun {
  readonly seed: number;
  readonly steps: number;
  readonly folios: number;
  readonly demoted: number;
  readonly flushes: number;
  readonly sent: number;
  readonly received: number;
  readonly local: number;
  readonly hints: number;
  readonly staleMean: number;
  readonly staleMax: number;
}

/** One line of a table. */
export interface CostRow {
  readonly rules: string;
  readonly kernel: string;
  readonly runs: readonly CostRun[];
  /** Flushes for each thing that is counted. */
  readonly flushes: number;
  /** The share of the reference's flushes that is saved; not finite where that has none. */
  readonly saved: number;
  /** The least and the greatest share among the seeds. */
  readonly savedRange: readonly [number, number];
  readonly limit?: string;
  /** Absent where none was asked for. */
  readonly verdict?: RuleVerdict;
}

/** A ratio as it was measured, and as the workload has it. */
export interface Compared {
  readonly what: string;
  readonly figures: string;
  readonly source: string;
  readonly reported: number;
  readonly modelled: number;
  /** The greater divided by the less. */
  readonly apart: number;
  readonly reproduced: boolean;
  readonly why: string;
}

/** One workload. */
export interface CostTable {
  readonly workload: string;
  readonly summary: string;
  /** What is counted, one of it, and what became of it: what flushes are divided by. */
  readonly noun: string;
  readonly unit: string;
  readonly parameters: readonly (readonly [string, string])[];
  readonly rows: readonly CostRow[];
  readonly compared: readonly Compared[];
}

/** A whole run. */
export interface CostReport {
  readonly command: string;
  readonly exitCode: number;
  readonly arch: string;
  readonly seeds: readonly number[];
  /** A ratio counts as reproduced if it is apart by no more than this factor. */
  readonly within: number;
  readonly tables: readonly CostTable[];
  /** What the columns mean and what is not counted, one sentence or more each. */
  readonly legend: readonly string[];
  readonly interrupted: boolean;
  readonly timeMs: number;
}

const width = 80;
/** Longer choices of rules stand in lines of their own, above their figures. */
const nameMax = 30;

/** The text, ending with a newline. */
export function costText(report: CostReport): string {
  const { tables, legend, timeMs, interrupted } = report;
  const blocks = [
    wrap('Flushes avoided on modelled workloads; never a benchmark: the model has no time, and its machine is small.', width).join('\n'),
    ...tables.flatMap((table) => [tableText(table, report), ...comparedText(table, report), parametersText(table)]),
    legend.flatMap((one) => wrap(one, width, '  ')).join('\n'),
    `${interrupted ? 'Interrupted: what is missing was not run. ' : ''}Time ${duration(timeMs)}.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function tableText({ workload, summary, noun, unit, rows }: CostTable, { arch, seeds }: CostReport): string {
  const folios = rows[0]?.runs[0]?.folios ?? 0;
  const head = wrap(`${workload}: ${summary}. ${counted(folios, noun)} ${unit} a run, ${arch}, ${counted(seeds.length, 'seed')}: ${seeds.join(', ')}.`, width);
  const names = Math.max(5, ...rows.map(({ rules: { length } }) => (length > nameMax ? 0 : length)));
  const titles = ['flushes', 'IPIs', 'local', 'stale', 'max', 'saved'];
  const title = `${'rules'.padEnd(names)}${titles.map((one) => one.padStart(8)).join('')}`;
  const lines = rows.flatMap((row) => [
    ...(row.rules.length > nameMax ? wrap(row.rules, width, '    ') : []),
    `${(row.rules.length > nameMax ? '' : row.rules).padEnd(names)}${cellsOf(row).map((cell) => cell.padStart(8)).join('')}`,
    ...notesOf(row),
  ]);
  return [...head, '', title, ...lines].join('\n');
}

function cellsOf({ runs, flushes, saved }: CostRow): string[] {
  const each = (of: (run: CostRun) => number): number => runs.reduce((sum, run) => sum + of(run) / Math.max(1, run.folios), 0) / runs.length;
  const stale = runs.reduce((sum, { staleMean }) => sum + staleMean, 0) / runs.length;
  return [
    flushes.toFixed(3),
    each(({ sent }) => sent).toFixed(2),
    each(({ local }) => local).toFixed(2),
    stale.toFixed(2),
    String(Math.max(...runs.map(({ staleMax }) => staleMax))),
    Number.isFinite(saved) ? percent(saved) : '-',
  ];
}

function notesOf({ kernel, runs, verdict, limit, savedRange: [least, most] }: CostRow): string[] {
  const spread = runs.length > 1 && least < most ? [`saved from ${percent(least)} to ${percent(most)}`] : [];
  const cut = limit === undefined ? [] : [`cut short: ${limit}`];
  const parts = [kernel, ...(verdict ? [verdictText(verdict)] : []), ...spread, ...cut];
  return wrap(`  ${parts.join('; ')}`, width, '    ');
}

const percent = (share: number): string => `${(share * 100).toFixed(0)}%`;

function verdictText({ scenarios, broken, open, shortest }: RuleVerdict): string {
  const unanswered = open > 0 ? `, ${open} open` : '';
  if (!shortest) return open > 0 ? `no scenario of ${scenarios - open} broken${unanswered}` : `breaks none of ${scenarios} scenarios`;
  return `breaks ${broken} of ${scenarios} scenarios${unanswered}; shortest: ${shortest.property} after ${shortest.length} steps in ${shortest.scenario}`;
}

function comparedText({ compared }: CostTable, { within }: CostReport): string[] {
  if (compared.length === 0) return [];
  const lines = compared.flatMap(({ what, figures, source, reported, modelled, apart, reproduced, why }) => [
    ...wrap(`  ${what}: measured ${reported.toFixed(2)}, modelled ${modelled.toFixed(2)}: ${reproduced ? 'reproduced' : 'NOT reproduced'}, ${apart.toFixed(1)} times apart.`, width, '    '),
    ...wrap(`    measured: ${figures} (${source})`, width, '    '),
    ...(reproduced ? [] : wrap(`    why: ${why}`, width, '    ')),
  ]);
  return [[`Against the thread's figures (reproduced: within a factor of ${within}):`, ...lines].join('\n')];
}

function parametersText({ parameters }: CostTable): string {
  return wrap(`Parameters: ${parameters.map(([name, value]) => `${name} ${value}`).join(', ')}.`, width, '  ').join('\n');
}
