/**
 * The race diagram as people mail it: one column a CPU, time running down, at most 72 columns where
 * a tab is 8, in the style of the diagrams in kernel commit messages.
 */
import { contextSwitches, type Counterexample } from './counterexample.js';
import { counted } from './quantity.js';
import { wrap } from './wrap.js';

const widthMax = 72;
const tab = 8;

/** How to write a diagram. */
export interface DiagramOptions {
  /** Last line of the foot: the command that follows the trace again, or the one that finds it. */
  readonly again?: { readonly verb: 'Replay' | 'Reproduce'; readonly command: string };
  /** Spaces instead of tabs. */
  readonly plain?: boolean;
}

/** A column: who acts in it, where it starts, and where its text must wrap. */
interface Column {
  readonly actor: string;
  readonly start: number;
  readonly width: number;
}

/** The diagram of a trace, ending with a newline. */
export function diagram(counterexample: Counterexample, { again, plain = false }: DiagramOptions = {}): string {
  const columns = columnsOf(counterexample);
  const lines = [
    ...heading(counterexample),
    '',
    ...header(columns),
    ...body(counterexample, columns),
    '',
    ...foot(counterexample, again),
  ];
  const text = `${lines.join('\n')}\n`;
  return plain ? text.replaceAll('\t', ' '.repeat(tab)) : text;
}

function heading({ scenario, rules, ruleSet, changes }: Counterexample): string[] {
  const title = wrap(`${scenario} under ${rules}`, widthMax, '    ');
  return changes.length === 0 ? title : [...title, ...wrap(`(${ruleSet}, with ${joined(changes)})`, widthMax, ' ')];
}

/** Only actors with something to say get a column. */
function columnsOf({ actors, trace }: Counterexample): Column[] {
  const acting = new Set(trace.steps.filter((step) => step.lines.length > 0).map((step) => step.actor));
  const shown = actors.filter((actor) => acting.has(actor));
  const apart = distance(shown);
  return shown.map((actor, i) => {
    const start = tab + i * apart;
    return { actor, start, width: textWidth(start, apart, i === shown.length - 1) };
  });
}

/** How far columns are apart: with four or more a tab, if their headings allow it, lest names of functions reach the edge. */
function distance(shown: readonly string[]): number {
  if (shown.length < 3) return 32;
  const narrow = shown.slice(0, -1).every((actor) => cellsOf(actor).every((cell) => cell.length < tab));
  return shown.length > 3 && narrow ? tab : 16;
}

/** The two lines of a crowded heading. */
const cellsOf = (actor: string): string[] => actor.split(/ (?=\()/);

/** Of two columns the left one stays clear of the right; with more, lines run on to the right. */
function textWidth(start: number, apart: number, last: boolean): number {
  const toEdge = Math.max(16, widthMax - start);
  return last || apart < 32 ? toEdge : apart + 4;
}

/** The actors' names, in two lines where one of them would touch the next column. */
function header(columns: readonly Column[]): string[] {
  if (columns.length === 0) return [];
  const crowded = columns.some(({ actor, start }, i) => start + actor.length >= (columns[i + 1]?.start ?? Infinity));
  const cells = columns.map(({ actor }) => (crowded ? cellsOf(actor) : [actor]));
  const rows = Array.from({ length: Math.max(...cells.map((cell) => cell.length)) }, (_, row) =>
    headerRow(columns, cells.map((cell) => cell[row] ?? '')),
  );
  return [...rows, headerRow(columns, columns.map(() => '----'))];
}

function headerRow(columns: readonly Column[], cells: readonly string[]): string {
  const row = columns.map(({ start }, i) => {
    const cell = cells[i] ?? '';
    const next = columns[i + 1]?.start;
    return next === undefined ? cell : `${cell} `.padEnd(next - start);
  });
  return `\t${row.join('').trimEnd()}`;
}

function body({ trace }: Counterexample, columns: readonly Column[]): string[] {
  return trace.steps.flatMap((step) => {
    const column = columns.find(({ actor }) => actor === step.actor);
    if (!column) return [];
    const indent = '\t'.repeat(column.start / tab);
    return step.lines.flatMap((line) => wrapLine(line, column.width)).map((line) => indent + line);
  });
}

/** Wraps a line of a step, its continuation under the text that follows `[`, `==>` or the like. */
function wrapLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const lead = /^ *(\[ |==> |<\w+> )?/.exec(line);
  const hang = (lead?.[0].length ?? 0) + (lead?.[1] === undefined ? 2 : 0);
  // The closing bracket stays with the last word.
  const bound = line.replace(/ \]$/, '\u00a0]');
  return wrap(bound, width, ' '.repeat(hang)).map((part) => part.replace('\u00a0', ' '));
}

function foot({ trace, kernel, arch, assumptions }: Counterexample, again: DiagramOptions['again']): string[] {
  const size = `${counted(trace.steps.length, 'step')}, ${switches(contextSwitches(trace))}`;
  return [
    ...wrap(`${size}; ${kernel}, ${arch}; sequentially consistent.`, widthMax, '  '),
    ...assumptions.flatMap((assumption) => wrap(`Assumed: ${sentence(assumption)}`, widthMax, '  ')),
    ...(again ? [`${again.verb}: ${again.command}`] : []),
  ];
}

function switches(count: number): string {
  return `${count} context ${count === 1 ? 'switch' : 'switches'}`;
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** `a`, `a and b`, `a, b and c`. */
function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
