/**
 * mm/rmap.c: unmapping a folio with the flush put off, and the flushes that make up for it.
 *
 * A walk looks at a PTE without the page-table lock first, and passes one that does not map the folio.
 *
 * Left out: mlock, device-exclusive and hwpoison entries, the overflow of the tlb_flush_batched counters.
 */
import {
  allOf,
  choose,
  exists,
  forEach,
  none,
  toBool,
  when,
  type Bool,
  type Effect,
  type Int,
  type Part,
} from '../../../src/index.js';
import type { File, Frame, Machine, Page } from '../machine/machine.js';
import { batchesOf, canLufOf, flushed } from './batch.js';
import { dropTracking } from './mm_inline.js';
import type { FlushCall, Path } from './path.js';
import { hasRelatives } from './swap.js';

const file = 'mm/rmap.c';

/** What an unmap leaves in the page table. */
export type Leaves = 'none' | 'swap' | 'migration';

/** One page that may map the folio, in an rmap walk. */
export interface RmapWalk {
  readonly at: string;
  readonly to: string;
  readonly folio: Frame;
  readonly page: string;
  readonly leaves: Leaves;
  /** Whether the flush may be put off further than the batch (`luf.reclaim` or `luf.migrate`). */
  readonly luf: boolean;
  /** The file of a page-cache folio. */
  readonly file?: File;
  /** The swap slot that a swap entry has to name. */
  readonly slot?: Page;
  /** Position of the folio on its list; the first one is 0. */
  readonly number?: number;
  /** The folio is one that MADV_FREE gave up: it is discarded, or mapped again if somebody has written to it or holds it. */
  readonly lazyfree?: boolean;
  /** `try_to_unmap_one()` or `try_to_migrate_one()`. */
  readonly function: string;
}

/** try_to_unmap_one() or try_to_migrate_one() for one page of one mm, under its page-table lock. */
export function tryToUnmapOne(path: Path, walk: RmapWalk): void {
  const { machine, rules } = path;
  const pte = machine.state.pte.at(machine.page(walk.page));
  const { ptl } = machine.tableOf(walk.page);
  // A folio that had to be mapped again ends the walk (walk_abort).
  const goesOn = walk.lazyfree ? [machine.state.frame.at(walk.folio).lazyfree] : [];
  const maps = allOf([pte.kind.is('present', 'protnone'), pte.frame.is(walk.folio), ...goesOn]);
  path.step({
    at: walk.at,
    to: walk.to,
    kernel: `mm/page_vma_mapped.c page_vma_mapped_walk()`,
    after: 'nothing has changed; other threads may map the page once the folio is unlocked',
    when: [maps.not()],
  });
  const defers = rules.has('flushInPTL') ? toBool(false) : toBool(path.kernel.arch.shouldDefer(path, machine.mmNameOf(walk.page)));
  const dropped = walk.lazyfree ? [discardable(machine, walk)] : [];
  unmapDeferred(path, walk, { at: walk.at, when: [ptl.not(), maps, defers, ...dropped] });
  unmapAndFlush(path, walk, { at: walk.at, when: [ptl.not(), maps, defers.not(), ...dropped] });
  if (walk.lazyfree) mapAgain(path, walk, { deferred: defers, when: [ptl.not(), maps, discardable(machine, walk).not()] });
}

/** A lazyfree folio is clean, and nobody has a reference but reclaim and the page tables. */
function discardable(machine: Machine, { folio, page }: RmapWalk): Bool {
  const { refs, dirty } = machine.state.frame.at(folio);
  const mapped = machine.relativesOf(page).map((name) => {
    const pte = machine.state.pte.at(machine.page(name));
    return allOf([pte.kind.is('present', 'protnone'), pte.frame.is(folio)]);
  });
  // One reference for each mapping: they are taken off one after the other.
  const left = mapped.reduce<Int>((count, maps) => choose(maps, count.minus(1), count), refs);
  return allOf([left.is(1), dirty.not(), machine.state.pte.at(machine.page(page)).dirty.not()]);
}

