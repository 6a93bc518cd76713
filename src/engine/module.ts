/** What the modules of all models have in common, in whatever language they are. */
import { batchSize, type Buffers, type Emitted } from './emit.js';
import { ModelError } from './interpret.js';
import type { ArrayName } from './target.js';

/** A module that runs, with the arrays that it works on. */
export interface Running {
  readonly emitted: Emitted;
  readonly arrays: Arrays<Int32Array>;
}

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

/** The arrays by name. */
export type Arrays<T> = Readonly<Record<Exclude<ArrayName, 'A'>, T>>;

/** The lengths of the arrays. */
export function lengthsOf({ words, room }: Sizes): Arrays<number> {
  return { W: words, M: words + 1, C: 4, B: room * words, H: room, K: room, V: room, L: room, J: room, F: batchSize, P: batchSize };
}

/** The arrays that are read from outside. */
export function buffersIn({ B, H, K, V, L, J, F, P }: Arrays<Int32Array>): Buffers {
  return { states: B, hashes: H, taken: K, violated: V, listed: L, judged: J, filledTo: F, progressTo: P };
}

/** For each array what is made of its length. */
export function each<N extends string, T>(lengths: Readonly<Record<N, number>>, make: (length: number) => T): Readonly<Record<N, T>> {
  return Object.fromEntries(Object.entries<number>(lengths).map(([name, length]) => [name, make(length)])) as Record<N, T>;
}

/** The functions that a target makes of a model; a state is given as the target has it. */
export interface Made<S extends unknown[]> {
  expand(...state: S): void;
  check(...state: S): number;
  cover(...state: S): number;
  end(...state: S): number;
  expandAll(...statesAndTheirNumber: [...S, number]): void;
  judgeAll(listed: number): void;
}

/** The part of a module that counts; `C` is described in `emit.ts`. */
export function counting(C: Int32Array, judgeAll: (listed: number) => void): Pick<Emitted, 'reset' | 'count' | 'progress' | 'expanded' | 'judge'> {
  return {
    reset: () => {
      C[0] = C[1] = C[2] = 0;
    },
    count: () => C[0]!,
    progress: () => C[1]!,
    expanded: () => C[2]!,
    judge: (listed, uncovered) => {
      C[3] = uncovered;
      judgeAll(listed);
      return C[3];
    },
  };
}
