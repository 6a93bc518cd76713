/**
 * mm/mmap.c and mm/vma.c (in v6.9 all of it in mm/mmap.c), with the zap of mm/memory.c and the gather of
 * mm/mmu_gather.c: munmap(2) and mmap(2).
 *
 * munmap() takes mmap_lock for writing, detaches the VMA and goes on with the lock downgraded;
 * MAP_FIXED unmaps what it covers first and keeps the lock. What is unmapped is gathered, flushed once,
 * and only then freed.
 *
 * Left out: parallel gathers and mm_tlb_flush_nested() (the operations of one mm exclude each other here),
 * tlb_flush_pending, VMAs of more than one page, splitting and merging, the tree, hugetlb. Only what the gather
 * saw present or freed makes it flush.
 */
import { allOf, bool, none, setFrom, setOf, when, type Bool, type Effect } from '../../../src/index.js';
import type { Mapping } from '../../../src/litmus/scenario.js';
import { kindOf } from '../machine/contents.js';
import { Ghost } from '../machine/ghost.js';
import type { Frame, Machine, Page } from '../machine/machine.js';
import type { Hooks } from './hooks.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { flushTlbBatchedPending } from './rmap.js';
import { flushTlbPage } from './x86-tlb.js';

/** The state that an unmapping and its gather work on. */
interface Zap {
  readonly page: string;
  readonly mm: string;
  readonly rules: ReadonlySet<string>;
}

/** munmap(2) of a page. */
export function munmap(path: Path, page: string, hooks: Hooks): void {
  const { machine, task } = path;
  const zap = zapOf(machine, page, hooks.rules);
  const p = machine.page(page);
  const mm = machine.state.mm.at(machine.mm(zap.mm));
  const vma = machine.state.vma.at(p);
  const locked = allOf([mm.writer.not(), mm.readers.is(0)]);
  path.step({
    at: 'start',
    to: 'end',
    kernel: 'mm/mmap.c __vm_munmap()',
    after: 'there was nothing to unmap',
    when: [locked, vma.kind.is('none')],
  });
  path.step({
    at: 'start',
    to: 'zap',
    kernel: 'mm/vma.c do_vmi_align_munmap()',
    after: 'mmap_lock is downgraded: faults run, and find no VMA',
    approximation: 'exact: taking mmap_lock, detaching and mmap_write_downgrade() are invisible apart',
    when: [locked, vma.kind.isNot('none')],
    then: [...new Ghost(machine).replace(task.index, p), ...detach(machine, p), mm.readers.becomes(1)],
  });
  unmapRegion(path, zap, 'zap', 'unlock');
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: 'mm/mmap.c __vm_munmap()',
    after: 'munmap() has returned: no access to the old mapping may succeed',
    says: ['[ munmap() returns ]'],
    then: [mm.readers.becomes(mm.readers.minus(1)), ...new Ghost(machine).settle(task.index)],
  });
}

/** mmap(2) of a page, with MAP_FIXED where something may be mapped there already. */
export function mmap(path: Path, page: string, mapping: Mapping, fixed: boolean, hooks: Hooks): void {
  const { machine, task } = path;
  const zap = zapOf(machine, page, hooks.rules);
  const p = machine.page(page);
  const mm = machine.state.mm.at(machine.mm(zap.mm));
  const { kind } = machine.state.vma.at(p);
  const ghost = new Ghost(machine);
  path.step({
    at: 'start',
    to: 'do_mmap',
    kernel: 'mm/util.c vm_mmap_pgoff()',
    after: 'mmap_lock is held for writing: no fault of this VMA runs',
    approximation: 'under: faults of other VMAs, under their own locks, wait as well',
    when: [mm.writer.not(), mm.readers.is(0), ...(fixed ? [] : [kind.is('none')])],
    then: [mm.writer.becomes(true)],
  });
  const writable = mapping.protection.includes('PROT_WRITE');
  const entered = writable ? hooks.insert(path, 'mmap.writable', 'do_mmap') : 'do_mmap';
  if (fixed) {
    path.step({
      at: entered,
      to: 'mmap_region',
      kernel: 'mm/mmap.c mmap_region()',
      after: 'there was nothing to unmap',
      when: [kind.is('none')],
    });
    path.step({
      at: entered,
      to: 'zap',
      kernel: 'mm/mmap.c mmap_region()',
      after: 'faults wait for mmap_lock; the page table and the TLBs are as before',
      approximation:
        'exact: v6.9 detaches (do_vmi_munmap()) and then zaps, v6.12 zaps first (vms_clean_up_area()); faults wait',
      when: [kind.isNot('none')],
      then: [...ghost.replace(task.index, p), ...detach(machine, p)],
    });
    unmapRegion(path, zap, 'zap', 'mmap_region');
  }
  path.step({
    at: fixed ? 'mmap_region' : entered,
    to: 'end',
    kernel: 'mm/mmap.c mmap_region()',
    after: 'mmap() has returned: only the new mapping may be seen',
    says: ['[ mmap() returns ]'],
    then: [...attach(machine, page, mapping), mm.writer.becomes(false), ...ghost.settle(task.index)],
  });
}

