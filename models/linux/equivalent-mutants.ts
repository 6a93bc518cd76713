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
];

/** Why a mutant is equivalent to the original as far as verdicts go; undefined for one that nobody has looked at. */
export function whyEquivalent(name: string): string | undefined {
  return reasons.find(({ fits }) => fits.test(name))?.reason;
}
