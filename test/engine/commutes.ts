import { expect } from 'vitest';
import { moved, type Move } from '../../src/engine/moves.js';
import { successors, type Program } from '../../src/index.js';

/** Renaming a state and going on is going on and renaming. */
export function expectCommutes(program: Program, words: Int32Array, moves: readonly Move[]): void {
  const renamed = moved(moves, words);
  const deeds = (from: Int32Array, rename: (to: Int32Array) => Int32Array): string[] =>
    successors(program, from).map((next) => `${rename(next.words).join()} ${next.violated.join()}`).sort();
  expect(deeds(renamed, (to) => to)).toEqual(deeds(words, (to) => moved(moves, to)));
  for (const of of ['check', 'end', 'cover'] as const) expect(program[of](renamed, 0)).toBe(program[of](words, 0));
}
