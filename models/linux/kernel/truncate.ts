/**
 * mm/truncate.c: ftruncate(2) to nothing, and the invalidation of a file's cached folio.
 *
 * Truncation writes i_size first, which faults look at again under the folio lock; then it unmaps the file
 * everywhere (unmap_mapping_range(), a gather for every VMA, private copies included), takes the folio out of
 * the page cache, and unmaps once more. Invalidation leaves i_size and private copies alone.
 *
 * Left out: sizes other than 0 and one page, punching holes, the first pass of truncate_inode_pages_range(),
 * which skips locked folios and those under writeback (the second waits for them), and the unmap_mapping_pages() of
 * invalidate_inode_pages2_range() before it locks the folio, which it unmaps again once it is locked.
 */
import { allOf, none, type Effect } from '../../../src/index.js';
import { carried, judgeEviction, lossLine, truncated } from '../machine/ghost-file.js';
import type { Frame, Machine } from '../machine/machine.js';
import { unlockAndPut } from './filemap.js';
import { asWritten, eachFile, fileIn, type LinuxOperation } from './operation.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { folioMapped } from './rmap.js';
import { unmapMapping } from './unmap-mapping.js';

const source = 'mm/truncate.c';

/** ftruncate(2) of a file to size 0. */
function ftruncate(path: Path, name: string): void {
  const { machine } = path;
  const { rwsem, empty, invalidating, disk } = machine.state.file.at(machine.file(name));
  path.step({
    at: 'start',
    to: 'unmap',
    kernel: `${source} truncate_setsize()`,
    after: 'faults that have not checked i_size yet end in SIGBUS; what is mapped can still be used',
    approximation: 'exact: i_rwsem and invalidate_lock are taken before, which nobody can tell from the rest',
    when: [rwsem.not()],
    then: [rwsem.becomes(true), invalidating.becomes(true), empty.becomes(true)],
    says: ['==> i_size_write(0)'],
  });
  unmapMapping(path, { at: 'unmap', to: 'remove', file: name, evenCows: true, by: 'unmap_mapping_range()' });
  truncateInodePages(path, { at: 'remove', to: 'unmap again', file: name });
  const done = path.rules.has('truncate.unmapAgain') ? 'return' : 'unmap again';
  if (done === 'return') unmapMapping(path, { at: 'unmap again', to: done, file: name, evenCows: true, by: 'unmap_mapping_range()' });
  path.step({
    at: done,
    to: 'end',
    kernel: 'fs/open.c do_sys_ftruncate()',
    after: 'ftruncate() has returned: no access to the file\'s old contents may succeed',
    then: [
      disk.becomes(machine.content(0)),
      invalidating.becomes(false),
      rwsem.becomes(false),
      ...truncated(machine, machine.file(name)),
    ],
    says: ['[ ftruncate() returns ]'],
  });
}

/** Where a path deals with a file, by its name. */
interface FileWalk {
  readonly at: string;
  readonly to: string;
  readonly file: string;
}

/** truncate_inode_pages(): the folio is locked, unmapped if faults have mapped it again, and removed. */
function truncateInodePages(path: Path, { at, to: then, file: name }: FileWalk): void {
  const { machine } = path;
  const to = whenGone(path, 'truncate', { at: then, file: name, kernel: `${source} truncate_inode_pages_range()` });
  const folio = frameLocal(path, 'folio');
  const { dirty, writeback } = machine.state.frame.at(folio);
  const [waiting, checking, unmapping, removing] = ['writeback', 'mapped', 'unmap', 'remove'].map((p) => path.place(p));
  findAndLock(path, { at, to, gone: at, found: waiting!, file: name, kernel: `${source} truncate_inode_pages_range()` });
  path.step({
    at: waiting!,
    to: checking!,
    kernel: 'mm/page-writeback.c folio_wait_writeback()',
    after: 'the folio is locked and not being written',
    when: [writeback.not()],
  });
  unmapIfMapped(path, { at: checking!, mapped: unmapping!, to: removing!, file: name, folio }, `${source} truncate_cleanup_folio()`);
  path.step({
    at: removing!,
    to: at,
    kernel: 'mm/filemap.c filemap_remove_folio()',
    after: 'lookups of the page cache find nothing; the last reference frees the folio',
    approximation: 'exact: folio_cancel_dirty() and folio_unlock() are in the same step, nobody can find the folio between them',
    then: [dirty.becomes(false), ...removeFromCache(machine, name, folio), ...unlockAndPut(machine, folio)],
    says: [{ text: ['==> truncate_inode_folio(): frame ', folio] }],
  });
}

