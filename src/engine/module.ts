/** What the modules of all models have in common, in whatever language they are. */
import { ModelError } from './interpret.js';
import type { ArrayName } from './target.js';

/** What an emitted module offers; most functions read one state of a segment. */
export interface Emitted {
  expand(segment: Int32Array, offset: number): void;
  check(segment: Int32Array, offset: number): number;
  cover(segment: Int32Array, offset: number): number;
  end(segment: Int32Array, offset: number): number;
  reset(): void;
  /** Successors in the buffers. */
  count(): number;
  /** Of these, the ones that steps other than spontaneous ones lead to. */
  progress(): number;
  /** Expands that many states or fewer, until there are enough successors for a batch; `reset` comes before. */
  expandSome(segment: Int32Array, offset: number, states: number): void;
  /** The number of states that {@link Emitted.expandSome} has expanded since `reset`; right when it has thrown an error, too. */
  expanded(): number;
  /** Replaces successors, from one position to before another, by the least states of their orbits; does nothing without symmetry. */
  canonize(from: number, to: number): void;
  /** Checks the first of the listed successors; of the covers in the mask, returns the ones that none of them meets. */
  judge(listed: number, uncovered: number): number;
}

/** What a module writes successors to, and where the store lists those that it has not found. */
export interface Buffers {
  readonly states: Int32Array;
  readonly hashes: Int32Array;
  readonly taken: Int32Array;
  /** Masks of the properties that the transition itself violated. */
  readonly violated: Int32Array;
  /** Positions of the successors that the store has not found; see {@link Store.sift}. */
  readonly listed: Int32Array;
  /** Masks of the properties that the listed successors violate; see {@link Emitted.judge}. */
  readonly judged: Int32Array;
  /** For each state that `expandSome` has expanded, `count` and `progress` after it. */
  readonly filledTo: Int32Array;
  readonly progressTo: Int32Array;
  /** The sizes of the successors' orbits, after {@link Emitted.canonize}; 1 without symmetry. */
  readonly orbits: Int32Array;
}

/** Successors are collected in batches of at least this many, so that table probes overlap. */
export const batchSize = 256;

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

/** A translated model, which any thread can start: plain data. */
export interface Translated<E extends keyof Code = keyof Code> {
  readonly emitter: E;
  readonly sizes: Sizes;
  /** The messages of the faults, which the code raises by number. */
  readonly faults: readonly string[];
  /** The constant tables that the code reads, where it does not hold them itself. */
  readonly tables: Int32Array;
  readonly code: Code[E];
}

/** By the language, what the code of a module is: a compiled module, or a text. */
interface Code {
  readonly webassembly: object;
  readonly javascript: string;
}

/** The languages that a model can be translated to. */
export type Emitter = keyof Code;

/** Raises a fault. */
type Fault = (site: number, value: number) => never;

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
  return { W: words, M: words + 1, C: 4, B: room * words, H: room, K: room, V: room, L: room, J: room, F: batchSize, P: batchSize, O: room, Z: words + 2 };
}

/** The arrays that are read from outside. */
export function buffersIn({ B, H, K, V, L, J, F, P, O }: Arrays<Int32Array>): Buffers {
  return { states: B, hashes: H, taken: K, violated: V, listed: L, judged: J, filledTo: F, progressTo: P, orbits: O };
}

/** For each array what is made of its length. */
export function each<N extends string, T>(lengths: Readonly<Record<N, number>>, make: (length: number) => T): Readonly<Record<N, T>> {
  return Object.fromEntries(Object.entries<number>(lengths).map(([name, length]) => [name, make(length)])) as Record<N, T>;
}

/** The functions that a target makes of a model; a state is given as the target has it. */
export interface Made<S extends unknown[]> {
  readonly expand: (...state: S) => void;
  readonly check: (...state: S) => number;
  readonly cover: (...state: S) => number;
  readonly end: (...state: S) => number;
  readonly expandAll: (...statesAndTheirNumber: [...S, number]) => void;
  readonly judgeAll: (listed: number) => void;
  /** Absent without symmetry. */
  readonly canonizeAll?: (from: number, to: number) => void;
}

/** The names of these functions. */
export function exportsOf(symmetric: boolean): string[] {
  return ['expand', 'check', 'cover', 'end', 'expandAll', 'judgeAll', ...(symmetric ? ['canonizeAll'] : [])];
}

/** The part of a module that needs no state handed over; `C` is described in `emit.ts`. */
export function counting(
  { C, O }: Pick<Arrays<Int32Array>, 'C' | 'O'>,
  { judgeAll, canonizeAll }: Pick<Made<never[]>, 'judgeAll' | 'canonizeAll'>,
): Pick<Emitted, 'reset' | 'count' | 'progress' | 'expanded' | 'judge' | 'canonize'> {
  O.fill(1);
  return {
    canonize: canonizeAll ?? (() => undefined),
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
