/**
 * mm/swap_state.c and mm/swapfile.c: which slot a page's memory goes to, the swap cache in front of it, and
 * when it leaves again.
 *
 * A page that no other one can share memory with has one slot, its own. Relatives, which fork() or mremap()
 * makes, have as many slots as they are, and their swap entries name them.
 *
 * Left out: the count of entries of a slot (it is read off the page tables), slots that run out for others.
 */
import { allOf, anyOf, none, optional, when, type Bool, type Effect } from '../../../src/index.js';
import type { Frame, Machine, Page } from '../machine/machine.js';
import { putFrame } from './page-alloc.js';
import type { Path } from './path.js';

/** Some other page may share the page's memory. */
export function hasRelatives(machine: Machine, page: string): boolean {
  return machine.relativesOf(page).length > 1;
}

/** The slot that a path works with for a page: the page's own, or a variable of the thread among relatives. */
export function slotVariable(path: Path, page: string): Page {
  if (!hasRelatives(path.machine, page)) return path.machine.page(page);
  return path.local('slot', optional(path.machine.PAGE), (value) => value.becomes(none));
}

/** The swap cache as reclaim and migration see it: of one page and its relatives, or not at all. */
export interface SwapCache {
  /** The page that the memory is looked up by. */
  readonly swap?: string;
  readonly slot?: Page;
}

/** The effects of finding out, with the folio locked, which slot it has; any will do where it has none. */
export function findSlot({ machine }: Path, { swap: page, slot }: SwapCache, folio: Frame): Effect[] {
  if (page === undefined || slot === undefined || !hasRelatives(machine, page)) return [];
  return [
    slot.becomes(machine.page(page)),
    ...relatives(machine, page).map((other) => when(machine.state.swap.at(other).cache.is(folio), [slot.becomes(other)])),
  ];
}

/** A page other than those excepted has a swap entry of the slot (swap_count()). */
export function hasEntries(machine: Machine, page: string, slot: Page, except?: string): Bool {
  const others = machine.relativesOf(page).filter((other) => other !== except);
  return anyOf(others.map((other) => {
    const pte = machine.state.pte.at(machine.page(other));
    return allOf([pte.kind.is('swap'), pte.slot.is(slot)]);
  }));
}

/** Where a locked folio is added to the swap cache, and where it goes if that fails. */
interface Adding {
  readonly at: string;
  readonly folio: Frame;
  readonly keep: string;
}

/** add_to_swap(): anonymous memory enters the swap cache, dirty, before it is unmapped; returns the place after it. */
export function addToSwap(path: Path, { swap: page, slot }: SwapCache, { at, folio, keep }: Adding): string {
  const to = path.place('unmap');
  const { machine } = path;
  const { cache, shared } = machine.state.swap.at(slot!);
  const frame = machine.state.frame.at(folio);
  const step = { at, to, kernel: 'mm/swap_state.c add_to_swap()' };
  path.step({ ...step, after: 'the folio was in the swap cache already', when: [cache.is(folio)] });
  const enter = [cache.becomes(folio), frame.refs.becomes(frame.refs.plus(1)), frame.dirty.becomes(true)];
  if (hasRelatives(machine, page!)) {
    const entered = [...enter, shared.becomes(false)];
    takeFreeSlot(path, page!, { at, to, keep, folio, chosen: slot! }, entered);
    return to;
  }
  const says = ['add_to_swap()'];
  path.step({
    ...step,
    after: 'swap-in will find this folio',
    when: [cache.isNone()],
    then: enter,
    says,
  });
  // The slot is another folio's, older or newer, which can leave it if nobody maps it or has its swap entry.
  const leaves = allOf([unused(machine, page!, cache), machine.state.pte.at(machine.page(page!)).kind.isNot('swap')]);
  const other = [cache.isSome(), cache.isNot(folio)];
  path.step({
    ...step,
    after: 'swap-in will find this folio',
    approximation: 'under: one slot a page, so another folio of the page that nobody maps leaves the cache now',
    when: [...other, leaves],
    then: [...putFrame(machine, cache), ...enter],
    says,
  });
  path.step({
    ...step,
    to: keep,
    after: 'the slot of the page is taken: the folio is kept',
    approximation: 'under: one slot a page',
    when: [...other, leaves.not()],
    says: ['add_to_swap() fails'],
  });
  return to;
}

/** Among relatives: the first slot without entries, whose folio, if it has one, can leave; or the folio is kept. */
function takeFreeSlot(
  path: Path,
  page: string,
  { at, to, keep, folio, chosen }: Adding & { readonly to: string; readonly chosen: Page },
  enter: readonly Effect[],
): void {
  const { machine } = path;
  const older = (slot: Page): Frame => machine.state.swap.at(slot).cache;
  const taken = relatives(machine, page).map((slot) =>
    hasEntries(machine, page, slot).or(older(slot).isSome().and(unused(machine, page, older(slot)).not())),
  );
  const adding = { at, kernel: 'mm/swap_state.c add_to_swap()' };
  const outside = older(chosen).isNot(folio);
  relatives(machine, page).forEach((slot, number) => path.step({
    ...adding,
    to,
    after: 'swap-in will find this folio',
    approximation: 'under: as many slots as pages that may share memory, and always the first free one',
    when: [outside, ...taken.slice(0, number), taken[number]!.not()],
    then: [when(older(slot).isSome(), putFrame(machine, older(slot))), chosen.becomes(slot), ...enter],
    says: ['add_to_swap()'],
  }));
  path.step({ ...adding, to: keep, after: 'no slot is free: the folio is kept', when: [outside, ...taken], says: ['add_to_swap() fails'] });
}

/** free_swap_and_cache(): the effects of a page whose swap entry, if it has one, goes away; before it does. */
export function freeSwapEntry(machine: Machine, page: string): Effect[] {
  const { kind, slot: named } = machine.state.pte.at(machine.page(page));
  const slot = machine.slotOf(page);
  const { cache } = machine.state.swap.at(slot);
  const drop = [...putFrame(machine, cache), cache.becomes(none)];
  if (!hasRelatives(machine, page)) {
    return [when(allOf([kind.is('swap'), cache.isSome(), machine.state.frame.at(cache).locked.not()]), drop)];
  }
  const last = allOf([cache.isSome(), unused(machine, page, cache), hasEntries(machine, page, slot, page).not()]);
  return [when(kind.is('swap'), [when(last, drop), named.becomes(none)])];
}

/** free_swap_cache(): the effects of a folio of a page that has been unmapped, if there is one and it is in the swap cache. */
export function freeSwapCache(machine: Machine, page: string, folio: Frame): Effect[] {
  return machine.relativesOf(page).map((name) => {
    const slot = machine.page(name);
    const { cache } = machine.state.swap.at(slot);
    const free = hasRelatives(machine, page)
      ? [unused(machine, page, folio), hasEntries(machine, page, slot).not()]
      : [machine.state.frame.at(folio).locked.not()];
    return when(allOf([folio.isSome(), cache.is(folio), ...free]), [...putFrame(machine, folio), cache.becomes(none)]);
  });
}

/** No page maps the folio and nobody has locked it. */
function unused(machine: Machine, page: string, folio: Frame): Bool {
  const mapped = machine.relativesOf(page).map((other) => {
    const pte = machine.state.pte.at(machine.page(other));
    return allOf([pte.kind.is('present', 'protnone'), pte.frame.is(folio)]);
  });
  return allOf([machine.state.frame.at(folio).locked.not(), anyOf(mapped).not()]);
}

function relatives(machine: Machine, page: string): Page[] {
  return machine.relativesOf(page).map((name) => machine.page(name));
}
