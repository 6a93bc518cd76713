/**
 * mm/rmap.c: unmapping a folio with the flush put off, the batches that remember it, and the flushes
 * that make up for it; with LUF v10's additions to the same file.
 *
 * Batches are sets of CPUs: `ubc` must be flushed before the folios are used again, `ubc_ro` holds the
 * read-only unmaps of the folio at hand, `ubc_luf` those of folios that qualified for LUF.
 *
 * Left out: mlock, device-exclusive and hwpoison entries, the rmap locks (a VMA leaves the rmap after its
 * PTEs are zapped), the overflow of the tlb_flush_batched counters. One page-table lock a mm means that the
 * cmpxchg in flush_tlb_batched_pending() cannot fail.
 */
import {
  allOf,
  bool,
  forEach,
  none,
  setOf,
  when,
  type Bool,
  type Effect,
  type Members,
} from '../../../src/index.js';
import type { Frame, Machine } from '../machine/machine.js';
import { archTlbbatchFlush, flushTlbMm, flushTlbPage, incMmTlbGen, shouldDefer, type FlushCall } from './x86-tlb.js';
import type { Path } from './path.js';

const file = 'mm/rmap.c';

/** The batches of `current`, as far as the rules need them. */
export interface Batches {
  readonly ubc: Members<'CPU'>;
  readonly writable: Bool;
  readonly ro: Members<'CPU'>;
  readonly luf: Members<'CPU'>;
  /** `can_luf`: every unmap of the folio so far was read-only. */
  readonly canLuf: Bool;
}

/** The batches of the thread; without a LUF rule only `ubc` and `writable` are ever used. */
export function batchesOf(path: Path): Batches {
  const cpus = setOf(path.machine.CPU);
  const empty = (value: Members<'CPU'>): Effect => value.becomes([]);
  const no = (value: Bool): Effect => value.becomes(false);
  return {
    ubc: path.local('tlb_ubc', cpus, empty),
    writable: path.local('tlb_ubc.writable', bool, no),
    ro: path.local('tlb_ubc_ro', cpus, empty),
    luf: path.local('tlb_ubc_luf', cpus, empty),
    canLuf: path.local('can_luf', bool, no),
  };
}

/** What an unmap leaves in the page table. */
export type Leaves = 'none' | 'swap' | 'migration';

/** One page that may map the folio, in an rmap walk. */
export interface RmapWalk {
  readonly at: string;
  readonly to: string;
  readonly folio: Frame;
  readonly page: string;
  readonly leaves: Leaves;
  /** Whether LUF may put the flush off (`luf.reclaim` or `luf.migrate`). */
  readonly luf: boolean;
  /** `try_to_unmap_one()` or `try_to_migrate_one()`. */
  readonly function: string;
}

/** try_to_unmap_one() or try_to_migrate_one() for one page of one mm, under its page-table lock. */
export function tryToUnmapOne(path: Path, walk: RmapWalk, rules: ReadonlySet<string>): void {
  const { machine } = path;
  const mm = machine.scenario.pages.find((p) => p.name === walk.page)!.mm;
  const pte = machine.state.pte.at(machine.page(walk.page));
  const { ptl } = machine.state.mm.at(machine.mm(mm));
  const maps = allOf([pte.kind.is('present'), pte.frame.is(walk.folio)]);
  path.step({
    at: walk.at,
    to: walk.to,
    kernel: `mm/page_vma_mapped.c page_vma_mapped_walk()`,
    after: 'nothing has changed; other threads may map the page once the folio is unlocked',
    approximation: 'under: an absent PTE is skipped without waiting for the page-table lock',
    when: [ptl.not(), maps.not()],
  });
  const deferred = shouldDefer(machine, mm, path.task.thread.cpu) && !rules.has('flushInPTL');
  const call = { at: walk.at, when: [ptl.not(), maps] };
  if (deferred) unmapDeferred(path, walk, mm, call, rules);
  else unmapAndFlush(path, walk, mm, call);
}

type Start = Pick<FlushCall, 'at'> & { readonly when: readonly Bool[] };

