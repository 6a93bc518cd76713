/** What a search with symmetry rests on, in words and as JSON. */
import type { Outcome } from '../engine/outcome.js';
import type { Symmetry } from '../engine/symmetry.js';
import { grouped } from './quantity.js';

/** What of a group of renamings people are told. */
export type SymmetryUsed = Pick<Symmetry, 'order' | 'generators' | 'text' | 'closed'>;

/**
 * The renamings used, and how many states those found stand for; empty without any. Where the start states are not
 * closed, that number counts states which only renamed starts lead to, and tells nothing.
 */
export function symmetryText({ states, represented }: Outcome, { order, text, closed }: SymmetryUsed): string {
  if (order === 1) return '';
  const used = `Symmetry: ${grouped(order)} renamings (${text})`;
  return closed ? `${used}: ${grouped(states)} states stand for ${grouped(represented)}.` : `${used}; states that differ only in these count once.`;
}

/** The same as JSON; null without any, and for a number that tells nothing. */
export function symmetryJson({ represented }: Outcome, { order, generators, closed }: SymmetryUsed): object | null {
  return order === 1 ? null : { renamings: order, generators, closed, represented: closed ? represented : null };
}
