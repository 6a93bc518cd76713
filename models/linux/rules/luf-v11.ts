/**
 * What LUF v11 (31 May 2024) adds.
 *
 * Mails are cited by author, date and number in the thread of [PATCH v10 00/12] LUF (10 May 2024).
 */
import type { Rule } from './rule.js';

const v11 = 'Byungchul Park, LUF v11, 31 May 2024';

/** The rules. */
export const lufV11Rules: readonly Rule[] = [
  {
    name: 'write.end',
    summary: 'write(2) gives LUF up before it returns.',
    flushes: 'all pending',
    when: 'after the folio is unlocked, before write(2) returns',
    place: 'include/linux/fs.h file_end_write()',
    source: 'Byungchul Park, LUF v11, 31 May 2024, after Dave Hansen, 24 May 2024 (#9)',
    provenance: 'patch',
    role: 'protects',
    call: 'luf_flush() of file_end_write()',
    hook: { at: 'write.end', scope: 'all' },
  },
  {
    name: 'fault.raceOnly',
    summary: 'A fault that finds the PTE changed under it, and writable now, gives LUF up.',
    flushes: 'all pending',
    when: 'after the page-table lock is dropped, on the branches that lost a race',
    place: 'mm/memory.c need_luf_flush()',
    source: v11,
    provenance: 'patch',
    role: 'protects',
    call: 'luf_flush() where a fault lost a race',
    hook: { at: 'fault.raced', scope: 'all', onlyIf: 'PTE writable' },
  },
  {
    name: 'free.initFlush',
    summary: 'A frame is flushed before init_on_free overwrites it.',
    flushes: 'all pending',
    when: 'before kernel_init_pages()',
    place: 'mm/page_alloc.c free_pages_prepare(), check_luf_flush()',
    source: v11,
    provenance: 'patch',
    role: 'protects',
    call: 'check_luf_flush() before init_on_free',
  },
];
