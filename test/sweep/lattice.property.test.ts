import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasUnsafeSuperset, Lattice, type Answer, type Told } from '../../src/sweep/lattice.js';
import { askAlong, checkMonotonicity } from '../../src/sweep/monotonicity.js';
import { firstOf, meets, membersOf, only, subsetsOf, within, type Subset } from '../../src/sweep/sets.js';

/** What is safe, told of every subset of so many candidates. */
interface Truth {
  readonly size: number;
  readonly safe: (set: Subset) => boolean;
}

const subsets = (size: number): Subset[] => [...subsetsOf(firstOf(size))];
const sorted = (family: Iterable<Subset>): Subset[] => [...family].sort((a, b) => (a < b ? -1 : Number(a > b)));

/** Safe is what contains one of some sets. */
const monotone: fc.Arbitrary<Truth> = fc.integer({ min: 0, max: 7 }).chain((size) =>
  fc.array(fc.bigInt({ min: 0n, max: firstOf(size) }), { maxLength: 6 }).map((seeds) => ({
    size,
    safe: (set: Subset) => seeds.some((seed) => within(seed, set)),
  })));

/** Anything may be safe. */
const arbitrary: fc.Arbitrary<Truth> = fc.integer({ min: 0, max: 6 }).chain((size) =>
  fc.array(fc.boolean(), { minLength: 2 ** size, maxLength: 2 ** size }).map((table) => ({
    size,
    safe: (set: Subset) => table[Number(set)]!,
  })));

const minimalSafe = ({ size, safe }: Truth): Subset[] =>
  subsets(size).filter((set) => safe(set) && subsets(size).every((other) => other === set || !within(other, set) || !safe(other)));

const maximalUnsafe = ({ size, safe }: Truth): Subset[] =>
  subsets(size).filter((set) => !safe(set) && subsets(size).every((other) => other === set || !within(set, other) || safe(other)));

/** A lattice over a truth. Answers depend on all candidates, or on those that a set of the truth's own asks for. */
function latticeOf({ size, safe }: Truth, asks = (): readonly number[] => membersOf(firstOf(size))): { lattice: Lattice<Told>; asked: Subset[] } {
  const asked: Subset[] = [];
  const tell = (set: Subset): Promise<Told> => {
    asked.push(set);
    return Promise.resolve({ answer: safe(set) ? 'safe' : 'unsafe', asked: asks() });
  };
  return { lattice: new Lattice(firstOf(size), tell), asked };
}

/** Decisions down to an answer, each by one candidate that has not been asked for before. */
type Tree = boolean | { readonly candidate: number; readonly having: Tree; readonly lacking: Tree };

const treeOf = (left: readonly number[], depth: number): fc.Arbitrary<Tree> =>
  left.length === 0 || depth === 0
    ? fc.boolean()
    : fc.oneof(
        { weight: 1, arbitrary: fc.boolean() },
        {
          weight: 4,
          arbitrary: fc.constantFrom(...left).chain((candidate) => {
            const below = treeOf(left.filter((other) => other !== candidate), depth - 1);
            return fc.record({ candidate: fc.constant(candidate), having: below, lacking: below });
          }),
        },
      );

function tellBy(tree: Tree, set: Subset): Told {
  const asked: number[] = [];
  let at = tree;
  while (typeof at === 'object') {
    asked.push(at.candidate);
    at = within(only(at.candidate), set) ? at.having : at.lacking;
  }
  return { answer: at ? 'safe' : 'unsafe', asked };
}

