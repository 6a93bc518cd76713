/** Shards and the comparison of answers, on made-up results. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/sweep/job.js';
import { agree, isLasting, jobsOfShard, moreOf, shortestOf, verdictOf } from '../../src/sweep/plan.js';

const answer: Result = {
  kernel: 'k',
  arch: 'a',
  asked: [],
  observation: 'Never',
  vacuous: false,
  violations: [],
  states: 10,
  transitions: 20,
  depth: 5,
  outOfMemory: 0,
  uncovered: [],
};
const violated = (length: number): Result => ({ ...answer, violations: [{ property: 'p', length }] });
const cut = (limit: string, depth: number, states = 7): Result => ({ ...answer, limit, depth, states });

const results = fc.record({
  states: fc.nat(3),
  depth: fc.nat(4),
  length: fc.option(fc.nat(4)),
  limit: fc.option(fc.constantFrom('states', 'memory', 'depth', 'time')),
}).map(({ states, depth, length, limit }): Result => ({
  ...answer,
  states,
  depth,
  violations: length === null ? [] : [{ property: 'p', length }],
  ...(limit !== null && { limit }),
}));

describe('shards', () => {
  it('part the jobs, whatever their number', () => {
    fc.assert(fc.property(fc.nat(200), fc.integer({ min: 1, max: 300 }), (jobs, of) => {
      const shards = Array.from({ length: of }, (_, index) => jobsOfShard(jobs, { index, of }));
      const sizes = shards.map(({ length }) => length);
      expect(shards.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: jobs }, (_, i) => i));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }));
  });
});

describe('answers', () => {
  it('have a verdict and a shortest trace', () => {
    expect([answer, violated(3), cut('time', 2)].map(verdictOf)).toEqual(['holds', 'violated', 'unknown']);
    expect(shortestOf({ violations: [{ property: 'p', length: 4 }, { property: 'q', length: 3 }] })).toBe(3);
    expect(shortestOf(answer)).toBeUndefined();
  });

  it('must be equal, unless time or memory cut one short that the other does not refute', () => {
    expect(agree(answer, { ...answer })).toBe(true);
    expect(agree(answer, { ...answer, transitions: 21 })).toBe(false);
    expect(agree(cut('states', 4), cut('states', 4, 8))).toBe(false);
    expect(agree(cut('time', 4), cut('time', 3, 8))).toBe(true);
    expect(agree(cut('memory', 4), answer)).toBe(true);
    expect([agree(cut('time', 4), violated(4)), agree(cut('time', 4), violated(3))]).toEqual([true, false]);
    expect([agree(violated(3), { ...violated(3), limit: 'time', states: 9 }), agree(violated(3), { ...violated(2), limit: 'time' })]).toEqual([true, false]);
    expect(agree({ ...violated(3), limit: 'time' }, answer)).toBe(false);
  });

  it('agree, and give way to each other, in either order alike', () => {
    fc.assert(fc.property(results, results, (a, b) => {
      expect(agree(a, b)).toBe(agree(b, a));
      expect(moreOf(a, b)).toEqual(moreOf(b, a));
      expect(agree(a, a)).toBe(true);
      if (isLasting(a) && !isLasting(b)) expect(moreOf(a, b)).toBe(a);
    }));
  });
});
