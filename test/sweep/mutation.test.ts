import { describe, expect, it } from 'vitest';
import type { Job, Result } from '../../src/sweep/job.js';
import { fateOf, mutantsIn, type Original } from '../../src/sweep/mutation.js';

const mutant = { id: 'drop-00000001', kind: 'drop', name: 'drop the flush' };
const counts = { states: 10, transitions: 20, depth: 5, outOfMemory: 0 };
const base: Result = { kernel: 'k', arch: 'x', asked: [], observation: 'Never', vacuous: false, violations: [], uncovered: [], ...counts };

function original(scenario: string, more: Partial<Result> = {}): Original {
  const job: Job = { scenario, litmus: '', source: '', rules: 'r', mutants: true };
  return { job, result: { ...base, mutants: [mutant], ...more } };
}

/** The fate of the mutant where these are its results, by scenario, and the scenarios in the order searched. */
async function fate(originals: readonly Original[], results: Record<string, Partial<Result>>): Promise<[string, string | undefined, string[]]> {
  const searched: string[] = [];
  const { outcome, by, how } = await fateOf(mutant, originals, ({ scenario, mutant: id }) => {
    expect(id).toBe(mutant.id);
    searched.push(scenario);
    const result = results[scenario];
    return Promise.resolve(result && { ...base, ...result });
  });
  return [outcome, by && `${by.scenario}: ${how}`, searched];
}

describe('the fate of a mutant', () => {
  it('is found out in the smallest scenario first, and no further than needed', async () => {
    const originals = [original('large', { states: 100 }), original('small'), original('elsewhere', { mutants: [] })];
    expect(await fate(originals, { small: { violations: [{ property: 'p', length: 3 }] } })).toEqual(['killed', 'small: violates p', ['small']]);
  });

  it.each<[string, Partial<Result>, Partial<Result>, string]>([
    ['a property that is violated no more', { violations: [{ property: 'p', length: 3 }] }, {}, 's: does not violate p'],
    ['another answer', {}, { observation: 'Sometimes' }, 's: Sometimes, not Never'],
    ['nothing left to judge', {}, { vacuous: true }, 's: no execution is left to judge'],
    ['a window that is reached no more', {}, { uncovered: ['w'] }, 's: never reaches w'],
  ])('is killed by %s', async (_, before, after, how) => {
    expect(await fate([original('s', before)], { s: after })).toEqual(['killed', how, ['s']]);
  });

  it('is counted where numbers of states alone tell it, same where nothing does, open where a limit hides it', async () => {
    expect((await fate([original('s')], { s: { states: 11 } })).slice(0, 2)).toEqual([
      'counted',
      's: 11 states, 20 transitions, depth 5, not 10 states, 20 transitions, depth 5',
    ]);
    expect((await fate([original('s')], { s: {} }))[0]).toBe('same');
    expect((await fate([original('s')], { s: { limit: 'states', observation: '??', states: 3 } }))[0]).toBe('open');
    expect((await fate([original('s')], {}))[0]).toBe('open');
  });

  it('is that of each mutant once, however many models have it', () => {
    expect(mutantsIn([original('a'), original('b')])).toEqual([mutant]);
  });
});
