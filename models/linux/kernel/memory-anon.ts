/**
 * mm/memory.c: faults of anonymous and private memory that is absent: do_anonymous_page() and
 * do_swap_page().
 *
 * Left out: swap readahead, KSM, shared anonymous memory.
 */
import { allOf, anyOf, none, optional, toBool, when, type Bool } from '../../../src/index.js';
import type { Fault } from './fault.js';
import { unlockAndPut } from './filemap.js';
import { doHugePmdAnonymousPage, hasHugeZero } from './huge-memory.js';
import { allocPage, putFrame } from './page-alloc.js';
import type { Page } from '../machine/machine.js';
import type { Path } from './path.js';
import { hasEntries, hasRelatives } from './swap.js';

const source = 'mm/memory.c';

/** do_anonymous_page(): the zero page for a read, a cleared frame for a write. */
export function doAnonymousPage(self: Fault): void {
  if (!self.access.write && hasHugeZero(self.path.machine)) {
    doHugePmdAnonymousPage(self);
    return;
  }
  const { path, pte } = self;
  const at = self.enterAt('do_anonymous_page', pte.kind.is('none'), self.vma.kind.is('anon'));
  const kernel = `${source} do_anonymous_page()`;
  if (!self.access.write) {
    const set = self.underPtl(at, pte.kind.is('none'));
    path.step({
      at: set.at,
      to: 'return',
      kernel,
      after: 'the zero page is mapped read-only',
      when: set.when,
      then: [...set.then, pte.kind.becomes('present'), pte.frame.becomes(path.machine.zeroPage!)],
      says: ['==> do_anonymous_page()', `    [ PTE: ${self.access.page} -> zero page RO ]`],
    });
    self.raced(at, [], 'do_anonymous_page()');
    return;
  }
  const [clearing, set] = ['clear', 'set_pte'].map((p) => path.place(p));
  allocPage(path, at, clearing!, self.copy);
  clearFrame(self, clearing!, set!);
  const locked = self.underPtl(set!, pte.kind.is('none'));
  path.step({
    at: locked.at,
    to: 'return',
    kernel,
    after: 'any CPU can walk to the new page',
    when: locked.when,
    then: [
      ...locked.then,
      pte.kind.becomes('present'),
      pte.frame.becomes(self.copy),
      pte.writable.becomes(pte.uffdWp.not()),
      pte.dirty.becomes(true),
    ],
    says: ['==> do_anonymous_page()', ...self.writableLines(self.copy)],
  });
  self.raced(set!, putFrame(path.machine, self.copy), 'do_anonymous_page()');
}

function clearFrame(self: Fault, at: string, to: string): void {
  const { machine } = self.path;
  self.path.step({
    at,
    to,
    kernel: 'mm/page_alloc.c post_alloc_hook()',
    after: 'the frame is zeroed (__GFP_ZERO); nobody else can reach it yet',
    then: [
      self.frame.at(self.copy).content.becomes(machine.content(0)),
      self.frame.at(self.copy).origin.becomes(machine.ownOrigin(self.access.page)),
    ],
  });
}

