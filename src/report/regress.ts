/** A regression run as text: a matrix of verdicts, and what is not as it was recorded or claimed. */
import { outcomeNames } from './follow.js';
import { counted, duration, grouped } from './quantity.js';
import { wrap } from './wrap.js';

/** What is worth telling of a cell; `counts`, `closed` and `kernel` are no reason to fail. */
export interface RegressFinding {
  readonly kind: 'refuted' | 'worse' | 'hole' | 'remains' | 'kernel' | 'closed' | 'better' | 'changed' | 'lost' | 'counts' | 'open';
  readonly text: string;
}

/** One scenario under one choice of rules. */
export interface RegressCell {
  readonly scenario: string;
  /** The litmus file, and the line of the Result that speaks of these rules. */
  readonly source: string;
  readonly line?: number;
  readonly rules: string;
  /** Absent where the run was called off before. */
  readonly result?: {
    readonly kernel: string;
    readonly arch: string;
    readonly observation: string;
    readonly violations: readonly { readonly property: string; readonly length: number }[];
    readonly states: number;
    readonly limit?: string;
  };
  readonly findings: readonly RegressFinding[];
  /** The command that shows the verdict and its trace. */
  readonly command: string;
}

/** An old counterexample, followed under other rules. */
export interface FollowedTrace {
  readonly scenario: string;
  /** The rules that it was recorded under, and those that it was followed under. */
  readonly recorded: string;
  readonly under: string;
  /** What it shows: a property, or the condition. */
  readonly shows: string;
  readonly outcome: 'possible' | 'blocked' | 'changed' | 'open';
  /** Where and why, in a sentence. */
  readonly text: string;
}

/** A whole run. */
export interface RegressReport {
  readonly command: string;
  readonly exitCode: number;
  readonly cells: readonly RegressCell[];
  /** The choices of rules that every scenario was run under. */
  readonly columns: readonly string[];
  /** A letter for each property, in the order of severity. */
  readonly letters: Readonly<Record<string, string>>;
  readonly followed: readonly FollowedTrace[];
  /** Changes of rules that change nothing, by the choice of rules. */
  readonly idle: readonly { readonly rules: string; readonly remark: string }[];
  /** The baseline's file; absent where there is none. */
  readonly baseline?: string;
  readonly timeMs: number;
  /** Answers that came from the cache. */
  readonly remembered: number;
  /** The diagram of the shortest new counterexample. */
  readonly diagram?: string;
}

const width = 80;

/** Whether a finding is a reason to fail. */
export function isFault({ kind }: RegressFinding): boolean {
  return kind !== 'counts' && kind !== 'closed' && kind !== 'kernel';
}

/** The text of a run, ending with a newline. */
export function regressText(report: RegressReport): string {
  const blocks = [
    heading(report),
    ...(report.columns.length > 0 ? [matrix(report)] : []),
    ...followedText(report),
    ...changesText(report),
    ...(report.diagram === undefined ? [] : [`The shortest new counterexample:\n\n${report.diagram.trimEnd()}`]),
    conclusion(report),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function heading({ cells, columns, remembered, timeMs }: RegressReport): string {
  const scenarios = new Set(cells.map(({ scenario }) => scenario)).size;
  const further = cells.filter(({ rules }) => !columns.includes(rules)).length;
  const searched = cells.reduce((sum, { result }) => sum + (result?.states ?? 0), 0);
  const [sets, more] = [counted(columns.length, 'choice') + ' of rules', further > 0 ? `, and ${grouped(further)} more from Result lines` : ''];
  return [
    `${counted(scenarios, 'scenario')} under ${sets}${more}`,
    `${counted(cells.length, 'model')}, ${counted(searched, 'state')}, ${grouped(remembered)} from the cache, ${duration(timeMs)}`,
  ].join('\n');
}

/** The letter of a cell: its most severe property, and `!` where something is to be told of it. */
export function letterOf({ result, findings }: RegressCell, letters: Readonly<Record<string, string>>): string {
  const mark = findings.some(isFault) ? '!' : '';
  if (!result) return '-';
  const [severe] = result.violations;
  if (result.limit !== undefined && !severe) return `?${mark}`;
  return (severe ? letters[severe.property] ?? 'x' : '.') + mark;
}

function matrix(report: RegressReport): string {
  const { cells, columns, letters } = report;
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))];
  const name = Math.max(...scenarios.map(({ length }) => length)) + 2;
  const cellOf = new Map(cells.map((cell) => [`${cell.scenario}\n${cell.rules}`, cell]));
  const row = (scenario: string): string => {
    const marks = columns.map((rules) => {
      const cell = cellOf.get(`${scenario}\n${rules}`);
      return (cell ? letterOf(cell, letters) : '').padEnd(3);
    });
    return (scenario.padEnd(name) + marks.join('')).trimEnd();
  };
  const numbers = ''.padEnd(name) + columns.map((_, i) => String(i + 1).padEnd(3)).join('');
  return [...keys(report), '', numbers.trimEnd(), ...scenarios.map(row)].join('\n');
}

