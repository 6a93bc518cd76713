/**
 * mm/migrate.c migrate_pages_batch() for one folio: unmap to a migration entry, flush, replace the
 * folio in its cache, copy, map the new one.
 *
 * Left out: which folios move and where, migration of what is not mapped, retries, device memory.
 */
import { allOf, anyOf, when, type Bool, type Effect } from '../../../src/index.js';
import type { Frame } from '../machine/machine.js';
import { batchesOf } from './batch.js';
import { eachFile, eachPage, fileIn, pageIn, type LinuxOperation } from './operation.js';
import { allocPage, frameLocal, freePage, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { foldUbc, tryToUnmapFlush } from './rmap.js';
import { fileCache, isolate, ownCache, putOffAllowed, walk, type Cache } from './vmscan.js';

const source = 'mm/migrate.c';
const isolating = 'mm/compaction.c isolate_migratepages_block()';

/** Migration of a file's folio. */
function migrateFile(path: Path, file: string): void {
  const { machine } = path;
  const target = fileCache(path, file);
  const guard = allOf([target.cache.isSome(), machine.state.frame.at(target.cache).isolated.not()]);
  isolate(path, guard, target.cache, 'lock', isolating);
  nothing(path, guard);
  migrateFolio(path, target, 'lock');
}

/** Migration of whatever a page maps: a file's folio, or the page's own memory. */
function migratePage(path: Path, page: string): void {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const { origin, isolated } = machine.state.frame.at(pte.frame);
  const guards: Bool[] = [];
  if (machine.kindsOf(page).has('anon') || machine.kindsOf(page).has('private')) {
    const own = allOf([pte.kind.is('present'), origin.is(machine.ownOrigin(page)), isolated.not()]);
    const target = ownCache(path, page);
    guards.push(own);
    isolate(path, own, pte.frame, 'lock', isolating);
    migrateFolio(path, target, 'lock');
  }
  for (const file of machine.filesOf(page)) {
    const target = fileCache(path, file);
    const mapped = allOf([pte.kind.is('present'), target.cache.is(pte.frame), isolated.not()]);
    guards.push(mapped);
    isolate(path, mapped, pte.frame, `lock ${file}`, isolating);
    migrateFolio(path, target, `lock ${file}`);
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

function migrateFolio(path: Path, target: Cache, lock: string): void {
  const { machine, rules } = path;
  const luf = rules.has('luf.migrate') && putOffAllowed(path);
  const [src, dst] = [frameLocal(path, 'folio'), frameLocal(path, 'dst')];
  const [from, to] = [machine.state.frame.at(src), machine.state.frame.at(dst)];
  const { canLuf } = batchesOf(path);
  const [locking, unmapping, flushing, moving, failed] = ['lock', 'unmap', 'flush', 'move', 'failed'].map((p) => path.place(p));
  // The new folio is allocated before the old one is locked.
  allocPage(path, lock, locking!, dst);
  path.step({
    at: locking!,
    to: unmapping!,
    kernel: `${source} migrate_folio_unmap()`,
    after: 'the folio is locked: faults, write(2) and reclaim of it wait',
    approximation: 'under: MIGRATE_ASYNC only; the later passes wait for the lock and do not batch the flush',
    when: [from.locked.not()],
    then: [from.locked.becomes(true), ...(luf ? [canLuf.becomes(true)] : [])],
  });
  path.step({
    at: locking!,
    to: failed!,
    kernel: `${source} migrate_folio_unmap()`,
    after: 'folio_trylock() failed: the folio stays',
    when: [from.locked],
    then: putFrame(machine, dst),
    says: ['migrate_folio_unmap()', '[ folio_trylock() fails ]'],
  });
  const walked = walk(path, { at: unmapping!, folio: src, target, leaves: 'migration', luf, function: 'try_to_migrate_one()' });
  path.step({
    at: walked,
    to: flushing!,
    kernel: 'mm/rmap.c try_to_migrate()',
    after: 'faults wait for the migration entry to go',
    then: [...foldUbc(path, luf), to.locked.becomes(true)],
  });
  let flushAt = flushing!;
  if (luf) {
    flushAt = path.place('try_to_unmap_flush');
    path.kernel.putOff!.publish(path, flushing!, flushAt, src, true);
  }
  if (rules.has('migrate.flush')) tryToUnmapFlush(path, flushAt, moving!);
  else path.step({ at: flushAt, to: moving!, kernel: 'mm/rmap.c try_to_unmap_flush()', after: 'the rule migrate.flush is off' });
  move(path, moving!, { src, dst, target });
  giveUp(path, failed!, src);
}

/** migrate_folio_move(): replace, copy, map, free the old folio. */
function move(path: Path, at: string, { src, dst, target }: { src: Frame; dst: Frame; target: Cache }): void {
  const { machine } = path;
  const [from, to] = [machine.state.frame.at(src), machine.state.frame.at(dst)];
  const cached = target.cache.is(src);
  const [mapping, restoring, done] = ['map', 'restore', 'done'].map((p) => path.place(p));
  const expected = cached.and(from.refs.is(2)).or(target.cache.isNone().and(from.refs.is(1)));
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
  const last = allOf([from.refs.is(1)]);
  freePage(path, { at: done!, to: 'end', guard: last, kernel: 'mm/swap.c __folio_put()' }, src);
  path.step({
    at: done!,
    to: 'end',
    kernel: `${source} migrate_folio_done()`,
    after: 'whoever holds the last reference frees the old folio',
    when: [last.not()],
    then: [from.isolated.becomes(false), from.refs.becomes(from.refs.minus(1)), ...(path.kernel.putOff?.forget(src) ?? [])],
  });
  const restored = removeMigrationPtes(path, restoring!, { src, into: src, target });
  undo(path, restored, src, dst);
}

/** remove_migration_ptes(): the entries become PTEs of the new folio, or of the old one again. */
function removeMigrationPtes(
  path: Path,
  at: string,
  { src, into, target }: { src: Frame; into: Frame; target: Cache },
): string {
  const { machine } = path;
  let place = at;
  for (const page of target.pages) {
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
        pte.kind.becomes('present'),
        pte.frame.becomes(into),
        machine.state.frame.at(into).refs.becomes(machine.state.frame.at(into).refs.plus(1)),
      ],
      says: ['remove_migration_ptes()', { text: [`[ PTE: ${page} -> frame `, into, ' ]'] }],
    });
    place = next;
  }
  return place;
}

function undo(path: Path, at: string, src: Frame, dst: Frame): void {
  const { machine } = path;
  const from = machine.state.frame.at(src);
  path.step({
    at,
    to: 'end',
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

function giveUp(path: Path, at: string, src: Frame): void {
  const { machine } = path;
  const drop: Effect[] = [machine.state.frame.at(src).isolated.becomes(false), ...putFrame(machine, src)];
  path.step({
    at,
    to: 'end',
    kernel: 'mm/migrate.c putback_movable_pages()',
    after: 'the folio is on the LRU again',
    then: drop,
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