describe('a lattice', () => {
  it('has all minimal safe and all maximal unsafe sets of a monotone oracle, each set asked for once', async () => {
    await fc.assert(
      fc.asyncProperty(monotone, async (truth) => {
        const { lattice, asked } = latticeOf(truth);
        await lattice.ask(0n);
        await lattice.settle();
        expect(sorted(lattice.minimalSafe)).toEqual(sorted(minimalSafe(truth)));
        expect(sorted(lattice.maximalUnsafe)).toEqual(sorted(maximalUnsafe(truth)));
        expect(new Set(asked).size).toBe(asked.length);
        expect((await checkMonotonicity(lattice)).harms).toEqual([]);
      }),
    );
  });

  it('has the minimal safe and the maximal unsafe sets of any oracle once it has asked for everything', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (truth) => {
        const { lattice } = latticeOf(truth);
        expect(await lattice.askAll(2 ** truth.size)).toBe(true);
        await lattice.settle();
        expect(sorted(lattice.minimalSafe)).toEqual(sorted(minimalSafe(truth)));
        expect(sorted(lattice.maximalUnsafe)).toEqual(sorted(maximalUnsafe(truth)));
        for (const set of subsets(truth.size)) expect(lattice.demands.every((demand) => meets(set, demand))).toBe(truth.safe(set));
      }),
    );
  });

  it('is right for all that it has asked of any oracle', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.array(fc.nat(63), { maxLength: 5 }), async (truth, more) => {
        const { lattice } = latticeOf(truth);
        await lattice.settle();
        for (const set of more) await lattice.ask(BigInt(set) & firstOf(truth.size));
        await lattice.settle();
        for (const { least, told: { answer } } of lattice.known) {
          expect(lattice.demands.every((demand) => meets(least, demand))).toBe(answer === 'safe');
        }
        for (const set of lattice.minimalSafe) expect(truth.safe(set)).toBe(true);
      }),
    );
  });

  it('has the right sets where an answer holds for many, and asks for each answer once', async () => {
    const size = 6;
    await fc.assert(
      fc.asyncProperty(treeOf(membersOf(firstOf(size)), 4), async (tree) => {
        const truth = { size, safe: (set: Subset) => tellBy(tree, set).answer === 'safe' };
        let asked = 0;
        const lattice = new Lattice(firstOf(size), (set) => (asked++, Promise.resolve(tellBy(tree, set))));
        expect(await lattice.askAll(64)).toBe(true);
        expect(asked).toBe(lattice.known.length);
        await lattice.settle();
        expect(asked).toBe(lattice.known.length);
        expect(sorted(lattice.minimalSafe)).toEqual(sorted(minimalSafe(truth)));
        expect(sorted(lattice.maximalUnsafe)).toEqual(sorted(maximalUnsafe(truth)));
        for (const set of subsets(size)) expect(lattice.demands.every((demand) => meets(set, demand))).toBe(truth.safe(set));
      }),
    );
  });

  it('says when everything is too much', async () => {
    const { lattice, asked } = latticeOf({ size: 4, safe: () => true });
    expect(await lattice.askAll(15)).toBe(false);
    expect(asked).toHaveLength(15);
    expect(await lattice.askAll(17)).toBe(true);
  });

  it('asks for a few sets of many', async () => {
    // Safe is one of each pair of twenty candidates: 1024 minimal safe sets, ten maximal unsafe ones.
    const pairs = Array.from({ length: 10 }, (_, i) => only(2 * i) | only(2 * i + 1));
    const { lattice, asked } = latticeOf({ size: 20, safe: (set) => pairs.every((pair) => (pair & set) !== 0n) });
    await lattice.settle();
    expect(lattice.minimalSafe).toHaveLength(1024);
    expect(lattice.maximalUnsafe).toHaveLength(10);
    // Each minimal safe set is asked for, once; the maximal unsafe sets cost 96 questions more.
    expect(asked.length).toBe(1024 + 96);
  });

  it('counts what a limit leaves open as unsafe', async () => {
    const answer = (set: Subset): Answer => (set === 0b11n ? 'safe' : set === 0b01n ? 'open' : 'unsafe');
    const lattice = new Lattice(firstOf(2), (set) => Promise.resolve({ answer: answer(set), asked: [0, 1] }));
    await lattice.settle();
    expect(lattice.minimalSafe).toEqual([0b11n]);
    expect(sorted(lattice.maximalUnsafe)).toEqual([0b01n, 0b10n]);
  });

  it('knows which safe sets have unsafe supersets', async () => {
    const { lattice } = latticeOf({ size: 2, safe: (set) => set !== 0b01n });
    await lattice.askAll(4);
    await lattice.settle();
    expect(lattice.minimalSafe).toEqual([0n]);
    expect(hasUnsafeSuperset(lattice, 0n)).toBe(true);
    expect(hasUnsafeSuperset(lattice, 0b10n)).toBe(false);
    expect(lattice.demands).toEqual([{ given: 0b01n, oneOf: 0b10n }]);
  });
});

describe('the check of monotonicity', () => {
  it('finds harm where there is any among the sets asked for, and says which candidate does it', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (truth) => {
        const { lattice } = latticeOf(truth);
        await lattice.askAll(64);
        const { pairs, harms } = await checkMonotonicity(lattice);
        expect(pairs).toBe(3 ** truth.size - 2 ** truth.size);
        const harmful = membersOf(firstOf(truth.size)).filter((member) =>
          subsets(truth.size).some((set) => truth.safe(set) && !truth.safe(set | only(member))));
        expect(harms.length > 0).toBe(harmful.length > 0);
        for (const { set, member } of harms) expect([truth.safe(set), truth.safe(set | only(member))]).toEqual([true, false]);
      }),
    );
  });

  it('follows a random way from nothing to everything, the same for the same seed', async () => {
    const truth: Truth = { size: 12, safe: (set) => membersOf(set).length > 4 };
    const [first, second, other] = await Promise.all([7, 7, 8].map(async (seed) => {
      const { lattice, asked } = latticeOf(truth);
      await askAlong(lattice, firstOf(12), { places: 3, seed });
      return asked;
    }));
    expect(first!.map((set) => membersOf(set).length)).toEqual([3, 6, 9]);
    expect(first!.every((set, i) => i === 0 || within(first![i - 1]!, set))).toBe(true);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