/** The end of a walk over a file's folios, where a rule may flush; returns the place at which to come to it. */
function whenGone(path: Path, hook: 'truncate' | 'invalidate', { at: then, file, kernel }: Omit<FileWalk, 'to'> & { kernel: string }): string {
  const end = path.place('out');
  const on = path.insert(hook, end, { file: path.machine.file(file) });
  if (on === end) return then;
  path.step({ at: on, to: then, kernel, after: 'the walk over the file is done' });
  return end;
}

/** The effects of the page cache giving a folio up, with its reference. */
function removeFromCache(machine: Machine, name: string, folio: Frame): Effect[] {
  return [machine.state.file.at(machine.file(name)).cache.becomes(none), ...putFrame(machine, folio)];
}

/** Finds the file's folio and locks it; goes to `to` where the cache is empty, to `gone` if the folio has left it. */
function findAndLock(
  path: Path,
  { at, to, gone, found, file: name, kernel }: FileWalk & { gone: string; found: string; kernel: string },
): void {
  const { machine } = path;
  const { cache } = machine.state.file.at(machine.file(name));
  const folio = frameLocal(path, 'folio');
  const { locked } = machine.state.frame.at(folio);
  const { refs } = machine.state.frame.at(cache);
  const locking = path.place('folio_lock');
  path.step({ at, to, kernel, after: 'the file has no folio in the page cache', when: [cache.isNone()] });
  path.step({
    at,
    to: locking,
    kernel,
    after: 'the folio is referenced, not locked',
    when: [cache.isSome()],
    then: [folio.becomes(cache), refs.becomes(refs.plus(1))],
  });
  const lock = { at: locking, kernel: 'include/linux/pagemap.h folio_lock()' };
  path.step({
    ...lock,
    to: found,
    after: 'the folio is locked and still in the cache: no fault can map it',
    when: [locked.not(), cache.is(folio)],
    then: [locked.becomes(true)],
  });
  path.step({
    ...lock,
    to: gone,
    after: 'somebody else has removed the folio meanwhile',
    when: [locked.not(), cache.isNot(folio)],
    then: putFrame(machine, folio),
  });
}

/** unmap_mapping_folio() of a locked folio, if folio_mapped(). */
function unmapIfMapped(
  path: Path,
  { at, mapped: unmapping, to, file, folio }: FileWalk & { mapped: string; folio: Frame },
  kernel: string,
): void {
  const mapped = folioMapped(path.machine, folio);
  const step = { at, kernel };
  path.step({ ...step, to: unmapping, after: 'a fault has mapped the folio again: it is unmapped under its lock', when: [mapped] });
  path.step({ ...step, to, after: 'no page table maps the folio', when: [mapped.not()] });
  unmapMapping(path, { at: unmapping, to, file, evenCows: false, by: 'unmap_mapping_folio()' });
}

/** Invalidating the cached folio of a file. */
interface Invalidation extends FileWalk {
  /** Where to go if the folio is dirty and stays; absent where it is written first (->launder_folio). */
  readonly busy?: string;
}

/** invalidate_inode_pages2(): whoever refers to the folio, it is unmapped and leaves the page cache, unless it is dirty. */
export function invalidateInodePages2(path: Path, { at, to: then, file: name, busy: stays }: Invalidation): void {
  const { machine } = path;
  const kernel = `${source} invalidate_inode_pages2_range()`;
  const to = whenGone(path, 'invalidate', { at: then, file: name, kernel });
  const busy = stays === undefined ? undefined : whenGone(path, 'invalidate', { at: stays, file: name, kernel });
  const file = machine.file(name);
  const folio = frameLocal(path, 'folio');
  const { dirty, writeback } = machine.state.frame.at(folio);
  const [waiting, checking, unmapping, removing] = ['writeback', 'mapped', 'unmap', 'remove'].map((p) => path.place(p));
  findAndLock(path, { at, to, gone: to, found: waiting!, file: name, kernel: `${source} invalidate_inode_pages2_range()` });
  path.step({
    at: waiting!,
    to: checking!,
    kernel: 'mm/page-writeback.c folio_wait_writeback()',
    after: 'the folio is locked and not being written',
    when: [writeback.not()],
  });
  unmapIfMapped(path, { at: checking!, mapped: unmapping!, to: removing!, file: name, folio }, `${source} invalidate_inode_pages2_range()`);
  const remove = { at: removing!, kernel: `${source} invalidate_complete_folio2()` };
  const clean = busy === undefined ? launder(path, removing!, name, folio) : removing!;
  path.step({
    ...remove,
    at: clean,
    to,
    after: 'lookups of the page cache find nothing',
    approximation: 'exact: folio_unlock() is in the same step, nobody can find the folio between them',
    when: [dirty.not()],
    then: [...judgeEviction(machine, file), ...removeFromCache(machine, name, folio), ...unlockAndPut(machine, folio)],
    says: [{ text: ['==> invalidate_complete_folio2(): frame ', folio] }, lossLine(machine, file, folio)],
  });
  if (busy === undefined) return;
  path.step({
    ...remove,
    to: busy,
    after: 'the folio is dirty: it stays, unmapped (-EBUSY)',
    when: [dirty],
    then: unlockAndPut(machine, folio),
    says: ['==> invalidate_complete_folio2() fails', '    [ folio dirty ]'],
  });
}

