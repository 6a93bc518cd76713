import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mistakes, shootdown } from './shootdown.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'shootdown-mutate-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const mutate = (...words: string[]): ReturnType<typeof shootdown> => shootdown('mutate', ...words, '--cache', join(folder, 'cache'));

interface Answer {
  readonly fates: readonly { readonly name: string; readonly outcome: string; readonly how: string | null; readonly by: { readonly scenario: string } | null }[];
}

describe('shootdown mutate', () => {
  it('lists the mutants of the steps that a scenario takes', () => {
    const { code, stdout } = mutate('realloc', '--rules', 'luf-v10', '--list', '--only', 'drop');
    expect(stdout.split('\n').map((line) => line.slice(15))).toEqual([
      'drop arch_tlbbatch_flush() in prep_new_page()',
      'drop what flush_tlb_func() does',
      'drop arch_tlbbatch_add_pending() in try_to_unmap_one()',
      'drop the count of mm->tlb_flush_batched in try_to_unmap_one()',
      'drop tlb_ubc->writable in try_to_unmap_one()',
      'drop the fold into luf_ubc in try_to_unmap_luf()',
      'drop the generation of the folios in try_to_unmap_luf()',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('finds the flushes that a scenario rests on: without them it reads foreign data', () => {
    const { stdout } = mutate('realloc', '--rules', 'luf-v10', '--rules', 'vanilla', '--only', 'drop', '--json');
    expect(mistakes('mutate', stdout)).toEqual([]);
    const { fates } = JSON.parse(stdout) as Answer;
    const fate = (name: string): unknown => fates.find((one) => one.name.includes(name));
    expect(fate('what flush_tlb_func() does')).toMatchObject({ outcome: 'killed', how: expect.stringContaining('foreign-data') as string });
    expect(fate('arch_tlbbatch_flush() in shrink_folio_list()')).toMatchObject({ outcome: 'killed', by: { scenario: 'realloc' } });
  });

  it('exits with 1 where a mutant survives, and names it', () => {
    const { code, stdout } = mutate('ageing', '--rules', 'vanilla', '--only', 'skip');
    expect(stdout).toContain('Survivors: the scenarios give the same verdicts, and nobody has said why (');
    expect(code).toBe(1);
  });

  it('searches a sample, the same for the same seed', () => {
    const sample = (seed: string): string => mutate('realloc', '--rules', 'luf-v10', '--sample', '3', '--seed', seed, '--json').stdout;
    const names = (text: string): string[] => (JSON.parse(text) as Answer).fates.map(({ name }) => name);
    expect(names(sample('5'))).toHaveLength(3);
    expect(names(sample('5'))).toEqual(names(sample('5')));
  });
});
