/** Mutants of the model that are no faults: why the scenarios cannot tell them from the original. */

/** Reasons that hold for every mutant whose name fits. */
const reasons: readonly { readonly fits: RegExp; readonly reason: string }[] = [
  {
    fits: /^widen /,
    reason: 'a lock that is held longer takes interleavings away and adds none but deadlocks, of which there is none',
  },
  // Hints.
  {
    fits: /^drop tlb_remove_tlb_entry\(\) in madvise_cold_or_pageout_pte_range\(\)$/,
    reason: 'MADV_COLD promises nothing: without the flush a page in use may look unused, and no access goes wrong',
  },
  {
    fits: /^drop the TLBI of ptep_clear_flush_young\(\)$/,
    reason: 'the accessed bit is a hint: without the TLBI a page in use may look unused, as it may on arm64 until the TLBI arrives, and on x86, which has none, as long as the entry stays',
  },
  {
    fits: /^skip the page-table lock in folio_referenced_one\(\) /,
    reason: 'in the model the step that finds the accessed bit set clears it, so that the lock keeps nothing apart within it; and the answer is a hint, by which no access goes wrong',
  },
  // A step that looks at a PTE and changes it at once.
  {
    fits: /^skip the page-table lock in madvise_cold_or_pageout_pte_range\(\) /,
    reason: 'in the model the step that reads the PTE also clears the accessed bit, or takes the folio off the LRU with a reference; flush_tlb_batched_pending() before it forgets no unmap that was recorded since it began, whoever holds the lock (cmpxchg() of mm->tlb_flush_batched)',
  },
  {
    fits: /^skip the page-table lock in copy_pte_range\(\) /,
    reason: 'in the model the PTE is read and copied in one step; mmap_lock keeps away all who change it but reclaim, migration and truncation, which change it in one step of their own, and rmap walks come to the copy after the original',
  },
  {
    fits: /^skip the page-table lock in do_swap_page\(\) /,
    reason: 'in the model the swap entry is checked and replaced in one step; whoever else holds the lock either changes a swap entry in one step of its own, or needs the folio lock (reclaim, migration), which this fault holds',
  },
  {
    fits: /^skip the page-table lock in do_numa_page\(\) /,
    reason: 'in the model the hint is checked and taken back in one step; whoever else holds the lock has changed the PTE already and only flushes, or changes it in one step of its own, for what it finds then',
  },
  // Locks that a reference stands in for.
  {
    fits: /^skip the folio lock in wp_page_reuse\(\) /,
    reason: 'in the model whoever has a folio locked holds a reference to it, so that one with a single reference is never locked',
  },
  {
    fits: /^skip the folio lock in folio_lock_or_retry\(\) /,
    reason: 'in the model do_swap_page() has a reference from the lookup on, for which reclaim and migration keep the folio, a folio in the swap cache has been read in, and the step that sets the PTE looks again at the swap entry and the swap cache',
  },
  {
    fits: /^skip the folio lock in add_to_swap\(\) /,
    reason: 'in the model the lock is that of an older folio which leaves the slot of its page (in the kernel each has a slot of its own); whoever holds it looks again at the swap cache or at the references, and finds that it has left',
  },
  // Others.
  {
    fits: /^skip the rmap locks in copy_vma\(\) /,
    reason: 'in the model a walk that began before comes to the old page first, so that it cannot miss the PTE, or else move_ptes() takes the rmap locks and waits for it; the interval tree itself is not modelled',
  },
  {
    fits: /^skip mmap_lock in task_numa_work\(\) /,
    reason: 'in the model a hint takes rights from a PTE and gives none, and the fault gives back what the VMA allows by then; until the hint is flushed mm->tlb_flush_pending is raised, so that a gather beside it flushes everything (mm_tlb_flush_nested())',
  },
  {
    fits: /^skip invalidate_lock in filemap_add_folio\(\) /,
    reason: 'in the model files have one page: i_size keeps all from a folio that is left behind by a truncation, until a write replaces the whole page or invalidates it',
  },
  {
    fits: /^drop tlb_ubc->writable in try_to_migrate_one\(\)$/,
    reason: 'only try_to_unmap_flush_dirty() looks at it, for reclaim; migrate_pages_batch() makes the whole flush at once, and what LUF puts off there is none of that batch',
  },
  {
    fits: /^drop flush_tlb_mm_range\(\) in pmdp_huge_clear_flush\(\)$/,
    reason: 'in the model, which has no page sizes, the old entry shows zeroes as does the zero page that is mapped in its place; the mm pins the huge zero page, and whatever replaces the zero page flushes the address',
  },
  // Steps that change places: the last one of a call.
  {
    fits: /^swap .* with (do_madvise|ksys_pwrite64|__vm_munmap|mremap|do_sys_ftruncate|do_fsync)\(\) \(/,
    reason: 'what the call promises is judged once both steps are done, whichever comes last; what comes earlier is only that it drops its last lock',
  },
  {
    fits: /^swap tlb_flush_mmu_tlbonly\(\) \(nothing is flushed\) with mwriteprotect_range\(\) \(writes go on\)$/,
    reason: 'a page that userfaultfd protects no more gains rights: an entry that is older costs a fault at most, flushed or not',
  },
  // Steps that change nothing, or nothing that anybody else sees.
  {
    fits: /^swap (truncate_setsize\(\) .* with unmap_mapping_range_tree|_raw_spin_lock_irqsave\(\) .* with get_page_from_freelist|iomap_write_begin\(\) .* with (iomap_write_iter|luf_flush_mapping)|page_vma_mkclean_one\(\) .* with folio_mkclean)\(\) \(/,
    reason: 'in the model one of the two changes nothing: the beginning of a walk or of an allocation, the end of folio_mkclean(), iomap_write_begin()',
  },
  {
    fits: /^swap (.* with )?arch_tlbbatch_done\(\) \(taken to be done already\)/,
    reason: 'arch_tlbbatch_done() finds everything done already, and does nothing',
  },
  {
    fits: /^swap arch_tlbbatch_flush\(\) (\(every TLBI .*\)) with arch_tlbbatch_flush\(\) \1$/,
    reason: 'the two are one DSB after the other, which are the same',
  },
  {
    fits: /^swap (zap_pte_range\(\) .* with free_pgtables\(\) \(a neighbouring VMA keeps the page table\)|free_pgtables\(\) \(a neighbouring VMA keeps the page table\) with .*)$/,
    reason: 'free_pgtables() finds the page table in use, and does nothing',
  },
  {
    fits: /^swap (zap_pte_range\(\) .* with free_pgtables\(\) \(the page table is gone|free_pgtables\(\) \(the page table is gone.*with tlb_flush_mmu_tlbonly\(\) \(nothing is flushed)/,
    reason: 'the flush for a freed page table is for page-walk caches, which are not modelled; what it heals besides, flush_tlb_batched_pending() has healed before',
  },
  {
    fits: /^swap shrink_folio_list\(\) \(the folio can be mapped.* with fold_unmap_luf\(\) /,
    reason: 'fold_unmap_luf() moves CPUs from one batch of the thread to another, which nobody else sees',
  },
  {
    fits: /^swap fold_unmap_luf\(\) \(what was put off .* with try_to_unmap_flush\(\) /,
    reason: 'what is folded too late for this flush goes with the one at the end of the list, as in vanilla; until then flush_tlb_batched_pending() makes whoever unmaps the page flush',
  },
  {
    fits: /^swap try_to_migrate\(\) .* with (arch_tlbbatch_flush|fold_unmap_luf)\(\) /,
    reason: 'the end of try_to_migrate() locks the new folio, which nobody knows yet, and sorts the CPUs of the unmap: those that come too late to be put off are flushed at once by the try_to_unmap_flush() that follows',
  },
  {
    fits: /^swap luf_flush_vma\(\) \(the VMA shares no file\) with luf_flush_mm\(\) /,
    reason: 'two flushes in a row, of the file and of the mm: nothing lies between them',
  },
  {
    fits: /^swap (migrate_folio_move\(\) .* with __folio_put|free_unref_folios\(\) .* with free_unref_folios)\(\) /,
    reason: 'the two are about different folios, and nothing needs one before the other',
  },
  // What flush_tlb_batched_pending() is for.
  {
    fits: /^swap (flush_tlb_mm_range|flush_tlb_mm|arch_flush_tlb_batched_pending)\(\) \(.*\) with (zap_pte_range|madvise_free_pte_range|change_pte_range|move_ptes|madvise_cold_or_pageout_pte_range)\(\) /,
    reason: 'flush_tlb_batched_pending() makes good what reclaim did before the lock was taken: as well just after the PTE is changed as before, while the call has neither freed anything nor returned',
  },
  {
    fits: /^swap madvise_cold_or_pageout_pte_range\(\) \(.* with (madvise_cold_or_pageout_pte_range|flush_tlb_mm_range|flush_tlb_mm|arch_flush_tlb_batched_pending)\(\) /,
    reason: 'MADV_COLD and MADV_PAGEOUT promise nothing of the page; and flush_tlb_batched_pending() forgets no unmap that was recorded since it began, so that one between it and the lock is left to whoever comes next',
  },
  {
    fits: /^swap (zap_pte_range|change_pte_range|move_ptes)\(\) \((the|both|the old) page-table locks? (is|are) held.* with arch_flush_tlb_batched_pending\(\) /,
    reason: 'this DSB completes the TLBIs of its own CPU only, and that issues none between the lock and the flush',
  },
  {
    fits: /^swap move_ptes\(\) \(the old page-table lock is held\) with flush_tlb_mm(_range)?\(\) /,
    reason: 'do_vmi_munmap() of the old place calls flush_tlb_batched_pending() once more, under the lock, before mremap() returns',
  },
  {
    fits: /^drop flush_tlb_mm_range\(\) in do_wp_page\(\)$/,
    reason: 'since v5.19 the PTE of exclusive anonymous memory keeps W, which is enough by itself (wp.exclusive): uffd-unprotect loses a store only without both',
  },
  {
    fits: /^swap flush_tlb_mm_range\(\) .* with wp_page_shared\(\) /,
    reason: 'the flush of do_wp_page() is for a copy, and wp_page_shared() makes none: the same frame stays mapped',
  },
  // mremap().
  {
    fits: /^swap move_ptes\(\) \((the old page-table lock is held\) with move_ptes|both page-table locks are held.* with flush_tlb_mm(_range)?)\(\) /,
    reason: 'in the model nobody else takes two page-table locks, and the new page table has nothing yet: when its lock is taken is no matter as long as the old one is held',
  },
  {
    fits: /^swap (flush_tlb_mm_range|__flush_tlb_range)\(\) .* with drop_rmap_locks\(\) /,
    reason: 'both page-table locks are held until the flush is complete, and a walk that comes to the new place waits for its lock',
  },
  {
    fits: /^swap do_vmi_munmap\(\) .* with zap_pte_range\(\) \(the page-table lock is held\)$/,
    reason: 'mmap_lock is held for writing and the PTE has been moved away: nobody comes to the old page table meanwhile',
  },
  {
    fits: /^swap page_vma_mapped_walk\(\) \(.* with (page_vma_mapped_walk|rmap_walk_file)\(\) /,
    reason: 'a page that the walk misses, as mremap() has moved it, is still counted as mapped (folio_mapped()): reclaim and migration keep its folio',
  },
  {
    fits: /^swap page_vma_mkclean_one\(\) \(.* with (page_vma_mkclean_one|rmap_walk_file)\(\) /,
    reason: 'a PTE that the walk misses, as mremap() has moved it, stays writable and dirty: what is stored through it is written out later',
  },
  // Flushes that rules put into faults and writes.
  {
    fits: /^swap try_to_unmap_flush\(\) \(no CPU is left to flush\) with (set_pte_range|mfill_atomic_install_pte|wp_page_shared)\(\) /,
    reason: 'this is the flush of the mm, in luf_flush_vma(): of a shared mapping luf_flush_mapping() has flushed the same CPUs just before, and what a private one is given here shows the same file, whose changes have flushes of their own',
  },
  {
    fits: /^swap try_to_unmap_flush\(\) \(no CPU is left to flush\) with (do_anonymous_page|set_huge_zero_folio)\(\) /,
    reason: 'nothing that was put off is at such an address: whoever unmaps anonymous memory for good flushes, and the flush for what MADV_FREE has given up is not put off',
  },
  {
    fits: /^swap try_to_unmap_flush\(\) \(no CPU is left to flush\) with (generic_perform_write|iomap_write_iter)\(\) /,
    reason: 'a write promises at its return, so that a flush just after the copy is in time, as that of LUF v11 (write.end) is',
  },
];

/** Why a mutant is equivalent to the original as far as verdicts go; undefined for one that nobody has looked at. */
export function whyEquivalent(name: string): string | undefined {
  return reasons.find(({ fits }) => fits.test(name))?.reason;
}
