/**
 * mm/huge_memory.c: the huge zero page, which read faults of anonymous memory map under the option
 * `huge_zero_page`. It is allocated by the first fault that needs it and freed by a shrinker once its count
 * (huge_zero_refcount) says that nobody uses it.
 *
 * Since v4.9 an mm that has mapped it counts once and until it exits (rule `zeroPage.pinned`). Before, every
 * mapping counted: v4.6 to v4.8 gave that up after the flush of the gather (`zeroPage.gathered`), older
 * kernels when the entry was cleared.
 *
 * Left out: its size (it is one page here), every other huge page, the end of an mm, fork().
 */
import { allOf, none, when, type Bool, type Effect } from '../../../src/index.js';
import { zeroOrigin } from '../machine/contents.js';
import type { Frame, Machine } from '../machine/machine.js';
import type { Fault } from './fault.js';
import type { LinuxOperation } from './operation.js';
import { allocPage, frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';

const source = 'mm/huge_memory.c';

/** The scenario has a huge zero page. */
export const hasHugeZero = ({ options }: Machine): boolean => options.has('huge_zero_page');

/** The frame is the huge zero page. */
export function isHugeZero({ state }: Machine, frame: Frame): Bool {
  return allOf([state.hugeZero.frame.isSome(), frame.is(state.hugeZero.frame)]);
}

/** put_huge_zero_page(), where every mapping counts. */
export function putHugeZero({ machine, rules }: Path): Effect[] {
  const { count } = machine.state.hugeZero;
  return rules.has('zeroPage.pinned') ? [] : [count.becomes(count.minus(1))];
}

/** The effects of zap_huge_pmd() that are about the count: given up at once, or with what the gather frees. */
export function zapHugeZero(path: Path, entry: Frame, gathered: Frame): Effect[] {
  return path.rules.has('zeroPage.gathered') ? [gathered.becomes(entry)] : putHugeZero(path);
}

/** The effects of freeing what a gather holds, which may be the huge zero page. */
export function putGathered(path: Path, gathered: Frame): Effect[] {
  const { machine } = path;
  const put = putFrame(machine, gathered);
  return hasHugeZero(machine) ? [when(isHugeZero(machine, gathered), putHugeZero(path), put)] : put;
}

/** get_huge_zero_page(), called for an mm that may hold the page already (mm_get_huge_zero_folio()). */
function getHugeZero(self: Fault): Effect[] {
  const { path, mm } = self;
  const { count } = path.machine.state.hugeZero;
  const get = [count.becomes(count.plus(1))];
  if (!path.rules.has('zeroPage.pinned')) return get;
  return [when(mm.hugeZero.not(), [...get, mm.hugeZero.becomes(true)])];
}

/** do_huge_pmd_anonymous_page() for a read: maps the huge zero page. */
export function doHugePmdAnonymousPage(self: Fault): void {
  const { path, pte } = self;
  const { hugeZero } = path.machine.state;
  const at = self.enterAt('do_huge_pmd_anonymous_page', pte.kind.is('none'), self.vma.kind.is('anon'));
  const set = path.place('set_huge_zero_folio');
  const kernel = `${source} mm_get_huge_zero_folio()`;
  path.step({
    at,
    to: set,
    kernel,
    after: 'the shrinker cannot free the huge zero page: it counts a user',
    when: [hugeZero.count.isNot(0)],
    then: getHugeZero(self),
  });
  allocateHugeZero(self, at, set);
  const locked = self.underPtl(set, pte.kind.is('none'));
  path.step({
    at: locked.at,
    to: 'return',
    kernel: `${source} set_huge_zero_folio()`,
    after: 'any CPU can walk to the huge zero page',
    when: locked.when,
    then: [...locked.then, pte.kind.becomes('present'), pte.frame.becomes(hugeZero.frame)],
    says: ['==> set_huge_zero_folio()', { text: [`    [ PTE: ${self.access.page} -> huge zero page, frame `, hugeZero.frame, ' ]'] }],
  });
  self.raced(set, putHugeZero(path), 'create_huge_pmd()');
}

/** get_huge_zero_page() with nothing allocated yet: two counts, the second one of the shrinker. */
function allocateHugeZero(self: Fault, at: string, to: string): void {
  const { path, copy } = self;
  const { machine } = path;
  const { hugeZero } = machine.state;
  const [allocate, clear, install] = ['folio_alloc', 'clear', 'huge_zero_lock'].map((p) => path.place(p));
  const kernel = `${source} get_huge_zero_page()`;
  path.step({ at, to: allocate!, kernel, after: 'another fault may allocate it first', when: [hugeZero.count.is(0)] });
  allocPage(path, allocate!, clear!, copy);
  path.step({
    at: clear!,
    to: install!,
    kernel: 'mm/page_alloc.c post_alloc_hook()',
    after: 'the frame is zeroed (__GFP_ZERO); nobody else can reach it yet',
    then: [self.frame.at(copy).content.becomes(machine.content(0)), self.frame.at(copy).origin.becomes(machine.origin(zeroOrigin))],
  });
  const done = { at: install!, to, kernel };
  path.step({
    ...done,
    after: 'the huge zero page is there, with a count for the shrinker',
    when: [hugeZero.frame.isNone()],
    then: [hugeZero.frame.becomes(copy), hugeZero.count.becomes(1), ...getHugeZero(self)],
    says: [{ text: ['==> get_huge_zero_page(): frame ', copy] }],
  });
  path.step({
    ...done,
    after: 'another fault has allocated it first',
    when: [hugeZero.frame.isSome()],
    then: [...getHugeZero(self), ...putFrame(machine, copy)],
  });
}

/** do_huge_pmd_wp_page(): a write splits the huge zero page into zero pages, and the fault begins again with one. */
export function doHugePmdWpPage(self: Fault): void {
  const { path, pte, access } = self;
  const { machine } = path;
  const maps = allOf([pte.kind.is('present'), isHugeZero(machine, pte.frame)]);
  const at = self.enterAt('do_huge_pmd_wp_page', maps);
  const cleared = path.place('__split_huge_zero_page_pmd');
  const call = {
    at,
    to: cleared,
    caller: 'pmdp_huge_clear_flush()',
    when: [self.ptl.not(), maps],
    first: [self.ptl.becomes(true), pte.kind.becomes('none'), pte.frame.becomes(none)],
    says: ['==> pmdp_huge_clear_flush()'],
  };
  path.kernel.arch.flushPage(path, call, access.page, 'flush_tlb_range');
  path.step({
    at: cleared,
    to: 'return',
    kernel: `${source} __split_huge_zero_page_pmd()`,
    after: 'the zero page is mapped in its place: the access faults again',
    then: [pte.kind.becomes('present'), pte.frame.becomes(machine.zeroPage!), self.ptl.becomes(false), ...putHugeZero(path)],
    says: [`    [ PTE: ${access.page} -> zero page RO ]`],
  });
  self.raced(at, [], 'wp_huge_pmd()', maps);
}

/** shrink_huge_zero_page_scan(): frees the huge zero page if nothing but the shrinker counts. */
function shrink(path: Path): void {
  const { machine } = path;
  const { frame, count } = machine.state.hugeZero;
  const folio = frameLocal(path, 'folio');
  const freeing = path.place('folio_put');
  const kernel = `${source} shrink_huge_zero_page_scan()`;
  path.step({
    at: 'start',
    to: freeing,
    kernel,
    after: 'the next fault allocates a huge zero page anew',
    when: [count.is(1)],
    then: [folio.becomes(frame), frame.becomes(none), count.becomes(0)],
    says: ['shrink_huge_zero_page_scan()'],
  });
  path.step({
    at: 'start',
    to: 'end',
    kernel,
    after: 'there is no huge zero page, or somebody uses it',
    when: [count.isNot(1)],
    says: [{ if: count.isNot(0), text: ['shrink_huge_zero_page_scan()'] }, { if: count.isNot(0), text: ['[ huge zero page in use ]'] }],
  });
  path.step({
    at: freeing,
    to: 'end',
    kernel: 'include/linux/mm.h folio_put()',
    after: 'any CPU may allocate the frame',
    then: putFrame(machine, folio),
    says: ['folio_put()', { text: ['[ huge zero page, frame ', folio, ', freed ]'] }],
  });
}

/** shrink_huge_zero_page(). */
export const hugeMemoryOperations: readonly LinuxOperation[] = [
  {
    id: 'shrink_huge_zero_page',
    name: 'shrink_huge_zero_page',
    parameters: [],
    result: 'none',
    by: 'kernel',
    usage: 'shrink_huge_zero_page()',
    write: shrink,
  },
];
