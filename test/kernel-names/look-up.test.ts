import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mentionsIn } from '../../models/linux/kernel-names.js';
import type { Claim } from './claims.js';
import { folders, KernelTree } from './kernel-tree.js';
import { lookUp, type LookUp } from './look-up.js';

const files: Readonly<Record<string, string>> = {
  Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\n',
  'mm/rmap.c': 'void try_to_unmap(void)\n{\n\tflush_tlb();\n}\n',
  'mm/memory.c': '\nint do_wp_page(void)\n{\n}\n#define luf_flush() x\n',
  'include/linux/fs.h': '\n\tbool freed_tables;\n',
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'shootdown-tree-'));
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

/** Looks up what a text names. */
function looked(text: string, provenance = 'source'): LookUp {
  const claims: Claim[] = mentionsIn(text).map((mention) => ({ ...mention, provenance, by: 'us' }));
  const { record, problems } = lookUp(claims, new KernelTree(root));
  // The exceptions for what other kernels have are those of the whole model.
  return { record, problems: problems.filter((problem) => !problem.endsWith('an exception that nothing prints any more')) };
}

describe('a text', () => {
  it('names functions, with the file where it stands, and other words of the kernel', () => {
    expect(mentionsIn('mm/rmap.c luf_flush(), from mm/memory.c do_wp_page(), for PROT_WRITE of write(2), see mm/page_alloc.c')).toEqual([
      { name: 'luf_flush', what: 'function', file: 'mm/rmap.c' },
      { name: 'do_wp_page', what: 'function', file: 'mm/memory.c' },
      { name: 'PROT_WRITE', what: 'word' },
      { name: 'write', what: 'function' },
    ]);
  });

  it('names a function that another one calls', () => {
    expect(mentionsIn('mm/memory.c do_wp_page(), luf_flush() for ->write_begin')).toEqual([
      { name: 'do_wp_page', what: 'function', file: 'mm/memory.c' },
      { name: 'luf_flush', what: 'function', file: 'mm/memory.c', caller: 'do_wp_page' },
      { name: '->write_begin', what: 'word' },
    ]);
  });
});

describe('a look-up', () => {
  it('records a name with its file and line', () => {
    expect(looked('mm/rmap.c try_to_unmap(), flush_tlb() sets tlb->freed_tables').record).toEqual({
      kernel: '6.12.117',
      places: [
        { file: 'mm/rmap.c', name: 'flush_tlb', line: 3, kind: 'in try_to_unmap()' },
        { file: 'mm/rmap.c', name: 'try_to_unmap', line: 1, kind: 'function' },
      ],
      names: [{ file: 'include/linux/fs.h', name: 'tlb->freed_tables', line: 2, kind: 'declaration' }],
    });
  });

  it.each([
    ['mm/rmap.c do_wp_page()', 'mm/rmap.c do_wp_page(): not defined there (defined in mm/memory.c:2); printed by us'],
    ['mm/rmap.c try_to_unmp()', 'mm/rmap.c try_to_unmp(): not defined there (defined nowhere; try_to_unmap() is); printed by us'],
    ['mm/none.c do_wp_page()', 'mm/none.c do_wp_page(): there is no such file (defined in mm/memory.c:2); printed by us'],
    ['mm/rmap.c try_to_unmap(), do_wp_page()', 'mm/rmap.c do_wp_page(): not in try_to_unmap() (defined in mm/memory.c:2); printed by us'],
    ['flush_tlbs()', 'flush_tlbs(): defined nowhere; printed by us'],
    ['NO_SUCH_FLAG', 'NO_SUCH_FLAG: stands nowhere; printed by us'],
    ['luf_flush()', 'luf_flush(): LUF v10 has it by our table, but so has this kernel (defined in mm/memory.c:5); printed by us'],
    ['mm/rmap.c try_to_unmap_luf()', 'mm/rmap.c try_to_unmap_luf(): only LUF v10 has it, but the provenance is `source`; printed by us'],
  ])('tells what is wrong with %s', (text, problem) => {
    expect(looked(text).problems).toEqual([problem]);
  });

  it("records LUF's own names with the version", () => {
    expect(looked('mm/rmap.c try_to_unmap_luf()', 'patch').record.places).toEqual([
      { file: 'mm/rmap.c', name: 'try_to_unmap_luf', line: null, kind: 'LUF v10' },
    ]);
  });
});
