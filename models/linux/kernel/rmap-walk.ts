/**
 * mm/rmap.c rmap_walk_file() and rmap_walk_anon(): every page that may map a folio, in the order of the
 * interval tree, with i_mmap_rwsem or the anon_vma lock held for reading.
 *
 * A copy that fork() makes comes after the page that it is copied from. Where mremap() moves a page to comes
 * after it as well, unless its VMA has merged with one that lies further left (`first`). Only mremap() takes
 * the lock for writing while page tables change, so the walk takes it where the scenario has an mremap().
 */
import { when, type Bool, type Effect, type Int } from '../../../src/index.js';
import type { File, Machine } from '../machine/machine.js';
import type { Path } from './path.js';

/** i_mmap_rwsem of a file, or the lock of an anon_vma. */
export interface RmapLock {
  readonly rmapWriter: Bool;
  readonly rmapReaders: Int;
}

/** The pages that may map a folio. */
export interface RmapPages {
  /** In the order of the walk, but for where mremap() has moved one. */
  readonly pages: readonly string[];
  /** Set for a page-cache folio. */
  readonly file?: File;
}

/** Visits every page; `visit` writes the steps for one page. Returns the place after the walk. */
export function rmapWalk(
  path: Path,
  walked: RmapPages,
  start: string,
  visit: (page: string, at: string) => string,
): string {
  const { machine } = path;
  const [first] = walked.pages;
  if (first === undefined || !machine.uses('mremap')) return walked.pages.reduce((at, page) => visit(page, at), start);
  const lock = walked.file ? machine.state.file.at(walked.file) : machine.anonVmaOf(first);
  const kernel = walked.file ? 'mm/rmap.c rmap_walk_file()' : 'mm/rmap.c rmap_walk_anon()';
  const done = path.place('rmap walked');
  for (const { pages, guard } of ordersOf(machine, walked.pages)) {
    const to = path.place('rmap_walk');
    path.step({
      at: start,
      to,
      kernel,
      after: 'the rmap lock is held for reading: mremap() moves no page whose VMA the walk may come to too early',
      when: [lock.rmapWriter.not(), ...guard],
      then: [lock.rmapReaders.becomes(lock.rmapReaders.plus(1))],
    });
    path.step({
      at: pages.reduce((at, page) => visit(page, at), to),
      to: done,
      kernel,
      after: 'the rmap lock is dropped',
      then: [lock.rmapReaders.becomes(lock.rmapReaders.minus(1))],
    });
  }
  return done;
}

/** No rmap walk holds the locks of what a page maps or may own, and nobody has taken them for writing. */
export function rmapUnlocked(machine: Machine, page: string): Bool {
  const free = ({ rmapWriter, rmapReaders }: RmapLock): Bool => rmapWriter.not().and(rmapReaders.is(0));
  const { file } = machine.state.vma.at(machine.page(page));
  return file.isNone().or(free(machine.state.file.at(file))).and(free(machine.anonVmaOf(page)));
}

/** The effects of taking or dropping both locks for writing. */
export function setRmapLocks(machine: Machine, page: string, taken: boolean): Effect[] {
  const { file } = machine.state.vma.at(machine.page(page));
  return [
    when(file.isSome(), [machine.state.file.at(file).rmapWriter.becomes(taken)]),
    machine.anonVmaOf(page).rmapWriter.becomes(taken),
  ];
}

/** An order in which a walk may come to the pages, and what must hold of the VMAs for it. */
interface Order {
  readonly pages: readonly string[];
  readonly guard: readonly Bool[];
}

/** Every order of the pages: each one that mremap() moves a mapping to comes after the others, or before. */
function ordersOf(machine: Machine, pages: readonly string[]): Order[] {
  const moved = inOrderOfMoves(machine, pages).filter((page) => machine.pageNamed(page).movedFrom.length > 0);
  const still = pages.filter((page) => !moved.includes(page));
  return moved.reduce<Order[]>(
    (orders, page) => {
      const { first } = machine.state.vma.at(machine.page(page));
      return orders.flatMap((order) => [
        { pages: [...order.pages, page], guard: [...order.guard, first.not()] },
        { pages: [page, ...order.pages], guard: [...order.guard, first] },
      ]);
    },
    [{ pages: still, guard: [] }],
  );
}

/** The pages, each after those that mremap() may move a mapping to it from. */
function inOrderOfMoves(machine: Machine, pages: readonly string[]): string[] {
  const sorted: string[] = [];
  const add = (page: string, seen: readonly string[]): void => {
    if (sorted.includes(page) || seen.includes(page)) return;
    for (const from of machine.pageNamed(page).movedFrom) add(from, [...seen, page]);
    sorted.push(page);
  };
  for (const page of pages) add(page, []);
  return sorted.filter((page) => pages.includes(page));
}
