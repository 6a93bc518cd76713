/** What a store can be asked for. */
import type { Archive } from './arena.js';
import type { StoreLoops } from './loops.js';

/** What a store is made for. */
export interface StoreOptions {
  /** 32-bit words of a state. */
  readonly words: number;
  /** The number of states that may be first found from one state. */
  readonly childrenMax: number;
  /** Of the program that makes the states, for a small or a large store. */
  readonly loopsOf: (large: boolean) => StoreLoops;
  /** Bytes that the store should not exceed; its table grows by less when it comes near. */
  readonly memoryBytesMax?: number;
  /** Where the words of states go that memory is too small for. */
  readonly archive?: Archive | undefined;
  /** Keep no words of states that have been expanded, but 64 bits of hashes. */
  readonly hashCompaction?: boolean;
  /** Take memory that threads can share. */
  readonly isShared?: boolean;
  /** Has the system take back memory that nobody needs. */
  readonly collect?: (() => void) | undefined;
}
