/**
 * mm/mmu_gather.c with zap_pte_range() of mm/memory.c: what is unmapped is gathered, flushed once, and only
 * then freed. Shared by munmap(), MAP_FIXED, madvise() and truncation.
 *
 * Gathers of one mm may run at the same time (madvise() and truncation take no mmap_lock for writing);
 * each counts itself in mm->tlb_flush_pending, and one that ends while another is open flushes everything.
 *
 * Left out: gathers of more than one page, hugetlb, the batch that overflows.
 */
import { allOf, bool, none, when, type Bool, type Effect } from '../../../src/index.js';
import type { Frame } from '../machine/machine.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { FlushCall, Path } from './path.js';
import { flushTlbBatchedPending } from './rmap.js';

/** A gather of one page, with what it has found so far. */
export interface Gather {
  readonly path: Path;
  /** Name of the page. */
  readonly page: string;
  readonly gathered: Frame;
  /** Some PTE was changed or a page table freed: the gather has something to flush. */
  readonly flushNeeded: Bool;
}

/** The gather of a path for a page; its variables are the thread's, so gathers of a thread follow one another. */
export function gatherOf(path: Path, page: string): Gather {
  return {
    path,
    page,
    gathered: frameLocal(path, 'gathered'),
    flushNeeded: path.local('tlb.cleared', bool, (value) => value.becomes(false)),
  };
}

/** tlb_gather_mmu(): the effects of a gather that begins (inc_tlb_flush_pending()). */
export function tlbGatherMmu({ path, page }: Gather): Effect[] {
  const { flushPending } = path.machine.state.mm.at(path.machine.mmOf(page));
  return [flushPending.becomes(flushPending.plus(1))];
}

/** zap_pte_range(): under the page-table lock the PTE is cleared, and what it mapped is gathered. */
export function zapPteRange(gather: Gather, at: string, to: string): void {
  const { path, page } = gather;
  const { machine, rules } = path;
  const { ptl } = machine.tableOf(page);
  const locked = path.place('zap_pte_range');
  path.step({
    at,
    to: locked,
    kernel: 'mm/memory.c zap_pte_range()',
    after: 'the page-table lock is held',
    when: [ptl.not()],
    then: [ptl.becomes(true)],
    says: ['==> zap_pte_range()'],
  });
  const checked = rules.has('zap.batched') ? path.place('zap') : locked;
  if (rules.has('zap.batched')) flushTlbBatchedPending(path, locked, checked, machine.mmNameOf(page));
  const cleared = path.place('tlb_end_vma');
  const walked = path.insert('zap.end', cleared, { page });
  if (walked === cleared) {
    clearPte(gather, checked, to);
    return;
  }
  clearPte(gather, checked, cleared);
  path.step({
    at: walked,
    to,
    kernel: 'include/asm-generic/tlb.h tlb_end_vma()',
    after: 'the VMA is walked; other VMAs of the range would follow',
  });
}

