/**
 * mm/filemap.c: finding the page-cache folio of a file, reading it in, write(2) and read(2).
 *
 * Left out: readahead and fault-around, partial writes, direct I/O, writeback (a written folio stays
 * dirty), file size. Every lookup takes a reference; folio_lock() waits as a guard.
 */
import { type Effect } from '../../../src/index.js';
import type { Content, File, Frame, Machine } from '../machine/machine.js';
import { asWritten, eachFile, fileArgument, fileIn, valueArgument, valueIn, type LinuxOperation } from './operation.js';
import { allocPage, frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';

const source = 'mm/filemap.c';

/** A search for a file's folio: where it begins, where it ends with the folio locked and referenced. */
interface Lookup {
  readonly at: string;
  readonly to: string;
  readonly file: File;
  readonly folio: Frame;
  /** The function that looks, for labels: `filemap_fault()`. */
  readonly function: string;
  /** The file and function that locks. */
  readonly lock: string;
  /** A page that is overwritten as a whole is not read in first. */
  readonly readIn: boolean;
}

/** Finds or creates the folio and locks it: __filemap_get_folio() or filemap_fault(). */
export function lockFolio(path: Path, lookup: Lookup): void {
  const { machine } = path;
  const { at, file, folio } = lookup;
  // A rule may flush once the folio is found, or added, and locked.
  const found = path.place('found');
  const on = path.insert('cache.found', found, { file });
  const to = on === found ? lookup.to : found;
  if (on !== found) path.step({ at: on, to: lookup.to, kernel: `${source} ${lookup.function}`, after: 'the folio is locked' });
  const { cache, disk } = machine.state.file.at(file);
  const frame = machine.state.frame;
  const [locking, adding, reading] = ['folio_lock', 'filemap_add_folio', 'read_folio'].map((p) => path.place(p));
  const kernel = `${source} ${lookup.function}`;
  path.step({
    at,
    to: locking!,
    kernel,
    after: 'the folio may be locked, unmapped or removed from the cache by others',
    when: [cache.isSome()],
    then: [folio.becomes(cache), frame.at(cache).refs.becomes(frame.at(cache).refs.plus(1))],
    says: [{ text: [`==> ${lookup.function}: frame `, cache] }],
  });
  path.step({
    at: locking!,
    to,
    kernel: lookup.lock,
    after: 'the folio is locked and still in the cache',
    approximation: 'under: a fault that waits for the lock keeps mmap_lock, where the kernel drops it and retries',
    when: [frame.at(folio).locked.not(), cache.is(folio)],
    then: [frame.at(folio).locked.becomes(true)],
  });
  path.step({
    at: locking!,
    to: at,
    kernel: lookup.lock,
    after: 'the folio was removed from the cache meanwhile; the lookup starts again',
    when: [frame.at(folio).locked.not(), cache.isNot(folio)],
    then: putFrame(machine, folio),
  });
  // The cache was empty: the caller allocates first and finds out afterwards whether it still is.
  path.step({
    at,
    to: `${adding!} allocate`,
    kernel,
    after: 'another thread may add a folio first',
    when: [cache.isNone()],
  });
  allocPage(path, `${adding!} allocate`, adding!, folio);
  path.step({
    at: adding!,
    to: lookup.readIn ? reading! : to,
    kernel: `${source} filemap_add_folio()`,
    after: 'the folio is in the cache, locked; its contents are not the file\'s yet',
    when: [cache.isNone()],
    then: [
      cache.becomes(folio),
      frame.at(folio).refs.becomes(2),
      frame.at(folio).locked.becomes(true),
    ],
  });
  path.step({
    at: adding!,
    to: at,
    kernel: `${source} filemap_add_folio()`,
    after: 'another folio was added first; the lookup starts again',
    when: [cache.isSome()],
    then: putFrame(machine, folio),
  });
  if (!lookup.readIn) return;
  path.step({
    at: reading!,
    to,
    kernel: `${source} filemap_read_folio()`,
    after: 'the folio holds the file\'s contents and is still locked',
    approximation: 'under: the folio stays locked from the end of the read to its use',
    then: [frame.at(folio).content.becomes(disk), originOf(machine, folio, file)],
  });
}

/** The effect of a frame holding a file's contents. */
function originOf(machine: Machine, folio: Frame, file: File): Effect {
  const { origin } = machine.state.frame.at(folio);
  const position = file.node.kind === 'constant' ? file.node.value : -1;
  return origin.becomes(machine.origin(machine.FILE.members[position]!));
}

/** The effects of folio_unlock() and of dropping the reference of a lookup. */
export function unlockAndPut(machine: Machine, folio: Frame): Effect[] {
  return [machine.state.frame.at(folio).locked.becomes(false), ...putFrame(machine, folio)];
}

/** write(2) of the whole page, through `->write_begin` and `->write_end`. */
function write(path: Path, name: string, value: Content): void {
  const { machine } = path;
  const { state } = machine;
  const file = machine.file(name);
  const iomap = machine.scenario.files.some((f) => f.name === name && f.options.includes('iomap'));
  const folio = frameLocal(path, 'folio');
  const { rwsem } = state.file.at(file);
  const { legal, superseded } = state.shown.at(file);
  path.step({
    at: 'start',
    to: 'write_begin',
    kernel: 'mm/filemap.c generic_file_write_iter()',
    after: 'the inode is locked against other writers; readers and faults go on',
    when: [rwsem.not()],
    then: [rwsem.becomes(true)],
  });
  const found = { file, folio, function: '__filemap_get_folio()', lock: 'include/linux/pagemap.h folio_lock()', readIn: false };
  lockFolio(path, { at: 'write_begin', to: 'begun', ...found });
  path.step({
    at: path.insert(iomap ? 'write.iomap' : 'write.begin', 'begun', { file }),
    to: 'write_end',
    kernel: 'mm/filemap.c generic_perform_write()',
    after: 'CPUs that map this folio see the new contents; others may hold entries for an older folio',
    then: [
      superseded.becomes(legal.without(value)),
      legal.becomes(legal.with(value)),
      state.frame.at(folio).content.becomes(value),
      originOf(machine, folio, file),
      state.frame.at(folio).dirty.becomes(true),
    ],
    says: [{ text: ['==> copy_page_from_iter_atomic()'] }, { text: ['    [ frame ', folio, ' := ', value, ' ]'] }],
  });
  path.step({
    at: 'write_end',
    to: 'written',
    kernel: 'mm/filemap.c generic_perform_write()',
    after: 'the folio is unlocked: it can be mapped, reclaimed or migrated',
    then: unlockAndPut(machine, folio),
  });
  path.step({
    at: path.insert('write.end', 'written', { file }),
    to: 'end',
    kernel: 'fs/read_write.c ksys_pwrite64()',
    after: 'the write has returned: every later load must see it',
    approximation: 'under: the inode is unlocked before file_end_write()',
    then: [rwsem.becomes(false), legal.becomes(legal.minus(superseded)), superseded.becomes([])],
    says: ['[ pwrite() returns ]'],
  });
}

/** read(2) of the page into a register. */
function read(path: Path, file: File, deliver: (value: Content) => Effect[]): void {
  const { machine } = path;
  const { state } = machine;
  const folio = frameLocal(path, 'folio');
  const { cache } = state.file.at(file);
  const { content } = state.frame.at(folio);
  path.step({
    at: 'start',
    to: 'copy',
    kernel: 'mm/filemap.c filemap_get_pages()',
    after: 'the folio is referenced, not locked: it may leave the cache or be written to',
    when: [cache.isSome(), state.frame.at(cache).locked.not()],
    then: [folio.becomes(cache), state.frame.at(cache).refs.becomes(state.frame.at(cache).refs.plus(1))],
    approximation: 'under: a read waits while the folio is locked, even where its contents are up to date',
  });
  path.step({
    at: 'start',
    to: 'create',
    kernel: 'mm/filemap.c filemap_create_folio()',
    after: 'another thread may add a folio first',
    when: [cache.isNone()],
  });
  lockFolio(path, { at: 'create', to: 'created', file, folio, function: 'filemap_create_folio()', lock: 'include/linux/pagemap.h folio_lock()', readIn: true });
  path.step({
    at: 'created',
    to: 'copy',
    kernel: 'mm/filemap.c filemap_read_folio()',
    after: 'the folio is referenced, not locked',
    then: [state.frame.at(folio).locked.becomes(false)],
  });
  path.step({
    at: 'copy',
    to: 'end',
    kernel: 'mm/filemap.c filemap_read()',
    after: 'the read has returned',
    then: [...deliver(content), ...putFrame(machine, folio)],
    says: [{ text: ['[ pread() returns ', content, ' ]'] }],
  });
}

/** pread() and pwrite(). */
export const filemapOperations: readonly LinuxOperation[] = [
  {
    id: 'pread',
    name: 'pread',
    parameters: ['file'],
    result: 'register',
    by: 'user',
    usage: 'r0 = pread(A)',
    header: asWritten,
    samples: eachFile,
    write: (path, { statement, deliver }) => {
      read(path, path.machine.file(fileIn(statement)), deliver);
    },
  },
  {
    id: 'pwrite',
    name: 'pwrite',
    parameters: ['file', 'value'],
    result: 'none',
    by: 'user',
    usage: 'pwrite(A, 2)',
    header: asWritten,
    samples: ({ files, value }) => files.map((file) => ({ arguments: [fileArgument(file), valueArgument(value)] })),
    write: (path, { statement }) => {
      write(path, fileIn(statement), valueIn(path, statement));
    },
  },
];
