/** Workloads small enough for exact counts, and what must hold of the counts whatever the seed. */
import { describe, expect, it } from 'vitest';
import { linux, llama, reported, xsbench, type Workload } from '../../models/linux/index.js';
import { resolved } from '../../src/cli/rule-choice.js';
import { against, measure, type CostSettings, type RuleCost } from '../../src/cli/cost-run.js';

const small = {
  llama: { ...llama, processes: 2, threads: 2, pages: 5, frames: 9, list: 2, low: 2, high: 7, loads: 8, tlb: 2, folios: 60 },
  xsbench: { ...xsbench, threads: 2, pages: 8, fast: 8, frames: 18, list: 2, low: 2, high: 5, hot: 2, hintEvery: 8, drift: 20, tlb: 2, folios: 40 },
} satisfies Record<string, Workload>;

function costs(workload: Workload, rules: readonly string[], settings: Partial<CostSettings> = {}): RuleCost[] {
  const counted = (text: string): ReturnType<typeof measure> => measure(linux, resolved(text, 'test', linux), { workload, seeds: [1], ...settings });
  const vanilla = counted('vanilla');
  return rules.map((text) => against(vanilla, text === 'vanilla' ? vanilla : counted(text)));
}

describe('the cost of rules', () => {
  it('has exact counts for a seed under reclaim', () => {
    const [each, batched, luf] = costs(small.llama, ['vanilla + flushInPTL', 'vanilla', 'luf-v10']);
    expect(each!.runs).toEqual([{ seed: 1, steps: 3492, folios: 60, demoted: 0, flushes: 71, sent: 142, received: 142, local: 0, hints: 0, staleMean: each!.runs[0]!.staleMean, staleMax: 2 }]);
    expect(batched!.runs[0]).toMatchObject({ steps: 3068, flushes: 35, sent: 124, received: 124, staleMax: 3 });
    expect(luf!.runs[0]).toMatchObject({ steps: 3289, flushes: 33, sent: 96, received: 96, staleMax: 2 });
    expect([each!.saved, batched!.saved, luf!.saved].map((saved) => saved.toFixed(3))).toEqual(['-1.029', '0.000', '0.057']);
  });

  it('has exact counts for a seed between tiers', () => {
    const [each, batched] = costs(small.xsbench, ['vanilla + flushInPTL', 'vanilla']);
    expect(each!.runs[0]).toMatchObject({ steps: 2594, folios: 40, demoted: 21, flushes: 23, sent: 46, received: 46, hints: 29 });
    expect(batched!.runs[0]).toMatchObject({ steps: 3222, folios: 40, demoted: 19, flushes: 15, sent: 30, received: 30, hints: 57 });
  });

  it('interrupts every other CPU of the mm, and waits for each', () => {
    for (const { runs } of costs(small.xsbench, ['vanilla', 'vanilla + flushInPTL'], { seeds: [3, 4] })) {
      for (const { flushes, sent, received } of runs) {
        // kswapd and the promoter have CPUs of their own: both threads are interrupted.
        expect(sent).toBe(2 * flushes);
        // A run may begin or end in the middle of a flush.
        expect(Math.abs(sent - received)).toBeLessThanOrEqual(2);
      }
    }
  });

  it('tells the range of what the seeds save, each against the mean of vanilla', () => {
    const [luf, vanilla] = costs(small.llama, ['luf-v10', 'vanilla'], { seeds: [1, 2, 3] });
    const shares = luf!.runs.map(({ flushes, folios }) => 1 - flushes / folios / vanilla!.flushes);
    expect(luf!.savedRange).toEqual([Math.min(...shares), Math.max(...shares)]);
    expect(luf!.savedRange[0]).toBeLessThan(luf!.saved);
    expect(luf!.saved).toBeLessThan(luf!.savedRange[1]);
  });

  it('gives the same counts for the same seed, and others for another', () => {
    const stepsOf = (settings: Partial<CostSettings>): number[] => costs(small.llama, ['vanilla'], settings)[0]!.runs.map(({ steps }) => steps);
    expect(stepsOf({ seeds: [1, 2, 1] })).toEqual([3068, 3475, 3068]);
  });

  it('puts flushes off for longer where the frame that has been free longest is handed out', () => {
    const flushesIn = (order: 'oldest' | 'newest'): number => costs({ ...small.llama, order }, ['luf-v10'], { seeds: [1, 2, 3] })[0]!.flushes;
    expect(flushesIn('oldest')).toBeLessThan(flushesIn('newest'));
  });

  it('counts fewer flushes the longer the lists are', () => {
    const flushesFor = (list: number): number => costs({ ...small.llama, list }, ['vanilla'])[0]!.flushes;
    expect(flushesFor(1)).toBeGreaterThan(1.5 * flushesFor(2));
  });

  it('says so where the threads cannot go on', () => {
    const [stuck] = costs({ ...small.llama, frames: 1, low: 0 }, ['vanilla']);
    expect(stuck).toMatchObject({ limit: 'no thread can go on', saved: NaN });
  });
});

describe('what was measured', () => {
  it('has the ratios of the figures that it prints', () => {
    expect(reported.map(({ workload, ratio }) => `${workload} ${ratio.toFixed(2)}`)).toEqual(['llama.cpp 19.62', 'XSBench 5.99', 'XSBench 19.42', 'XSBench 0.99']);
  });

  it('is compared under rules that there are', () => {
    for (const { before, after } of reported) for (const text of [before, after]) expect(() => resolved(text, 'test', linux)).not.toThrow();
  });
});
