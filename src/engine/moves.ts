/** What a renaming does to a packed state: where each field goes, and what becomes of its value. */
import { bitsOf, highOf, lowOf } from './domain.js';
import { locate, mask, type Layout } from './layout.js';
import { lengthOf, type Variable } from './node.js';
import type { Renamer, Sorts } from './renaming.js';

/** A field of the state that is a field of the renamed state as well, there or elsewhere. */
export interface Move {
  readonly from: Field;
  readonly to: Field;
  readonly bits: number;
  /** By stored value the value stored in its place; absent where it stays. */
  readonly table?: readonly number[];
}

/** Where a field begins. */
interface Field {
  readonly word: number;
  readonly shift: number;
}

/** The moves of every field, in the order of the layout. */
export function movesOf(layout: Layout, sorts: Sorts, renamer: Renamer): Move[] {
  return layout.variables.filter((variable) => !layout.constants.has(variable)).flatMap((variable) => {
    const image = renamer.variable(variable);
    const places = Array.from({ length: lengthOf(variable) }, (_, element) => ({
      from: locate(layout.placeOf(variable), element),
      to: locate(layout.placeOf(image), renamer.element(variable, element)),
    }));
    const values = valueMoves(variable, sorts, renamer);
    return places.flatMap(({ from, to }) => values.map(({ offset, into, ...move }) => ({
      from: { word: from.word, shift: from.shift + offset },
      to: { word: to.word, shift: to.shift + into },
      ...move,
    })));
  });
}

/** What becomes of a value: the bits of a set go their own ways. */
function valueMoves({ domain }: Variable, sorts: Sorts, renamer: Renamer): { offset: number; into: number; bits: number; table?: number[] }[] {
  const sort = sorts.of(domain);
  const bits = bitsOf(domain);
  if (renamer.keeps(sort)) return [{ offset: 0, into: 0, bits }];
  if (domain.kind === 'set') return renamer.membersOf(sort)!.map((image, member) => ({ offset: member, into: image, bits: 1 }));
  const low = lowOf(domain);
  const table = Array.from({ length: 2 ** bits }, (_, stored) =>
    stored <= highOf(domain) - low ? renamer.value(sort, stored + low) - low : stored);
  return [{ offset: 0, into: 0, bits, table }];
}

/** Whether the field stays as it is. */
export function stays({ from, to, table }: Move): boolean {
  return !table && from.word === to.word && from.shift === to.shift;
}

/** The renamed state. */
export function moved(moves: readonly Move[], words: Int32Array): Int32Array {
  const renamed = new Int32Array(words.length);
  for (const { from, to, bits, table } of moves) {
    const stored = (words[from.word]! >>> from.shift) & mask(bits);
    renamed[to.word]! |= (table ? table[stored]! : stored) << to.shift;
  }
  return renamed;
}
