/**
 * mm/mremap.c: mremap(2) that moves a mapping: the VMA is copied, the PTE goes from the old page to the new
 * one under both page-table locks, and the old VMA is unmapped. mmap_lock is held for writing throughout.
 *
 * rmap walks take no mmap_lock. They miss the page if they come to the new place before the PTE is there and
 * to the old one after it has left: the new VMA comes later in their order, or the rmap locks are held.
 *
 * Left out: moving whole page tables (move_normal_pmd()), growing and shrinking, MREMAP_DONTUNMAP, unmapping
 * what was at the new place (MREMAP_FIXED), failures, soft-dirty.
 */
import { allOf, bool, none, oneOf, toBool, type Bool, type Effect } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import { copyVmaOf, detach, unmapRegion } from './mmap.js';
import { gatherOf, tlbGatherMmu } from './mmu_gather.js';
import { asWritten, pageArgument, pageIn, type LinuxOperation, type Sample, type Sampling } from './operation.js';
import type { Path } from './path.js';
import { flushTlbBatchedPending } from './rmap.js';
import { rmapUnlocked, setRmapLocks } from './rmap-walk.js';

const source = 'mm/mremap.c';
const movePtes = `${source} move_ptes()`;

/** A page that moves. */
interface Move {
  readonly path: Path;
  /** Names of the old and the new page. */
  readonly from: string;
  readonly to: string;
}

/** mremap(2) of a page to one at which nothing is mapped. */
function mremap(move: Move): void {
  const { path, from, to } = move;
  const { machine, task } = path;
  const p = machine.page(from);
  const { writer, readers } = machine.state.mm.at(machine.mmOf(from));
  const [old, fresh] = [machine.state.vma.at(p), machine.state.vma.at(machine.page(to))];
  const locked = [writer.not(), readers.is(0)];
  const movable = allOf([old.kind.isNot('none'), fresh.kind.is('none')]);
  const enter = { at: 'start', kernel: `${source} mremap()` };
  path.step({ ...enter, to: 'end', after: 'there is nothing to move, or no place for it', when: [...locked, movable.not()] });
  path.step({
    ...enter,
    to: 'copy_vma',
    after: 'mmap_lock is held for writing: no fault runs',
    approximation: 'under: faults of other VMAs, under their own locks, wait as well',
    when: [...locked, movable],
    then: [writer.becomes(true)],
  });
  copyVma(move, 'copy_vma', { alone: 'move_ptes', locked: 'rmap locked' });
  movePageTables(move, 'move_ptes', 'munmap', false);
  if (path.rules.has('mremap.rmapLocks')) movePageTables(move, 'rmap locked', 'munmap', true);
  const gather = gatherOf(path, from);
  path.step({
    at: 'munmap',
    to: 'zap',
    kernel: 'mm/vma.c do_vmi_munmap()',
    after: 'the old VMA is detached; faults still wait',
    then: [...detach(machine, p), ...tlbGatherMmu(gather)],
  });
  unmapRegion(gather, 'zap', 'unlock');
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: `${source} mremap()`,
    after: 'mremap() has returned: no access to the old place may succeed',
    then: [writer.becomes(false), ...new Ghost(machine).settle(task.index)],
    says: ['[ mremap() returns ]'],
  });
}

/** copy_vma(): the new VMA joins the interval tree, after the old one or, where it merges with a neighbour, before it. */
function copyVma({ path, from, to }: Move, at: string, next: { alone: string; locked: string }): void {
  const { machine, rules } = path;
  const { first } = machine.state.vma.at(machine.page(to));
  const copied = copyVmaOf(machine, machine.page(from), machine.page(to));
  const step = {
    at,
    kernel: 'mm/vma.c copy_vma()',
    // vma_link() takes the rmap locks for writing.
    when: [rmapUnlocked(machine, from)],
  };
  path.step({
    ...step,
    to: next.alone,
    after: 'rmap walks come to the old page first: need_rmap_locks is false',
    then: [...copied, first.becomes(false)],
  });
  path.step({
    ...step,
    to: rules.has('mremap.rmapLocks') ? next.locked : next.alone,
    after: 'the new VMA has merged with a neighbour: rmap walks come to the new page first',
    approximation: 'over: a neighbour to merge with may be there in any scenario',
    then: [...copied, first.becomes(true)],
    says: ['==> copy_vma()', '    [ merged: before the old VMA in rmap ]'],
  });
}