function zapOf(machine: Machine, page: string, rules: ReadonlySet<string>): Zap {
  return { page, rules, mm: machine.scenario.pages.find((p) => p.name === page)!.mm };
}

function detach(machine: Machine, page: Page): Effect[] {
  const { vma, own } = machine.state;
  const { kind, file, readable, writable } = vma.at(page);
  return [
    kind.becomes('none'),
    file.becomes(none),
    readable.becomes(false),
    writable.becomes(false),
    own.at(page).copied.becomes(false),
    own.at(page).legal.becomes([]),
  ];
}

/** The effects of a new VMA at a page; also those of the init block's mappings. */
export function attach(machine: Machine, page: string, mapping: Mapping): Effect[] {
  const p = machine.page(page);
  const { kind, file, readable, writable } = machine.state.vma.at(p);
  const own = machine.state.own.at(p);
  const anonymous = kindOf(mapping) === 'anon';
  const zero = setFrom(setOf(machine.CONTENT), []).with(machine.content(0));
  return [
    kind.becomes(kindOf(mapping)),
    file.becomes(anonymous ? none : machine.file(mapping.object)),
    readable.becomes(mapping.protection.some((p) => p === 'PROT_READ' || p === 'PROT_WRITE')),
    writable.becomes(mapping.protection.includes('PROT_WRITE')),
    own.copied.becomes(false),
    own.legal.becomes(anonymous ? zero : []),
    ...(anonymous ? [] : [own.mapped.becomes(own.mapped.with(machine.origin(mapping.object)))]),
  ];
}

/** unmap_region(): zap, free the page table, flush, free what was gathered. */
function unmapRegion(path: Path, zap: Zap, at: string, to: string): void {
  const { machine } = path;
  const { ptl } = machine.state.mm.at(machine.mm(zap.mm));
  const gathered = frameLocal(path, 'gathered');
  const flushNeeded = path.local('tlb.cleared', bool, (value) => value.becomes(false));
  const kernel = 'mm/memory.c zap_pte_range()';
  const locked = path.place('zap_pte_range');
  path.step({
    at,
    to: locked,
    kernel,
    after: 'the page-table lock is held',
    when: [ptl.not()],
    then: [ptl.becomes(true)],
    says: ['==> zap_pte_range()'],
  });
  const checked = path.place('zap');
  if (zap.rules.has('zap.batched')) flushTlbBatchedPending(path, locked, checked, zap.mm);
  clearPte(path, zap, zap.rules.has('zap.batched') ? checked : locked, { gathered, flushNeeded });
  freePgtables(path, flushNeeded, zap.rules);
  finishGather(path, zap, { gathered, flushNeeded }, to);
}

interface Gather {
  readonly gathered: Frame;
  /** Some PTE was cleared or a page table freed: the gather has something to flush. */
  readonly flushNeeded: Bool;
}

