/**
 * mm/vmscan.c shrink_folio_list() for one folio: isolate, lock, unmap, write to swap, remove, unlock,
 * flush, free; with the keep paths, on which the PTEs are gone and the folio stays.
 *
 * The folio is unlocked before the flush at the end of the list, on every path; the isolation
 * reference is dropped after it.
 *
 * Left out: which folios reclaim chooses and why, references and aging, writeback of file folios (a
 * dirty one is kept), lazyfree, demotion, memory cgroups. One folio a list: two reclaimers stand for a
 * list of two.
 */
import { allOf, anyOf, none, type Bool, type Effect, type Index } from '../../../src/index.js';
import type { File, Frame, Machine } from '../machine/machine.js';
import { batchesOf } from './batch.js';
import { eachFile, eachPage, fileIn, pageIn, type LinuxOperation } from './operation.js';
import { frameLocal, freePage, freeUnrefFolios, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import {
  flushAllBatches,
  foldUbc,
  tryToUnmapFlush,
  tryToUnmapFlushDirty,
  tryToUnmapOne,
  type Leaves,
} from './rmap.js';

const source = 'mm/vmscan.c';
const isolating = `${source} isolate_lru_folios()`;

/** The cache that a folio is in: a file's page cache, or the swap cache of one page. */
export interface Cache {
  readonly cache: Index<'FRAME'>;
  /** Pages that may map the folio, in the order of the rmap walk. */
  readonly pages: readonly string[];
  /** Set for a page-cache folio. */
  readonly file?: File;
  /** Set for anonymous and private memory: the page it belongs to. */
  readonly swap?: string;
}

/** The page cache of a file. */
export function fileCache(path: Path, file: string): Cache {
  const { machine } = path;
  return {
    cache: machine.state.file.at(machine.file(file)).cache,
    pages: machine.pagesMapping(file),
    file: machine.file(file),
  };
}

/** The memory of a page's own, in its swap cache or not. */
export function ownCache(path: Path, page: string): Cache {
  const { machine } = path;
  return { cache: machine.state.swap.at(machine.page(page)).cache, pages: machine.relativesOf(page), swap: page };
}

/** reclaim of a file's folio. */
function reclaimFile(path: Path, file: string): void {
  const { machine } = path;
  const target = fileCache(path, file);
  const folio = frameLocal(path, 'folio');
  skip(path, available(machine, target.cache).not());
  isolate(path, available(machine, target.cache), target.cache);
  shrinkFolio(path, target, folio);
}

/** reclaim of whatever a page maps: a file's folio, or the page's own memory. */
function reclaimPage(path: Path, page: string): void {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const folio = frameLocal(path, 'folio');
  const { origin, isolated } = machine.state.frame.at(pte.frame);
  const own = allOf([pte.kind.is('present'), origin.is(machine.ownOrigin(page)), isolated.not()]);
  const files = machine.filesOf(page);
  const mapped = (file: string): Bool =>
    allOf([pte.kind.is('present'), machine.state.file.at(machine.file(file)).cache.is(pte.frame), isolated.not()]);
  skip(path, anyOf([own, ...files.map(mapped)]).not());
  if (machine.kindsOf(page).has('anon') || machine.kindsOf(page).has('private')) {
    isolate(path, own, pte.frame);
    shrinkFolio(path, ownCache(path, page), folio);
  }
  for (const file of files) {
    isolate(path, mapped(file), pte.frame, `trylock ${file}`);
    shrinkFolio(path, fileCache(path, file), folio, `trylock ${file}`);
  }
}

function available(machine: Machine, cache: Frame): Bool {
  return allOf([cache.isSome(), machine.state.frame.at(cache).isolated.not()]);
}

function skip(path: Path, nothing: Bool): void {
  path.step({
    at: 'start',
    to: 'end',
    kernel: isolating,
    after: 'there is no such folio on the LRU',
    when: [nothing],
  });
}

/** Takes the folio off the LRU with a reference of its own. */
export function isolate(path: Path, guard: Bool, from: Frame, to = 'trylock', kernel = isolating): void {
  const frame = path.machine.state.frame;
  const folio = frameLocal(path, 'folio');
  path.step({
    at: 'start',
    to,
    kernel,
    after: 'the folio is on a private list: no other reclaim or migration can take it',
    when: [guard],
    then: [
      folio.becomes(from),
      frame.at(from).isolated.becomes(true),
      frame.at(from).refs.becomes(frame.at(from).refs.plus(1)),
    ],
  });
}

/** shrink_folio_list() for the isolated folio, and what follows at the end of the list. */
function shrinkFolio(path: Path, target: Cache, folio: Frame, entry = 'trylock'): void {
  const { machine, rules } = path;
  const luf = rules.has('luf.reclaim') && putOffAllowed(path);
  const frame = machine.state.frame.at(folio);
  const { canLuf } = batchesOf(path);
  const keep = path.place('keep');
  const flush = path.place('list end');
  const begin = path.place('unmap');
  path.step({
    at: entry,
    to: begin,
    kernel: `${source} shrink_folio_list()`,
    after: 'the folio is locked: faults, write(2) and migration of it wait',
    when: [frame.locked.not()],
    then: [frame.locked.becomes(true), ...(luf ? [canLuf.becomes(true)] : [])],
  });
  path.step({
    at: entry,
    to: flush,
    kernel: `${source} shrink_folio_list()`,
    after: 'folio_trylock() failed: the folio is kept',
    when: [frame.locked],
    says: ['shrink_folio_list()', '[ folio_trylock() fails: kept ]'],
  });
  const unmapping = target.swap === undefined ? begin : addToSwap(path, target, folio, begin);
  const leaves: Leaves = target.swap === undefined ? 'none' : 'swap';
  const unmapped = walk(path, { at: unmapping, folio, target, leaves, luf, function: 'try_to_unmap_one()' });
  const clean = target.swap === undefined ? keepDirty(path, unmapped, folio, keep, luf) : pageout(path, { at: unmapped, folio, page: target.swap, luf, keep });
  const before = path.place('__remove_mapping');
  const removing = rules.has('flushBeforeRemove') ? before : clean;
  if (rules.has('flushBeforeRemove')) flushAllBatches(path, clean, before);
  removeMapping(path, removing, { folio, target, keep, freed: flush });
  keepLocked(path, keep, flush, folio);
  endOfList(path, flush, folio, luf);
}

/** The rmap walk: one step for each page that may map the folio; returns the place after it. */
export function walk(
  path: Path,
  options: { at: string; folio: Frame; target: Cache; leaves: Leaves; luf: boolean; function: string },
): string {
  const { file } = options.target;
  let { at } = options;
  for (const page of options.target.pages) {
    const to = path.place('try_to_unmap_one');
    tryToUnmapOne(path, { ...options, at, to, page, ...(file && { file }) });
    at = to;
  }
  return at;
}

/** add_to_swap(): anonymous memory enters the swap cache, dirty, before it is unmapped. */
function addToSwap(path: Path, target: Cache, folio: Frame, at: string): string {
  const to = path.place('unmap');
  const frame = path.machine.state.frame.at(folio);
  const step = { at, to, kernel: 'mm/swap_state.c add_to_swap()' };
  path.step({ ...step, after: 'the folio was in the swap cache already', when: [target.cache.is(folio)] });
  const enter = [target.cache.becomes(folio), frame.refs.becomes(frame.refs.plus(1)), frame.dirty.becomes(true)];
  path.step({
    ...step,
    after: 'swap-in will find this folio',
    when: [target.cache.isNone()],
    then: enter,
  });
  path.step({
    ...step,
    after: 'swap-in will find this folio',
    approximation: 'under: one slot a page, so an older folio of the page that nobody maps leaves the cache now',
    when: [target.cache.isSome(), target.cache.isNot(folio)],
    then: [...putFrame(path.machine, target.cache), ...enter],
  });
  return to;
}

/** A dirty file folio is kept, with its PTEs already cleared (activate_locked). */
function keepDirty(path: Path, at: string, folio: Frame, keep: string, luf: boolean): string {
  const { dirty } = path.machine.state.frame.at(folio);
  const to = path.place('clean');
  path.step({
    at,
    to,
    kernel: 'mm/rmap.c try_to_unmap()',
    after: 'the folio is clean and unmapped, still in the cache',
    when: [dirty.not()],
    then: foldUbc(path, luf),
  });
  path.step({
    at,
    to: keep,
    kernel: `${source} shrink_folio_list()`,
    after: 'the folio stays in the page cache, its PTEs are gone and unflushed',
    when: [dirty],
    then: foldUbc(path, luf),
    says: ['[ folio dirty: kept ]'],
  });
  return to;
}

/** A dirty anonymous folio is flushed for writers and written to its slot. */
function pageout(
  path: Path,
  { at, folio, page, luf, keep }: { at: string; folio: Frame; page: string; luf: boolean; keep: string },
): string {
  const { machine } = path;
  const { dirty, content } = machine.state.frame.at(folio);
  const [flushing, writing, to] = ['flush_dirty', 'pageout', 'clean'].map((p) => path.place(p));
  path.step({
    at,
    to: to!,
    kernel: 'mm/rmap.c try_to_unmap()',
    after: 'the slot holds the same contents',
    when: [dirty.not()],
    then: foldUbc(path, luf),
  });
  path.step({
    at,
    to: flushing!,
    kernel: 'mm/rmap.c try_to_unmap()',
    after: 'the folio must be written first',
    when: [dirty],
    then: foldUbc(path, luf),
  });
  if (path.rules.has('reclaim.flushDirty')) tryToUnmapFlushDirty(path, flushing!, writing!);
  else path.step({ at: flushing!, to: writing!, kernel: 'mm/rmap.c try_to_unmap_flush_dirty()', after: 'the rule reclaim.flushDirty is off' });
  const alone = machine.state.frame.at(folio).refs.is(2);
  path.step({
    at: writing!,
    to: to!,
    kernel: `${source} pageout()`,
    after: 'the slot holds the contents of this moment',
    approximation: 'under: synchronous swap; otherwise the folio is unlocked and kept while it is written',
    when: [alone],
    then: [machine.state.swap.at(machine.page(page)).slot.becomes(content), dirty.becomes(false)],
  });
  path.step({
    at: writing!,
    to: keep,
    kernel: `${source} pageout()`,
    after: 'somebody else holds a reference: the folio is kept',
    when: [alone.not()],
    says: ['pageout() fails', '[ extra reference: folio kept ]'],
  });
  return to!;
}

/** __remove_mapping(): freezes the reference count, or fails and the folio is kept. */
function removeMapping(
  path: Path,
  at: string,
  { folio, target, keep, freed }: { folio: Frame; target: Cache; keep: string; freed: string },
): void {
  const frame = path.machine.state.frame.at(folio);
  const kernel = `${source} __remove_mapping()`;
  const alone = allOf([frame.refs.is(2), frame.dirty.not(), target.cache.is(folio)]);
  path.step({
    at,
    to: freed,
    kernel,
    after: 'the folio is out of the cache and unlocked; the flush is still to come',
    approximation: 'exact: after the removal nobody tests the folio\'s lock',
    when: [alone],
    then: [
      target.cache.becomes(none),
      frame.use.becomes('frozen'),
      frame.refs.becomes(0),
      frame.locked.becomes(false),
    ],
    says: ['__remove_mapping()'],
  });
  path.step({
    at,
    to: keep,
    kernel,
    after: 'somebody else holds a reference: the folio is kept',
    when: [alone.not()],
    says: ['__remove_mapping() fails', '[ extra reference: folio kept ]'],
  });
}

/** keep_locked: the folio is unlocked with its PTEs cleared and the batch not flushed. */
function keepLocked(path: Path, keep: string, to: string, folio: Frame): void {
  const { rules } = path;
  const { putOff } = path.kernel;
  const { locked } = path.machine.state.frame.at(folio);
  const at = rules.has('flushBeforeUnlock') ? path.place('folio_unlock') : keep;
  if (rules.has('flushBeforeUnlock')) flushAllBatches(path, keep, at);
  const givesUp = putOff !== undefined && rules.has('keep.flush');
  const unlocked = givesUp ? path.place('luf_flush') : to;
  path.step({
    at,
    to: unlocked,
    kernel: `${source} shrink_folio_list()`,
    after: 'the folio can be mapped, written and migrated before the flush',
    then: [locked.becomes(false)],
    says: ['folio_unlock()'],
  });
  if (givesUp) putOff.giveUp(path, unlocked, to);
}

/** Whether LUF puts flushes off at all on this machine (can_luf_init()). */
export function putOffAllowed({ machine, rules }: Path): boolean {
  if (rules.has('elig.noInitOnFree') && machine.options.has('init_on_free')) return false;
  return !(rules.has('elig.noPoison') && machine.options.has('page_poisoning'));
}

/** The end of shrink_folio_list(): LUF's publication, the flush, then free or put back. */
function endOfList(path: Path, at: string, folio: Frame, luf: boolean): void {
  const { machine, rules } = path;
  const frame = machine.state.frame.at(folio);
  let flushAt = at;
  if (luf) {
    flushAt = path.place('try_to_unmap_flush');
    path.kernel.putOff!.publish(path, at, flushAt, folio, frame.use.is('frozen'));
  }
  const freeAt = rules.has('reclaim.flush') ? path.place('free_unref_folios') : flushAt;
  if (rules.has('reclaim.flush')) tryToUnmapFlush(path, flushAt, freeAt);
  freePage(path, { at: freeAt, to: 'end', guard: frame.use.is('frozen'), kernel: freeUnrefFolios }, folio);
  putback(path, freeAt, folio);
}

/** Puts a kept folio back on the LRU and drops the isolation reference; the last one frees it. */
export function putback(path: Path, at: string, folio: Frame): void {
  const { machine } = path;
  const frame = machine.state.frame.at(folio);
  const drop: Effect[] = [frame.isolated.becomes(false), frame.refs.becomes(frame.refs.minus(1))];
  path.step({
    at,
    to: 'end',
    kernel: `${source} move_folios_to_lru()`,
    after: 'the folio can be reclaimed again',
    when: [frame.use.is('used'), frame.refs.is(1).not()],
    then: drop,
  });
  // The last reference: the folio was removed from its cache by somebody else meanwhile.
  const guard = allOf([frame.use.is('used'), frame.refs.is(1)]);
  freePage(path, { at, to: 'end', guard, kernel: freeUnrefFolios }, folio);
}

/** reclaim(), of a file or of what a page maps. */
export const vmscanOperations: readonly LinuxOperation[] = [
  {
    id: 'reclaim-file',
    name: 'reclaim',
    parameters: ['file'],
    result: 'none',
    by: 'kernel',
    usage: 'reclaim(A)',
    samples: eachFile,
    write: (path, { statement }) => {
      reclaimFile(path, fileIn(statement));
    },
  },
  {
    id: 'reclaim-page',
    name: 'reclaim',
    parameters: ['page'],
    result: 'none',
    by: 'kernel',
    usage: 'reclaim(p)',
    samples: eachPage,
    write: (path, { statement }) => {
      reclaimPage(path, pageIn(path, statement));
    },
  },
];
