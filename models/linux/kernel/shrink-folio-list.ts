/**
 * mm/vmscan.c shrink_folio_list(): every folio of a list is locked, unmapped, written if it must be, removed
 * and unlocked, one after the other; then one flush for all of them, and those that left are freed.
 *
 * A folio is unlocked before the flush at the end of the list, on every path; the isolation reference is
 * dropped after it. Kept folios have lost their PTEs.
 *
 * Left out: references and aging (a folio is reclaimed whether or not it was used), demotion, memory
 * cgroups, writing that is still under way when pageout() returns, a list so long that it is flushed twice.
 */
import { allOf, none, type Effect, type Index } from '../../../src/index.js';
import { carried, judgeEviction, lossLine } from '../machine/ghost-file.js';
import type { File, Frame, Page } from '../machine/machine.js';
import { canLufOf } from './batch.js';
import { frameLocal, freePage, freeUnrefFolios } from './page-alloc.js';
import type { Path } from './path.js';
import {
  flushAllBatches,
  foldUbc,
  tryToUnmapFlush,
  tryToUnmapFlushDirty,
  tryToUnmapOne,
  type Leaves,
} from './rmap.js';
import { rmapWalk } from './rmap-walk.js';
import { addToSwap, findSlot, slotVariable } from './swap.js';

const source = 'mm/vmscan.c';
const shrinking = `${source} shrink_folio_list()`;

/** The cache that a folio is in: a file's page cache, or the swap cache of one page. */
export interface Cache {
  readonly cache: Index<'FRAME'>;
  /** Pages that may map the folio, in the order of the rmap walk. */
  readonly pages: readonly string[];
  /** Set for a page-cache folio. */
  readonly file?: File;
  readonly fileName?: string;
  /** Set for anonymous and private memory: the page it belongs to. */
  readonly swap?: string;
  /** The swap slot of the memory, once a folio of it is locked. */
  readonly slot?: Page;
}

/** The page cache of a file. */
export function fileCache(path: Path, file: string): Cache {
  const { machine } = path;
  return {
    cache: machine.state.file.at(machine.file(file)).cache,
    pages: machine.pagesMapping(file),
    file: machine.file(file),
    fileName: file,
  };
}

/** The memory of a page's own, in its swap cache or not. */
export function ownCache(path: Path, page: string): Cache {
  const { machine } = path;
  const slot = slotVariable(path, page);
  return { cache: machine.state.swap.at(slot).cache, pages: machine.relativesOf(page), swap: page, slot };
}

/** A folio on the list, by the local variable that holds it. */
interface Listed {
  readonly folio: Frame;
  readonly target: Cache;
  /** Position on the list. */
  readonly number: number;
  readonly luf: boolean;
  /** Where it goes on if it is kept, locked. */
  readonly keep: string;
}

/** The local variable of the folio at a position of the list. */
export function listedFolio(path: Path, number = 0): Frame {
  return frameLocal(path, number === 0 ? 'folio' : `folio ${number + 1}`);
}

/** A list of isolated folios, given by the caches that they are in. */
interface FolioList {
  readonly at: string;
  readonly to: string;
  readonly list: readonly Cache[];
  /** Some of them may not be there: their variables are none. */
  readonly gaps?: boolean;
}

/** shrink_folio_list() for isolated folios; kept ones are put back at the end. */
export function shrinkFolioList(path: Path, { at, to, list, gaps = false }: FolioList): void {
  const luf = path.rules.has('luf.reclaim') && putOffAllowed(path);
  const flush = path.place('list end');
  const folios = list.map((target, number): Listed => ({ folio: listedFolio(path, number), target, number, luf, keep: path.place('keep') }));
  const entries = folios.map((_, number) => (number === 0 ? at : path.place('trylock')));
  folios.forEach((folio, number) => {
    const next = entries[number + 1] ?? flush;
    const entry = entries[number]!;
    shrinkFolio(path, folio, { at: gaps ? passGap(path, folio.folio, { at: entry, to: next, kernel: shrinking }) : entry, to: next });
  });
  endOfList(path, folios, { at: flush, to, luf, gaps });
}

/** Passes a position of a list where there is no folio; returns the place for one that is there. */
export function passGap(path: Path, folio: Frame, { at, to, kernel }: { at: string; to: string; kernel: string }): string {
  const there = path.place('there');
  path.step({ at, to, kernel, after: 'there is no folio at this position of the list', when: [folio.isNone()] });
  path.step({ at, to: there, kernel, after: 'the list is private', when: [folio.isSome()] });
  return there;
}

