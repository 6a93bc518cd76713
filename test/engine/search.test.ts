import { describe, expect, it } from 'vitest';
import { compile, Model, pathTo, range, Schema, Search, search, traceOf, unlimited, type Outcome } from '../../src/index.js';
import { lufCore } from '../classics/luf-core.js';
import { explore } from './reference.js';
import { grid, lock } from './toys.js';

const limits = unlimited;
const outcomeOf = (model: Model): Outcome => search(compile(model), { limits });
const counts = ({ states, transitions, depth }: Outcome): number[] => [states, transitions, depth];

describe('search', () => {
  it('counts states, transitions, depth, steps taken and ends', () => {
    const { fired, ends, ...outcome } = outcomeOf(grid(3));
    expect(outcome).toMatchObject({ verdict: 'holds', states: 16, transitions: 24, depth: 6, frontier: 0, violations: [], uncovered: [] });
    expect(outcome.limit).toBeUndefined();
    expect([...fired]).toEqual([['move:right', 12], ['move:up', 12]]);
    expect(ends).toEqual([{ name: 'corner', states: [15] }]);
  });

  it('finds the shortest counterexample, and of these the first', () => {
    const program = compile(grid(9, (model, x, y) => model.invariant('apart', x.is(2).and(y.is(1)).not())));
    const running = new Search(program, { limits });
    while (!running.advance(1));
    const { verdict, violations } = running.outcome();
    expect({ verdict, violations }).toEqual({ verdict: 'violated', violations: [{ property: 'apart', state: 7, length: 3 }] });
    const { steps } = traceOf(program, pathTo(running, 7));
    expect(steps.map((step) => step.name)).toEqual(['move:right', 'move:right', 'move:up']);
  });

  it('reports violations in the order of the properties, each with its own shortest length', () => {
    const program = compile(grid(3, (m, x, y) => m.invariant('late', x.plus(y).below(5)).invariant('early', x.below(2))));
    expect(search(program, { limits }).violations).toEqual([
      { property: 'late', state: 13, length: 5 },
      { property: 'early', state: 3, length: 2 },
    ]);
    const early = search(program, { limits, stopAtViolation: true });
    expect(early).toMatchObject({ verdict: 'violated', limit: 'violation', states: 6, depth: 1 });
    const asked = search(program, { limits, stopAtViolation: true, properties: ['late'] });
    expect(asked).toMatchObject({ states: 15, violations: [{ property: 'late', length: 5 }] });
    expect(() => search(program, { limits, properties: ['none'] })).toThrow('the model has no property none');
  });

  it('collects every violation when asked, of each property up to a number, and says where there are more', () => {
    const program = compile(grid(3, (m, x, y) => m.invariant('late', x.plus(y).below(5)).invariant('early', x.below(2))));
    expect(search(program, { limits })).toMatchObject({ sightings: [], uncollected: [] });
    const all = search(program, { limits, sightingsMax: 8 });
    expect(all.sightings.filter(({ property }) => property === 'late').map(({ state }) => state)).toEqual([13, 14, 15]);
    expect(all.sightings.filter(({ property }) => property === 'early').map(({ length }) => length)).toEqual([2, 3, 3, 4, 4, 5, 5, 6]);
    expect(all.uncollected).toEqual([]);
    const some = search(program, { limits, sightingsMax: 3 });
    expect([some.sightings.length, some.uncollected]).toEqual([6, ['early']]);
    expect(some.violations).toEqual(all.violations);
  });

  it('collects each step that violates a property by what it observes', () => {
    const { sightings } = search(compile(lock(2, true)), { limits, sightingsMax: 100, properties: ['exclusive'] });
    expect(new Set(sightings.map(({ state, step }) => `${state} ${step}`)).size).toBe(sightings.length);
    expect(sightings[0]).toEqual({ property: 'exclusive', state: 1, step: 1, length: 2 });
    expect(sightings.length).toBeGreaterThan(1);
  });

  it('reports a violated start state as a trace without steps', () => {
    const outcome = outcomeOf(grid(2, (model, x) => model.invariant('away', x.isNot(0))));
    expect(outcome.violations).toEqual([{ property: 'away', state: 0, length: 0 }]);
  });

  it('reports a violation that a step observes with the step and the state before it', () => {
    const program = compile(lock(2, true));
    const { violations } = search(program, { limits });
    expect(violations).toEqual([{ property: 'exclusive', state: 1, step: 1, length: 2 }]);
    expect(program.instances[1]!.name).toBe('spin_lock(c=CPU1)');
    expect(outcomeOf(lock(2)).verdict).toBe('holds');
  });

  it('takes a state without a step for a deadlock unless it is an end', () => {
    expect(outcomeOf(grid(1)).verdict).toBe('holds');
    const stuck = grid(1, (model, x) => model.step('leave', { when: [x.is(1)], then: [x.becomes(0)], spontaneous: true }));
    stuck.ends.length = 0;
    expect(outcomeOf(stuck).violations).toEqual([{ property: 'deadlock', state: 3, length: 2 }]);
  });

  it('puts a state into the first end that it is in', () => {
    const outcome = outcomeOf(grid(1, (model, x) => model.end('also', x.is(1))));
    expect(outcome.ends).toEqual([{ name: 'corner', states: [3] }, { name: 'also', states: [] }]);
  });

  it('says which steps never fire and which covers were never reached', () => {
    const outcome = outcomeOf(
      grid(1, (model, x, y) => {
        model.step('never', { when: [x.is(1), x.is(0)], then: [] }).step('impossible', { when: [false], then: [] });
        model.cover('reached', x.is(1)).cover('missed', x.plus(y).is(3));
      }),
    );
    expect([...outcome.fired]).toEqual([['move:right', 2], ['move:up', 2], ['never', 0], ['impossible', 0]]);
    expect([outcome.verdict, outcome.uncovered]).toEqual(['holds', ['missed']]);
  });

  it('counts equal start states once', () => {
    const schema = new Schema();
    const x = schema.variable('x', range(0, 9), 1);
    const model = new Model('starts', schema).start(x.becomes(4)).start(x.becomes(4)).start(x.becomes(7)).start();
    model.step('on', { when: [x.is(7)], then: [x.becomes(8)] }).invariant('small', x.isNot(8));
    const program = compile(model);
    const running = new Search(program, { limits });
    while (!running.advance(1));
    const outcome = running.outcome();
    expect([outcome.states, ...outcome.violations]).toEqual([4, { property: 'small', state: 3, length: 1 }]);
    expect(traceOf(program, pathTo(running, 3))).toMatchObject({ start: { number: 1 }, steps: [{ name: 'on' }] });
  });

  it('stops with the fault of a model that leaves its domains', () => {
    const model = grid(2, (m, x) => m.step('jump', { when: [x.is(2)], then: [x.becomes(x.plus(1))] }));
    expect(() => outcomeOf(model)).toThrow('jump: x cannot hold 3');
  });
});