/** do_swap_page(): from the swap cache, or from the slot into a new frame. */
export function doSwapPage(self: Fault): void {
  const { path, pte, folio } = self;
  const { machine } = path;
  const { page } = self.access;
  const entry = swapEntry(path, page);
  const { cache, slot } = machine.state.swap.at(entry);
  const kernel = `${source} do_swap_page()`;
  const at = self.enterWith('do_swap_page', [pte.kind.is('swap')], hasRelatives(machine, page) ? [entry.becomes(pte.slot)] : []);
  const same = hasRelatives(machine, page) ? pte.kind.is('swap').and(pte.slot.is(entry)) : pte.kind.is('swap');
  const [lock, fresh, read, set] = ['folio_lock', 'swapin', 'swap_read_folio', 'set_pte'].map((p) => path.place(p));
  const take = { at, kernel, after: 'the folio may be reclaimed again before it is locked' };
  path.step({
    ...take,
    to: lock!,
    when: [cache.isSome()],
    then: [folio.becomes(cache), self.frame.at(cache).refs.becomes(self.frame.at(cache).refs.plus(1))],
  });
  path.step({ ...take, to: fresh!, when: [cache.isNone()] });
  allocPage(path, fresh!, read!, folio);
  path.step({
    at: read!,
    to: lock!,
    kernel: 'mm/swap_state.c __read_swap_cache_async()',
    after: 'the folio is in the swap cache and read in',
    approximation: 'under: insertion and read are one step; SWP_SYNCHRONOUS_IO, which skips the swap cache, is left out',
    when: [cache.isNone(), same],
    then: [
      cache.becomes(folio),
      self.frame.at(folio).refs.becomes(self.frame.at(folio).refs.plus(1)),
      self.frame.at(folio).content.becomes(slot),
      self.frame.at(folio).origin.becomes(machine.ownOrigin(page)),
    ],
  });
  path.step({
    at: read!,
    to: 'return',
    kernel,
    after: 'another thread swapped the page in first: the access is tried again',
    when: [anyOf([cache.isSome(), same.not()])],
    then: putFrame(path.machine, folio),
  });
  path.step({
    at: lock!,
    to: set!,
    kernel: 'include/linux/pagemap.h folio_lock_or_retry()',
    after: 'the folio cannot be unmapped or removed from the swap cache',
    when: [self.frame.at(folio).locked.not()],
    then: [self.frame.at(folio).locked.becomes(true)],
  });
  mapSwappedIn(self, set!, { entry, same });
}

/** vmf->orig_pte: the slot of the swap entry that a fault of the page has found. */
function swapEntry(path: Path, page: string): Page {
  if (!hasRelatives(path.machine, page)) return path.machine.page(page);
  return path.local('orig_pte', optional(path.machine.PAGE), (value) => value.becomes(none));
}

function mapSwappedIn(self: Fault, at: string, { entry, same }: { entry: Page; same: Bool }): void {
  const { path, pte, folio, access } = self;
  const { cache } = path.machine.state.swap.at(entry);
  const still = allOf([same, cache.is(folio)]);
  const exclusive = swappedInAlone(self, entry);
  const wants = toBool(access.write || (path.rules.has('swapin.write') && self.vma.writable));
  const writable = allOf([wants, pte.uffdWp.not(), exclusive]);
  const shared = hasRelatives(path.machine, access.page);
  // A write takes the page out of the swap cache for good (folio_free_swap()), if no entry is left.
  const free = [cache.becomes(none), self.frame.at(folio).refs.becomes(self.frame.at(folio).refs.minus(1))];
  const own = access.write ? (shared ? [when(exclusive, free)] : free) : [];
  const set = self.underPtl(at, still);
  path.step({
    at: set.at,
    to: 'return',
    kernel: `${source} do_swap_page()`,
    after: 'any CPU can walk to the folio',
    when: set.when,
    then: [
      ...set.then,
      pte.kind.becomes('present'),
      pte.frame.becomes(folio),
      pte.writable.becomes(writable),
      pte.dirty.becomes(allOf([access.write, pte.uffdWp.not(), exclusive])),
      ...(shared ? [self.frame.at(folio).forked.becomes(exclusive.not()), pte.slot.becomes(none)] : []),
      ...own,
      self.frame.at(folio).locked.becomes(false),
    ],
    says: [
        '==> do_swap_page()',
        { if: writable, ...self.pteLine(folio, 'RW') },
        { if: writable.not(), ...self.pteLine(folio, 'RO') },
      ],
  });
  self.raced(at, unlockAndPut(path.machine, folio), 'do_swap_page()', still);
}


/**
 * The page that is swapped in is nobody else's: its entry says so (pte_swp_exclusive()), or, for a write, no
 * entry of its slot is left and nobody else has a reference.
 */
function swappedInAlone({ path: { machine }, access, folio, frame }: Fault, entry: Page): Bool {
  if (!hasRelatives(machine, access.page)) return toBool(true);
  const exclusive = machine.state.swap.at(entry).shared.not();
  const last = allOf([hasEntries(machine, access.page, entry, access.page).not(), frame.at(folio).refs.is(2)]);
  return access.write ? exclusive.or(last) : exclusive;
}