/** One folio, from folio_trylock() to where it is unlocked: frozen, or kept. */
function shrinkFolio(path: Path, listed: Listed, { at, to }: { at: string; to: string }): void {
  const { rules } = path;
  const { folio, target, luf, number } = listed;
  const { locked, writeback } = path.machine.state.frame.at(folio);
  const begin = path.place('unmap');
  path.step({
    at,
    to: begin,
    kernel: shrinking,
    after: 'the folio is locked: faults, write(2) and migration of it wait',
    when: [locked.not(), writeback.not()],
    then: [locked.becomes(true), ...findSlot(path, target, folio), ...(luf ? [canLufOf(path, number).becomes(true)] : [])],
  });
  path.step({
    at,
    to,
    kernel: shrinking,
    after: 'folio_trylock() failed: the folio is kept',
    when: [locked],
    says: ['shrink_folio_list()', '[ folio_trylock() fails: kept ]'],
  });
  path.step({
    at,
    to,
    kernel: shrinking,
    after: 'the folio is being written to disk: it is kept, mapped as it was',
    when: [locked.not(), writeback],
    says: ['shrink_folio_list()', '[ under writeback: kept ]'],
  });
  const backed = lazyfree(path, listed, { at: begin, to });
  const unmapping = target.swap === undefined ? backed : addToSwap(path, target, { at: backed, folio, keep: listed.keep });
  const leaves: Leaves = target.swap === undefined ? 'none' : 'swap';
  const unmapped = walk(path, { at: unmapping, folio, target, leaves, luf, number, function: 'try_to_unmap_one()' });
  const clean = writeOut(path, unmapped, listed);
  const before = path.place('__remove_mapping');
  if (rules.has('flushBeforeRemove')) flushAllBatches(path, { at: clean, to: before, caller: 'shrink_folio_list() (flushBeforeRemove)' });
  removeMapping(path, listed, { at: rules.has('flushBeforeRemove') ? before : clean, to });
  keepLocked(path, listed, to);
}

/**
 * Anonymous memory that MADV_FREE gave up is discarded without a slot, unless somebody has written to it or
 * holds it. Returns the place of a folio that is not such.
 */
function lazyfree(path: Path, { folio, target, luf, number, keep }: Listed, { at, to }: { at: string; to: string }): string {
  if (target.swap === undefined || !path.machine.uses('madvise-free')) return at;
  const { rules } = path;
  const frame = path.machine.state.frame.at(folio);
  const [lazy, backed, unmapped] = ['lazyfree', 'swapbacked', 'unmapped'].map((p) => path.place(p));
  const test = { at, kernel: shrinking };
  path.step({ ...test, to: lazy!, after: 'it is not written to swap', when: [frame.lazyfree] });
  path.step({ ...test, to: backed!, after: 'the memory must go to swap', when: [frame.lazyfree.not()] });
  const walked = walk(path, { at: lazy!, folio, target, leaves: 'none', luf, number, lazyfree: true, function: 'try_to_unmap_one()' });
  const end = { at: walked, kernel: 'mm/rmap.c try_to_unmap()', then: foldUbc(path, luf, number) };
  path.step({ ...end, to: unmapped!, after: 'nobody maps the folio any more', when: [frame.lazyfree] });
  path.step({
    ...end,
    to: keep,
    after: 'the folio is mapped as before, and reclaim will write it to swap the next time',
    when: [frame.lazyfree.not()],
    says: ['[ written to or referenced: kept ]'],
  });
  const freezing = rules.has('flushBeforeRemove') ? path.place('folio_ref_freeze') : unmapped!;
  if (rules.has('flushBeforeRemove')) flushAllBatches(path, { at: unmapped!, to: freezing, caller: 'shrink_folio_list() (flushBeforeRemove)' });
  path.step({
    at: freezing,
    to,
    kernel: shrinking,
    after: 'the folio is nobody\'s and unlocked; the flush is still to come',
    when: [frame.refs.is(1)],
    then: [frame.use.becomes('frozen'), frame.refs.becomes(0), frame.locked.becomes(false)],
    says: ['folio_ref_freeze()', '[ lazyfree: discarded ]'],
  });
  path.step({
    at: freezing,
    to: keep,
    kernel: shrinking,
    after: 'somebody else holds a reference: the folio is kept, and freed with its last reference',
    when: [frame.refs.is(1).not()],
    says: ['folio_ref_freeze() fails', '[ extra reference: folio kept ]'],
  });
  return backed!;
}