/** A lazyfree folio that cannot be discarded: its PTE is put back in the same lock section, and it stays. */
function mapAgain(path: Path, walk: RmapWalk, { deferred, when: guard }: { deferred: Bool; when: Bool[] }): void {
  const { machine } = path;
  const { ptl } = machine.tableOf(walk.page);
  const folio = machine.state.frame.at(walk.folio);
  const keeps = [
    when(machine.state.pte.at(machine.page(walk.page)).dirty, [folio.dirty.becomes(true)]),
    folio.lazyfree.becomes(false),
  ];
  const pending = setTlbUbcFlushPending(path, walk);
  path.step({
    at: walk.at,
    to: walk.to,
    kernel: `${file} ${walk.function}`,
    after: 'the PTE is as it was; the flush that was recorded is still to come',
    approximation: 'exact: while the PTE is absent its lock is held, and a fault that sees it so finds it changed later',
    when: [...guard, deferred],
    then: [
      ...pending.effects,
      ...(path.rules.has('luf.keyed') ? [canLufOf(path, walk.number ?? 0).becomes(false)] : []),
      ...keeps,
    ],
    says: [walk.function, '==> set_tlb_ubc_flush_pending()', '==> set_pte_at()', '    [ old PTE put back ]'],
    parts: pending.parts,
  });
  // Faults that come while it is absent wait for the lock.
  ptepClearFlush(path, walk.page, {
    at: walk.at,
    to: walk.to,
    caller: walk.function,
    when: [...guard, deferred.not()],
    says: [walk.function],
    first: [ptl.becomes(true), ...keeps],
    last: [ptl.becomes(false)],
  });
}

type Start = Pick<FlushCall, 'at'> & { readonly when: readonly Bool[] };

function unmapDeferred(path: Path, walk: RmapWalk, start: Start): void {
  const pending = setTlbUbcFlushPending(path, walk);
  path.step({
    ...start,
    to: walk.to,
    kernel: `${file} ${walk.function}`,
    after: 'every CPU may go on using its entry: the flush is recorded, not done',
    then: [...pending.effects, ...dropMapping(path.machine, walk)],
    says: [
      walk.function,
      '==> ptep_get_and_clear()',
      '==> set_tlb_ubc_flush_pending()',
      { if: accessible(path, walk.page).not(), text: ['    [ PTE not accessible: not recorded ]'] },
      ...(path.kernel.arch.addPending(path, walk.page).says ?? []),
    ],
    parts: pending.parts,
  });
}

/** set_tlb_ubc_flush_pending(): which batch remembers the unmap, and that the mm has one. */
function setTlbUbcFlushPending(path: Path, walk: RmapWalk): { effects: Effect[]; parts: Part[] } {
  const { machine } = path;
  const mm = machine.mmOf(walk.page);
  const pte = machine.state.pte.at(machine.page(walk.page));
  const batches = batchesOf(path);
  const { effects, cpus } = path.kernel.arch.addPending(path, walk.page);
  const postponed = walk.luf ? putOff(path, walk, cpus) : [];
  const readOnly = batches.ro.becomes(batches.ro.union(cpus));
  const must = [batches.ubc.becomes(batches.ubc.union(cpus))];
  const { snapshot, mm: spaces } = machine.state;
  const batched = [
    spaces.at(mm).batched.becomes(true),
    // A flush_tlb_batched_pending() under another lock of the mm has not seen this one.
    forEach(machine.THREAD, (t) => [when(snapshot.at(t).mm.is(mm), [snapshot.at(t).mm.becomes(none)])]),
  ];
  const dirty = when(pte.dirty, [batches.writable.becomes(true)]);
  const batch = walk.luf
    ? [when(path.kernel.qualifies(path, { page: walk.page }), [readOnly, ...postponed], [...must, canLufOf(path, walk.number ?? 0).becomes(false)])]
    : must;
  // A PTE that no CPU can have in its TLB needs no flush (pte_accessible()).
  return {
    effects: [when(accessible(path, walk.page), [...effects, ...batched, ...batch, dirty])],
    parts: [
      { name: `arch_tlbbatch_add_pending() in ${walk.function}`, effects: [...effects, readOnly, ...must] },
      { name: `the count of mm->tlb_flush_batched in ${walk.function}`, effects: batched },
      { name: `tlb_ubc->writable in ${walk.function}`, effects: [dirty] },
      { name: `what LUF records in ${walk.function}`, effects: postponed },
    ],
  };
}

