import { describe, expect, it } from 'vitest';
import type { Job, Result } from '../../src/sweep/job.js';
import { sweep, type Memory } from '../../src/sweep/sweep.js';

const jobOf = (rules: string): Job => ({ scenario: 's', litmus: 'C s', source: 's.litmus', rules });

const resultOf = (states: number): Result => ({
  kernel: 'k',
  arch: 'a',
  observation: 'Never',
  vacuous: false,
  violations: [],
  states,
  transitions: 0,
  depth: 0,
  outOfMemory: 0,
  uncovered: [],
  asked: [],
});

/** A memory that lasts as long as the test. */
function memoryOf(known: Record<string, Result> = {}): Memory & { readonly kept: Record<string, Result> } {
  const kept = { ...known };
  return { kept, recall: ({ rules }) => kept[rules], remember: ({ rules }, result) => void (kept[rules] = result) };
}

describe('a sweep', () => {
  it('gives the answers in the order of the jobs, whichever is ready first', async () => {
    const work = ({ rules }: Job): Promise<Result> =>
      new Promise((resolve) => setTimeout(() => resolve(resultOf(Number(rules))), rules === '1' ? 20 : 1));
    const { results } = await sweep(['1', '2', '3'].map(jobOf), { work });
    expect(results.map((result) => result?.states)).toEqual([1, 2, 3]);
  });

  it('works out what it does not remember, and remembers it', async () => {
    const memory = memoryOf({ a: resultOf(1) });
    const worked: string[] = [];
    const work = (job: Job): Promise<Result> => {
      worked.push(job.rules);
      return Promise.resolve(resultOf(2));
    };
    const { results, remembered } = await sweep(['a', 'b'].map(jobOf), { memory, work });
    expect(results.map((result) => result?.states)).toEqual([1, 2]);
    expect([worked, remembered, memory.kept['b']?.states]).toEqual([['b'], 1, 2]);
  });

  it('does jobs of equal content once, and tells how far it is', async () => {
    const [worked, told]: [string[], number[]] = [[], []];
    const work = (job: Job): Promise<Result> => {
      worked.push(job.rules);
      return Promise.resolve(resultOf(7));
    };
    const { results } = await sweep(['a', 'a', 'b'].map(jobOf), { work, progress: (done) => told.push(done) });
    expect([worked, results.length, told.at(-1)]).toEqual([['a', 'b'], 3, 3]);
  });

  it('leaves out what was called off, and does not remember it', async () => {
    const memory = memoryOf();
    const work = ({ rules }: Job): Promise<Result | undefined> => Promise.resolve(rules === 'a' ? undefined : resultOf(1));
    const { results } = await sweep(['a', 'b'].map(jobOf), { memory, work });
    expect(results.map((result) => result?.states)).toEqual([undefined, 1]);
    expect(Object.keys(memory.kept)).toEqual(['b']);
  });
});