/** move_page_tables(), with the rmap locks held around move_ptes() or without. */
function movePageTables(move: Move, at: string, to: string, rmapLocks: boolean): void {
  const { path, from } = move;
  const { machine, rules } = path;
  const late = path.place('flush_tlb_range');
  const last = rules.has('mremap.flush') ? to : late;
  if (rmapLocks) {
    const [taken, moved] = [path.place('take_rmap_locks'), path.place('drop_rmap_locks')];
    path.step({
      at,
      to: taken,
      kernel: `${source} take_rmap_locks()`,
      after: 'no rmap walk runs: each will find the page at the old place or at the new one',
      approximation: 'under: i_mmap_rwsem and the anon_vma lock are taken at once',
      when: [rmapUnlocked(machine, from)],
      then: setRmapLocks(machine, from, true),
      says: ['==> take_rmap_locks()'],
    });
    moveUnderLocks(move, taken, moved);
    path.step({
      at: moved,
      to: last,
      kernel: `${source} drop_rmap_locks()`,
      after: 'rmap walks find the page at the new place',
      then: setRmapLocks(machine, from, false),
    });
  } else {
    moveUnderLocks(move, at, last);
  }
  if (!rules.has('mremap.flush')) flushLate(move, late, to);
}

/** move_ptes(): takes both page-table locks, moves the PTE, flushes the old address and drops the locks. */
function moveUnderLocks(move: Move, at: string, to: string): void {
  const { path, from, to: fresh } = move;
  const { machine, rules } = path;
  const [old, next] = [machine.tableOf(from), machine.tableOf(fresh)];
  const [locked, both] = [path.place('old lock'), path.place('both locks')];
  const split = machine.options.has('split_ptl');
  path.step({
    at,
    to: split ? locked : both,
    kernel: movePtes,
    after: 'the old page-table lock is held',
    when: [old.ptl.not()],
    then: [old.ptl.becomes(true)],
    says: ['==> move_ptes()'],
  });
  if (split) {
    path.step({
      at: locked,
      to: both,
      kernel: movePtes,
      after: 'both page-table locks are held; mmap_lock sees to it that nobody takes them in another order',
      when: [next.ptl.not()],
      then: [next.ptl.becomes(true)],
    });
  }
  const checked = rules.has('zap.batched') ? path.place('checked') : both;
  if (rules.has('zap.batched')) flushTlbBatchedPending(path, { at: both, to: checked, caller: 'move_ptes()' }, machine.mmNameOf(from));
  const moved = movePte(move, checked);
  flushUnderLocks(move, moved, to);
}

/** ptep_get_and_clear() of the old PTE and set_pte_at() of the new one; returns the place after it. */
function movePte({ path, from, to }: Move, at: string): string {
  const { machine, task } = path;
  const [p, q] = [machine.page(from), machine.page(to)];
  const [old, fresh] = [machine.state.pte.at(p), machine.state.pte.at(q)];
  const kind = path.local('pte', oneOf('none', 'present', 'protnone', 'swap', 'migration'), (value) => value.becomes('none'));
  const [taken, moved] = [path.place('set_pte_at'), path.place('moved')];
  const present = kind.is('present', 'protnone');
  path.step({
    at,
    to: taken,
    kernel: movePtes,
    after: 'neither page table has the page; TLBs may have it at the old address',
    approximation: 'exact: what the PTE held stays with the old page for the moment, where nobody looks for it',
    then: [kind.becomes(old.kind), old.kind.becomes('none'), ...new Ghost(machine).move(task.index, p, q)],
    says: [{ if: old.kind.isNot('none'), text: ['==> ptep_get_and_clear()'] }],
  });
  path.step({
    at: taken,
    to: moved,
    kernel: movePtes,
    after: 'any CPU can walk to the page at the new address; TLBs may have it at the old one',
    then: [
      ...wantFlush(path, present, old.dirty),
      fresh.kind.becomes(kind),
      fresh.frame.becomes(old.frame),
      fresh.writable.becomes(old.writable),
      fresh.dirty.becomes(old.dirty),
      fresh.young.becomes(old.young),
      fresh.slot.becomes(old.slot),
      fresh.marked.becomes(old.marked),
      old.frame.becomes(none),
      old.writable.becomes(false),
      old.dirty.becomes(false),
      old.young.becomes(false),
      old.slot.becomes(none),
      old.uffdWp.becomes(false),
      old.marked.becomes(false),
      kind.becomes('none'),
    ],
    says: [
      { if: present, text: [`    [ PTE: ${to} -> frame `, old.frame, ' ]'] },
      { if: kind.is('none'), text: ['    [ PTE none, nothing to move ]'] },
    ],
  });
  return moved;
}

