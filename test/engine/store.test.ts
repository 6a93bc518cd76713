import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/engine/arena.js';
import type { StoreLoops } from '../../src/engine/loops.js';
import { known } from '../../src/engine/slots.js';
import type { StoreOptions } from '../../src/engine/store-options.js';
import { Store } from '../../src/engine/store.js';

type Hash = (state: readonly number[]) => number;

/** The hashes that a test may use: a mixing one, few different ones, one only, and one with the sign bit set. */
const hashFunctions: Record<string, Hash> = {
  mixed: (state) => state.reduce((h, word) => Math.imul(h ^ word, 0x85ebca6b), 1),
  few: (state) => (state.at(-1)! & 3) << 11,
  same: () => 0x7fffffff,
  negative: (state) => Math.imul(state[0]!, 0x9e3779b1) | 0x80000000,
};

/** The loops that a store needs to grow and to digest; a batch is sifted in search.property.test.ts. */
function loopsFor(words: number, hash: Hash): StoreLoops {
  const hashOf = (segment: Int32Array, offset: number): number => hash([...segment.subarray(offset, offset + words)]);
  const hashes: StoreLoops['hashes'] = (segment, count, into, at) => {
    for (let i = 0; i < count; i++) into[at + i] = hashOf(segment, i * words);
  };
  const enter: StoreLoops['enter'] = (table, written, at, first, count, from, to) => {
    for (let i = 0; i < count; i++) {
      const h = written[at + i]!;
      const region = table.regionOf(h);
      if (region < from || region >= to) continue;
      table.count(h);
      let slot = table.home(h);
      while (table.slots[slot] !== 0) slot = table.next(slot, h);
      table.slots[slot] = table.entry(h, first + i);
    }
  };
  const digest: StoreLoops['digest'] = (segment, offset) => segment.subarray(offset, offset + words).reduce((h, word) => Math.imul(h ^ word, 0xc2b2ae35), 7) | 0;
  return { hash: hashOf, digest, hashes, enter } as StoreLoops;
}

const storeOf = (words: number, hash: Hash, more: Partial<StoreOptions> = {}): Store =>
  new Store({ words, childrenMax: 255, loopsOf: () => loopsFor(words, hash), ...more });

interface Seen {
  readonly number: number;
  readonly parent: number;
  readonly words: readonly number[];
}

/** Parents as in a search: the first state starts, and the others come from states before them, in order. */
const parentOf = (number: number): number => (number === 0 ? -1 : Math.floor((number - 1) / 3));

/** Inserts each state as the search does, with a Map of strings beside it; the store must tell the same. */
function compare(words: number, states: readonly (readonly number[])[], hash: Hash, more: Partial<StoreOptions> = {}): Store {
  const store = storeOf(words, hash, more);
  const seen = new Map<string, Seen>();
  const [told, expected]: [number[][], number[][]] = [[], []];
  states.forEach((state) => {
    store.reserve(1);
    const buffer = Int32Array.from([-1, ...state, -1]);
    const old = seen.get(state.join());
    expected.push([old?.number ?? known, old ? known : seen.size]);
    told.push([store.find(buffer, 1, hash(state)), store.insert(buffer, 1, hash(state), parentOf(store.size))]);
    if (!old) seen.set(state.join(), { number: seen.size, parent: parentOf(seen.size), words: state });
    store.expandedTo(Math.max(0, parentOf(store.size)));
  });
  expect(told).toEqual(expected);
  expect(store.size).toBe(seen.size);
  expect([...seen.values()].map((state) => found(store, state, hash))).toEqual([...seen.values()]);
  return store;
}

function found(store: Store, { words }: Seen, hash: Hash): Seen {
  const number = store.find(Int32Array.from(words), 0, hash(words));
  expect(store.segmentOf(number)[store.offsetOf(number)]).toBe(words[0]);
  return { number, parent: store.parentOf(number), words: [...store.wordsOf(number)] };
}

/** Keeps words in memory, as a disk would. */
function inMemory(size: number): Archive {
  const kept = new Map<number, number>();
  return {
    write: (first, words) => words.forEach((word, i) => kept.set(first * size + i, word)),
    read: (first, into) => into.forEach((_, i) => (into[i] = kept.get(first * size + i)!)),
    get bytes() {
      return kept.size * 4;
    },
  };
}

const statesOf = (words: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: words, maxLength: words }), { maxLength: 200, size: 'max' });