/** The rmap walk: one step for each page that may map the folio; returns the place after it. */
export function walk(
  path: Path,
  options: { at: string; folio: Frame; target: Cache; leaves: Leaves; luf: boolean; number?: number; lazyfree?: boolean; function: string },
): string {
  const { file, slot } = options.target;
  return rmapWalk(path, options.target, options.at, (page, at) => {
    const to = path.place('try_to_unmap_one');
    tryToUnmapOne(path, { ...options, at, to, page, ...(slot && { slot }), ...(file && { file }) });
    return to;
  });
}

/**
 * What becomes of an unmapped folio that is dirty: one of a file is kept (activate_locked), or written where
 * that is possible; others are written. Returns the place of a clean one.
 */
function writeOut(path: Path, at: string, listed: Listed): string {
  const { folio, target, luf, keep, number } = listed;
  const { dirty } = path.machine.state.frame.at(folio);
  const [flushing, writing, to] = ['flush_dirty', 'pageout', 'clean'].map((p) => path.place(p));
  const isFile = target.file !== undefined;
  const unmapped = { at, kernel: 'mm/rmap.c try_to_unmap()', then: foldUbc(path, luf, number) };
  path.step({
    ...unmapped,
    to: to!,
    after: isFile ? 'the folio is clean and unmapped, still in the cache' : 'the slot holds the same contents',
    when: [dirty.not()],
  });
  if (isFile) {
    path.step({
      ...unmapped,
      to: keep,
      kernel: shrinking,
      after: 'the folio stays in the page cache, its PTEs are gone and unflushed',
      when: [dirty],
      says: ['[ folio dirty: kept ]'],
    });
    if (!writesFolios(path, target)) return to!;
  }
  path.step({
    ...unmapped,
    to: flushing!,
    after: 'the folio must be written first',
    when: [dirty],
  });
  if (path.rules.has('reclaim.flushDirty')) tryToUnmapFlushDirty(path, { at: flushing!, to: writing!, caller: 'shrink_folio_list(), before pageout()' });
  else path.step({ at: flushing!, to: writing!, kernel: 'mm/rmap.c try_to_unmap_flush_dirty()', after: 'the rule reclaim.flushDirty is off' });
  pageout(path, listed, { at: writing!, to: to! });
  return to!;
}

/**
 * Folios of files are written by kswapd only, those that it meets again while most are dirty (PGDAT_DIRTY),
 * and only on a file system with ->writepage.
 */
function writesFolios({ machine, task }: Path, { fileName }: Cache): boolean {
  const kswapd = task.thread.mm === undefined;
  return kswapd && machine.scenario.files.some(({ name, options }) => name === fileName && options.includes('writepage'));
}

/** pageout(): the folio is cleaned and written to its slot or to the file. */
function pageout(path: Path, { folio, target, keep }: Listed, { at, to }: { at: string; to: string }): void {
  const { machine } = path;
  const { refs, dirty, content } = machine.state.frame.at(folio);
  const kernel = `${source} pageout()`;
  const { file, slot } = target;
  const alone = refs.is(2);
  const into = file ? machine.state.file.at(file).disk : machine.state.swap.at(slot!).slot;
  path.step({
    at,
    to,
    kernel,
    after: `the ${file ? 'file' : 'slot'} holds the contents of this moment`,
    // Nothing maps the folio, so folio_mkclean() returns at once.
    approximation: 'under: written at once; otherwise the folio is unlocked and kept while it is written',
    when: [alone],
    then: [into.becomes(content), dirty.becomes(false), ...(file ? carried(machine, file, content) : [])],
    says: ['pageout()', { text: [`[ ${file ? 'file' : 'swap slot'} := `, content, ' ]'] }],
  });
  path.step({
    at,
    to: keep,
    kernel,
    after: 'somebody else holds a reference: the folio is kept',
    when: [alone.not()],
    says: ['pageout() fails', '[ extra reference: folio kept ]'],
  });
}

