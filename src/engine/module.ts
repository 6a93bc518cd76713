/** What the modules of all models have in JavaScript, in whatever language the rest of them is: buffers, and loops over the store. */
import { batchSize, type Buffers, type Emitted, type Running } from './emit.js';
import { ModelError } from './interpret.js';
import { loopNames, storeLoops } from './loops.js';
import type { ArrayName } from './target.js';

/** How large the buffers are: words of a state, and states. */
export interface Sizes {
  readonly words: number;
  readonly room: number;
}

/** Raises a fault. */
export type Fault = (site: number, value: number) => never;

/** Raises the faults with these messages. */
export function faultsOf(messages: readonly string[]): Fault {
  return (site, value) => {
    throw new ModelError(`${messages[site]} ${value}`);
  };
}

/** The arrays that a module works on, by name. */
export type Arrays<T> = Readonly<Record<Exclude<ArrayName, 'A'>, T>>;

/** The lengths of the arrays. */
export function lengthsOf({ words, room }: Sizes): Arrays<number> {
  return { W: words, M: words + 1, C: 4, B: room * words, H: room, K: room, V: room, L: room, J: room, F: batchSize, P: batchSize };
}

/**
 * Starts a module: the functions of the source, which include `expandAll` and `judgeAll`, with what they are given by
 * name, and the loops.
 */
export function start(
  source: readonly string[],
  sizes: Sizes,
  arrays: Arrays<Int32Array>,
  given: Readonly<Record<string, unknown>>,
): Running {
  const all = { ...arrays, ...given };
  const text = [
    "'use strict';",
    `const { ${Object.keys(all).join(', ')} } = given;`,
    'const reset = () => { C[0] = C[1] = C[2] = 0; }, count = () => C[0], progress = () => C[1], expanded = () => C[2];',
    ...source,
    `function expandSome(A, o, n) { expandAll(A, o, Math.min(n, ${batchSize} - C[2])); }`,
    'function judge(n, uncovered) { C[3] = uncovered; judgeAll(n); return C[3]; }',
    storeLoops(sizes.words, sizes.room),
    `return { expand, check, cover, end, hash, reset, count, progress, expandSome, expanded, judge, ${loopNames.join(', ')} };`,
  ].join('\n');
  // The text is made from the model's own trees and holds numbers and operators only.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const instantiate = new Function('given', text) as (given: unknown) => Emitted;
  return { ...instantiate(all), ...buffersIn(arrays) };
}

function buffersIn({ B, H, K, V, L, J, F, P }: Arrays<Int32Array>): Buffers {
  return { states: B, hashes: H, taken: K, violated: V, listed: L, judged: J, filledTo: F, progressTo: P };
}

/** For each array what is made of its length. */
export function each<N extends string, T>(lengths: Readonly<Record<N, number>>, make: (length: number) => T): Readonly<Record<N, T>> {
  return Object.fromEntries(Object.entries<number>(lengths).map(([name, length]) => [name, make(length)])) as Record<N, T>;
}
