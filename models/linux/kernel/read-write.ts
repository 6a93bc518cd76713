/**
 * write(2) of a whole page: through the page cache, by ->write_begin and ->write_end (mm/filemap.c) or, for file
 * systems on iomap (file option `iomap`), by fs/iomap/buffered-io.c; or past it to the disk (file option
 * `direct`: O_DIRECT), with the page cache invalidated before and after.
 *
 * Left out: partial writes, O_SYNC, direct I/O that is asynchronous, and the invalidate_mapping_pages() after a
 * direct write that has fallen back to a buffered one.
 */
import type { Effect } from '../../../src/index.js';
import { overwrite, overwritten } from '../machine/ghost-file.js';
import type { Content, File, Machine } from '../machine/machine.js';
import { lockFolio, originOf, unlockAndPut } from './filemap.js';
import { asWritten, fileArgument, fileIn, valueArgument, valueIn, type LinuxOperation } from './operation.js';
import { frameLocal } from './page-alloc.js';
import { doWritepages } from './page-writeback.js';
import type { Path } from './path.js';
import { invalidateInodePages2 } from './truncate.js';

/** The functions of a buffered write, which differ by file system. */
interface Writer {
  readonly enter: string;
  /** A step of its own before the copy, where the folio is found by other means than ->write_begin. */
  readonly begin?: string;
  readonly copy: string;
  readonly end: string;
  readonly hook: 'write.begin' | 'write.iomap';
}

const generic: Writer = {
  enter: 'mm/filemap.c generic_file_write_iter()',
  copy: 'mm/filemap.c generic_perform_write()',
  end: 'mm/filemap.c generic_perform_write()',
  hook: 'write.begin',
};

const iomap: Writer = {
  enter: 'fs/xfs/xfs_file.c xfs_file_buffered_write()',
  begin: 'fs/iomap/buffered-io.c iomap_write_begin()',
  copy: 'fs/iomap/buffered-io.c iomap_write_iter()',
  end: 'fs/iomap/buffered-io.c iomap_write_end()',
  hook: 'write.iomap',
};

/** The beginning of write(2), up to where i_rwsem is held. */
export function startWrite(path: Path, to: string, name: string, kernel = generic.enter): void {
  const file = path.machine.file(name);
  const { rwsem } = path.machine.state.file.at(file);
  path.step({
    at: path.insert('write.start', 'start', { file }),
    to,
    kernel,
    after: 'the inode is locked against other writers; readers and faults go on',
    when: [rwsem.not()],
    then: [rwsem.becomes(true)],
  });
}

/** The end of write(2): i_rwsem is dropped. */
export function endWrite(path: Path, at: string, name: string): void {
  const { machine } = path;
  const file = machine.file(name);
  path.step({
    at: path.insert('write.end', at, { file }),
    to: 'end',
    kernel: 'fs/read_write.c ksys_pwrite64()',
    after: 'the write has returned: every later load must see it',
    approximation: 'under: the inode is unlocked before file_end_write()',
    then: [machine.state.file.at(file).rwsem.becomes(false), ...overwritten(machine, file)],
    says: ['[ pwrite() returns ]'],
  });
}

/** The effects of a write that makes an empty file one page long. */
export function extend(machine: Machine, file: File): Effect[] {
  return machine.truncates ? [machine.state.file.at(file).empty.becomes(false)] : [];
}

/** write(2) of the whole page through the page cache. */
function write(path: Path, name: string, value: Content): void {
  const writer = hasOption(path.machine, name, 'iomap') ? iomap : generic;
  startWrite(path, 'write_begin', name, writer.enter);
  perform(path, { at: 'write_begin', to: 'written', name, value }, writer);
  endWrite(path, 'written', name);
}

/** A write of a value to the page cache, with i_rwsem held. */
interface Perform {
  readonly at: string;
  readonly to: string;
  readonly name: string;
  readonly value: Content;
}

