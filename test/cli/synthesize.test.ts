import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disturbed, mistakes, shootdown, type Finished } from './shootdown.js';

const cache = mkdtempSync(join(tmpdir(), 'shootdown-'));
const synthesize = (...words: string[]): Finished => shootdown('synthesize', '--cache', cache, ...words);

interface Shows {
  readonly scenario: string;
  readonly property: string;
  readonly length: number;
}

interface Answer {
  readonly minimalSafeSets: {
    readonly count: number;
    readonly listed: string[][];
    readonly parts: { readonly demands: { readonly given: string[]; readonly oneOf: string[]; readonly shownBy: Shows[] }[]; readonly choices: string[][] }[];
    readonly searched: { readonly rules: string; readonly states: number; readonly why: { readonly without: string; readonly shows: Shows }[] }[];
  };
  readonly scenarios: { readonly scenario: string; readonly exact: boolean; readonly models: number; readonly pairs: number }[];
}

describe('shootdown synthesize', { timeout: 60_000 }, () => {
  it('says that flush_tlb_batched_pending() is what makes munmap() safe, and why', () => {
    const question = ['munmap-map-fixed', 'munmap-map-fixed+after-reclaim', '--base', 'luf-v10', '--among', 'zap.batched,zap.endVma,mmap.flush'];
    const { code, stdout } = synthesize(...question, '--json');
    expect(code).toBe(0);
    expect(mistakes('synthesize', stdout)).toEqual([]);
    const { minimalSafeSets, scenarios } = JSON.parse(stdout) as Answer;
    expect(minimalSafeSets).toMatchObject({ count: 1, listed: [['zap.batched']] });
    const [{ demands, choices }] = minimalSafeSets.parts as [Answer['minimalSafeSets']['parts'][number]];
    expect(choices).toEqual([['zap.batched']]);
    expect(demands).toMatchObject([
      { given: [], oneOf: ['zap.batched'], shownBy: [{ scenario: 'munmap-map-fixed', property: 'protection', length: 23 }] },
    ]);
    expect(minimalSafeSets.searched).toMatchObject([
      { rules: 'luf-v10', states: 1732, why: [{ without: 'zap.batched', shows: { scenario: 'munmap-map-fixed', property: 'protection', length: 20 } }] },
    ]);
    expect(scenarios.map(({ scenario, exact, models, pairs }) => [scenario, exact, models, pairs])).toEqual([
      ['munmap-map-fixed', true, 8, 19],
      ['munmap-map-fixed+after-reclaim', true, 8, 19],
    ]);
  });

  it('prints which rule does harm, and what it needs beside it', () => {
    const { code, stdout } = synthesize('alloc-atomic', 'realloc', '--base', 'luf-v12', '--among', 'alloc.flush,alloc.irqSafe');
    expect(code).toBe(0);
    expect(stdout).toBe(`Which of 2 rules make luf-v12 (v6.14, taken without them) safe in 2 scenarios? A
set of rules is safe if no property but coherent-strict is violated, the whole
space searched.

There is one minimal safe set, of 2 rules.

In every safe set:
  alloc.flush: check_luf_flush()
  alloc.irqSafe: no_shootdown_context()
    without alloc.flush: realloc (foreign-data, 19 steps)
      shootdown litmus realloc --trace --rules "$ALL - alloc.flush"
    having alloc.flush, without alloc.irqSafe: alloc-atomic (flush-context, 23
      steps)
      shootdown litmus alloc-atomic --trace --rules "$ALL - alloc.irqSafe"

What is violated without some rules is so with all the others in: these are the
maximal unsafe sets. ALL in the commands is
  ALL="luf-v12"

Safe set 1, 2 rules, nothing violated in 2 scenarios, 5,939 states.
  luf-v12
  needs alloc.flush (check_luf_flush()): realloc (foreign-data, 19 steps)
    shootdown litmus realloc --trace --rules "luf-v12 - alloc.flush"
  needs alloc.irqSafe (no_shootdown_context()): alloc-atomic (flush-context, 23
    steps)
    shootdown litmus alloc-atomic --trace --rules "luf-v12 - alloc.irqSafe"

Some rules make safe sets unsafe (checked in 2 scenarios on all models):
  alloc.flush, put in alone: alloc-atomic (flush-context, 23 steps)
So a safe set is safe as it stands, and need not be with a rule more.

Searched: 6 models of 2 scenarios, 14,355 states.
`);
  });

  it('says that no set is safe, leaves out what Linux itself violates, and saves the traces', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shootdown-'));
    const among = ['--base', 'luf-v12', '--among', 'write.begin,mmap.flush', '--save-traces', folder];
    const { code, stdout } = synthesize('file-write+other-process', 'write-fault+third-cpu', 'lost-write-in-writeback', ...among);
    expect(code).toBe(1);
    expect(stdout).toContain('No set of these rules is safe in all: with all of them in, write-fault+third-cpu\n(coherent-bounded, 38 steps) is violated. 1 scenario cannot be judged by, as\nvanilla is not safe there.');
    expect(stdout).toContain('There is one minimal safe set, of 1 rule for the\nother scenario.');
    expect(stdout).toContain('Left out, as vanilla itself is not safe there:\n  lost-write-in-writeback (lost-write, 36 steps)\n');
    expect(stdout).toContain('Left out, as not even all 2 rules make them safe:\n  write-fault+third-cpu (coherent-bounded, 38 steps)\n');
    expect(readdirSync(folder).sort()).toEqual([
      'file-write+other-process@all-but-write.begin.json',
      'file-write+other-process@safe-set-1-without-write.begin.json',
    ]);
    const replayed = shootdown('replay', join(folder, 'file-write+other-process@all-but-write.begin.json'));
    expect(replayed.code).toBe(0);
    expect(replayed.stdout).toContain('file-write+other-process under luf-v12 - write.begin + mmap.flush');
  });

  it('says what in the base has to change where all rules together do not help', () => {
    const { code, stdout } = synthesize('reclaim-list+protnone', '--base', 'luf-v12', '--among', 'alloc.flush');
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain('reclaim-list+protnone (foreign-data, 64 steps); mended by - diet.shared in the base');
  });

  it('leaves open what a limit cuts short', () => {
    const { code, stdout } = synthesize('realloc', '--among', 'alloc.flush', '--max-states', '2500');
    expect(code).toBe(125);
    expect(stdout).toContain('realloc (open: the limit of states was hit)');
  });

  it('prints what it knows when it is interrupted', async () => {
    const words = ['synthesize', '--no-cache', 'realloc', 'write-fault', 'store-and-reclaim'];
    const { code, stdout } = await disturbed(words, 6000, (child) => child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(stdout).toMatch(/^Interrupted with \d scenarios? begun: what follows is right as far as it goes/m);
  });

  it.each([
    [['--among', 'zap.bached'], 'error: unknown rule zap.bached. Did you mean zap.batched?'],
    [['--among', 'zap.batched,'], "error: option '--among <rules>' argument 'zap.batched,' is invalid. Expected names with commas between."],
    [['--base', 'luf-v9'], '--base:1:1: error:'],
    [['--save-traces', 'package.json'], 'error: --save-traces must name a folder, and package.json is none'],
    [['realloc', 'realloc'], 'error: the scenario realloc is given twice'],
  ])('refuses %j', (words, message) => {
    const { code, stderr } = synthesize(...words);
    expect(code).toBe(129);
    expect(stderr).toContain(message);
  });
});