/** What the columns and the letters stand for. */
function keys({ cells, columns, letters, idle }: RegressReport): string[] {
  const kernelOf = (rules: string): string => cells.find((cell) => cell.rules === rules && cell.result)?.result?.kernel ?? '';
  const used = new Set(cells.map((cell) => cell.result?.violations[0]?.property));
  const shown = Object.entries(letters).filter(([property]) => used.has(property));
  const meanings = ['. holds', ...shown.map(([property, letter]) => `${letter} ${property}`), '? open', '! see below'];
  return [
    ...columns.map((rules, i) => `  ${String(i + 1).padStart(2)}  ${rules}${kernelOf(rules) && ` (${kernelOf(rules)})`}`),
    ...idle.flatMap(({ rules, remark }) => wrap(`  Note on ${rules}: ${remark}`, width, '    ')),
    '',
    ...wrap(`  ${meanings.join(', ')}`, width, '  '),
  ];
}

function followedText({ followed }: RegressReport): string[] {
  const groups = [...new Set(followed.map(({ recorded, under }) => `${recorded}\n${under}`))];
  return groups.map((group) => followedGroup(followed.filter(({ recorded, under }) => `${recorded}\n${under}` === group)));
}

/** The old counterexamples of one rule set under another: those that are possible by name, the others with the reason. */
function followedGroup(some: readonly FollowedTrace[]): string {
  const { recorded, under } = some[0]!;
  const by = (outcome: FollowedTrace['outcome']): FollowedTrace[] => some.filter((one) => one.outcome === outcome);
  const outcomes = (Object.keys(outcomeNames) as FollowedTrace['outcome'][]).filter((outcome) => by(outcome).length > 0);
  const totals = outcomes.map((outcome) => `${by(outcome).length} ${outcomeNames[outcome]}`);
  const lines = outcomes.flatMap((outcome) => {
    if (outcome === 'possible') return wrap(`  ${outcomeNames.possible}: ${by(outcome).map(({ scenario, shows }) => `${scenario} (${shows})`).join(', ')}`, width, '    ');
    return [`  ${outcomeNames[outcome]}:`, ...by(outcome).flatMap(({ scenario, shows, text }) => wrap(`    ${scenario} (${shows}): ${text}`, width, '      '))];
  });
  return [`Old counterexamples of ${recorded}, followed under ${under}: ${totals.join(', ')}`, ...lines].join('\n');
}

const titles: readonly [RegressFinding['kind'], string][] = [
  ['hole', 'New holes'],
  ['worse', 'Violated, and not before'],
  ['refuted', 'Result lines that are wrong'],
  ['remains', 'Holes that remain'],
  ['kernel', 'Violated by the kernel that these rules sit on, without deferring anything'],
  ['closed', 'Holes that are closed'],
  ['better', 'Not violated any more'],
  ['changed', 'Changed'],
  ['lost', 'Recorded traces that cannot be followed any more'],
  ['open', 'No verdict'],
  ['counts', 'The same verdicts with other numbers of states'],
];

function changesText({ cells }: RegressReport): string[] {
  return titles.flatMap(([kind, title]) => {
    const told = cells.filter(({ findings }) => findings.some((one) => one.kind === kind));
    const lines = told.flatMap(({ scenario, rules, findings }) => {
      const texts = findings.filter((one) => one.kind === kind).map(({ text }) => text);
      return wrap(`  ${scenario} under ${rules}: ${texts.join('; ')}`, width, '    ');
    });
    const see = kind === 'counts' || kind === 'closed' ? [] : told.slice(0, 1).map(({ command }) => `Seen with: ${command}`);
    return told.length === 0 ? [] : [[`${title} (${told.length}):`, ...lines, ...see].join('\n')];
  });
}

function conclusion({ cells, baseline, exitCode }: RegressReport): string {
  const missing = cells.filter(({ result }) => !result).length;
  const told = cells.filter(({ findings }) => findings.some(isFault)).length;
  const against = baseline === undefined ? '' : ` and ${baseline}`;
  if (missing > 0) return `Interrupted: ${counted(missing, 'model')} not searched; ${told} of the others not as expected.`;
  if (told === 0) return `All as expected by the Result lines${against}.`;
  return `${counted(told, 'model')} of ${grouped(cells.length)} not as expected by the Result lines${against} (exit code ${exitCode}).`;
}
