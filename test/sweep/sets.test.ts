import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstOf,
  independent,
  maximalOf,
  meets,
  membersOf,
  minimalMeeting,
  minimalOf,
  smallestUnions,
  strongestOf,
  subsetsOf,
  within,
  type Demand,
  type Subset,
} from '../../src/sweep/sets.js';

const size = 6;
const all = [...subsetsOf(firstOf(size))];
const subset = fc.bigInt({ min: 0n, max: firstOf(size) });
const demands = fc.array(fc.record({ given: subset, oneOf: subset }), { maxLength: 7 });
const sorted = (family: readonly Subset[]): Subset[] => [...family].sort((a, b) => Number(a - b));
const meetAll = (set: Subset, of: readonly Demand[]): boolean => of.every((demand) => meets(set, demand));

describe('families of sets', () => {
  it('have their minimal and maximal members, each once', () => {
    expect(minimalOf([0b111n, 0b01n, 0b10n, 0b01n])).toEqual([0b01n, 0b10n]);
    expect(maximalOf([0b011n, 0b01n, 0b110n, 0b110n])).toEqual([0b110n, 0b011n]);
  });

  it('list every subset and every member', () => {
    expect(sorted([...subsetsOf(0b101n)])).toEqual([0n, 1n, 4n, 5n]);
    expect(membersOf(0b1101n)).toEqual([0, 2, 3]);
  });
});

describe('demands', () => {
  it('are met by the minimal sets that trying all sets finds', () => {
    fc.assert(
      fc.property(demands, (of) => {
        expect(sorted(minimalMeeting(of))).toEqual(sorted(minimalOf(all.filter((set) => meetAll(set, of)))));
      }),
    );
  });

  it('are met by the same sets when those that others imply are left out', () => {
    fc.assert(
      fc.property(demands, (of) => {
        const kept = strongestOf(of);
        for (const set of all) expect(meetAll(set, kept)).toBe(meetAll(set, of));
        expect(strongestOf(kept)).toEqual(kept);
      }),
    );
  });

  it('fall into groups without a common candidate, whose minimal sets combine', () => {
    fc.assert(
      fc.property(demands, (of) => {
        const groups = independent(of);
        const about = groups.map((group) => group.reduce((set, { given, oneOf }) => set | given | oneOf, 0n));
        for (const [i, one] of about.entries()) for (const other of about.slice(i + 1)) expect(one & other).toBe(0n);
        const combined = groups.map(minimalMeeting).reduce<Subset[]>((sets, family) => sets.flatMap((a) => family.map((b) => a | b)), [0n]);
        expect(sorted(combined)).toEqual(sorted(minimalMeeting(of)));
      }),
    );
  });
});

describe('the smallest unions', () => {
  it('are the first by size', () => {
    expect(smallestUnions([[0b1n, 0b110n], [0b1000n, 0b110000n]], 3)).toEqual([0b1001n, 0b110001n, 0b1110n]);
    expect(smallestUnions([], 3)).toEqual([0n]);
    expect(smallestUnions([[]], 3)).toEqual([]);
  });

  it('are within the unions of all', () => {
    expect(within(smallestUnions([[0b1n], [0b10n]], 1)[0]!, 0b11n)).toBe(true);
  });
});