/** pte_accessible(): present, or made inaccessible by a change whose flush may be under way. */
export function accessible(path: Path, page: string): Bool {
  const { machine, rules } = path;
  const { kind } = machine.state.pte.at(machine.page(page));
  if (!rules.has('pteAccessible.pending')) return kind.is('present');
  return kind.is('present').or(kind.is('protnone').and(machine.state.mm.at(machine.mmOf(page)).flushPending.isNot(0)));
}

function putOff(path: Path, { page, file: object }: RmapWalk, cpus: ReturnType<typeof batchesOf>['ubc']): readonly Effect[] {
  return path.kernel.putOff?.unmapped(path, { page, cpus, ...(object && { file: object }) }) ?? [];
}

/** The page table no longer maps the folio; a dirty entry makes the folio dirty. */
function dropMapping(machine: Machine, walk: RmapWalk): Effect[] {
  const { state } = machine;
  const pte = state.pte.at(machine.page(walk.page));
  const folio = state.frame.at(walk.folio);
  const clear = [pte.writable.becomes(false), pte.dirty.becomes(false), pte.frame.becomes(none)];
  return [
    when(pte.dirty, [folio.dirty.becomes(true)]),
    folio.refs.becomes(folio.refs.minus(1)),
    pte.kind.becomes(walk.leaves),
    ...(walk.leaves === 'swap' && walk.slot && hasRelatives(machine, walk.page) ? swapEntry(machine, walk.page, walk.slot, walk.folio) : []),
    // Memory that is discarded takes userfaultfd's protection along.
    ...(walk.lazyfree ? dropTracking(machine, walk.page, true) : []),
    // A migration entry keeps the folio, and whether the page was writable and dirty.
    ...(walk.leaves === 'migration' ? [] : clear),
  ];
}

/** The effects of a swap entry among relatives: it names the slot, and is exclusive if the page was (pte_swp_mkexclusive()). */
function swapEntry(machine: Machine, page: string, slot: Page, folio: Frame): Effect[] {
  const { forked } = machine.state.frame.at(folio);
  return [
    machine.state.pte.at(machine.page(page)).slot.becomes(slot),
    when(forked, [machine.state.swap.at(slot).shared.becomes(true)]),
  ];
}

/** Without deferral: ptep_clear_flush() under the page-table lock. */
function unmapAndFlush(path: Path, walk: RmapWalk, start: Start): void {
  const { ptl } = path.machine.tableOf(walk.page);
  ptepClearFlush(path, walk.page, {
    ...start,
    to: walk.to,
    caller: walk.function,
    says: [walk.function],
    first: [ptl.becomes(true), ...dropMapping(path.machine, walk)],
    last: [ptl.becomes(false)],
  });
}

/** ptep_clear_flush(), whose `first` effects change the PTE: flushes unless no CPU can have an entry of it. */
export function ptepClearFlush(path: Path, page: string, call: FlushCall): void {
  const accessed = accessible(path, page);
  const says = [...(call.says ?? []), '==> ptep_clear_flush()'];
  path.kernel.arch.flushPage(path, { ...call, when: [...(call.when ?? []), accessed], says }, page, 'flush_tlb_page');
  const skipped = path.place('ptep_clear_flush');
  path.step({
    at: call.at,
    to: skipped,
    kernel: 'mm/pgtable-generic.c ptep_clear_flush()',
    after: 'the PTE is changed; as no CPU may have an entry of it, nothing is flushed',
    when: [...(call.when ?? []), accessed.not()],
    then: [...(call.first ?? [])],
    says: [...says, '    [ PTE not accessible, no flush ]'],
  });
  const on = path.insert('clearFlush.skipped', skipped, { page });
  path.step({
    at: on,
    to: call.to,
    kernel: 'mm/pgtable-generic.c ptep_clear_flush()',
    after: 'the page-table lock is as the caller wants it',
    then: call.last ?? [],
  });
}

