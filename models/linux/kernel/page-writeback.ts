/**
 * mm/page-writeback.c with folio_mkclean() of mm/rmap.c: a dirty page-cache folio is made read-only and clean
 * wherever it is mapped, marked as under writeback, unlocked, and written to the disk; fsync(2) waits for it.
 *
 * A store after folio_mkclean() must fault, so that the folio is dirty again. A folio that no page table
 * maps is not walked for.
 *
 * Left out: files of more than one page, errors, the bio as something shared by folios, ->page_mkwrite()
 * waiting for writeback (folio_wait_stable()), reclaim that writes file folios out by itself.
 */
import { allOf, type Bool } from '../../../src/index.js';
import { carried } from '../machine/ghost-file.js';
import type { File, Frame } from '../machine/machine.js';
import { unlockAndPut } from './filemap.js';
import { asWritten, eachFile, fileIn, type LinuxOperation } from './operation.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { folioMapped, ptepClearFlush } from './rmap.js';
import { rmapWalk } from './rmap-walk.js';

const source = 'mm/page-writeback.c';

/** Writing back the dirty folio of a file, if it has one. */
export interface Writeback {
  readonly at: string;
  readonly to: string;
  /** Name of the file. */
  readonly file: string;
  /** WB_SYNC_ALL: waits for a writeback under way before it starts another, and until the folio is on disk. */
  readonly sync: boolean;
}

/** do_writepages() of a file; the place `to` is reached once the folio is on disk. */
export function doWritepages(path: Path, { at, to, file: name, sync }: Writeback): void {
  const { machine } = path;
  const file = machine.file(name);
  const { cache } = machine.state.file.at(file);
  const folio = frameLocal(path, 'folio');
  const frame = machine.state.frame.at(folio);
  const [lock, prepare, clean, written] = ['folio_lock', 'folio_prepare_writeback', 'folio_mkclean', 'written'].map((p) => path.place(p));
  const find = { at, kernel: `${source} writeback_get_folio()` };
  const dirty = allOf([cache.isSome(), machine.state.frame.at(cache).dirty]);
  const { refs } = machine.state.frame.at(cache);
  path.step({
    ...find,
    to: lock!,
    after: 'the folio is referenced, not locked',
    when: [dirty],
    then: [folio.becomes(cache), refs.becomes(refs.plus(1))],
    says: [{ text: ['==> writeback_get_folio(): frame ', cache] }],
  });
  path.step({ ...find, to: written!, after: 'the file has no dirty folio', when: [dirty.not()] });
  path.step({
    at: lock!,
    to: prepare!,
    kernel: 'include/linux/pagemap.h folio_lock()',
    after: 'faults on the folio, write(2), reclaim and truncation of it wait',
    when: [frame.locked.not()],
    then: [frame.locked.becomes(true)],
  });
  prepareWriteback(path, { at: prepare!, to: clean!, skipped: written!, file, folio, sync });
  const submit = clearDirtyForIo(path, clean!, name, folio);
  write(path, { at: submit, to: written!, file, folio });
  path.step({
    at: written!,
    to,
    kernel: sync ? 'mm/filemap.c __filemap_fdatawait_range()' : `${source} do_writepages()`,
    after: sync ? 'what was dirty is on disk' : 'the folio is on disk, or somebody else writes it',
    when: sync ? [allOf([cache.isSome(), machine.state.frame.at(cache).writeback]).not()] : [],
  });
}

/** folio_prepare_writeback(): the folio may have left the file, or been written by others, before it was locked. */
function prepareWriteback(
  path: Path,
  { at, to, skipped, file, folio, sync }: { at: string; to: string; skipped: string; file: File; folio: Frame; sync: boolean },
): void {
  const { machine } = path;
  const frame = machine.state.frame.at(folio);
  const due = allOf([machine.state.file.at(file).cache.is(folio), frame.dirty]);
  const step = { at, kernel: `${source} folio_prepare_writeback()` };
  path.step({ ...step, to, after: 'the folio is dirty, locked, and not being written', when: [due, frame.writeback.not()] });
  const busy = sync ? due : allOf([due, frame.writeback.not()]);
  path.step({
    ...step,
    to: skipped,
    after: 'the folio was truncated, or somebody else writes it or has written it',
    when: [busy.not()],
    then: unlockAndPut(machine, folio),
  });
}

/** folio_clear_dirty_for_io(): clean in every page table, then clean itself; returns the place where the I/O begins. */
function clearDirtyForIo(path: Path, at: string, name: string, folio: Frame): string {
  const { machine } = path;
  const frame = machine.state.frame.at(folio);
  const [clean, submit] = ['clear_dirty', 'submit'].map((p) => path.place(p));
  folioMkclean(path, { at, to: clean!, file: name, folio });
  path.step({
    at: clean!,
    to: submit!,
    kernel: `${source} folio_clear_dirty_for_io()`,
    after: 'the folio is clean, unlocked, and being written; a store that faults makes it dirty again',
    approximation: 'exact: __folio_start_writeback() and folio_unlock() follow at once; the folio was locked until then',
    then: [frame.dirty.becomes(false), frame.writeback.becomes(true), frame.locked.becomes(false)],
    says: ['folio_clear_dirty_for_io()', { text: ['[ frame ', folio, ' clean, under writeback ]'] }, 'folio_unlock()'],
  });
  return submit!;
}