function unmapDeferred(path: Path, walk: RmapWalk, mm: string, start: Start, rules: ReadonlySet<string>): void {
  const { machine } = path;
  const { state } = machine;
  const pte = state.pte.at(machine.page(walk.page));
  path.step({
    ...start,
    to: walk.to,
    kernel: `${file} ${walk.function}`,
    after: 'every CPU may go on using its entry: the flush is recorded, not done',
    then: [
      incMmTlbGen(machine, machine.mm(mm)),
      state.mm.at(machine.mm(mm)).batched.becomes(true),
      ...addPending(path, machine.cpus(machine.cpusOf(mm)), pte, walk.luf, rules),
      ...dropMapping(machine, walk),
    ],
    says: [walk.function, '==> ptep_get_and_clear()', '==> set_tlb_ubc_flush_pending()'],
  });
}

/** set_tlb_ubc_flush_pending(): which batch remembers the CPUs. */
function addPending(
  path: Path,
  cpus: Members<'CPU'>,
  pte: { writable: Bool; dirty: Bool },
  luf: boolean,
  rules: ReadonlySet<string>,
): Effect[] {
  const batches = batchesOf(path);
  const must = [batches.ubc.becomes(batches.ubc.union(cpus))];
  const dirty = when(pte.dirty, [batches.writable.becomes(true)]);
  if (!luf) return [...must, dirty];
  const eligible = [
    ...(rules.has('elig.pteWrite') ? [pte.writable.not()] : []),
    ...(rules.has('elig.pteDirty') ? [pte.dirty.not()] : []),
  ];
  const pending = path.machine.state.luf.pending;
  const early = rules.has('publish.early') ? [pending.becomes(pending.union(cpus))] : [];
  return [
    when(
      allOf(eligible),
      [batches.ro.becomes(batches.ro.union(cpus)), ...early],
      [...must, batches.canLuf.becomes(false)],
    ),
    dirty,
  ];
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
    // A migration entry keeps the folio, and whether the page was writable and dirty.
    ...(walk.leaves === 'migration' ? [] : clear),
  ];
}

/** Without deferral: ptep_clear_flush() under the page-table lock. */
function unmapAndFlush(path: Path, walk: RmapWalk, mm: string, start: Start): void {
  const { ptl } = path.machine.state.mm.at(path.machine.mm(mm));
  flushTlbPage(
    path,
    {
      ...start,
      to: walk.to,
      says: [walk.function, '==> ptep_clear_flush()'],
      first: [ptl.becomes(true), ...dropMapping(path.machine, walk)],
      last: [ptl.becomes(false)],
    },
    mm,
    path.machine.page(walk.page),
  );
}

/** The end of an rmap walk: the folio's read-only unmaps join `tlb_ubc_luf` or `tlb_ubc` (fold_ubc()). */
export function foldUbc(path: Path, luf: boolean): Effect[] {
  if (!luf) return [];
  const { ubc, ro, luf: qualified, canLuf } = batchesOf(path);
  return [
    when(canLuf, [qualified.becomes(qualified.union(ro))], [ubc.becomes(ubc.union(ro))]),
    ro.becomes([]),
  ];
}

/** try_to_unmap_flush(): flushes what is pending in the batches, LUF's unpublished one included, and waits. */
export function tryToUnmapFlush(path: Path, at: string, to: string): void {
  const { ubc, luf, writable } = batchesOf(path);
  const pending = ubc.union(luf);
  archTlbbatchFlush(
    path,
    {
      at,
      to,
      when: [pending.isEmpty().not()],
      says: ['try_to_unmap_flush()'],
      last: [ubc.becomes([]), luf.becomes([]), writable.becomes(false)],
    },
    pending,
  );
  path.step({
    at,
    to,
    kernel: `${file} try_to_unmap_flush()`,
    after: 'nothing was pending in the batches',
    when: [pending.isEmpty()],
  });
}

/** try_to_unmap_flush_dirty(): before I/O, flushes the batch if it holds a dirty unmap. */
export function tryToUnmapFlushDirty(path: Path, at: string, to: string): void {
  const { ubc, luf, writable } = batchesOf(path);
  archTlbbatchFlush(
    path,
    {
      at,
      to,
      when: [writable],
      says: ['try_to_unmap_flush_dirty()'],
      last: [ubc.becomes([]), luf.becomes([]), writable.becomes(false)],
    },
    ubc.union(luf),
  );
  path.step({
    at,
    to,
    kernel: `${file} try_to_unmap_flush_dirty()`,
    after: 'no CPU can write to the folio through an entry with D set',
    when: [writable.not()],
  });
}

