/** The results of many machines as one table, and what is missing from it. */
import type { Limits } from '../engine/outcome.js';
import { counted, grouped, limitsText } from './quantity.js';
import { wrap } from './wrap.js';

/** What a job came to. */
export interface MergedAnswer {
  readonly kernel: string;
  readonly arch: string;
  readonly verdict: 'holds' | 'violated' | 'unknown';
  /** In order of severity, with the steps of the shortest trace. */
  readonly violations: readonly { readonly property: string; readonly length: number }[];
  /** Why `holds` proves nothing; empty where it does, or where it is not the verdict. */
  readonly vacuous: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** The limit that was hit. */
  readonly limit?: string;
}

/** One job of the plan. */
export interface MergedJob {
  /** From 0. */
  readonly number: number;
  readonly id: string;
  readonly scenario: string;
  readonly rules: string;
  /** Absent where no result is there. */
  readonly answer?: MergedAnswer;
  /** The command that shows the verdict and its trace. */
  readonly command: string;
}

/** A file that was not used. */
export interface UnusedFile {
  readonly file: string;
  readonly why: string;
}

/** All results of a plan. */
export interface MergeReport {
  readonly command: string;
  readonly exitCode: number;
  readonly plan: string;
  readonly limits: Limits;
  readonly jobs: readonly MergedJob[];
  /** Results that were found more than once, all saying the same. */
  readonly repeated: number;
  readonly unused: readonly UnusedFile[];
  /** The command that runs what is missing; absent where nothing is. */
  readonly missing?: string;
}

const width = 80;

/** The heads of the columns; those of numbers are set to the right. */
export const columns = ['job', 'scenario', 'rules', 'verdict', 'property', 'shortest', 'states', 'depth', 'limit'] as const;
const numeric: readonly string[] = ['job', 'shortest', 'states', 'depth'];

/** Whether a column holds numbers. */
export function isNumeric(column: string): boolean {
  return numeric.includes(column);
}

/** A row of the table for each job that has a result. */
export function rowsOf({ jobs }: MergeReport): string[][] {
  return jobs.flatMap(({ number, scenario, rules, answer }) => {
    if (!answer) return [];
    const { verdict, violations, states, depth, limit } = answer;
    const shortest = violations.length === 0 ? '' : grouped(Math.min(...violations.map(({ length }) => length)));
    return [[String(number), scenario, rules, verdict, violations.map(({ property }) => property).join(', '), shortest, grouped(states), grouped(depth), limit ?? '']];
  });
}

/** An answer in a few words, such as `violated: protection (12 steps), 1,234 states`. */
export function answerText({ violations, limit, states, depth }: Pick<MergedAnswer, 'violations' | 'limit' | 'states' | 'depth'>): string {
  const size = `${counted(states, 'state')}, depth ${grouped(depth)}`;
  if (violations.length > 0) return `violated: ${violations.map(({ property, length }) => `${property} (${counted(length, 'step')})`).join(', ')}; ${size}`;
  return limit === undefined ? `holds; ${size}` : `unknown: limit of ${limit}; ${size}`;
}

/** The text of a merge, ending with a newline. */
export function mergeText(report: MergeReport): string {
  const rows = rowsOf(report);
  const blocks = [heading(report), ...(rows.length > 0 ? [table(rows)] : []), ...remarks(report)];
  return `${blocks.join('\n\n')}\n`;
}

/** What is merged, and within which limits. */
export function heading({ plan, jobs, limits, repeated }: MergeReport): string {
  const there = jobs.filter(({ answer }) => answer).length;
  const twice = repeated === 0 ? '' : `, ${grouped(repeated)} found again with the same answer`;
  return `${plan}: ${counted(jobs.length, 'job')}, ${counted(there, 'result')}${twice}\nLimits of each job: ${limitsText(limits)}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  // A column in which nothing is said would only take room.
  const shown = columns.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''));
  const cell = (line: readonly string[], i: number): string => (isNumeric(columns[i]!) ? line[i]!.padStart(widths[i]!) : line[i]!.padEnd(widths[i]!));
  return lines.map((line) => shown.map((i) => cell(line, i)).join('  ').trimEnd()).join('\n');
}

/** What the table does not say, in paragraphs. */
export function remarks({ jobs, unused, missing }: MergeReport): string[] {
  const vacuous = jobs.filter(({ answer }) => answer && answer.vacuous.length > 0);
  const violated = jobs.filter(({ answer }) => answer?.verdict === 'violated');
  const [seen] = violated;
  const lost = jobs.filter(({ answer }) => !answer);
  return [
    ...(vacuous.length > 0
      ? [[`Holds vacuously (${vacuous.length}):`, ...vacuous.flatMap(({ number, scenario, rules, answer }) => wrap(`  ${number}  ${scenario} under ${rules}: ${answer!.vacuous.join('; ')}`, width, '    '))].join('\n')]
      : []),
    ...(seen ? [`The trace of job ${seen.number}: ${seen.command}`] : []),
    ...(unused.length > 0 ? [[`Not used (${unused.length}):`, ...unused.map(({ file, why }) => `  ${why.includes(file) ? why : `${file}: ${why}`}`)].join('\n')] : []),
    ...(missing === undefined
      ? []
      : [[`Missing (${lost.length}):`, ...lost.map(({ number, scenario, rules }) => `  ${number}  ${scenario} under ${rules}`), `To run them: ${missing}`].join('\n')]),
  ];
}
