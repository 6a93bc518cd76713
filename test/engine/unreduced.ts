/** What a search tells, compared between one that leaves nothing out and those that do. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { compile, Search, unlimited, type Model, type Outcome, type Program, type SearchOptions } from '../../src/index.js';
import type { Helpers } from '../../src/engine/team.js';

/** A search to the end. */
export function searched(program: Program, options: Partial<SearchOptions> = {}): Search {
  const running = new Search(program, { limits: unlimited, ...options });
  while (!running.advance(1 << 16));
  return running;
}

/** Everything that a search tells, what it took left out: the same for any number of threads. */
export function told(search: Search): object {
  return { ...search.outcome(), memoryBytes: 0, timeMs: 0, omission: 0, levels: search.levels };
}

/** A digest of the states by number, with the parents of some. */
export function digestOf({ store }: Search): string {
  const hash = createHash('sha1');
  for (let state = 0; state < store.size; state++) hash.update(store.wordsOf(state));
  for (let state = 0; state < store.size; state += 1 + (store.size >> 10)) hash.update(`${store.parentOf(state)} `);
  return hash.digest('hex');
}

/** What must not depend on symmetry. */
export function lengthsOf({ verdict, violations, uncovered, ends }: Outcome): unknown {
  return {
    verdict,
    uncovered,
    violations: violations.map(({ property, length }) => `${property} ${length}`).sort(),
    ends: ends.map(({ name, states }) => [name, states.length > 0]),
  };
}

/** What must not depend on partial order, of a search that collects all violations. */
export function answersOf({ program: { model }, store, ...search }: Pick<Search, 'program' | 'store'> & { readonly outcome: Outcome }): unknown {
  const { verdict, violations, sightings, ends, fired, uncovered } = search.outcome;
  const states = (numbers: readonly number[]): string[] => numbers.map((state) => store.wordsOf(state).join()).sort();
  return {
    verdict,
    violated: violations.map(({ property }) => property),
    // States that are cut are not judged, and there are fewer.
    ends: ends.filter((_, i) => !model.ends[i]!.cuts).map(({ name, states: numbers }) => [name, states(numbers)]),
    deadlocks: states(sightings.filter(({ property }) => property === 'deadlock').map(({ state }) => state)),
    fired: [...fired].filter(([, times]) => times > 0).map(([name]) => name),
    uncovered,
  };
}

/** Compares partial order with a plain search that has collected all violations; returns both outcomes. */
export function expectPartialOrderKeeps(plain: Search, reduced: Program): readonly [all: Outcome, fewer: Outcome] {
  const search = searched(reduced, { sightingsMax: Infinity });
  const [all, fewer] = [plain.outcome(), search.outcome()];
  expect(answersOf({ program: reduced, store: search.store, outcome: fewer })).toEqual(answersOf({ program: plain.program, store: plain.store, outcome: all }));
  expect(fewer.states).toBeLessThanOrEqual(all.states);
  fewer.violations.forEach(({ length }, i) => expect(length).toBeGreaterThanOrEqual(all.violations[i]!.length));
  return [all, fewer];
}

/** Compares every way to search a model with the plain one. */
export function expectAllAgree(model: Model, helpers: Helpers): void {
  const program = compile(model);
  const plain = searched(program, { sightingsMax: Infinity });
  const all = plain.outcome();

  const symmetric = compile(model, { symmetry: 'derived' });
  const orbits = searched(symmetric).outcome();
  expect(lengthsOf(orbits)).toEqual(lengthsOf(all));
  if (symmetric.symmetry.closed) expect(orbits.represented).toBe(all.states);

  expectPartialOrderKeeps(plain, compile(model, { partialOrder: true }));

  const team = searched(program, { sightingsMax: Infinity, helpers, largeFrom: 500 });
  expect(told(team)).toEqual(told(plain));
  expect(digestOf(team)).toBe(digestOf(plain));

  expect(told(searched(program, { sightingsMax: Infinity, hashCompaction: true }))).toEqual(told(plain));
}

/** Compares what ways to search a model find that stop at a violation. */
export function expectSameViolation(model: Model, helpers: Helpers): void {
  const options = { stopAtViolation: true };
  const program = compile(model);
  const plain = searched(program, options);
  const lengths = ({ violations }: Outcome): string[] => violations.map(({ property, length }) => `${property} ${length}`).sort();
  const expected = lengths(plain.outcome());
  expect(expected).not.toEqual([]);
  expect(lengths(searched(compile(model, { symmetry: 'derived' }), options).outcome())).toEqual(expected);
  expect(searched(compile(model, { partialOrder: true }), options).outcome().verdict).toBe('violated');
  expect(told(searched(program, { ...options, helpers, largeFrom: 500 }))).toEqual(told(plain));
}
