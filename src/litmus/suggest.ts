/** Messages about names that nothing declares: which names there are, and which is nearest. */
import type { WordSyntax } from './syntax.js';
import { alternatives, LitmusError } from './error.js';

/** Lists up to this long are always printed, even when a near name is suggested. */
const LISTED_MAX = 8;

/** Lists longer than this are never printed: nobody reads them. */
const READ_MAX = 30;

/** Number of single-character edits between two words, a swap of neighbours counted as one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + change,
        swap ? at(before, j - 2) + 1 : Infinity,
      ));
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}

/** The known name that was probably meant, if one is near enough to be worth a guess. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  // A word may be wrong in a third of its letters, but never in all of them.
  const affordable = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)));
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = affordable + 1;
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= bestDistance) continue;
    const distance = editDistance(lower, name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** The error for a name that is not among the known ones; `what` is a noun such as `rule`. */
export function unknownName(
  source: string,
  word: WordSyntax,
  what: string,
  known: readonly string[],
): LitmusError {
  const guess = nearest(word.text, known);
  const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`;
  const listed = known.length <= (guess === undefined ? READ_MAX : LISTED_MAX);
  const names = known.map((name) => `\`${name}\``);
  const expected = listed ? listing(what, names) : guess === undefined ? `one of the ${known.length} known ${what}s` : `a known ${what}`;
  const problem = `unknown ${what} \`${word.text}\``;
  return new LitmusError(source, word.position, problem, expected + hint);
}

function listing(what: string, names: readonly string[]): string {
  if (names.length === 0) return `no ${what}, as none exists here`;
  return alternatives(names);
}
