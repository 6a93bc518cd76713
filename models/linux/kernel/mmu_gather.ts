/**
 * mm/mmu_gather.c with zap_pte_range() of mm/memory.c: what is unmapped is gathered, flushed once, and only
 * then freed. Shared by munmap(), MAP_FIXED, madvise() and truncation.
 *
 * Gathers of one mm may run at the same time (madvise() and truncation take no mmap_lock for writing);
 * each counts itself in mm->tlb_flush_pending, and one that ends while another is open flushes everything.
 *
 * Left out: gathers of more than one page, hugetlb, the batch that overflows. Simplified: after force_flush the
 * kernel frees what is gathered at once, here at the end; arm64 and riscv, which do not select
 * MMU_GATHER_MERGE_VMAS, flush in tlb_end_vma(), here in tlb_finish_mmu() as on x86. A frame stays gathered
 * longer by that, and page tables are freed before the flush and not after it.
 */
import { allOf, bool, none, when, type Bool, type Effect } from '../../../src/index.js';
import type { Frame } from '../machine/machine.js';
import { hasHugeZero, isHugeZero, putGathered, zapHugeZero } from './huge-memory.js';
import { dropTracking } from './mm_inline.js';
import type { FlushCall, MicroStep, PageFlush, Path } from './path.js';
import { flushTlbBatchedPending } from './rmap.js';
import { freeSwapCache, freeSwapEntry } from './swap.js';

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
    gathered: path.machine.state.gather.at(path.task.index).folio,
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
  walkVma(gather, { at, to, kernel: 'mm/memory.c zap_pte_range()' }, (locked, cleared) => {
    clearPte(gather, locked, cleared);
  });
}

/**
 * A walk of the VMA's page table: takes the page-table lock and asks for a flush that a reclaim has put off;
 * `change` writes the steps from there, which drop the lock, to the end of the VMA.
 */
export function walkVma(
  { path, page }: Gather,
  walk: Pick<MicroStep, 'at' | 'kernel'> & { readonly to: string },
  change: (at: string, to: string) => void,
): void {
  const { machine, rules } = path;
  const { ptl } = machine.tableOf(page);
  const name = walk.kernel.slice(walk.kernel.indexOf(' ') + 1);
  const locked = path.place(name);
  path.step({
    at: walk.at,
    to: locked,
    kernel: walk.kernel,
    after: 'the page-table lock is held',
    when: [ptl.not()],
    then: [ptl.becomes(true)],
    says: [`==> ${name}`],
  });
  const checked = rules.has('zap.batched') ? path.place('checked') : locked;
  if (rules.has('zap.batched')) flushTlbBatchedPending(path, { at: locked, to: checked, caller: name }, machine.mmNameOf(page));
  const changed = path.place('tlb_end_vma');
  const walked = path.insert('zap.end', changed, { page });
  if (walked === changed) {
    change(checked, walk.to);
    return;
  }
  change(checked, changed);
  path.step({
    at: walked,
    to: walk.to,
    kernel: 'include/asm-generic/tlb.h tlb_end_vma()',
    after: 'the VMA is walked; other VMAs of the range would follow',
  });
}

/** What else goes with the moment in which zap_pte_range() clears a PTE. */
interface ZapDetails {
  readonly then?: readonly Effect[];
  /** ZAP_FLAG_DROP_MARKER. */
  readonly dropsMarkers?: boolean;
}

/** The PTE under its lock: present entries are gathered, others are just cleared. */
export function clearPte(gather: Gather, at: string, to: string, { then = [], dropsMarkers = false }: ZapDetails = {}): void {
  const { path, page, gathered, flushNeeded } = gather;
  const { machine, rules } = path;
  const p = machine.page(page);
  const pte = machine.state.pte.at(p);
  const { ptl } = machine.tableOf(page);
  const { frame } = machine.state;
  const kernel = 'mm/memory.c zap_pte_range()';
  const clear = [
    pte.kind.becomes('none'),
    pte.frame.becomes(none),
    pte.writable.becomes(false),
    pte.dirty.becomes(false),
    ...dropTracking(machine, page, dropsMarkers),
    pte.marked.becomes(false),
    ...then,
  ];
  const dirtyFile = allOf([pte.dirty, frame.at(pte.frame).origin.isNot(machine.ownOrigin(page))]);
  const mapped = pte.kind.is('present', 'protnone');
  const huge = hasHugeZero(machine) ? [isHugeZero(machine, pte.frame)] : [];
  const present = allOf([mapped, ...huge.map((is) => is.not())]);
  const unlock = ptl.becomes(false);
  path.step({
    at,
    to,
    kernel,
    after: 'the page table says nothing of the page any more; TLBs may',
    when: [mapped.not()],
    then: [
      ...freeSwapEntry(machine, page),
      ...clear,
      unlock,
    ],
    says: [
      { if: pte.kind.is('none'), text: ['    [ PTE none, nothing gathered ]'] },
      { if: pte.kind.isNot('none'), text: ['    [ no PTE present, nothing gathered ]'] },
    ],
  });
  if (huge.length > 0) {
    path.step({
      at,
      to,
      kernel: 'mm/huge_memory.c zap_huge_pmd()',
      after: 'CPUs go on using their entries of the huge zero page until the gather is flushed',
      approximation: 'under: flush_tlb_batched_pending() has been asked before, which is for page tables only',
      when: [mapped, ...huge],
      then: [flushNeeded.becomes(true), ...zapHugeZero(path, pte.frame, gathered), ...clear, unlock],
      says: ['==> zap_huge_pmd()', '    [ entry of the huge zero page cleared ]'],
    });
  }
  const recorded = flushNeeded.becomes(true);
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
      recorded,
      when(dirtyFile, [frame.at(pte.frame).dirty.becomes(true)]),
      ...clear,
      unlock,
    ],
    says: [cleared],
    parts: [{ name: 'tlb_remove_tlb_entry() in zap_pte_range()', effects: [recorded] }],
  });
  if (!force) return;
  // A dirty page of a shared file is flushed before the lock is dropped (force_flush), and counts as mapped until then.
  const { delayed } = machine.tableOf(page);
  const [delay, flushRmaps] = rules.has('zap.delayRmap') ? [[delayed.becomes(pte.frame)], [delayed.becomes(none)]] : [[], []];
  const call: FlushCall = {
    at,
    to,
    caller: 'zap_pte_range() (force_flush)',
    when: [present, dirtyFile],
    says: [cleared, '==> tlb_flush_mmu_tlbonly()'],
    first: [...delay, gathered.becomes(pte.frame), frame.at(pte.frame).dirty.becomes(true), ...clear],
    last: [...flushRmaps, unlock],
  };
  path.kernel.arch.flushPage(path, call, page, 'gather');
}