/** ->launder_folio() of a dirty folio, locked and unmapped: it is written at once. Returns the place where it is clean. */
function launder(path: Path, at: string, name: string, folio: Frame): string {
  const { machine } = path;
  const { dirty, content } = machine.state.frame.at(folio);
  const file = machine.file(name);
  const to = path.place('clean');
  const step = { at, to, kernel: `${source} folio_launder()` };
  path.step({ ...step, after: 'the folio is clean, locked and not mapped', when: [dirty.not()] });
  path.step({
    ...step,
    after: 'the folio is clean, locked and not mapped',
    when: [dirty],
    then: [machine.state.file.at(file).disk.becomes(content), ...carried(machine, file, content), dirty.becomes(false)],
    says: ['==> folio_launder()', { text: ['    [ disk := ', content, ' ]'] }],
  });
  return to;
}

/** invalidate_mapping_pages(), as drop_caches and POSIX_FADV_DONTNEED use it: a folio in any kind of use stays. */
function invalidateMappingPages(path: Path, name: string): void {
  const { machine } = path;
  const { cache } = machine.state.file.at(machine.file(name));
  const folio = frameLocal(path, 'folio');
  const [cached, frame] = [machine.state.frame.at(cache), machine.state.frame.at(folio)];
  const find = { at: 'start', kernel: `${source} mapping_try_invalidate()` };
  path.step({ ...find, to: 'end', after: 'there is no folio, or its lock is taken', when: [cache.isNone().or(cached.locked)] });
  path.step({
    ...find,
    to: 'evict',
    after: 'the folio is locked and referenced',
    when: [cache.isSome(), cached.locked.not()],
    then: [folio.becomes(cache), cached.refs.becomes(cached.refs.plus(1)), cached.locked.becomes(true)],
  });
  const unused = allOf([frame.dirty.not(), frame.writeback.not(), frame.refs.is(2)]);
  const evicted = whenGone(path, 'invalidate', { at: 'end', file: name, kernel: `${source} mapping_evict_folio()` });
  const evict = { at: 'evict', to: evicted, kernel: `${source} mapping_evict_folio()` };
  path.step({
    ...evict,
    after: 'the folio is out of the page cache and free',
    when: [unused],
    then: [
      ...judgeEviction(machine, machine.file(name)),
      ...removeFromCache(machine, name, folio),
      ...unlockAndPut(machine, folio),
    ],
    says: ['mapping_evict_folio()', { text: ['[ frame ', folio, ' dropped ]'] }, lossLine(machine, machine.file(name), folio)],
  });
  path.step({
    ...evict,
    after: 'the folio is dirty, being written, mapped or referenced: it stays',
    when: [unused.not()],
    then: unlockAndPut(machine, folio),
  });
}

/** ftruncate() and invalidate(). */
export const truncateOperations: readonly LinuxOperation[] = [
  {
    id: 'ftruncate',
    name: 'ftruncate',
    parameters: ['file'],
    result: 'none',
    by: 'user',
    usage: 'ftruncate(A)',
    truncates: true,
    header: asWritten,
    samples: eachFile,
    write: (path, { statement }) => {
      ftruncate(path, fileIn(statement));
    },
  },
  {
    id: 'invalidate',
    name: 'invalidate',
    parameters: ['file'],
    result: 'none',
    by: 'kernel',
    usage: 'invalidate(A)',
    samples: eachFile,
    write: (path, { statement }) => {
      invalidateMappingPages(path, fileIn(statement));
    },
  },
];
