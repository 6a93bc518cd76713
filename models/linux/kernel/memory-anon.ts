/**
 * mm/memory.c: faults of anonymous and private memory that is absent: do_anonymous_page() and
 * do_swap_page().
 *
 * Left out: swap readahead, KSM, shared anonymous memory.
 */
import { allOf, anyOf, none, toBool } from '../../../src/index.js';
import type { Fault } from './fault.js';
import { unlockAndPut } from './filemap.js';
import { allocPage, putFrame } from './page-alloc.js';

const source = 'mm/memory.c';

/** do_anonymous_page(): the zero page for a read, a cleared frame for a write. */
export function doAnonymousPage(self: Fault): void {
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
      pte.writable.becomes(true),
      pte.dirty.becomes(true),
    ],
    says: ['==> do_anonymous_page()', self.pteLine(self.copy, 'RW')],
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
  const { swap } = path.machine.state;
  const { cache, slot } = swap.at(self.page);
  const kernel = `${source} do_swap_page()`;
  const at = self.enterAt('do_swap_page', pte.kind.is('swap'));
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
    when: [cache.isNone(), pte.kind.is('swap')],
    then: [
      cache.becomes(folio),
      self.frame.at(folio).refs.becomes(2),
      self.frame.at(folio).content.becomes(slot),
      self.frame.at(folio).origin.becomes(path.machine.ownOrigin(self.access.page)),
    ],
  });
  path.step({
    at: read!,
    to: 'return',
    kernel,
    after: 'another thread swapped the page in first: the access is tried again',
    when: [anyOf([cache.isSome(), pte.kind.isNot('swap')])],
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
  mapSwappedIn(self, set!);
}

function mapSwappedIn(self: Fault, at: string): void {
  const { path, pte, folio, access } = self;
  const { cache } = path.machine.state.swap.at(self.page);
  const still = allOf([pte.kind.is('swap'), cache.is(folio)]);
  const writable = toBool(access.write || (path.rules.has('swapin.write') && self.vma.writable));
  // A write takes the page out of the swap cache for good (folio_free_swap()).
  const own = access.write ? [cache.becomes(none), self.frame.at(folio).refs.becomes(self.frame.at(folio).refs.minus(1))] : [];
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
      pte.dirty.becomes(access.write),
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