/** The local variables force_flush and need_flush: the old address is flushed under a lock, or later. */
function flushesOf(path: Path): { force: Bool; need: Bool } {
  const no = (value: Bool): Effect => value.becomes(false);
  return { force: path.local('force_flush', bool, no), need: path.local('need_flush', bool, no) };
}

/** The effects of deciding when the flush of a PTE comes. */
function wantFlush(path: Path, present: Bool, dirty: Bool): Effect[] {
  const { rules } = path;
  const { force, need } = flushesOf(path);
  if (rules.has('mremap.flush') || rules.has('mremap.flushOldOnly')) return [force.becomes(present)];
  // Until v4.18 a dirty PTE was flushed under the old lock, a clean one at the end.
  const early = rules.has('mremap.flushDirty') ? dirty : toBool(false);
  return [force.becomes(present.and(early)), need.becomes(present.and(early.not()))];
}

/** The end of move_ptes(): the flush, where it comes so early, and the locks. */
function flushUnderLocks({ path, from, to: fresh }: Move, at: string, to: string): void {
  const { machine, rules } = path;
  const { force } = flushesOf(path);
  const split = machine.options.has('split_ptl');
  const newLock = machine.tableOf(fresh).ptl.becomes(false);
  const oldLock = machine.tableOf(from).ptl.becomes(false);
  let flushAt = at;
  const last = [oldLock, force.becomes(false)];
  if (split && rules.has('mremap.flush')) {
    last.push(newLock);
  } else if (split) {
    flushAt = path.place('new lock dropped');
    path.step({
      at,
      to: flushAt,
      kernel: movePtes,
      after: 'the page can be unmapped at its new address, and its frame freed',
      then: [newLock],
      says: ['    [ new page-table lock dropped ]'],
    });
  }
  path.kernel.arch.flushPage(path, { at: flushAt, to, caller: 'move_ptes()', when: [force], last }, from, 'flush_tlb_range');
  path.step({
    at: flushAt,
    to,
    kernel: movePtes,
    after: 'the page-table locks are dropped: the page can be unmapped at its new address',
    when: [force.not()],
    then: last,
  });
}

/** Before v4.19: flush_tlb_range() of the old address when all page tables have been moved. */
function flushLate({ path, from }: Move, at: string, to: string): void {
  const { need } = flushesOf(path);
  path.kernel.arch.flushPage(path, { at, to, caller: 'move_page_tables()', when: [need], last: [need.becomes(false)] }, from, 'flush_tlb_range');
  path.step({ at, to, kernel: `${source} move_page_tables()`, after: 'nothing is left to flush', when: [need.not()] });
}

/** Every page of the address space to every later one, where nothing may be mapped by then. */
function samplesOf({ pages }: Sampling): Sample[] {
  return pages.flatMap((from, i) => pages.slice(i + 1).map((to) => ({ arguments: [pageArgument(from)], page: to })));
}

/** mremap(). */
export const mremapOperations: readonly LinuxOperation[] = [
  {
    id: 'mremap',
    name: 'mremap',
    parameters: ['page'],
    result: 'page',
    by: 'user',
    usage: 'q = mremap(p)',
    header: asWritten,
    samples: samplesOf,
    write: (path, { statement }) => {
      mremap({ path, from: pageIn(path, statement), to: path.task.pageNamed(statement.page!) });
    },
  },
];
