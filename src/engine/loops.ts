/**
 * The loops over a batch that wait for memory. In a large table they run two to three times as fast with buffers that
 * are constants: the fewer instructions between two reads of the table, the more of their cache misses overlap. For
 * the same reason each is a pass of its own. So a large search has loops emitted for itself; small ones share
 * theirs with all models whose states have as many words, and find them compiled and optimized.
 *
 *   B, H  the words and the hashes of the batch's successors
 *   L     positions of the successors that are still in question; G  their hashes
 *   E     the slot that each of them met, then the number of the state found there plus one
 *   R     by the low bits of a hash, the last state that had it; M masks them
 */

import { digestFunction, hashFunction } from './hash.js';
import { script } from './script.js';
import type { Table } from './table.js';

/** States of one segment of the store, as a power of two. */
export const segmentBits = 14;

/** States of one segment. */
export const segmentStates = 1 << segmentBits;

/** The emitted loops of a {@link Store}. */
export interface StoreLoops {
  /** The hash that the steps compute for their successors. */
  readonly hash: (segment: Int32Array, offset: number) => number;
  /** Another hash, independent of that one. */
  readonly digest: (segment: Int32Array, offset: number) => number;
  /** Lists the successors of a batch, without those that repeat an earlier one; returns how many. */
  distinct(count: number): number;
  /** Reads the first slot of each listed successor. */
  probe(table: Table, listed: number): void;
  /** Goes on to the first slot that is empty or has the same bits of the hash. */
  settle(table: Table, listed: number): void;
  /** Touches the states found, so that their cache misses overlap. */
  touch(segments: readonly Int32Array[], listed: number): void;
  /** Keeps the listed successors that differ from the state found, or whose state has no words any more; returns how many. */
  unknown(segments: readonly Int32Array[], listed: number): number;
  /** Copies states, whose positions are listed from a place on, to a segment, one after the other. */
  copy(words: Int32Array, which: Int32Array, at: number, count: number, segment: Int32Array, offset: number): void;
  /** Writes down the hashes of the first states of a segment, from a place on. */
  hashes(segment: Int32Array, count: number, into: Int32Array, at: number): void;
  /**
   * Enters states by their hashes, which are written down from a place on, in a table without them; the first has this
   * number. Only those whose regions are from one to before another; throws a RangeError where a region is too small.
   */
  enter(table: Table, hashes: Int32Array, at: number, first: number, count: number, from: number, to: number): void;
}

/** The buffers that the loops work on. */
export interface LoopBuffers {
  readonly B: Int32Array;
  readonly H: Int32Array;
  readonly L: Int32Array;
}

/** Words of states that are remembered to find repeats, at most, in a small and in a large search. */
const recentWords = { small: 1 << 12, large: 1 << 15 };

type Factory = (buffers: LoopBuffers, room: number, recent: number) => StoreLoops;
const factories = new Map<number, Factory>();
let emitted = 0;

/** The loops for states of this many words that all models share; `room` is the length of the buffers. */
export function sharedLoops(words: number, buffers: LoopBuffers, room: number): StoreLoops {
  const factory = factories.get(words) ?? emitLoops(words);
  factories.set(words, factory);
  return factory(buffers, room, recentOf(words, recentWords.small));
}

/** Loops of its own for a large search. */
export function ownLoops(words: number, buffers: LoopBuffers, room: number): StoreLoops {
  return emitLoops(words)(buffers, room, recentOf(words, recentWords.large));
}

/** A power of two of states that have so many words together, or fewer. */
const recentOf = (words: number, most: number): number => 2 ** Math.floor(Math.log2(most / (words + 1)));

/** Emits the loops; each time another text, since equal texts share their code. */
function emitLoops(words: number): Factory {
  const target = script();
  hashFunction(words, target);
  digestFunction(words, target);
  const text = [
    `'use strict'; // ${emitted++}`,
    'const { B, H, L } = buffers, G = new Int32Array(room), E = new Int32Array(room + 1);',
    `const M = recent - 1, R = new Int32Array(recent * ${words + 1});`,
    'R[0] = 1;',
    ...target.functions,
    distinct(words),
    probe,
    settle,
    touch(words),
    unknown(words),
    copy(words),
    hashes(words),
    enter,
    'return { hash, digest, distinct, probe, settle, touch, unknown, copy, hashes, enter };',
  ].join('\n');
  // The text holds numbers and operators only.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function('buffers', 'room', 'recent', text) as Factory;
}

const same = (array: string, at: string, words: number): string =>
  Array.from({ length: words }, (_, word) => `${array}[${at} + ${word}] === B[p + ${word}]`).join(' && ');

