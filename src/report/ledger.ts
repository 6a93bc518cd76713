/**
 * The ledger of a model: every step that it takes the kernel to consist of, where in the kernel it
 * comes from, how sure that is, in which direction it errs, and what may come in between afterwards.
 */
import type { Model, Step } from '../engine/model.js';
import { effectText, nodeText } from '../engine/print.js';
import { counted } from './quantity.js';
import { wrap } from './wrap.js';

const width = 100;
const labelWidth = 44;
/** The notes that have a place of their own; any others follow with their keys. */
const ownKeys = ['source', 'provenance', 'approximation', 'interleaves'];

/** What the ledger says of all steps with one label and one source. */
export interface LedgerEntry {
  /** The kernel file, or a word for what is no kernel code. */
  readonly file: string;
  /** The function in it: the label, unless several functions share it. */
  readonly place: string;
  readonly label: string;
  readonly provenance: readonly string[];
  readonly approximation: readonly string[];
  /** What may happen before the actor's next step. */
  readonly interleaves: readonly string[];
  /** All other notes, by their keys. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
  readonly steps: readonly Step[];
}

/** Notes on a step beside its own. */
export type FurtherNotes = (step: Step) => Readonly<Record<string, string>>;

/** How to write the ledger. */
export interface LedgerOptions {
  /** Print every step with its guard and effects. */
  readonly trees?: boolean;
  readonly notes?: FurtherNotes;
}

/** The entries of a model, by file in the order of the model. */
export function ledgerOf(model: Model, more: FurtherNotes = () => ({})): LedgerEntry[] {
  const groups = new Map<string, Step[]>();
  for (const step of model.steps) {
    const key = `${step.notes.source ?? ''}\n${step.label}`;
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  const entries = [...groups.values()].map((steps) => entryOf(steps, more));
  const files = [...new Set(entries.map(({ file }) => file))].sort(byFile);
  return files.flatMap((file) => entries.filter((entry) => entry.file === file));
}

/** The text of the ledger, ending with a newline. */
export function ledgerText(model: Model, { trees = false, notes }: LedgerOptions = {}): string {
  const entries = ledgerOf(model, notes);
  const files = [...new Set(entries.map(({ file }) => file))];
  const blocks = files.flatMap((file) => [
    file,
    ...entries.filter((entry) => entry.file === file).flatMap((entry) => entryLines(entry, trees)),
    '',
  ]);
  return `${[...blocks, ...summary(model)].join('\n')}\n`;
}

function entryOf(steps: readonly Step[], more: FurtherNotes): LedgerEntry {
  const [first] = steps;
  const label = first?.label ?? '';
  const { file, place } = placeOf(first?.notes.source ?? 'unstated', label);
  const all = steps.map((step) => ({ ...step.notes, ...more(step) }));
  const notes = (key: string): string[] => [...new Set(all.flatMap((its) => its[key] ?? []))];
  const others = [...new Set(all.flatMap(Object.keys))].filter((key) => !ownKeys.includes(key));
  return {
    file,
    place,
    label,
    provenance: notes('provenance'),
    approximation: notes('approximation'),
    interleaves: notes('interleaves'),
    notes: Object.fromEntries(others.map((key) => [key, notes(key)])),
    steps,
  };
}

/** Splits `mm/rmap.c try_to_unmap_one()`; a source that names no function stands for itself. */
function placeOf(source: string, label: string): { file: string; place: string } {
  const [, file, place] = /^(\S+\.[chS]) (.*)$/.exec(source) ?? [];
  if (file !== undefined && place !== undefined) return { file, place };
  const rest = source.endsWith(` ${label}`) ? source.slice(0, -label.length - 1) : source;
  return { file: rest, place: label };
}

/** Kernel files first. */
function byFile(a: string, b: string): number {
  const kind = Number(isKernelFile(b)) - Number(isKernelFile(a));
  return kind === 0 ? (a < b ? -1 : Number(a > b)) : kind;
}

function isKernelFile(file: string): boolean {
  return /\.[chS]$/.test(file);
}

function entryLines(entry: LedgerEntry, trees: boolean): string[] {
  const { label, place, provenance, approximation, interleaves, notes, steps } = entry;
  const where = place === label ? '' : ` in ${place}`;
  const head = `  ${label}${where}`.padEnd(labelWidth);
  const facts = [provenance.join(' and ').padEnd(9), approximation.join('; ')].join(' ');
  return [
    ...wrapColumn(head, facts.trimEnd()),
    ...Object.entries(notes).flatMap(([key, texts]) => wrap(`      ${key}: ${texts.join('; ')}`, width, ' '.repeat(12))),
    ...interleaves.flatMap((text) => wrap(`      then: ${text}`, width, ' '.repeat(12))),
    ...(trees ? steps.flatMap(treeLines) : []),
  ];
}

function wrapColumn(head: string, text: string): string[] {
  const hang = ' '.repeat(labelWidth + 11);
  const [first = '', ...rest] = wrap(text.replace(/ {2,}/, (gap) => '\u00a0'.repeat(gap.length)), width - head.length);
  const lines = [`${head} ${first}`, ...rest.map((line) => hang + line)];
  return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd());
}

function treeLines({ name, when, then }: Step): string[] {
  return [
    `      ${name}`,
    ...when.map((test) => `        when ${nodeText(test)}`),
    ...then.map((effect) => `        ${effectText(effect)}`),
  ];
}

function summary({ steps }: Model): string[] {
  const labels = new Set(steps.map((step) => step.label)).size;
  const direction = (step: Step): string => /^\w+/.exec(step.notes.approximation ?? '')?.[0] ?? 'unstated';
  return [
    `${counted(steps.length, 'step')} under ${counted(labels, 'label')}.`,
    `Provenance: ${tally(steps.map((step) => step.notes.provenance ?? 'unstated'))}.`,
    `Approximation: ${tally(steps.map(direction))}.`,
  ];
}

/** `source 12, patch 3`, the most frequent first. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word, count]) => `${word} ${count}`).join(', ');
}
