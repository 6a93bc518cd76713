import { describe, expect, it } from 'vitest';
import { compile, Search, unlimited, type Model } from '../../src/index.js';
import { groupByCause } from '../../src/litmus/causes.js';
import type { Cause, Instance } from '../../src/litmus/vocabulary.js';
import { grid, lock } from '../engine/toys.js';

/** Groups the violations of a model by what `keyOf` makes of the last step. */
function grouped(model: Model, keyOf: (step: string | undefined) => string): string[] {
  const search = new Search(compile(model), { limits: unlimited, sightingsMax: Infinity });
  while (!search.advance(100));
  const causeOf: Instance['causeOf'] = (program, { violation: { property }, steps }): Cause => {
    const last = steps.at(-1);
    const key = `${property}: ${keyOf(last === undefined ? undefined : program.instances[last]!.name)}`;
    return { property, text: key, key };
  };
  const groups = groupByCause(search, { model, causeOf } as unknown as Instance);
  return groups.map(({ cause, states, shortest }) => `${cause.key}: ${states} states, ${shortest.length} of length ${shortest[0].length}`);
}

describe('groupByCause', () => {
  it('counts a state once, however many steps from it violate the property', () => {
    const model = lock(3, true);
    const search = new Search(compile(model), { limits: unlimited, sightingsMax: Infinity, properties: ['exclusive'] });
    while (!search.advance(100));
    const { sightings } = search.outcome();
    const states = new Set(sightings.map(({ state }) => state)).size;
    expect(sightings.length).toBeGreaterThan(states);
    expect(grouped(model, () => 'locked')[0]).toMatch(`exclusive: locked: ${states} states, `);
  });

  it('puts the more severe property first, then the shorter trace', () => {
    const model = grid(3, (m, x, y) => m.invariant('late', x.plus(y).below(5)).invariant('early', x.below(2)));
    expect(grouped(model, (step) => step!)).toEqual([
      'late: move:up: 3 states, 2 of length 5',
      'early: move:right: 2 states, 1 of length 2',
      'early: move:up: 6 states, 1 of length 3',
    ]);
  });
});
