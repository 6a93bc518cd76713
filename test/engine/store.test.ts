import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreLoops } from '../../src/engine/loops.js';
import { known, Store } from '../../src/engine/store.js';

type Hash = (state: readonly number[]) => number;

/** The hashes that a test may use: a mixing one, few different ones, one only, and one with the sign bit set. */
const hashes: Record<string, Hash> = {
  mixed: (state) => state.reduce((h, word) => Math.imul(h ^ word, 0x85ebca6b), 1),
  few: (state) => (state.at(-1)! & 3) << 11,
  same: () => 0x7fffffff,
  negative: (state) => state[0]! | 0x80000000,
};

/** The one loop that a store needs to grow; a batch is sifted in search.property.test.ts. */
function loopsFor(words: number, hash: Hash): StoreLoops {
  const enter: StoreLoops['enter'] = (table, slotMask, segment, first, count) => {
    for (let i = 0; i < count; i++) {
      const h = hash([...segment.subarray(i * words, (i + 1) * words)]);
      let slot = h & slotMask;
      while (table[slot] !== 0) slot = (slot + 1) & slotMask;
      table[slot] = (h & ~slotMask) | (first + i + 1);
    }
  };
  return { enter } as StoreLoops;
}

interface Seen {
  readonly number: number;
  readonly parent: number;
  readonly step: number;
  readonly words: readonly number[];
}

/** Inserts each state as the search does, with a Map of strings beside it; the store must tell the same. */
function compare(words: number, states: readonly (readonly number[])[], hash: Hash, stepsMax = 7): Store {
  const store = new Store(words, stepsMax, () => loopsFor(words, hash));
  const seen = new Map<string, Seen>();
  const [told, expected]: [number[][], number[][]] = [[], []];
  states.forEach((state, i) => {
    store.reserve(1);
    const buffer = Int32Array.from([-1, ...state, -1]);
    const old = seen.get(state.join());
    expected.push([old?.number ?? known, old ? known : seen.size]);
    told.push([store.find(buffer, 1, hash(state)), store.insert(buffer, 1, hash(state), i - 1, i % stepsMax)]);
    if (!old) seen.set(state.join(), { number: seen.size, parent: i - 1, step: i % stepsMax, words: state });
  });
  expect(told).toEqual(expected);
  expect(store.size).toBe(seen.size);
  expect([...seen.values()].map((state) => found(store, state, hash))).toEqual([...seen.values()]);
  return store;
}

function found(store: Store, { words }: Seen, hash: Hash): Seen {
  const number = store.find(Int32Array.from(words), 0, hash(words));
  const at = { parent: store.parentOf(number), step: store.stepOf(number), words: [...store.wordsOf(number)] };
  expect(store.segmentOf(number)[store.offsetOf(number)]).toBe(words[0]);
  return { number, ...at };
}

const statesOf = (words: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: words, maxLength: words }), { maxLength: 200, size: 'max' });

describe('the store', () => {
  it.each(Object.keys(hashes))('holds what a Set of strings holds, with %s hashes', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }).chain((words) => fc.tuple(fc.constant(words), statesOf(words))), ([words, states]) => {
        compare(words, states, hashes[name]!);
      }),
      { numRuns: 100 },
    );
  });

  it.each(['mixed', 'negative'])('keeps every state when it grows, with %s hashes', (name) => {
    const states = Array.from({ length: 40_000 }, (_, i) => [i, i >> 3]);
    const store = compare(2, [...states, ...states.slice(0, 100)], hashes[name]!);
    expect(store.size).toBe(40_000);
  });

  it('keeps colliding states apart when it grows', () => {
    const states = Array.from({ length: 3000 }, (_, i) => [i]);
    expect(compare(1, states, hashes['same']!).size).toBe(3000);
  });

  it('holds step numbers above 16 bits', () => {
    const store = new Store(1, 0x20000, () => loopsFor(1, hashes['same']!));
    store.reserve(1);
    store.insert(Int32Array.of(5), 0, 1, -1, 0x1fffe);
    expect(store.stepOf(0)).toBe(0x1fffe);
  });

  it('makes room for a whole batch before it', () => {
    const store = new Store(1, 1, () => loopsFor(1, ([word]) => word! * 7));
    const before = store.bytes;
    expect(store.growth(100)).toBe(0);
    expect(store.growth(10_000)).toBe(2 * before);
    store.reserve(10_000);
    expect(store.growth(10_000)).toBe(0);
    for (let i = 0; i < 10_000; i++) store.insert(Int32Array.of(i), 0, i * 7, -1, 0);
    expect(store.size).toBe(10_000);
  });

  it('counts the bytes of its segments and of its table', () => {
    const store = new Store(3, 1, () => loopsFor(3, hashes['same']!));
    const table = store.bytes;
    store.reserve(1);
    store.insert(Int32Array.of(1, 2, 3), 0, 1, -1, 0);
    expect(store.bytes - table).toBe(16384 * (3 * 4 + 4 + 2));
  });
});