/** __remove_mapping(): freezes the reference count, or fails and the folio is kept. */
function removeMapping(path: Path, { folio, target, keep }: Listed, { at, to }: { at: string; to: string }): void {
  const frame = path.machine.state.frame.at(folio);
  const kernel = `${source} __remove_mapping()`;
  const alone = allOf([frame.refs.is(2), frame.dirty.not(), target.cache.is(folio)]);
  path.step({
    at,
    to,
    kernel,
    after: 'the folio is out of the cache and unlocked; the flush is still to come',
    approximation: 'exact: after the removal nobody tests the folio\'s lock',
    when: [alone],
    then: [
      ...(target.file ? judgeEviction(path.machine, target.file) : []),
      target.cache.becomes(none),
      frame.use.becomes('frozen'),
      frame.refs.becomes(0),
      frame.locked.becomes(false),
    ],
    says: ['__remove_mapping()', ...(target.file ? [lossLine(path.machine, target.file, folio)] : [])],
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
function keepLocked(path: Path, { folio, keep }: Listed, to: string): void {
  const { rules } = path;
  const { putOff } = path.kernel;
  const { locked } = path.machine.state.frame.at(folio);
  const at = rules.has('flushBeforeUnlock') ? path.place('folio_unlock') : keep;
  if (rules.has('flushBeforeUnlock')) flushAllBatches(path, { at: keep, to: at, caller: 'shrink_folio_list() (flushBeforeUnlock)' });
  const givesUp = putOff !== undefined && rules.has('keep.flush');
  const unlocked = givesUp ? path.place('luf_flush') : to;
  path.step({
    at,
    to: unlocked,
    kernel: shrinking,
    after: 'the folio can be mapped, written and migrated before the flush',
    then: [locked.becomes(false)],
    says: ['folio_unlock()'],
  });
  if (givesUp) putOff.giveUp(path, unlocked, to);
}

/** Whether LUF puts flushes off at all on this machine (can_luf_init()). */
export function putOffAllowed({ machine, rules }: Path): boolean {
  if (machine.options.has('init_on_free') && rules.has('elig.noInitOnFree')) return false;
  return !(machine.options.has('page_poisoning') && rules.has('elig.noPoison'));
}

/** The end of shrink_folio_list(): LUF's publication, the flush, then every folio is freed or put back. */
function endOfList(path: Path, folios: readonly Listed[], { at, to, luf, gaps }: { at: string; to: string; luf: boolean; gaps: boolean }): void {
  const { machine, rules } = path;
  let flushAt = at;
  if (luf) {
    flushAt = path.place('try_to_unmap_flush');
    const leaving = folios.map(({ folio, number }) => ({ frame: folio, if: canLufOf(path, number).and(machine.state.frame.at(folio).use.is('frozen')) }));
    path.kernel.putOff!.publish(path, at, flushAt, leaving);
  }
  let freeAt = rules.has('reclaim.flush') ? path.place('free_unref_folios') : flushAt;
  if (rules.has('reclaim.flush')) tryToUnmapFlush(path, { at: flushAt, to: freeAt, caller: 'shrink_folio_list()' });
  for (const { folio, number } of folios) {
    const next = number === folios.length - 1 ? to : path.place('free_unref_folios');
    if (gaps) freeAt = passGap(path, folio, { at: freeAt, to: next, kernel: freeUnrefFolios });
    freePage(path, { at: freeAt, to: next, guard: machine.state.frame.at(folio).use.is('frozen'), kernel: freeUnrefFolios }, folio);
    putback(path, { at: freeAt, to: next }, folio);
    freeAt = next;
  }
}

/** Puts a kept folio back on the LRU and drops the isolation reference; the last one frees it. */
function putback(path: Path, { at, to }: { at: string; to: string }, folio: Frame): void {
  const frame = path.machine.state.frame.at(folio);
  const drop: Effect[] = [frame.isolated.becomes(false), frame.refs.becomes(frame.refs.minus(1))];
  path.step({
    at,
    to,
    kernel: `${source} move_folios_to_lru()`,
    after: 'the folio can be reclaimed again',
    when: [frame.use.is('used'), frame.refs.is(1).not()],
    then: drop,
  });
  // The last reference: the folio was removed from its cache by somebody else meanwhile.
  const guard = allOf([frame.use.is('used'), frame.refs.is(1)]);
  freePage(path, { at, to, guard, kernel: freeUnrefFolios }, folio);
}

