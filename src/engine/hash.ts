/**
 * The text of the hash that chooses a state's slot. Each word is mixed by itself and the mixes are
 * combined by exclusive or, so that a step recomputes only the mixes of the words that it writes. That
 * the search is exact does not rest on it.
 */

/** Sets `g` to the mix of a word; a different function for each word. */
export function mix(word: number, value: string): string {
  const factor = (Math.imul(word + 1, 0x9e3779b1) ^ 0x85ebca6b) | 1;
  return `g = Math.imul(${value} ^ ${value} >>> 16, ${factor}); g ^= g >>> 15;`;
}

/** Makes the hash `h` from the combined mixes in `h`. */
export const finish = 'h = Math.imul(h ^ h >>> 16, 0x2c1b3c6d); h ^= h >>> 15;';

/** The hash as a function of a state. */
export function hashFunction(words: number): string {
  const mixes = Array.from({ length: words }, (_, word) => `w = A[o + ${word}]; ${mix(word, 'w')} h ^= g;`);
  return ['function hash(A, o) {', 'let g = 0, h = 0, w = 0;', ...mixes, finish, 'return h;', '}'].join('\n');
}
