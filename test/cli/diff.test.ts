import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mistakes, shootdown } from './shootdown.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'shootdown-diff-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const diff = (...words: string[]): ReturnType<typeof shootdown> => shootdown('diff', ...words, '--cache', join(folder, 'cache'));

describe('shootdown diff', () => {
  it('tells the rules that differ, the scenarios that answer otherwise, and where the traces part', () => {
    const { code, stdout } = diff('luf-v10', 'luf-v10 + write.begin + publish.early', 'file-write', 'realloc');
    expect(stdout).toBe(`A  luf-v10 (v6.9)
B  luf-v10 + write.begin + publish.early (v6.9)

Only in B:
  publish.early: An unmap whose flush is put off can be flushed by others from
      the moment the PTE is cleared. (publishing under the page-table lock)
  write.begin: write(2) gives LUF up before it copies to the page cache.
      (luf_flush() of mapping_write_begin())

Verdicts that differ (1 of 2 scenarios):
              A                      B
  file-write  coherent-bounded (24)  holds, Never

file-write, side by side:

luf-v10                                        | luf-v10 + write.begin + publish.early
---------------------------------------------- | ----------------------------------------------
(15 steps alike)                               |
1 P1      get_page_from_freelist()             | 1 P1      get_page_from_freelist()
1 P1      rmqueue(): frame 1                   | 1 P1      rmqueue(): frame 1
1 P1      prep_new_page()                      | 1 P1      prep_new_page()
1 P1      filemap_add_folio()                  | 1 P1      filemap_add_folio()
                                               > 1 P1      ==> luf_flush()
                                               > 1 P1      ==> arch_tlbbatch_flush()
                                               > 0 P0      <IPI> flush_tlb_func()
                                               > 1 P1      ==> flush_tlb_func()
1 P1      ==> generic_perform_write()          | 1 P1      ==> generic_perform_write()
              [ frame 1 := 2 ]                 |               [ frame 1 := 2 ]
1 P1      generic_perform_write()              | 1 P1      generic_perform_write()
1 P1      [ pwrite() returns ]                 | 1 P1      [ pwrite() returns ]
0 P0      handle_mm_fault()                    | 0 P0      handle_mm_fault()
0 P0      user reads p: 1                      < [ step 24, load on CPU0 (P0), cannot be taken:
          [ stale: p maps A (2), TLB entry     <   tlb.frame[CPU0][p] != none is false since
            still points at freed frame 0 ]    <   flush_tlb_func() on CPU0 (P0); stopped by
[ coherent-bounded is violated ]               <   write.begin ]

1 of 2 scenarios answers alike.
Reproduce: shootdown diff luf-v10 "luf-v10 + write.begin + publish.early" file-write realloc --cache ${folder}/cache
`);
    expect(code).toBe(1);
  });

  it('exits with 0 where the verdicts are the same', () => {
    const { code, stdout } = diff('luf-v10', 'luf-v10 - wp.pre', 'file-write', 'realloc');
    expect(stdout).toMatch(/\n\n2 of 2 scenarios answer alike\.\n$/);
    expect(code).toBe(0);
  });

  it('says where a change of rules changes nothing, and counts only what was decided', () => {
    const idle = diff('luf-v10', 'luf-v10 - write.begin', 'realloc');
    expect(idle.stdout).toContain('Note: - write.begin changes nothing: the rule is not in force');
    const cut = diff('luf-v10', 'luf-v10 - wp.pre', 'file-write', '--max-states', '50');
    expect(cut.stdout).toMatch(/\n\nNot decided: file-write\.\n\nNo scenario was decided\.\n/);
    expect(cut.code).toBe(125);
  });

  it('takes a rule file with one rule set for a side, and refuses one with several', () => {
    const file = join(folder, 'fix.json');
    const sets = (...names: string[]): string => JSON.stringify({ ruleSets: names.map((name) => ({ name, rules: 'luf-v10 + write.begin' })) });
    writeFileSync(file, sets('mine'));
    expect(diff('luf-v10', file, 'realloc').stdout).toContain('B  mine (v6.9)\n\nOnly in B:\n  write.begin: ');
    writeFileSync(file, sets('mine', 'yours'));
    expect(diff('luf-v10', file, 'realloc').stderr).toContain('defines several rule sets: name the one to compare, and give the file with --rules');
    expect(diff('luf-v10', 'yours', 'realloc', '--rules', file).code).toBe(0);
  });

  it('has no answer where a limit was hit, and prints JSON by its schema', () => {
    const { code, stdout } = diff('fixed', 'fixed - exit.flush', 'file-write', '--max-states', '1000', '--json');
    expect(mistakes('diff', stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 125, compared: 1, open: ['file-write'], rows: [] });
    expect(code).toBe(125);
    expect(mistakes('diff', diff('luf-v10', 'luf-v11', 'file-write', 'kept-folio', '--json').stdout)).toEqual([]);
  });

  it('takes no search that a limit cut short for one that found all', () => {
    const limited = ['file-write', '--max-states', '20000', '--json'];
    const { code, stdout } = diff('luf-v10', 'luf-v10 - wp.pre', ...limited);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 125, open: ['file-write'], rows: [] });
    expect(code).toBe(125);
  });
});
