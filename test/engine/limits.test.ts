import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, Search, search, unlimited, type Limits, type Outcome, type SearchOptions } from '../../src/index.js';
import { randomModel } from './random-model.js';
import { tapes } from './random-trees.js';
import { grid } from './toys.js';

const never = { verdict: 'holds', states: 10_201, depth: 200 };
const limited = (limits: Partial<Limits>, options: Partial<SearchOptions> = {}): Outcome =>
  search(compile(grid(100)), { ...options, limits: { ...unlimited, ...limits } });

/** A clock that is ten milliseconds on at each look. */
function ticking(): () => number {
  let now = 5000;
  return () => (now += 10);
}

describe('a limit', () => {
  it('of states ends the search soon after it', () => {
    const outcome = limited({ statesMax: 500 });
    expect(outcome).toMatchObject({ verdict: 'unknown', limit: 'states' });
    expect(outcome.states).toBeGreaterThan(500);
    expect(outcome.states).toBeLessThan(500 + 1000);
    expect(outcome.frontier).toBeGreaterThan(0);
  });

  it('of steps ends it at that depth, states of it found and not expanded', () => {
    expect(limited({ depthMax: 3 })).toMatchObject({ verdict: 'unknown', limit: 'depth', states: 10, transitions: 12, depth: 3, frontier: 4 });
    expect(limited({ depthMax: 0 })).toMatchObject({ verdict: 'unknown', limit: 'depth', states: 1, transitions: 0, depth: 0, frontier: 1 });
  });

  it('of memory ends it before the table or another batch would exceed it', () => {
    const outcome = limited({ memoryBytesMax: 120_000 });
    expect(outcome).toMatchObject({ verdict: 'unknown', limit: 'memory' });
    expect(outcome.memoryBytes).toBeLessThanOrEqual(120_000);
    expect(outcome.states).toBeGreaterThan(1000);
  });

  it('of memory below the first segment ends it at the start', () => {
    expect(limited({ memoryBytesMax: 1000 })).toMatchObject({ verdict: 'unknown', limit: 'memory', states: 1, transitions: 0 });
  });

  it('of time ends it by the clock that it is given', () => {
    const outcome = limited({ timeMsMax: 100 }, { clock: ticking() });
    expect(outcome).toMatchObject({ verdict: 'unknown', limit: 'time' });
    expect(outcome.timeMs).toBeGreaterThan(100);
    expect(outcome.states).toBeLessThan(1000);
    expect(() => limited({ timeMsMax: 100 })).toThrow(new TypeError('a time limit needs a clock'));
  });

  it('beside a violation found before leaves the verdict violated', () => {
    const model = grid(100, (m, x) => m.invariant('small', x.below(3)));
    const outcome = search(compile(model), { limits: { ...unlimited, depthMax: 9 } });
    expect(outcome).toMatchObject({ verdict: 'violated', limit: 'depth', violations: [{ property: 'small', length: 3 }] });
  });

  it('beyond the space is not reported', () => {
    const exact = { statesMax: 10_201, depthMax: 201, timeMsMax: 100_000, memoryBytesMax: 10_000_000 };
    const outcome = limited(exact, { clock: ticking() });
    expect(outcome).toMatchObject(never);
    expect(outcome.limit).toBeUndefined();
    expect(limited({ depthMax: 200 })).toMatchObject({ verdict: 'unknown', limit: 'depth', states: 10_201, frontier: 1 });
  });

  it('is reported if and only if states were left', () => {
    const small = { faults: false, constants: true, small: true };
    const some = fc.tuple(fc.nat(60), fc.nat(8));
    fc.assert(
      fc.property(tapes, some, (tape, [statesMax, depthMax]) => {
        const program = compile(randomModel(tape, small));
        const outcome = search(program, { limits: { ...unlimited, statesMax, depthMax } });
        const full = search(program, { limits: unlimited });
        expect(outcome.limit !== undefined).toBe(outcome.frontier > 0);
        if (outcome.limit === undefined) expect(outcome).toEqual(full);
        for (const violation of outcome.violations) expect(full.violations).toContainEqual(violation);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an interrupt', () => {
  it('ends the search with what is known so far', () => {
    const running = new Search(compile(grid(100)), { limits: unlimited });
    for (let level = 0; level < 4; level++) expect(running.advance(1)).toBe(false);
    running.interrupt();
    expect(running.advance(1)).toBe(true);
    expect(running.outcome()).toMatchObject({ verdict: 'unknown', limit: 'interrupted', depth: 4, states: 15, frontier: 5 });
  });

  it('may come from a caller that knows of another limit', () => {
    const running = new Search(compile(grid(100)), { limits: unlimited });
    running.interrupt('time');
    expect(running.outcome()).toMatchObject({ verdict: 'unknown', limit: 'time', states: 1 });
  });

  it('after the end changes nothing', () => {
    const running = new Search(compile(grid(2)), { limits: unlimited });
    while (!running.advance(1));
    const before = running.outcome();
    running.interrupt();
    expect(running.outcome()).toEqual(before);
  });
});