/** The end of an rmap walk: the folio's read-only unmaps join `tlb_ubc_luf` or `tlb_ubc` (fold_ubc()). */
export function foldUbc(path: Path, luf: boolean, number = 0): Effect[] {
  if (!luf) return [];
  const { ubc, ro, luf: qualified } = batchesOf(path);
  return [
    when(canLufOf(path, number), [qualified.becomes(qualified.union(ro))], [ubc.becomes(ubc.union(ro))]),
    ro.becomes([]),
  ];
}

/** folio_mapped(): some page table maps the folio, or did when its lock was taken, and the rmap is still to go. */
export function folioMapped({ state, PAGE, TABLE }: Machine, folio: Frame): Bool {
  // A PTE that move_ptes() has just taken counts too: it is none, and names its frame.
  const maps = exists(PAGE, (p) => allOf([state.pte.at(p).kind.is('present', 'protnone', 'none'), state.pte.at(p).frame.is(folio)]));
  return maps.or(exists(TABLE, (table) => state.table.at(table).delayed.is(folio)));
}

/** Where a flush is called, and by whom. */
type Called = Pick<FlushCall, 'at' | 'to' | 'caller'>;

/** try_to_unmap_flush(): flushes what is pending in the batches, LUF's unpublished one included, and waits. */
export function tryToUnmapFlush(path: Path, { at, to, caller }: Called): void {
  const batches = batchesOf(path);
  const pending = batches.ubc.union(batches.luf);
  flushBatches(path, { at, to, caller, when: [pending.isEmpty().not()], says: ['try_to_unmap_flush()'] });
  path.step({
    at,
    to,
    kernel: `${file} try_to_unmap_flush()`,
    after: 'nothing was pending in the batches',
    when: [pending.isEmpty()],
  });
}

/** try_to_unmap_flush_dirty(): before I/O, flushes the batch if it holds a dirty unmap. */
export function tryToUnmapFlushDirty(path: Path, { at, to, caller }: Called): void {
  const { writable } = batchesOf(path);
  flushBatches(path, { at, to, caller, when: [writable], says: ['try_to_unmap_flush_dirty()'] });
  path.step({
    at,
    to,
    kernel: `${file} try_to_unmap_flush_dirty()`,
    after: 'no CPU can write to the folio through an entry with D set',
    when: [writable.not()],
  });
}

/** Flushes every unmap of the thread, put off or not, and the one at hand: what an earlier flush would do. */
export function flushAllBatches(path: Path, { at, to, caller }: Called): void {
  const { ro } = batchesOf(path);
  flushBatches(path, { at, to, caller, says: ['try_to_unmap_flush()'], first: [], last: [ro.becomes([])] }, true);
}

function flushBatches(path: Path, call: FlushCall, readOnly = false): void {
  const batches = batchesOf(path);
  const pending = batches.ubc.union(batches.luf);
  const marked = path.kernel.putOff?.flushing(path) ?? { first: [], last: [] };
  path.kernel.arch.flushBatch(
    path,
    { ...call, first: [...(call.first ?? []), ...marked.first], last: [...marked.last, ...flushed(batches), ...(call.last ?? [])] },
    readOnly ? pending.union(batches.ro) : pending,
  );
}

/** flush_tlb_batched_pending(), called under a page-table lock of the mm, which the caller has taken. */
export function flushTlbBatchedPending(path: Path, { at, to, caller }: Called, mm: string): void {
  const { machine, task } = path;
  const space = machine.mm(mm);
  const { batched, cpumask } = machine.state.mm.at(space);
  const snapshot = machine.state.snapshot.at(task.index).mm;
  const marked = path.kernel.putOff?.flushing(path, cpumask) ?? { first: [], last: [] };
  path.kernel.arch.flushBatchedPending(
    path,
    {
      at,
      to,
      caller: `flush_tlb_batched_pending() in ${caller}`,
      when: [batched],
      says: ['==> flush_tlb_batched_pending()'],
      first: [snapshot.becomes(space), ...marked.first],
      // The cmpxchg fails if another unmap was recorded meanwhile.
      last: [when(snapshot.is(space), [batched.becomes(false)]), snapshot.becomes(none), ...marked.last],
    },
    mm,
  );
  path.step({
    at,
    to,
    kernel: `${file} flush_tlb_batched_pending()`,
    after: 'the page-table lock is held',
    when: [batched.not()],
  });
}