/** What folio_mkclean() is called for. */
interface Mkclean {
  readonly at: string;
  readonly to: string;
  readonly file: string;
  readonly folio: Frame;
}

/** folio_mkclean(), for a locked folio: write-protects and cleans its PTEs, each flushed at once. */
function folioMkclean(path: Path, { at, to, file: name, folio }: Mkclean): void {
  const { machine } = path;
  const file = machine.file(name);
  const walking = path.place('rmap_walk');
  const mapped = folioMapped(machine, folio);
  const step = { at, kernel: 'mm/rmap.c folio_mkclean()' };
  path.step({
    ...step,
    to,
    after: 'no page table maps the folio, so no flush is made; a TLB may still hold it',
    when: [mapped.not()],
    says: ['folio_mkclean()', '[ not mapped: nothing to clean ]'],
  });
  path.step({
    ...step,
    to: walking,
    after: 'the PTEs are cleaned one after the other',
    when: [mapped],
    says: ['folio_mkclean()'],
  });
  const pages = machine.pagesMapping(name).filter((page) => machine.filesOf(page, 'shared').includes(name));
  const walked = rmapWalk(path, { pages, file }, walking, (page, place) => {
    const next = path.place('page_vma_mkclean_one');
    pageMkcleanOne(path, { at: place, to: next, page, folio });
    return next;
  });
  path.step({
    at: path.insert('mkclean', walked, { file }),
    to,
    kernel: 'mm/rmap.c folio_mkclean()',
    after: 'a store to the folio faults from here on, and waits for the folio lock',
    approximation: 'exact: folio_mark_dirty(), for a folio that was dirty in a PTE only, follows; here such a one is dirty',
  });
}

/** page_vma_mkclean_one() under the page-table lock, which the walk takes even where the PTE is none (PVMW_SYNC). */
function pageMkcleanOne(path: Path, { at, to, page, folio }: { at: string; to: string; page: string; folio: Frame }): void {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const { ptl } = machine.tableOf(page);
  const due: Bool = allOf([pte.kind.is('present', 'protnone'), pte.frame.is(folio), pte.writable.or(pte.dirty)]);
  path.step({
    at,
    to,
    kernel: 'mm/rmap.c page_vma_mkclean_one()',
    after: 'the PTE does not map the folio, or is read-only and clean',
    when: [ptl.not(), due.not()],
  });
  const call = {
    at,
    to,
    caller: 'page_vma_mkclean_one()',
    when: [ptl.not(), due],
    says: ['page_vma_mkclean_one()'],
    // The PTE is none until set_pte_at(); a fault that finds it so waits for the folio lock all the same.
    first: [ptl.becomes(true), pte.writable.becomes(false), pte.dirty.becomes(false)],
    last: [ptl.becomes(false)],
  };
  if (path.rules.has('mkclean.clearFlush')) {
    ptepClearFlush(path, page, call);
    return;
  }
  path.step({
    at,
    to,
    kernel: 'mm/rmap.c page_vma_mkclean_one()',
    after: 'the PTE is read-only and clean, TLB entries are as they were',
    when: call.when,
    then: [...call.first, ...call.last],
    says: [...call.says, '==> ptep_get_and_clear()'],
  });
}

/** The transfer to the disk, at a moment of the device's choosing, and folio_end_writeback(). */
function write(path: Path, { at, to, file, folio }: { at: string; to: string; file: File; folio: Frame }): void {
  const { machine } = path;
  const { content, writeback } = machine.state.frame.at(folio);
  const { disk } = machine.state.file.at(file);
  path.step({
    at,
    to,
    kernel: 'mm/filemap.c folio_end_writeback()',
    after: 'the disk holds the contents of this moment',
    approximation: 'exact: what happens between the transfer and its completion cannot be told from what happens after it',
    then: [disk.becomes(content), ...carried(machine, file, content), writeback.becomes(false), ...putFrame(machine, folio)],
    says: [{ text: ['[ disk := ', content, ' ]'] }, 'folio_end_writeback()'],
  });
}

/** fsync() and writeback(). */
export const writebackOperations: readonly LinuxOperation[] = [
  {
    id: 'fsync',
    name: 'fsync',
    parameters: ['file'],
    result: 'none',
    by: 'user',
    usage: 'fsync(A)',
    header: asWritten,
    samples: eachFile,
    write: (path, { statement }) => {
      doWritepages(path, { at: 'start', to: 'synced', file: fileIn(statement), sync: true });
      path.step({
        at: 'synced',
        to: 'end',
        kernel: 'fs/sync.c do_fsync()',
        after: 'what was written before the call is on disk',
        says: ['[ fsync() returns ]'],
      });
    },
  },
  {
    id: 'writeback',
    name: 'writeback',
    parameters: ['file'],
    result: 'none',
    by: 'kernel',
    usage: 'writeback(A)',
    samples: eachFile,
    write: (path, { statement }) => {
      doWritepages(path, { at: 'start', to: 'end', file: fileIn(statement), sync: false });
    },
  },
];