/** The folio is found or added and locked, filled, and unlocked dirty. */
function perform(path: Path, { at, to, name, value }: Perform, writer: Writer): void {
  const { machine } = path;
  const file = machine.file(name);
  const folio = frameLocal(path, 'folio');
  const frame = machine.state.frame.at(folio);
  const found = { file, folio, function: '__filemap_get_folio()', lock: 'include/linux/pagemap.h folio_lock()', readIn: false };
  const [locked, copied] = [path.place('locked'), path.place('write_end')];
  lockFolio(path, { at, to: locked, ...found });
  const begun = writer.begin === undefined ? locked : path.place('begun');
  if (writer.begin !== undefined) {
    const says = [`==> ${nameIn(writer.begin)}`];
    path.step({ at: locked, to: begun, kernel: writer.begin, after: 'the folio is locked and has its blocks', says });
  }
  path.step({
    at: path.insert(writer.hook, begun, { file }),
    to: copied,
    kernel: writer.copy,
    after: 'CPUs that map this folio see the new contents; others may hold entries for an older folio',
    approximation: 'exact: i_size and the dirty flag follow before the folio is unlocked',
    then: [
      ...overwrite(machine, file, value),
      machine.state.shown.at(file).unsaved.becomes(true),
      frame.content.becomes(value),
      originOf(machine, folio, file),
      frame.dirty.becomes(true),
      ...extend(machine, file),
    ],
    says: [`==> ${nameIn(writer.copy)}`, { text: ['    [ frame ', folio, ' := ', value, ' ]'] }],
  });
  path.step({
    at: copied,
    to,
    kernel: writer.end,
    after: 'the folio is unlocked: it can be mapped, reclaimed or migrated',
    then: unlockAndPut(machine, folio),
    says: writer === iomap ? [`==> ${nameIn(writer.end)}`] : [],
  });
}

const nameIn = (kernel: string): string => kernel.slice(kernel.indexOf(' ') + 1);

/** The file has the option. */
function hasOption({ scenario }: Machine, name: string, option: string): boolean {
  return scenario.files.some((file) => file.name === name && file.options.includes(option));
}

/** write(2) with O_DIRECT: the page cache is written back and invalidated, and again after the write if it is not empty. */
function directWrite(path: Path, name: string, value: Content): void {
  const { machine } = path;
  const file = machine.file(name);
  const { cache, disk } = machine.state.file.at(file);
  startWrite(path, 'sync', name);
  doWritepages(path, { at: 'sync', to: 'invalidate', file: name, sync: true });
  invalidateInodePages2(path, { at: 'invalidate', to: 'direct_IO', file: name, busy: 'fall back' });
  path.step({
    at: 'direct_IO',
    to: 'post',
    kernel: 'mm/filemap.c generic_file_direct_write()',
    after: 'the disk has the new contents; a fault may have cached the old ones',
    then: [...overwrite(machine, file, value), disk.becomes(value), ...extend(machine, file)],
    says: ['==> ->direct_IO()', { text: ['    [ disk := ', value, ' ]'] }],
  });
  const post = { at: 'post', kernel: 'mm/filemap.c kiocb_invalidate_post_direct_write()' };
  path.step({ ...post, to: 'again', after: 'what is cached may be older than the disk', when: [cache.isSome()] });
  path.step({
    ...post,
    to: 'written',
    after: 'the page cache is empty; TLBs may still hold what it held',
    when: [cache.isNone()],
    says: ['==> kiocb_invalidate_post_direct_write()', '    [ page cache empty, nothing to do ]'],
  });
  invalidateInodePages2(path, { at: 'again', to: 'written', file: name, busy: 'stale' });
  path.step({
    at: 'stale',
    to: 'written',
    kernel: 'mm/filemap.c dio_warn_stale_pagecache()',
    after: 'a store through a mapping has raced with the write: which of the two the file holds is open',
    then: [machine.state.shown.at(file).superseded.becomes([])],
  });
  // direct_write_fallback(): a store through a mapping has made the folio dirty again.
  perform(path, { at: 'fall back', to: 'buffered', name, value }, generic);
  doWritepages(path, { at: 'buffered', to: 'written', file: name, sync: true });
  endWrite(path, path.insert('invalidate.empty', 'written', { file }), name);
}

/** pwrite(). */
export const readWriteOperations: readonly LinuxOperation[] = [
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
      const name = fileIn(statement);
      (hasOption(path.machine, name, 'direct') ? directWrite : write)(path, name, valueIn(path, statement));
    },
  },
];
