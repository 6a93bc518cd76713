/**
 * The hooks: places in kernel paths where a rule can insert a flush of what was put off. A path names its hooks with
 * `path.insert()`; here is where each one lies, for those who write rules.
 */

/** What a hook lies next to. */
export interface Hook {
  /** Kernel file and function, v6.12. */
  readonly place: string;
  /** When the flush would happen, relative to locks and to the effect that it guards. */
  readonly when: string;
  /** What a flush there can be about: the page (with its mm and VMA) or the file. */
  readonly about: 'page' | 'file';
}

const fault = 'mm/memory.c handle_mm_fault()';
const write = 'mm/filemap.c generic_perform_write()';

const table = {
  'fault.start': { place: fault, when: 'on entry of a fault, before the page is looked up', about: 'page' },
  'fault.locked': { place: 'mm/memory.c __do_fault()', when: 'when a fault holds the folio lock, before the PTE is set', about: 'page' },
  'fault.ptl': { place: 'mm/memory.c set_pte_range()', when: 'under the page-table lock, before a fault sets the PTE', about: 'page' },
  'fault.raced': { place: 'mm/memory.c finish_fault()', when: 'after the page-table lock is dropped, where the PTE had changed', about: 'page' },
  'fault.post': { place: fault, when: 'after the PTE is set, before the access is tried again', about: 'page' },
  'wp.start': { place: 'mm/memory.c do_wp_page()', when: 'under the page-table lock, before the decision to reuse or copy', about: 'page' },
  'mmap.start': { place: 'mm/util.c vm_mmap_pgoff()', when: 'when mmap() begins, with mmap_lock held for writing', about: 'page' },
  'mmap.writable': { place: 'mm/mmap.c do_mmap()', when: 'before a writable mapping is made', about: 'page' },
  'mprotect.writable': { place: 'mm/mprotect.c mprotect_fixup()', when: 'before a VMA becomes writable', about: 'page' },
  'zap.end': { place: 'include/asm-generic/tlb.h tlb_end_vma()', when: 'after a walk of munmap(), MADV_DONTNEED, truncation or mprotect() has dropped the page-table lock', about: 'page' },
  'clearFlush.skipped': { place: 'mm/pgtable-generic.c ptep_clear_flush()', when: 'under the page-table lock, where the old PTE was not accessible', about: 'page' },
  'write.start': { place: 'fs/read_write.c vfs_write()', when: 'on entry of write(2), before the folio is looked up', about: 'file' },
  'write.begin': { place: write, when: 'after ->write_begin has locked the folio, before the copy', about: 'file' },
  'write.iomap': { place: 'fs/iomap/buffered-io.c iomap_write_iter()', when: 'after iomap_write_begin() has locked the folio, before the copy', about: 'file' },
  'write.end': { place: 'fs/read_write.c vfs_write()', when: 'after the folio is unlocked, before write(2) returns', about: 'file' },
  'cache.found': { place: 'mm/filemap.c __filemap_get_folio()', when: 'when the folio is found in the page cache or added, and locked', about: 'file' },
  truncate: { place: 'mm/truncate.c truncate_inode_pages_range()', when: 'when the folios are gone', about: 'file' },
  invalidate: { place: 'mm/truncate.c invalidate_inode_pages2_range()', when: 'when the folios are gone', about: 'file' },
  'invalidate.empty': { place: 'fs/nfs/inode.c nfs_invalidate_mapping()', when: 'when the page cache is empty, before the contents count as new', about: 'file' },
  mkclean: { place: 'mm/rmap.c folio_mkclean()', when: 'after the PTEs are cleaned', about: 'file' },
} as const satisfies Record<string, Hook>;

/** The name of a hook. */
export type HookName = keyof typeof table;

/** Every hook by its name, in the order of the paths. */
export const hooks: Readonly<Record<HookName, Hook>> = table;
