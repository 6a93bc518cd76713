/**
 * mm/migrate.c migrate_pages_batch() for one folio: unmap to a migration entry, flush, replace the
 * folio in its cache, copy, map the new one. Workloads, which are run and not searched, have lists of them: all
 * are unmapped, one flush, all are moved.
 *
 * Left out: which folios move and where, migration of what is not mapped, retries, device memory.
 */
import { allOf, anyOf, none, when, type Bool, type Effect } from '../../../src/index.js';
import type { Frame } from '../machine/machine.js';
import { batchesOf, canLufOf } from './batch.js';
import { eachFile, eachPage, fileIn, pageIn, type LinuxOperation } from './operation.js';
import { allocPage, frameLocal, freePage, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { foldUbc, tryToUnmapFlush } from './rmap.js';
import { rmapWalk } from './rmap-walk.js';
import { fileCache, listedFolio, ownCache, passGap, putOffAllowed, walk, type Cache } from './shrink-folio-list.js';
import { findSlot } from './swap.js';
import { isolate } from './vmscan.js';

const source = 'mm/migrate.c';
const isolating = 'mm/compaction.c isolate_migratepages_block()';

/** Where the new folio comes from; goes to `none` where there is none to be had, if it does not wait. */
export type NewFolio = (path: Path, step: { at: string; to: string; none: string; into: Frame }) => void;

const fromAllocator: NewFolio = (path, { at, to, into }) => {
  allocPage(path, at, to, into);
};

/** Migration of a file's folio. */
export function migrateFile(path: Path, file: string, newFolio: NewFolio = fromAllocator): void {
  const { machine } = path;
  const target = fileCache(path, file);
  const guard = allOf([target.cache.isSome(), machine.state.frame.at(target.cache).isolated.not()]);
  isolate(path, { to: 'lock', guard, from: target.cache, kernel: isolating });
  nothing(path, guard);
  migrateFolio(path, target, 'lock', newFolio);
}

/** Migration of whatever a page maps: a file's folio, or the page's own memory. */
export function migratePage(path: Path, page: string, newFolio: NewFolio = fromAllocator): void {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const { origin, isolated } = machine.state.frame.at(pte.frame);
  const guards: Bool[] = [];
  if (machine.kindsOf(page).has('anon') || machine.kindsOf(page).has('private')) {
    const own = allOf([pte.kind.is('present', 'protnone'), origin.is(machine.ownOrigin(page)), isolated.not()]);
    const target = ownCache(path, page);
    guards.push(own);
    isolate(path, { to: 'lock', guard: own, from: pte.frame, kernel: isolating });
    migrateFolio(path, target, 'lock', newFolio);
  }
  for (const file of machine.filesOf(page)) {
    const target = fileCache(path, file);
    const mapped = allOf([pte.kind.is('present', 'protnone'), target.cache.is(pte.frame), isolated.not()]);
    guards.push(mapped);
    isolate(path, { to: `lock ${file}`, guard: mapped, from: pte.frame, kernel: isolating });
    migrateFolio(path, target, `lock ${file}`, newFolio);
  }
  nothing(path, anyOf(guards));
}

function nothing(path: Path, guard: Bool): void {
  path.step({
    at: 'start',
    to: 'end',
    kernel: isolating,
    after: 'there is no such folio to migrate',
    when: [guard.not()],
  });
}

function migrateFolio(path: Path, target: Cache, lock: string, newFolio: NewFolio): void {
  const [locking, unmapping, flushing, moving, failed] = ['lock', 'unmap', 'flush', 'move', 'failed'].map((p) => path.place(p));
  const one = listed(path, target);
  unmapFolio(path, one, { at: lock, locking: locking!, unmapping: unmapping!, to: flushing!, failed: failed! }, newFolio);
  flushUnmapped(path, [one], flushing!, moving!);
  move(path, moving!, one);
  giveUp(path, failed!, one.src);
}

/** A folio on a list to migrate, with where it goes. */
interface Migrating {
  readonly src: Frame;
  readonly dst: Frame;
  readonly target: Cache;
  /** Position on the list. */
  readonly number: number;
  /** Where the path goes on once it is moved, or has stayed. */
  readonly end: string;
}

function listed(path: Path, target: Cache, number = 0, end = 'end'): Migrating {
  return { src: listedFolio(path, number), dst: frameLocal(path, number === 0 ? 'dst' : `dst ${number + 1}`), target, number, end };
}

interface UnmapPlaces {
  readonly at: string;
  readonly locking: string;
  readonly unmapping: string;
  readonly to: string;
  readonly failed: string;
}

/** Whether LUF may put the flush of a migration off. */
function putsOff(path: Path): boolean {
  return path.rules.has('luf.migrate') && putOffAllowed(path);
}

/** migrate_folio_unmap(): a new folio, then the old one is locked and its PTEs become migration entries. */
function unmapFolio(path: Path, { src, dst, target, number }: Migrating, places: UnmapPlaces, newFolio: NewFolio): void {
  const { machine } = path;
  const { at, locking, unmapping, to: flushing, failed } = places;
  const luf = putsOff(path);
  const [from, to] = [machine.state.frame.at(src), machine.state.frame.at(dst)];
  const { canLuf } = batchesOf(path, number);
  // The new folio is allocated before the old one is locked.
  newFolio(path, { at, to: locking, none: failed, into: dst });
  path.step({
    at: locking,
    to: unmapping,
    kernel: `${source} migrate_folio_unmap()`,
    after: 'the folio is locked: faults, write(2) and reclaim of it wait',
    approximation: 'under: MIGRATE_ASYNC only; the later passes wait for the lock and do not batch the flush',
    when: [from.locked.not(), from.writeback.not()],
    then: [from.locked.becomes(true), ...findSlot(path, target, src), ...(luf ? [canLuf.becomes(true)] : [])],
  });
  path.step({
    at: locking,
    to: failed,
    kernel: `${source} migrate_folio_unmap()`,
    after: 'folio_trylock() failed, or the folio is being written to disk: it stays',
    when: [from.locked.or(from.writeback)],
    then: putFrame(machine, dst),
    says: ['migrate_folio_unmap()', { if: from.locked, text: ['[ folio_trylock() fails ]'] }, { if: from.locked.not(), text: ['[ under writeback ]'] }],
  });
  const walked = walk(path, { at: unmapping, folio: src, target, leaves: 'migration', luf, number, function: 'try_to_migrate_one()' });
  path.step({
    at: walked,
    to: flushing,
    kernel: 'mm/rmap.c try_to_migrate()',
    after: 'faults wait for the migration entry to go',
    then: [...foldUbc(path, luf, number), to.locked.becomes(true)],
  });
}

/** The flush of what is unmapped, before anything is copied; LUF puts it off. */
function flushUnmapped(path: Path, list: readonly Migrating[], at: string, to: string): void {
  let flushAt = at;
  if (putsOff(path)) {
    flushAt = path.place('try_to_unmap_flush');
    path.kernel.putOff!.publish(path, at, flushAt, list.map(({ src, number }) => ({ frame: src, if: canLufOf(path, number) })));
  }
  if (path.rules.has('migrate.flush')) tryToUnmapFlush(path, { at: flushAt, to, caller: 'migrate_pages_batch()' });
  else path.step({ at: flushAt, to, kernel: 'mm/rmap.c try_to_unmap_flush()', after: 'the rule migrate.flush is off' });
}

/** migrate_folio_move(): replace, copy, map, free the old folio. */
function move(path: Path, at: string, { src, dst, target, end }: Migrating): void {
  const { machine } = path;
  const [from, to] = [machine.state.frame.at(src), machine.state.frame.at(dst)];
  const cached = target.cache.is(src);
  const [mapping, restoring, done] = ['map', 'restore', 'done'].map((p) => path.place(p));
  const outside = target.swap === undefined ? target.cache.isNone() : cached.not();
  const expected = cached.and(from.refs.is(2)).or(outside.and(from.refs.is(1)));
  const kernel = `${source} migrate_folio()`;
  path.step({
    at,
    to: mapping!,
    kernel,
    after: 'lookups of the cache find the new folio, locked; a store to the old one is lost',
    approximation: 'under: the copy and the replacement are one step; v6.9 replaces first, v6.12 copies first',
    when: [expected],
    then: [
      when(cached, [target.cache.becomes(dst), to.refs.becomes(to.refs.plus(1)), from.refs.becomes(from.refs.minus(1))]),
      to.content.becomes(from.content),
      to.origin.becomes(from.origin),
      to.dirty.becomes(from.dirty),
      ...(machine.uses('madvise-free') ? [to.lazyfree.becomes(from.lazyfree)] : []),
    ],
    says: ['migrate_folio()', { text: ['[ frame ', src, ' copied to frame ', dst, ' ]'] }],
  });
  path.step({
    at,
    to: restoring!,
    kernel,
    after: 'somebody else holds a reference: the migration fails',
    when: [expected.not()],
    says: ['migrate_folio() fails', '[ extra reference ]'],
  });
  const after = removeMigrationPtes(path, mapping!, { src, into: dst, target });
  path.step({
    at: after,
    to: done!,
    kernel: `${source} migrate_folio_move()`,
    after: 'the new folio is unlocked: faults on it go on',
    then: [from.locked.becomes(false), to.locked.becomes(false), ...putFrame(machine, dst)],
    says: ['folio_unlock()'],
  });
  migrateFolioDone(path, done!, src, end);
  const restored = removeMigrationPtes(path, restoring!, { src, into: src, target });
  undo(path, restored, { src, dst, end });
}

/**
 * migrate_folio_done(): the reference of the isolation is dropped, and the last one frees the old folio.
 * Where a lookup holds one more, a folio that LUF has put the flush off for is freed all the same
 * (`put.freeAnyway`), goes on carrying what it waits for until it is freed (`put.keepTag`), or loses it.
 */
function migrateFolioDone(path: Path, at: string, src: Frame, to: string): void {
  const { rules } = path;
  const { putOff } = path.kernel;
  const from = path.machine.state.frame.at(src);
  const last = from.refs.is(1);
  freePage(path, { at, to, guard: last, kernel: 'mm/swap.c __folio_put()' }, src);
  const anyway = putOff !== undefined && rules.has('put.freeAnyway') ? [putOff.tagged(path, src)] : [];
  if (anyway.length > 0) freePage(path, { at, to, guard: allOf([last.not(), ...anyway]), kernel: `${source} migrate_folio_done()` }, src);
  const forget = putOff !== undefined && !rules.has('put.keepTag') ? putOff.forget(src) : [];
  path.step({
    at,
    to,
    kernel: `${source} migrate_folio_done()`,
    after: 'whoever holds the last reference frees the old folio',
    when: [last.not(), ...anyway.map((tagged) => tagged.not())],
    then: [from.isolated.becomes(false), from.refs.becomes(from.refs.minus(1)), ...forget],
    says: ['migrate_folio_done()', '[ extra reference: not freed ]'],
  });
}

/** remove_migration_ptes(): the entries become PTEs of the new folio, or of the old one again. */
function removeMigrationPtes(
  path: Path,
  at: string,
  { src, into, target }: { src: Frame; into: Frame; target: Cache },
): string {
  const { machine } = path;
  return rmapWalk(path, target, at, (page, place) => {
    const next = path.place('remove_migration_pte');
    const pte = machine.state.pte.at(machine.page(page));
    const { ptl } = machine.tableOf(page);
    const entry = allOf([pte.kind.is('migration'), pte.frame.is(src)]);
    const step = { at: place, to: next, kernel: `${source} remove_migration_pte()` };
    path.step({ ...step, after: 'the page has no entry of this folio', when: [ptl.not(), entry.not()] });
    path.step({
      ...step,
      after: 'any CPU can walk to the folio',
      when: [ptl.not(), entry],
      then: [
        // mk_pte() with vm_page_prot, which is PAGE_NONE after mprotect(PROT_NONE).
        when(machine.state.vma.at(machine.page(page)).readable, [pte.kind.becomes('present')], [pte.kind.becomes('protnone')]),
        pte.frame.becomes(into),
        machine.state.frame.at(into).refs.becomes(machine.state.frame.at(into).refs.plus(1)),
        // What fork() has shared meanwhile stays shared: its entries are readable_migration_entries.
        machine.state.frame.at(into).forked.becomes(machine.state.frame.at(src).forked),
      ],
      says: ['remove_migration_ptes()', { text: [`[ PTE: ${page} -> frame `, into, ' ]'] }],
    });
    return next;
  });
}

function undo(path: Path, at: string, { src, dst, end }: Pick<Migrating, 'src' | 'dst' | 'end'>): void {
  const { machine } = path;
  const from = machine.state.frame.at(src);
  path.step({
    at,
    to: end,
    kernel: `${source} migrate_folio_undo_src()`,
    after: 'the old folio is mapped again; LUF\'s generation of it is forgotten',
    then: [
      from.locked.becomes(false),
      from.isolated.becomes(false),
      ...(path.kernel.putOff?.forget(src) ?? []),
      ...putFrame(machine, src),
      machine.state.frame.at(dst).locked.becomes(false),
      ...putFrame(machine, dst),
    ],
  });
}

function giveUp(path: Path, at: string, src: Frame, to = 'end', then: readonly Effect[] = []): void {
  const { machine } = path;
  const drop: Effect[] = [machine.state.frame.at(src).isolated.becomes(false), ...putFrame(machine, src)];
  path.step({
    at,
    to,
    kernel: 'mm/migrate.c putback_movable_pages()',
    after: 'the folio is on the LRU again',
    then: [...drop, ...then],
  });
}

/** migrate(), of a file or of what a page maps. */
export const migrateOperations: readonly LinuxOperation[] = [
  {
    id: 'migrate-file',
    name: 'migrate',
    parameters: ['file'],
    result: 'none',
    by: 'kernel',
    usage: 'migrate(A)',
    holdsFrame: true,
    samples: eachFile,
    write: (path, { statement }) => {
      migrateFile(path, fileIn(statement));
    },
  },
  {
    id: 'migrate-page',
    name: 'migrate',
    parameters: ['page'],
    result: 'none',
    by: 'kernel',
    usage: 'migrate(p)',
    holdsFrame: true,
    samples: eachPage,
    write: (path, { statement }) => {
      migratePage(path, pageIn(path, statement));
    },
  },
];

/** migrate() of a list of any length, of pages' own memory; what is not there, or cannot be locked, is passed over. */
export const migrateList: LinuxOperation = {
  id: 'migrate-list',
  name: 'migrate',
  parameters: ['page'],
  result: 'none',
  by: 'kernel',
  usage: 'migrate(p, q, r)',
  write: (path, { statement }) => {
    const pages = statement.arguments.flatMap((argument) => (argument.kind === 'page' ? [path.task.pageNamed(argument.page)] : []));
    const ends = pages.map((_, number) => (number === pages.length - 1 ? 'end' : path.place('moved')));
    const list = pages.map((page, number) => listed(path, ownCache(path, page), number, ends[number]));
    const unmapped = pages.reduce((at, page, number) => unmapListed(path, list[number]!, page, at), 'start');
    const flushed = path.place('flushed');
    flushUnmapped(path, list, unmapped, flushed);
    list.reduce((at, one) => {
      move(path, passGap(path, one.src, { at, to: one.end, kernel: `${source} migrate_pages_batch()` }), one);
      return one.end;
    }, flushed);
  },
};

/** Takes a page's memory off the LRU and unmaps it, if it can be had; returns the place after it. */
function unmapListed(path: Path, one: Migrating, page: string, at: string): string {
  const { machine } = path;
  const { src } = one;
  const pte = machine.state.pte.at(machine.page(page));
  const { origin, isolated } = machine.state.frame.at(pte.frame);
  const own = allOf([pte.kind.is('present', 'protnone'), origin.is(machine.ownOrigin(page)), isolated.not()]);
  const [alone, locking, unmapping, failed, to] = ['isolated', 'lock', 'unmap', 'failed', 'unmapped'].map((p) => path.place(p));
  path.step({ at, to: to!, kernel: isolating, after: 'there is no such folio to migrate', when: [own.not()] });
  isolate(path, { at, to: alone!, guard: own, from: pte.frame, kernel: isolating, number: one.number });
  unmapFolio(path, one, { at: alone!, locking: locking!, unmapping: unmapping!, to: to!, failed: failed! }, fromAllocator);
  giveUp(path, failed!, src, to, [src.becomes(none)]);
  return to!;
}