/** Flushes every unmap of the thread, deferred ones included: what a flush before a later step would do. */
export function flushAllBatches(path: Path, at: string, to: string): void {
  const { ubc, writable, luf, ro } = batchesOf(path);
  const all = ubc.union(luf).union(ro);
  archTlbbatchFlush(
    path,
    {
      at,
      to,
      says: ['try_to_unmap_flush()'],
      last: [ubc.becomes([]), luf.becomes([]), ro.becomes([]), writable.becomes(false)],
    },
    all,
  );
}

const givesUp =
  'over: v10 also gives up when luf_lock is contended or any try_to_unmap_flush() runs; ' +
  'under: v10 drops from luf_ubc the CPUs that such a flush reached';

/** try_to_unmap_luf() of LUF v10: hands the qualified unmaps to the global batch and puts the flush off. */
export function tryToUnmapLuf(path: Path, at: string, to: string, tag: Effect[]): void {
  const { state } = path.machine;
  const { ubc, luf } = batchesOf(path);
  const kernel = `${file} try_to_unmap_luf()`;
  path.step({
    at,
    to,
    kernel,
    provenance: 'patch',
    after: 'nothing qualified for LUF',
    when: [luf.isEmpty()],
  });
  path.step({
    at,
    to,
    kernel,
    provenance: 'patch',
    approximation: givesUp,
    after: 'luf_flush() of any CPU now covers these unmaps',
    when: [luf.isEmpty().not(), state.luf.flushing.not()],
    then: [state.luf.pending.becomes(state.luf.pending.union(luf)), luf.becomes([]), ...tag],
    says: ['try_to_unmap_luf()', '[ flush put off ]'],
  });
  path.step({
    at,
    to,
    kernel,
    provenance: 'patch',
    after: 'LUF was given up: try_to_unmap_flush() flushes as vanilla does',
    when: [luf.isEmpty().not(), state.luf.flushing],
    then: [ubc.becomes(ubc.union(luf)), luf.becomes([])],
    says: ['try_to_unmap_luf()', '[ a flush is running: given up ]'],
  });
}

/**
 * luf_flush() and check_luf_flush() of LUF v10: flush the whole global batch; a caller that finds a
 * flush running waits for it. Without `needed`, a caller that finds nothing published goes on.
 */
export function lufFlush(path: Path, at: string, to: string, needed?: Bool): void {
  const { machine } = path;
  const { luf, frame } = machine.state;
  const retag = (from: 'pending' | 'flushing', into: 'flushing' | 'none'): Effect =>
    forEach(machine.FRAME, (f) => [when(frame.at(f).tag.is(from), [frame.at(f).tag.becomes(into)])]);
  const taken = path.local('luf_ubc', setOf(machine.CPU), (value) => value.becomes([]));
  const flush = path.place('luf_flush');
  const name = needed ? 'check_luf_flush()' : 'luf_flush()';
  const step = { at, kernel: `${file} ${name}`, provenance: 'patch' } as const;
  if (!needed) {
    path.step({
      ...step,
      to,
      after: 'no published unmap waits for a flush',
      when: [luf.flushing.not(), luf.pending.isEmpty()],
    });
  }
  path.step({
    ...step,
    to: flush,
    after: 'others that need this flush spin until it is done; new unmaps go to the next generation',
    when: [...(needed ? [needed] : []), luf.flushing.not(), luf.pending.isEmpty().not()],
    then: [taken.becomes(luf.pending), luf.pending.becomes([]), luf.flushing.becomes(true), retag('pending', 'flushing')],
    says: [`==> ${name}`],
  });
  archTlbbatchFlush(
    path,
    { at: flush, to, last: [luf.flushing.becomes(false), retag('flushing', 'none')] },
    taken,
  );
}

/** flush_tlb_batched_pending(), called under the page-table lock, which the caller has taken. */
export function flushTlbBatchedPending(path: Path, at: string, to: string, mm: string): void {
  const { batched } = path.machine.state.mm.at(path.machine.mm(mm));
  flushTlbMm(
    path,
    {
      at,
      to,
      when: [batched],
      says: ['==> flush_tlb_batched_pending()'],
      last: [batched.becomes(false)],
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