describe('the store', () => {
  it.each(Object.keys(hashFunctions))('holds what a Set of strings holds, with %s hashes', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }).chain((words) => fc.tuple(fc.constant(words), statesOf(words))), ([words, states]) => {
        compare(words, states, hashFunctions[name]!);
      }),
      { numRuns: 100 },
    );
  });

  it.each(['mixed', 'negative'])('keeps every state when it grows, with %s hashes', (name) => {
    const states = Array.from({ length: 40_000 }, (_, i) => [i, i >> 3]);
    const store = compare(2, [...states, ...states.slice(0, 100)], hashFunctions[name]!);
    expect(store.size).toBe(40_000);
  });

  it('keeps colliding states apart when it grows', () => {
    const states = Array.from({ length: 3000 }, (_, i) => [i]);
    expect(compare(1, states, hashFunctions['same']!).size).toBe(3000);
  });

  it('tells parents with more than 255 children, and parents without any', () => {
    const store = storeOf(1, hashFunctions['mixed']!, { childrenMax: 1000 });
    const insert = (value: number, parent: number): number => {
      store.reserve(1);
      return store.insert(Int32Array.of(value), 0, hashFunctions['mixed']!([value]), parent);
    };
    insert(0, -1);
    for (let i = 1; i <= 1000; i++) insert(i, 0);
    expect(() => insert(1001, 0)).toThrow('state 0 has too many children');
    insert(1002, 900);
    store.expandedTo(store.size);
    expect([0, 1, 999, 1000, 1001].map((state) => store.parentOf(state))).toEqual([-1, 0, 0, 0, 900]);
  });

  it('makes room for a whole batch before it', () => {
    const store = storeOf(1, ([word]) => word! * 0x9e3779b1);
    const segment = 16_384 * (4 + 1) + 256;
    expect(store.growth(100)).toBe(segment);
    expect(store.growth(10_000)).toBe(8 * 16_384 + segment);
    store.reserve(10_000);
    expect(store.growth(10_000)).toBe(segment);
    for (let i = 0; i < 10_000; i++) store.insert(Int32Array.of(i), 0, i * 0x9e3779b1, parentOf(i));
    expect(store.size).toBe(10_000);
  });

  it('is as it was where there is no memory for a larger table', () => {
    const hash = hashFunctions['mixed']!;
    const store = compare(1, Array.from({ length: 2000 }, (_, i) => [i]), hash);
    const { bytes } = store;
    expect(() => store.reserve(2 ** 45)).toThrow(RangeError);
    expect([store.bytes, store.size]).toEqual([bytes, 2000]);
    for (let i = 0; i < 2000; i++) expect(store.find(Int32Array.of(i), 0, hash([i]))).toBe(i);
    expect(store.find(Int32Array.of(2000), 0, hash([2000]))).toBe(known);
  });

  it('counts the bytes of its segments and of its table', () => {
    const store = storeOf(3, hashFunctions['same']!);
    const table = store.bytes;
    store.reserve(1);
    store.insert(Int32Array.of(1, 2, 3), 0, 1, -1);
    expect(store.bytes - table).toBe(16384 * (3 * 4 + 1) + 256);
  });

  it('grows by quarters near its limit, and is never fuller than three quarters', () => {
    const store = storeOf(1, ([word]) => Math.imul(word!, 0x9e3779b1), { hashCompaction: true });
    const sizes = new Set<number>();
    for (let i = 0; i < 60_000; i++) {
      store.reserve(1);
      store.insert(Int32Array.of(i), 0, Math.imul(i, 0x9e3779b1), parentOf(i));
      sizes.add(store.slots.table.slots.length);
    }
    expect([...sizes]).toEqual([4096, 5120, 6144, 7168, 8192, 10_240, 12_288, 14_336, 16_384, 20_480, 24_576, 28_672, 32_768, 40_960, 49_152, 57_344, 65_536, 81_920]);
    for (let i = 0; i < 60_000; i++) expect(store.find(Int32Array.of(i), 0, Math.imul(i, 0x9e3779b1))).toBe(i);
  });
});

describe('a store that gives up words', () => {
  const states = Array.from({ length: 70_000 }, (_, i) => [i, i >> 3, ~i]);
  const again = [...states, ...states.slice(0, 2000)];

  it.each([['in its archive', inMemory(3)], ['by two hashes', undefined]])('finds every state %s', (_, archive) => {
    const hash = hashFunctions['mixed']!;
    const store = storeOf(3, hash, archive ? { archive, memoryBytesMax: 1 } : { hashCompaction: true });
    for (const state of again) {
      // Nothing is enough, but all that can be given up is.
      if (store.size % 5000 === 0) expect(store.fits(0, 0)).toBe(!archive);
      store.reserve(1);
      store.insert(Int32Array.from(state), 0, hash(state), parentOf(store.size));
      store.expandedTo(Math.max(0, parentOf(store.size)));
    }
    expect(store.size).toBe(70_000);
    const digested = [0, 1, 2, 3, 4].map((each) => store.arena.isDigested(each));
    // Of the states those expanded are given up first; compact stores keep the others.
    expect(digested).toEqual(archive ? [true, true, true, true, false] : [true, false, false, false, false]);
    states.forEach((state, number) => {
      expect(store.find(Int32Array.from(state), 0, hash(state))).toBe(number);
      if (archive && number % 1000 === 0) expect([...store.wordsOf(number)]).toEqual(state);
    });
    if (!archive) expect(() => store.wordsOf(0)).toThrow('the states were compacted, and their words are gone');
  });
});

describe('hashes that are not like random ones', () => {
  it('need more memory than there is, and never make a search endless', () => {
    const hash: Hash = ([word]) => word! | 0x80000000;
    const store = storeOf(1, hash);
    const fill = (): void => {
      for (let i = 0; i < 100_000; i++) {
        store.reserve(1);
        store.insert(Int32Array.of(i), 0, hash([i]), parentOf(store.size));
      }
    };
    expect(fill).toThrow(new RangeError('array length: a region of the table is full'));
    expect(store.size).toBeGreaterThan(2000);
  });
});
