/** Seeded random walk: the cheapest way to meet a state that nobody thought of. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Program } from './program.js';
import { successors, type Path } from './trace.js';

/** How to walk; the same seed gives the same walk on every machine. */
export interface WalkOptions {
  readonly seed: number;
  /** Steps to take at most; the walk ends earlier in a state without a step. */
  readonly stepsMax: number;
}

/** Takes random steps from a random start state. */
export function walk(program: Program, { seed, stepsMax }: WalkOptions): Path {
  const generator = xoroshiro128plus(seed);
  const start = uniformInt(generator, 0, program.starts.length - 1);
  const steps: number[] = [];
  let words = program.starts[start]!;
  while (steps.length < stepsMax) {
    const next = successors(program, words);
    if (next.length === 0) break;
    const chosen = next[uniformInt(generator, 0, next.length - 1)]!;
    steps.push(chosen.step);
    words = chosen.words;
  }
  return { start, steps };
}