/** tlb_finish_mmu(): flush if anything was gathered or another gather is open, then free what was gathered. */
export function tlbFinishMmu(gather: Gather, at: string, to: string, by: GatherFlush = 'gather'): void {
  const { path, page, gathered, flushNeeded } = gather;
  const { machine } = path;
  const freed = path.place('tlb_batch_pages_flush');
  flushGather(gather, { at, to: freed, rule: 'zap.flush', by });
  path.step({
    at: freed,
    to,
    kernel: 'mm/mmu_gather.c tlb_batch_pages_flush()',
    after: 'the pages that were mapped have lost a reference; the last one frees them',
    approximation: 'exact: dec_tlb_flush_pending() follows at once',
    then: [
      // free_pages_and_swap_cache(): a folio that nobody locks leaves the swap cache as well.
      ...freeSwapCache(machine, page, gathered),
      when(gathered.isSome(), putGathered(path, gathered)),
      gathered.becomes(none),
      flushNeeded.becomes(false),
      ...gatherEnds(gather),
    ],
  });
}

/** The effects of a gather that ends (dec_tlb_flush_pending()), once flushed. */
export function gatherEnds({ path, page }: Gather): Effect[] {
  const { flushPending } = path.machine.state.mm.at(path.machine.mmOf(page));
  return [flushPending.becomes(flushPending.minus(1))];
}

/** A gather whether or not it has freed page tables (tlb->freed_tables). */
type GatherFlush = Extract<PageFlush, 'gather' | 'gather with freed tables'>;

interface FinishedGather {
  readonly at: string;
  readonly to: string;
  readonly rule: 'zap.flush' | 'protect.flush';
  readonly by?: GatherFlush;
}

/** The flush of tlb_finish_mmu(), of what was gathered under the rule named, or of the mm if another gather is open. */
export function flushGather({ path, page, flushNeeded }: Gather, { at, to, rule, by = 'gather' }: FinishedGather): void {
  const { machine, rules } = path;
  const { flushPending } = machine.state.mm.at(machine.mmOf(page));
  const kernel = 'include/asm-generic/tlb.h tlb_flush_mmu_tlbonly()';
  const says = ['==> tlb_flush_mmu_tlbonly()'];
  const nested = rules.has('zap.nested') ? [flushPending.isNot(1)] : [];
  const alone = nested.map((open) => open.not());
  path.step({
    at,
    to,
    kernel,
    after: 'nothing is flushed',
    when: [...alone, flushNeeded.not()],
    says: [...says, '    [ nothing cleared, no flush ]'],
  });
  if (nested.length > 0) {
    const both = ['==> tlb_finish_mmu()', '    [ another gather is open: full flush ]'];
    path.kernel.arch.flushMm(path, { at, to, caller: 'tlb_finish_mmu() (mm_tlb_flush_nested)', when: nested, says: both }, machine.mmNameOf(page));
  }
  if (rules.has(rule)) {
    path.kernel.arch.flushPage(path, { at, to, caller: rule === 'zap.flush' ? 'tlb_finish_mmu()' : 'tlb_finish_mmu() of change_protection()', when: [...alone, flushNeeded], says }, page, by);
  } else {
    path.step({
      at,
      to,
      kernel,
      after: `the rule ${rule} is off: nothing is flushed`,
      when: [...alone, flushNeeded],
      says: [...says, '    [ flush left out ]'],
    });
  }
}
