/**
 * LUF v10 (10 May 2024), with the rules that every version has.
 *
 * Mails are cited by author, date and number in the thread of [PATCH v10 00/12] LUF (10 May 2024).
 */
import type { Rule } from './rule.js';

const v10 = 'Byungchul Park, [PATCH v10 00/12] LUF (Lazy Unmap Flush), 10 May 2024';

/** The rules. */
export const lufV10Rules: readonly Rule[] = [
  {
    name: 'luf.reclaim',
    summary: 'Reclaim puts the flush of read-only unmaps off until the frames are allocated again.',
    flushes: 'nothing',
    when: 'at the end of the folio list, in place of the flush',
    place: 'mm/rmap.c try_to_unmap_luf(), from mm/vmscan.c shrink_folio_list()',
    source: v10,
    provenance: 'patch',
    role: 'defers',
    call: 'LUF in reclaim',
  },
  {
    name: 'luf.migrate',
    summary: 'Migration puts the flush of read-only unmaps off until the old frames are allocated again.',
    flushes: 'nothing',
    when: 'before the copy, in place of the flush',
    place: 'mm/rmap.c try_to_unmap_luf(), from mm/migrate.c migrate_pages_batch()',
    source: v10,
    provenance: 'patch',
    role: 'defers',
    call: 'LUF in migration',
  },
  {
    name: 'elig.pteWrite',
    summary: 'A folio that was mapped writable does not qualify for LUF.',
    flushes: 'batch',
    when: 'under the page-table lock, when the PTE is cleared',
    place: 'mm/rmap.c set_tlb_ubc_flush_pending(), pte_write() test',
    source: v10,
    provenance: 'patch',
    role: 'protects',
    call: 'the pte_write() test',
    excludes: 'PTE writable',
  },
  {
    name: 'alloc.flush',
    summary: 'The flush that a free frame waits for is done before the frame is used again.',
    flushes: 'all pending',
    when: 'after the frame left the free list, before its new user has it',
    place: 'mm/page_alloc.c prep_new_page(), check_flush_task_ugen()',
    source: v10,
    provenance: 'patch',
    role: 'protects',
    call: 'check_luf_flush()',
  },
  {
    name: 'exit.flush',
    summary: 'A frame that leaves the free list other than by allocation is flushed for before it is used.',
    flushes: 'all pending',
    when: 'after the frame left the free list, before it is migrated to or reported',
    place: 'mm/compaction.c isolate_freepages_block() and mm/page_reporting.c page_reporting_cycle(), check_flush_task_ugen()',
    source: `${v10}, where mm/page_isolation.c does the same; in v12 luf_takeoff_end()`,
    provenance: 'patch',
    role: 'protects',
    call: 'check_flush_task_ugen() at the other exits of the free list',
  },
  {
    name: 'wp.pre',
    summary: 'A write-protect fault gives LUF up before it reuses or copies the page.',
    flushes: 'all pending',
    when: 'under the page-table lock, before the decision to reuse or copy',
    place: 'mm/memory.c do_wp_page(), luf_flush()',
    source: v10,
    provenance: 'patch',
    role: 'protects',
    call: 'luf_flush() of do_wp_page()',
    hook: { at: 'wp.start', scope: 'all' },
  },
  {
    name: 'mmap.protWrite',
    summary: 'Creating a writable mapping gives LUF up.',
    flushes: 'all pending',
    when: 'before the mapping is made',
    place: 'mm/mmap.c do_mmap(), luf_flush() for PROT_WRITE',
    source: v10,
    provenance: 'patch',
    role: 'protects',
    call: 'luf_flush() of do_mmap()',
    hook: { at: 'mmap.writable', scope: 'all' },
  },
];