describe('ten models in one process', () => {
  const expected: [string, () => Model, number[]][] = [
    ['grid 3', () => grid(3), [16, 24, 6]],
    ['grid 40', () => grid(40), [1681, 3280, 80]],
    ['lock 2', () => lock(2), [12, 16, 5]],
    ['lock 4', () => lock(4), [80, 128, 9]],
    ['lock 6', () => lock(6), [448, 768, 13]],
    ['lock 3, broken', () => lock(3, true), [134, 264, 9]],
    ['luf-core 1,1,1', () => lufCore({ cpus: 1, pages: 1, frames: 1 }), [300, 648, 12]],
    ['luf-core 1,2,1', () => lufCore({ cpus: 1, pages: 2, frames: 1 }), [2180, 5320, 15]],
    ['luf-core 2,1,1', () => lufCore({ cpus: 2, pages: 1, frames: 1 }), [12420, 48752, 25]],
    ['luf-core 1,2,2', () => lufCore({ cpus: 1, pages: 2, frames: 2 }), [23532, 65368, 22]],
  ];

  it.each(expected.slice(0, 8))('%s has the counts of a naive search', (_, make, numbers) => {
    const { states, transitions, depth } = explore(compile(make()));
    expect([states, transitions, depth]).toEqual(numbers);
  });

  it.each(expected)('%s has the counts that it has alone', (_, make, numbers) => {
    expect(counts(outcomeOf(make()))).toEqual(numbers);
  });

  it('keep apart when they are searched in turns', () => {
    const running = expected.map(([, make]) => new Search(compile(make()), { limits }));
    for (let going = true; going; ) going = running.map((one) => one.advance(100)).includes(false);
    expect(running.map((one) => counts(one.outcome()))).toEqual(expected.map(([, , numbers]) => numbers));
  });
});
