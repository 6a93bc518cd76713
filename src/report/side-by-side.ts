/** Two traces next to each other: a counterexample, and what other rules make of it, with the steps that only one of them has. */
import type { TraceStep } from '../engine/trace.js';
import type { Counterexample } from './counterexample.js';
import { counted } from './quantity.js';
import { wrap } from './wrap.js';

const column = 46;
const actorWidth = 10;
/** Steps shown before one that only one trace has, and after it. */
const [before, after] = [4, 2];

/** What to compare. */
export interface Parting {
  /** The counterexample. */
  readonly left: Counterexample;
  /** The same followed under other rules, as far as it goes. */
  readonly right: Counterexample;
  /** For each step on the right the position of its like on the left, from 0; undefined where it has none. */
  readonly matches: readonly (number | undefined)[];
  /** What becomes of it there, in a sentence. */
  readonly end: string;
}

/** Two steps that are alike, or one that has no like. */
interface Row {
  readonly left?: TraceStep;
  readonly right?: TraceStep;
}

/** The two traces side by side, ending with a newline; `<` and `>` mark what only one of them has. */
export function sideBySide(parting: Parting): string {
  const { left, right, end } = parting;
  const { rows, rest } = aligned(parting);
  const verdict = left.shows.kind === 'property' ? `[ ${left.shows.name} is violated ]` : '[ the condition is decided ]';
  return [
    '',
    ...beside([left.rules], [right.rules]),
    ...beside(['-'.repeat(column)], ['-'.repeat(column)]),
    ...body(rows),
    ...beside([...rest.flatMap(stepLines), verdict], wrap(`[ ${end} ]`, column, '  '), rest.length > 0 ? '<' : '|'),
    '',
  ].join('\n');
}

/** The steps of both in one order, and those of the left that come after all of the right. */
function aligned({ left, right, matches }: Parting): { readonly rows: readonly Row[]; readonly rest: readonly TraceStep[] } {
  const { steps } = left.trace;
  let at = 0;
  const rows = right.trace.steps.flatMap((step, i): Row[] => {
    const match = matches[i];
    if (match === undefined) return [{ right: step }];
    const leftOut = steps.slice(at, match).map((one) => ({ left: one }));
    at = match + 1;
    return [...leftOut, { left: steps[match]!, right: step }];
  });
  return { rows, rest: steps.slice(at) };
}

/** The rows near those that only one trace has, and how many there are in between. */
function body(rows: readonly Row[]): string[] {
  const parts = [...rows.flatMap(({ left, right }, i) => (left && right ? [] : [i])), rows.length];
  const isShown = (i: number): boolean => parts.some((part) => i >= part - before && i <= part + after);
  const next = (i: number): number => parts.find((part) => part >= i)! - before;
  return rows.flatMap((row, i) => {
    if (isShown(i)) return rowLines(row);
    // The first of a run tells how long it is.
    return i === 0 || isShown(i - 1) ? beside([`(${counted(next(i) - i, 'step')} alike)`], []) : [];
  });
}

function rowLines({ left, right }: Row): string[] {
  return beside(left ? stepLines(left) : [], right ? stepLines(right) : [], left && right ? '|' : left ? '<' : '>');
}

/** A step: who acts, and what it says; its kernel function where it says nothing. */
function stepLines({ actor, label, lines }: TraceStep): string[] {
  const texts = (lines.length > 0 ? lines : [label]).flatMap((line) => wrap(line, column - actorWidth, '  '));
  const [cpu = '', who = ''] = actor.split(' ');
  const head = `${cpu.replace('CPU', '')} ${who.replaceAll(/[()]/g, '')}`.trim().slice(0, actorWidth - 1);
  return texts.map((text, i) => (i === 0 ? head : '').padEnd(actorWidth) + text);
}

function beside(left: readonly string[], right: readonly string[], mark: '|' | '<' | '>' = '|'): string[] {
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, i) => {
    const within = mark === '<' && i >= left.length ? '|' : mark;
    return `${(left[i] ?? '').padEnd(column)} ${within} ${right[i] ?? ''}`.trimEnd();
  });
}