/** The PTE under its lock: present entries are gathered, others are just cleared. */
function clearPte(path: Path, zap: Zap, at: string, { gathered, flushNeeded }: Gather): void {
  const { machine } = path;
  const p = machine.page(zap.page);
  const pte = machine.state.pte.at(p);
  const { ptl } = machine.state.mm.at(machine.mm(zap.mm));
  const { swap, frame } = machine.state;
  const kernel = 'mm/memory.c zap_pte_range()';
  const clear = [
    pte.kind.becomes('none'),
    pte.frame.becomes(none),
    pte.writable.becomes(false),
    pte.dirty.becomes(false),
  ];
  const dirtyFile = allOf([pte.dirty, frame.at(pte.frame).origin.isNot(machine.origin(zap.page))]);
  const present = pte.kind.is('present');
  const gather = [gathered.becomes(pte.frame), flushNeeded.becomes(true)];
  const unlock = ptl.becomes(false);
  path.step({
    at,
    to: 'free_pgtables',
    kernel,
    after: 'the page table says nothing of the page any more; TLBs may',
    when: [pte.kind.isNot('present')],
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
  path.step({
    at,
    to: 'free_pgtables',
    kernel,
    after: 'CPUs go on using their entries until the gather is flushed',
    when: zap.rules.has('zap.forceFlush') ? [present, dirtyFile.not()] : [present],
    then: [...gather, when(dirtyFile, [frame.at(pte.frame).dirty.becomes(true)]), ...clear, unlock],
    says: [cleared],
  });
  if (!zap.rules.has('zap.forceFlush')) return;
  // A dirty page of a shared file is flushed before the lock is dropped (force_flush).
  flushTlbPage(
    path,
    {
      at,
      to: 'free_pgtables',
      when: [present, dirtyFile],
      says: [cleared, '==> tlb_flush_mmu_tlbonly()'],
      first: [gathered.becomes(pte.frame), frame.at(pte.frame).dirty.becomes(true), ...clear],
      last: [unlock],
    },
    zap.mm,
    p,
  );
}

/** free_pgtables(): with no other VMA in the table it is freed, which the gather must flush. */
function freePgtables(path: Path, flushNeeded: Bool, rules: ReadonlySet<string>): void {
  const frees = path.machine.options.has('alone');
  path.step({
    at: 'free_pgtables',
    to: 'tlb_finish_mmu',
    kernel: 'mm/memory.c free_pgtables()',
    after: frees ? 'the page table is gone, its flush is due' : 'a neighbouring VMA keeps the page table',
    then: frees && rules.has('zap.freedTables') ? [flushNeeded.becomes(true)] : [],
    says: frees ? ['==> free_pgtables()', '    [ page table freed: tlb->freed_tables ]'] : [],
  });
}

/** tlb_finish_mmu(): flush if anything was gathered, then free it. */
function finishGather(path: Path, zap: Zap, { gathered, flushNeeded }: Gather, to: string): void {
  const { machine } = path;
  const { cache } = machine.state.swap.at(machine.page(zap.page));
  const { locked } = machine.state.frame.at(gathered);
  const kernel = 'include/asm-generic/tlb.h tlb_flush_mmu_tlbonly()';
  const flushed = path.place('tlb_batch_pages_flush');
  const says = ['==> tlb_flush_mmu_tlbonly()'];
  path.step({
    at: 'tlb_finish_mmu',
    to: flushed,
    kernel,
    after: 'nothing is flushed',
    when: [flushNeeded.not()],
    says: [...says, '    [ nothing cleared, no flush ]'],
  });
  if (zap.rules.has('zap.flush')) {
    const call = { at: 'tlb_finish_mmu', to: flushed, when: [flushNeeded], says };
    flushTlbPage(path, call, zap.mm, machine.page(zap.page));
  } else {
    path.step({
      at: 'tlb_finish_mmu',
      to: flushed,
      kernel,
      after: 'the rule zap.flush is off: nothing is flushed',
      when: [flushNeeded],
      says: [...says, '    [ flush left out ]'],
    });
  }
  path.step({
    at: flushed,
    to,
    kernel: 'mm/mmu_gather.c tlb_batch_pages_flush()',
    after: 'the pages that were mapped have lost a reference; the last one frees them',
    then: [
      // free_pages_and_swap_cache(): a folio that nobody locks leaves the swap cache as well.
      when(allOf([gathered.isSome(), cache.is(gathered), locked.not()]), [
        ...putFrame(machine, gathered),
        cache.becomes(none),
      ]),
      when(gathered.isSome(), putFrame(machine, gathered)),
      gathered.becomes(none),
      flushNeeded.becomes(false),
    ],
  });
}