/** The PTE under its lock: present entries are gathered, others are just cleared. */
function clearPte(gather: Gather, at: string, to: string): void {
  const { path, page, gathered, flushNeeded } = gather;
  const { machine, rules } = path;
  const p = machine.page(page);
  const pte = machine.state.pte.at(p);
  const { ptl } = machine.tableOf(page);
  const { swap, frame } = machine.state;
  const kernel = 'mm/memory.c zap_pte_range()';
  const clear = [
    pte.kind.becomes('none'),
    pte.frame.becomes(none),
    pte.writable.becomes(false),
    pte.dirty.becomes(false),
    pte.uffdWp.becomes(false),
    pte.marked.becomes(false),
  ];
  const dirtyFile = allOf([pte.dirty, frame.at(pte.frame).origin.isNot(machine.ownOrigin(page))]);
  const present = pte.kind.is('present', 'protnone');
  const unlock = ptl.becomes(false);
  path.step({
    at,
    to,
    kernel,
    after: 'the page table says nothing of the page any more; TLBs may',
    when: [present.not()],
    then: [
      when(allOf([pte.kind.is('swap'), swap.at(p).cache.isSome(), frame.at(swap.at(p).cache).locked.not()]), [
        ...putFrame(machine, swap.at(p).cache),
        swap.at(p).cache.becomes(none),
      ]),
      ...clear,
      unlock,
    ],
    says: [
      { if: pte.kind.is('none'), text: ['    [ PTE none, nothing gathered ]'] },
      { if: pte.kind.isNot('none'), text: ['    [ no PTE present, nothing gathered ]'] },
    ],
  });
  const cleared = '    [ PTE cleared, page gathered ]';
  const force = rules.has('zap.forceFlush');
  path.step({
    at,
    to,
    kernel,
    after: 'CPUs go on using their entries until the gather is flushed',
    when: force ? [present, dirtyFile.not()] : [present],
    then: [
      gathered.becomes(pte.frame),
      flushNeeded.becomes(true),
      when(dirtyFile, [frame.at(pte.frame).dirty.becomes(true)]),
      ...clear,
      unlock,
    ],
    says: [cleared],
  });
  if (!force) return;
  // A dirty page of a shared file is flushed before the lock is dropped (force_flush).
  const call: FlushCall = {
    at,
    to,
    when: [present, dirtyFile],
    says: [cleared, '==> tlb_flush_mmu_tlbonly()'],
    first: [gathered.becomes(pte.frame), frame.at(pte.frame).dirty.becomes(true), ...clear],
    last: [unlock],
  };
  path.kernel.arch.flushPage(path, call, page);
}

/** tlb_finish_mmu(): flush if anything was gathered or another gather is open, then free what was gathered. */
export function tlbFinishMmu(gather: Gather, at: string, to: string): void {
  const { path, page, gathered, flushNeeded } = gather;
  const { machine, rules } = path;
  const { flushPending } = machine.state.mm.at(machine.mmOf(page));
  const kernel = 'include/asm-generic/tlb.h tlb_flush_mmu_tlbonly()';
  const freed = path.place('tlb_batch_pages_flush');
  const says = ['==> tlb_flush_mmu_tlbonly()'];
  const nested = rules.has('zap.nested') ? [flushPending.isNot(1)] : [];
  const alone = nested.map((open) => open.not());
  path.step({
    at,
    to: freed,
    kernel,
    after: 'nothing is flushed',
    when: [...alone, flushNeeded.not()],
    says: [...says, '    [ nothing cleared, no flush ]'],
  });
  if (nested.length > 0) {
    const both = ['==> tlb_finish_mmu()', '    [ another gather is open: full flush ]'];
    path.kernel.arch.flushMm(path, { at, to: freed, when: nested, says: both }, machine.mmNameOf(page));
  }
  if (rules.has('zap.flush')) {
    path.kernel.arch.flushPage(path, { at, to: freed, when: [...alone, flushNeeded], says }, page);
  } else {
    path.step({
      at,
      to: freed,
      kernel,
      after: 'the rule zap.flush is off: nothing is flushed',
      when: [...alone, flushNeeded],
      says: [...says, '    [ flush left out ]'],
    });
  }
  const { cache } = machine.state.swap.at(machine.page(page));
  const { locked } = machine.state.frame.at(gathered);
  path.step({
    at: freed,
    to,
    kernel: 'mm/mmu_gather.c tlb_batch_pages_flush()',
    after: 'the pages that were mapped have lost a reference; the last one frees them',
    approximation: 'exact: dec_tlb_flush_pending() follows at once',
    then: [
      // free_pages_and_swap_cache(): a folio that nobody locks leaves the swap cache as well.
      when(allOf([gathered.isSome(), cache.is(gathered), locked.not()]), [
        ...putFrame(machine, gathered),
        cache.becomes(none),
      ]),
      when(gathered.isSome(), putFrame(machine, gathered)),
      gathered.becomes(none),
      flushNeeded.becomes(false),
      flushPending.becomes(flushPending.minus(1)),
    ],
  });
}
