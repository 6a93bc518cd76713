/** mm/memory.c do_wp_page(): a write to a present, read-only PTE is let through, or the page is copied. */
import { allOf, choose, none, type Bool } from '../../../src/index.js';
import type { Fault } from './fault.js';
import { allocPage, putFrame } from './page-alloc.js';
import { ptepClearFlush } from './rmap.js';

const source = 'mm/memory.c';

/** do_wp_page(): a write to a present, read-only PTE. */
export function doWpPage(self: Fault, kinds: ReadonlySet<string>): void {
  const { path, pte } = self;
  const at = self.enterAt('do_wp_page', pte.kind.is('present'));
  const decide = path.place('wp');
  const readOnly = allOf([pte.kind.is('present'), pte.writable.not()]);
  const on = path.insert('fault.ptl', path.insert('wp.start', decide, self.about), self.about);
  const zero = path.machine.isZeroPage(pte.frame);
  const take = {
    at,
    kernel: `${source} do_wp_page()`,
    after: 'the page-table lock is held: the PTE cannot change',
    then: [self.ptl.becomes(true)],
  };
  path.step({ ...take, to: decide, when: [self.ptl.not(), readOnly, ...(zero ? [zero.not()] : [])] });
  // The zero page has no folio: luf_flush() is not called for it.
  if (zero) path.step({ ...take, to: on, when: [self.ptl.not(), readOnly, zero] });
  self.raced(at, [], 'handle_pte_fault()', readOnly);
  const own = ownsFrame(self);
  if (kinds.has('shared')) reuse(self, on, 'wp_page_shared()', self.vma.kind.is('shared'), true);
  if (kinds.has('anon') || kinds.has('private')) {
    reuse(self, on, 'wp_page_reuse()', allOf([self.vma.kind.isNot('shared'), own]), false);
    wpPageCopy(self, on, allOf([self.vma.kind.isNot('shared'), own.not()]));
  }
}

/** The PTE maps a frame that is this mapping's own: neither the zero page nor a file's folio. */
function ownsFrame(self: Fault): Bool {
  return self.frame.at(self.pte.frame).origin.is(self.path.machine.ownOrigin(self.access.page));
}

function reuse(self: Fault, at: string, kernel: string, guard: Bool, shared: boolean): void {
  const { path, pte } = self;
  path.step({
    at,
    to: 'return',
    kernel: `${source} ${kernel}`,
    after: 'the same frame is writable; read-only entries for it cost a fault at most',
    ...(shared ? { approximation: 'under: ->page_mkwrite drops the page-table lock before the PTE is made writable' } : {}),
    when: [guard],
    then: [
      pte.writable.becomes(true),
      pte.dirty.becomes(true),
      ...(shared ? [self.frame.at(pte.frame).dirty.becomes(true)] : []),
      self.ptl.becomes(false),
    ],
    says: ['==> do_wp_page()', self.pteLine(pte.frame, 'now RW')],
  });
}

/** wp_page_copy(): copy, then clear and flush the old entry before the new one is set. */
function wpPageCopy(self: Fault, at: string, guard: Bool): void {
  const { path, pte, folio } = self;
  const { machine } = path;
  const [alloc, copy, clear, set] = ['wp_page_copy', 'copy', 'ptep_clear_flush', 'set_pte_at'].map((p) => path.place(p));
  const zero = machine.isZeroPage(pte.frame);
  const get = self.frame.at(pte.frame).refs;
  path.step({
    at,
    to: alloc!,
    kernel: `${source} wp_page_copy()`,
    after: 'the page-table lock is dropped; the old folio is referenced',
    when: [guard],
    then: [
      folio.becomes(pte.frame),
      ...(zero === false ? [get.becomes(get.plus(1))] : [get.becomes(choose(zero, get, get.plus(1)))]),
      self.ptl.becomes(false),
    ],
    says: ['==> do_wp_page()', '==> wp_page_copy()'],
  });
  allocPage(path, alloc!, copy!, self.copy);
  self.copyContents(copy!, clear!, folio, '__wp_page_copy_user()');
  const unchanged = allOf([pte.kind.is('present'), pte.frame.is(folio), pte.writable.not()]);
  const old = [...putFrame(machine, folio), ...putFrame(machine, folio)];
  const cleared = [
    self.ptl.becomes(true),
    pte.kind.becomes('none'),
    pte.frame.becomes(none),
    pte.dirty.becomes(false),
  ];
  if (path.rules.has('wp.clearFlush')) {
    const call = { at: clear!, to: set!, when: [self.ptl.not(), unchanged], first: cleared };
    ptepClearFlush(path, self.access.page, call);
  } else {
    path.step({
      at: clear!,
      to: set!,
      kernel: `${source} wp_page_copy()`,
      after: 'the old entry is cleared without a flush',
      when: [self.ptl.not(), unchanged],
      then: cleared,
      says: ['==> ptep_get_and_clear()'],
    });
  }
  self.raced(clear!, [...putFrame(machine, folio), ...putFrame(machine, self.copy)], 'wp_page_copy()', unchanged);
  self.installCopy(set!, 'wp_page_copy()', old, unchanged, true);
}