// An entry of R is a hash and the words of a state. Place 0 is no place for hash 1, so that it matches nothing at first.
const distinct = (words: number): string => `
function distinct(count) {
  let listed = 0;
  for (let i = 0; i < count; i++) {
    const h = H[i], r = Math.imul(h & M, ${words + 1}), p = Math.imul(i, ${words});
    if (R[r] === h && ${same('R', 'r + 1', words)}) continue;
    R[r] = h;
    ${Array.from({ length: words }, (_, word) => `R[r + ${1 + word}] = B[p + ${word}];`).join(' ')}
    G[listed] = h;
    L[listed++] = i;
  }
  return listed;
}`;

// Four at a time; the buffers are long enough to read beyond the last.
const probe = `
function probe(table, listed) {
  const T = table.slots, q = table.quarters, s = table.shift;
  for (let i = 0; i < listed; i += 4) {
    E[i] = T[Math.imul(G[i] >>> 3, q) >>> s];
    E[i + 1] = T[Math.imul(G[i + 1] >>> 3, q) >>> s];
    E[i + 2] = T[Math.imul(G[i + 2] >>> 3, q) >>> s];
    E[i + 3] = T[Math.imul(G[i + 3] >>> 3, q) >>> s];
  }
}`;

const settle = `
function settle(table, listed) {
  const T = table.slots, q = table.quarters, s = table.shift, b = table.bits, z = table.regionSize, m = table.regionMask;
  const t = -1 << b;
  for (let i = 0; i < listed; i++) {
    const h = G[i], tag = h << b;
    let e = E[i];
    if (e !== 0 && ((e ^ tag) & t) !== 0) {
      const end = Math.imul((h >>> 26 & m) + 1, z);
      let slot = Math.imul(h >>> 3, q) >>> s;
      do {
        if (++slot === end) slot = end - z;
        e = T[slot];
      } while (e !== 0 && ((e ^ tag) & t) !== 0);
    }
    E[i] = e & ~t;
  }
}`;

// Without a branch, an empty slot touches state 0. The sum is stored to keep the reads alive.
const touch = (words: number): string => `
function touch(S, listed) {
  let sum = 0;
  for (let i = 0; i < listed; i++) {
    const found = E[i] - 1 | 0, s = found - (found >> 31);
    const A = S[s >>> ${segmentBits}], o = Math.imul(s & ${segmentStates - 1}, ${words});
    if (o < A.length) sum ^= A[o];
  }
  E[listed] = sum;
}`;

const unknown = (words: number): string => `
function unknown(S, listed) {
  let left = 0;
  for (let j = 0; j < listed; j++) {
    const i = L[j], s = E[j] - 1;
    L[left++] = i;
    if (s < 0) continue;
    const A = S[s >>> ${segmentBits}], o = Math.imul(s & ${segmentStates - 1}, ${words});
    const p = Math.imul(i, ${words});
    if (o < A.length && ${same('A', 'o', words)}) left--;
  }
  return left;
}`;

const copy = (words: number): string => `
function copy(W, I, at, count, A, o) {
  for (let i = 0; i < count; i++) {
    const p = Math.imul(I[at + i], ${words});
    ${Array.from({ length: words }, (_, word) => `A[o + ${word}] = W[p + ${word}];`).join(' ')}
    o += ${words};
  }
}`;

const hashes = (words: number): string => `
function hashes(A, count, into, at) {
  for (let i = 0; i < count; i++) into[at + i] = hash(A, Math.imul(i, ${words}));
}`;

// Whose states they are is as good as random, so that a branch would be foreseen half of the time.
const enter = `
function enter(table, hashes, at, first, count, from, to) {
  for (let i = 0; i < count; i += room) enterSome(table, hashes, at + i, first + i, Math.min(room, count - i), from, to);
}
function enterSome(table, hashes, at, first, count, from, to) {
  const T = table.slots, q = table.quarters, s = table.shift, b = table.bits, z = table.regionSize, m = table.regionMask, F = table.filled;
  let mine = 0;
  for (let i = 0; i < count; i++) {
    const h = hashes[at + i], r = h >>> 26 & m;
    G[mine] = h;
    L[mine] = first + i;
    mine += 1 + (r - from >> 31 | to - 1 - r >> 31);
  }
  probe(table, mine);
  for (let i = 0; i < mine; i++) {
    const h = G[i], r = h >>> 26 & m, end = Math.imul(r + 1, z);
    if (++F[r] >= z) throw new RangeError('array length: a region of the table is full');
    let slot = Math.imul(h >>> 3, q) >>> s;
    while (T[slot] !== 0) if (++slot === end) slot = end - z;
    T[slot] = h << b | L[i] + 1;
  }
}`;
