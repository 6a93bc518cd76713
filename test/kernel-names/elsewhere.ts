/** Names that the model prints and Linux v6.12 does not have, each with the patch or the kernel that does. */

/** A name of a patch series. */
export interface PatchName {
  /** The first version of the series that has it. */
  readonly patch: string;
  /** The files in which the series defines it; headers and the other architectures have stubs as well. */
  readonly files: readonly string[];
}

/**
 * What only LUF has, by the version that brought it and the file: [PATCH v10] of 10 and 20 May 2024,
 * [PATCH v11] of 31 May 2024, [RFC PATCH v12] of 20 and 26 Feb 2025, as posted to linux-mm.
 */
const luf: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'LUF v10': {
    'mm/rmap.c': [
      'check_luf_flush', 'fold_ubc', 'luf_flush', 'luf_gen', 'luf_gen_done', 'luf_gen_next', 'luf_lock',
      'luf_on_flushing', 'luf_ubc', 'on_flushing', 'rmap_flush_end', 'rmap_flush_start', 'try_to_unmap_luf', 'ugen_before', 'ugen_next',
    ],
    'mm/internal.h': ['can_luf_fail', 'can_luf_folio', 'can_luf_init', 'can_luf_test', 'check_flush_task_ugen', 'hand_over_task_ugen', 'ugen_latest', 'update_task_ugen'],
    'include/linux/mm.h': ['folio_put_ugen'],
    'include/linux/sched.h': ['tlb_ubc_luf', 'tlb_ubc_ro'],
    'arch/x86/include/asm/tlbflush.h': ['arch_tlbbatch_done', 'arch_tlbbatch_fold'],
    'arch/arm64/include/asm/tlbflush.h': ['arch_tlbbatch_done', 'arch_tlbbatch_fold'],
    'arch/riscv/include/asm/tlbflush.h': ['arch_tlbbatch_done', 'arch_tlbbatch_fold'],
  },
  'LUF v11': { 'mm/memory.c': ['need_luf_flush'] },
  'LUF v12': {
    'mm/rmap.c': ['fold_luf_batch', 'fold_luf_batch_mm', 'fold_unmap_luf', 'luf_flush_mapping', 'luf_flush_mm', 'luf_flush_vma', 'lufd_check_pages'],
    'mm/page_alloc.c': [
      'luf_takeoff_check', 'luf_takeoff_check_and_fold', 'luf_takeoff_end', 'luf_takeoff_no_shootdown', 'luf_takeoff_start',
      'no_shootdown_context', 'wait_zone_ugen_done',
    ],
    'mm/internal.h': ['can_luf_vma', 'non_luf_pages_ok'],
    'include/linux/fs.h': ['mapping_write_begin'],
    'include/linux/mm_types.h': ['luf_batch'],
    'arch/x86/mm/tlb.c': archBatch(),
    'arch/arm64/include/asm/tlbflush.h': archBatch(),
    'arch/riscv/mm/tlbflush.c': archBatch(),
    Kconfig: ['CONFIG_LUF_DEBUG'],
  },
};

function archBatch(): string[] {
  return ['arch_mm_mark_ugen', 'arch_tlbbatch_check_done', 'arch_tlbbatch_diet', 'arch_tlbbatch_mark_ugen'];
}

/** What only patches have. */
export const patchNames: ReadonlyMap<string, PatchName> = byName();

/** What other kernels have where the model says (`mm/mmap.c name`), or anywhere (`name`), and v6.12 has not. */
export const otherKernels: ReadonlyMap<string, string> = new Map([
  ['arch/x86/mm/tlb.c tlb_is_not_lazy', 'v6.9'],
  ['mm/memory.c zap_page_range', 'v4.14'],
]);

function byName(): Map<string, PatchName> {
  const names = new Map<string, PatchName>();
  for (const [patch, files] of Object.entries(luf)) {
    for (const [file, list] of Object.entries(files)) {
      for (const name of list) names.set(name, { patch, files: [...(names.get(name)?.files ?? []), file] });
    }
  }
  return names;
}
