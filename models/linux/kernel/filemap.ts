/**
 * mm/filemap.c: finding the page-cache folio of a file, reading it in, and read(2).
 *
 * A file is empty or one page long.
 *
 * Left out: readahead and fault-around, other sizes. Every lookup takes a reference;
 * folio_lock() waits as a guard.
 */
import { type Bool, type Effect } from '../../../src/index.js';
import type { Content, File, Frame, Machine } from '../machine/machine.js';
import { asWritten, eachFile, fileIn, type LinuxOperation } from './operation.js';
import { allocPage, frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';

const source = 'mm/filemap.c';

/** A search for a file's folio: where it begins, where it ends with the folio locked and referenced. */
interface Lookup {
  readonly at: string;
  readonly to: string;
  readonly file: File;
  readonly folio: Frame;
  /** The function that looks, for labels: `filemap_fault()`, and its file, by default mm/filemap.c. */
  readonly function: string;
  readonly inFile?: string;
  /** The file and function that locks. */
  readonly lock: string;
  /** A page that is overwritten as a whole is not read in first. */
  readonly readIn: boolean;
  /** Where to go where the page is beyond the end of the file; absent where the size is not looked at. */
  readonly beyond?: string;
  /** Where to go where there is no folio, in place of adding one. */
  readonly absent?: string;
}

/** Finds or creates the folio and locks it: __filemap_get_folio() or filemap_fault(). */
export function lockFolio(path: Path, lookup: Lookup): void {
  const { machine } = path;
  const { at, file, folio } = lookup;
  // A rule may flush once the folio is found, or added, and locked.
  const found = path.place('found');
  const on = path.insert('cache.found', found, { file });
  const end = sizeChecked(path, lookup);
  const to = on === found ? end : found;
  if (on !== found) path.step({ at: on, to: end, kernel: `${lookup.inFile ?? source} ${lookup.function}`, after: 'the folio is locked' });
  const { cache, disk } = machine.state.file.at(file);
  const inside = withinSize(path, lookup);
  const frame = machine.state.frame;
  const [locking, adding, reading] = ['folio_lock', 'filemap_add_folio', 'read_folio'].map((p) => path.place(p));
  const kernel = `${lookup.inFile ?? source} ${lookup.function}`;
  // A folio is not read in while a truncation holds invalidate_lock; write(2) is kept away by i_rwsem.
  const waits = lookup.readIn && machine.truncates ? [machine.state.file.at(file).invalidating.not()] : [];
  path.step({
    at,
    to: locking!,
    kernel,
    after: 'the folio may be locked, unmapped or removed from the cache by others',
    when: [...inside, cache.isSome()],
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
  if (lookup.absent !== undefined) {
    path.step({ at, to: lookup.absent, kernel, after: 'there is no folio', when: [cache.isNone()], says: [`==> ${lookup.function}: no folio`] });
    return;
  }
  // The cache was empty: the caller allocates first and finds out afterwards whether it still is.
  path.step({
    at,
    to: `${adding!} allocate`,
    kernel,
    after: 'another thread may add a folio first',
    when: [...inside, cache.isNone()],
  });
  allocPage(path, `${adding!} allocate`, adding!, folio);
  path.step({
    at: adding!,
    to: lookup.readIn ? reading! : to,
    kernel: `${source} filemap_add_folio()`,
    after: 'the folio is in the cache, locked; its contents are not the file\'s yet',
    ...(waits.length > 0 ? { approximation: 'exact: invalidate_lock is dropped at once; a truncation waits for the folio lock instead' } : {}),
    when: [cache.isNone(), ...waits],
    then: [
      cache.becomes(folio),
      frame.at(folio).refs.becomes(frame.at(folio).refs.plus(1)),
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

/** The page is within i_size, for a lookup that asks. */
function withinSize({ machine }: Path, { file, beyond }: Lookup): Bool[] {
  return beyond === undefined ? [] : [machine.state.file.at(file).empty.not()];
}

/** i_size is looked at before the lookup, and again once the folio is locked; returns the place of that. */
function sizeChecked(path: Path, lookup: Lookup): string {
  const { at, to, folio, beyond } = lookup;
  if (beyond === undefined) return to;
  const { empty } = path.machine.state.file.at(lookup.file);
  const locked = path.place('i_size_read');
  const kernel = `${source} ${lookup.function}`;
  const says = [`==> ${lookup.function}: beyond i_size`];
  path.step({ at, to: beyond, kernel, after: 'the file ends before the page', when: [empty], says });
  path.step({ at: locked, to, kernel, after: 'a truncation waits for the folio lock', when: [empty.not()] });
  path.step({
    at: locked,
    to: beyond,
    kernel,
    after: 'the file was truncated before the folio was locked',
    when: [empty],
    then: unlockAndPut(path.machine, folio),
    says,
  });
  return locked;
}

/** The effect of a frame holding a file's contents. */
export function originOf(machine: Machine, folio: Frame, file: File): Effect {
  const { origin } = machine.state.frame.at(folio);
  const position = file.node.kind === 'constant' ? file.node.value : -1;
  return origin.becomes(machine.origin(machine.FILE.members[position]!));
}

/** The effects of folio_unlock() and of dropping the reference of a lookup. */
export function unlockAndPut(machine: Machine, folio: Frame): Effect[] {
  return [machine.state.frame.at(folio).locked.becomes(false), ...putFrame(machine, folio)];
}

/** read(2) of the page into a register. */
function read(path: Path, file: File, deliver: (value: Content) => Effect[]): void {
  const { machine } = path;
  const { state } = machine;
  const folio = frameLocal(path, 'folio');
  const { cache, empty } = state.file.at(file);
  const { content } = state.frame.at(folio);
  const truncated = machine.truncates;
  const inside = truncated ? [empty.not()] : [];
  if (truncated) readNothing(path, 'start', [], empty, deliver);
  path.step({
    at: 'start',
    to: 'copy',
    kernel: 'mm/filemap.c filemap_get_pages()',
    after: 'the folio is referenced, not locked: it may leave the cache or be written to',
    when: [...inside, cache.isSome(), state.frame.at(cache).locked.not()],
    then: [folio.becomes(cache), state.frame.at(cache).refs.becomes(state.frame.at(cache).refs.plus(1))],
    approximation: 'under: a read waits while the folio is locked, even where its contents are up to date',
  });
  path.step({
    at: 'start',
    to: 'create',
    kernel: 'mm/filemap.c filemap_create_folio()',
    after: 'another thread may add a folio first',
    when: [...inside, cache.isNone()],
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
    when: inside,
    then: [...deliver(content), ...putFrame(machine, folio)],
    says: [{ text: ['[ pread() returns ', content, ' ]'] }],
  });
  if (truncated) readNothing(path, 'copy', putFrame(machine, folio), empty, deliver);
}

/** At the end of the file nothing is read: the register gets 0. */
function readNothing(path: Path, at: string, undo: Effect[], empty: Bool, deliver: (value: Content) => Effect[]): void {
  path.step({
    at,
    to: 'end',
    kernel: 'mm/filemap.c filemap_read()',
    after: 'the read has returned',
    when: [empty],
    then: [...deliver(path.machine.content(0)), ...undo],
    says: ['[ pread() returns 0 bytes ]'],
  });
}

/** pread(). */
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
];
