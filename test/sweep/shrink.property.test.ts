import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shrink } from '../../src/sweep/shrink.js';

/** Every list that one item less makes. */
const cuts = (list: readonly number[]): number[][] => list.map((_, i) => list.filter((_item, at) => at !== i));

const lists = fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 10 });

describe('shrink', () => {
  it('ends in something that still shows what it is to show, and of which no single cut does', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.array(lists, { maxLength: 4 }), async (start, needs) => {
        // Shown by a list that holds one of several sets; what it can be cut down to depends on the order of cuts.
        const shows = (list: readonly number[]): boolean => needs.some((need) => need.every((item) => list.includes(item)));
        fc.pre(shows(start));
        const smallest = await shrink<readonly number[]>(start, cuts, (list) => Promise.resolve(shows(list)));
        expect(shows(smallest)).toBe(true);
        expect(cuts(smallest).filter(shows)).toEqual([]);
      }),
    );
  });

  it('returns what it is given where no cut shows it, having tried each once', async () => {
    const tried: number[][] = [];
    const smallest = await shrink<readonly number[]>([1, 2, 3], cuts, (list) => Promise.resolve(tried.push([...list]) < 0));
    expect(smallest).toEqual([1, 2, 3]);
    expect(tried).toEqual([[2, 3], [1, 3], [1, 2]]);
  });

  it('goes on from a cut that shows it without asking about the earlier ones first', async () => {
    const tried: string[] = [];
    await shrink<readonly number[]>([1, 2, 3], cuts, (list) => {
      tried.push(list.join(''));
      return Promise.resolve(list.includes(1));
    });
    expect(tried).toEqual(['23', '13', '1', '']);
  });
});
