/** mm/memory.c do_wp_page(): a write to a present, read-only PTE is let through, or the page is copied. */
import { allOf, choose, none, toBool, type Bool } from '../../../src/index.js';
import type { Fault } from './fault.js';
import { doHugePmdWpPage, hasHugeZero, isHugeZero } from './huge-memory.js';
import { allocPage, putFrame } from './page-alloc.js';
import { ptepClearFlush } from './rmap.js';

const source = 'mm/memory.c';

/** do_wp_page(): a write to a present, read-only PTE. */
export function doWpPage(self: Fault, kinds: ReadonlySet<string>): void {
  const { path, pte } = self;
  // Huge pages have a wp fault of their own.
  const small = hasHugeZero(path.machine) ? [isHugeZero(path.machine, pte.frame).not()] : [];
  if (small.length > 0) doHugePmdWpPage(self);
  const at = self.enterAt('do_wp_page', pte.kind.is('present'), ...small);
  const decide = path.place('wp');
  const readOnly = allOf([pte.kind.is('present'), pte.writable.not(), ...small]);
  const begin = path.machine.pageNamed(self.access.page).tracked ? userfaultfdWp(self, at, decide, readOnly) : decide;
  const on = path.insert('fault.ptl', path.insert('wp.start', begin, self.about), self.about);
  const zero = path.machine.isZeroPage(pte.frame);
  const take = {
    at,
    kernel: `${source} do_wp_page()`,
    after: 'the page-table lock is held: the PTE cannot change',
    then: [self.ptl.becomes(true)],
  };
  const protects = allOf([readOnly, tracks(self).not(), ...(kinds.has('shared') ? [mayDirty(self)] : [])]);
  path.step({ ...take, to: decide, when: [self.ptl.not(), protects, ...(zero ? [zero.not()] : [])] });
  // The zero page has no folio: luf_flush() is not called for it.
  if (zero) path.step({ ...take, to: on, when: [self.ptl.not(), protects, zero] });
  self.raced(at, [], 'handle_pte_fault()', readOnly);
  const own = reusable(self);
  if (kinds.has('shared')) reuse(self, on, 'wp_page_shared()', self.vma.kind.is('shared'), true);
  if (kinds.has('anon') || kinds.has('private')) {
    reuse(self, on, 'wp_page_reuse()', allOf([self.vma.kind.isNot('shared'), own]), false);
    wpPageCopy(self, on, allOf([self.vma.kind.isNot('shared'), own.not()]));
  }
}

/**
 * ->page_mkwrite() of a shared page takes the folio lock, with the page-table lock dropped, and the PTE is
 * checked again; here the fault waits for the folio lock before it takes the page-table lock.
 */
function mayDirty({ vma, frame, pte }: Fault): Bool {
  return vma.kind.isNot('shared').or(frame.at(pte.frame).locked.not());
}

/** userfaultfd_pte_wp(): the write is the monitor's to allow. */
function tracks({ path, pte, access }: Fault): Bool {
  return path.machine.pageNamed(access.page).tracked ? pte.uffdWp : toBool(false);
}

/**
 * In a VMA registered for write protection: a protected PTE ends the access in a signal (UFFD_FEATURE_SIGBUS),
 * and for any other one the flush of a protection change that is under way comes first. Returns where the
 * path goes on with the page-table lock held.
 */
function userfaultfdWp(self: Fault, at: string, locked: string, readOnly: Bool): string {
  const { path, mm } = self;
  const signal = path.place('handle_userfault');
  path.step({
    at,
    to: signal,
    kernel: 'fs/userfaultfd.c handle_userfault()',
    after: 'the monitor has not unprotected the page: VM_FAULT_SIGBUS',
    when: [self.ptl.not(), readOnly, tracks(self)],
    says: ['==> do_wp_page()', '==> handle_userfault()'],
  });
  path.step({
    at: path.insert('fault.post', signal, self.about),
    to: 'end',
    kernel: path.kernel.arch.faults.sigbus,
    after: 'the thread goes on after the access',
    then: [self.leave, ...self.access.deliver(path.machine.content('SIGBUS'))],
    says: [`[ user writes ${self.access.page}: SIGBUS ]`],
  });
  if (!path.rules.has('wp.flushPending')) return locked;
  const flushed = path.place('vm_normal_page');
  path.kernel.arch.flushPage(path, { at: locked, to: flushed, caller: 'do_wp_page()', when: [mm.flushPending.isNot(0)], says: ['==> flush_tlb_page()'] }, self.access.page, 'flush_tlb_page');
  path.step({
    at: locked,
    to: flushed,
    kernel: `${source} do_wp_page()`,
    after: 'no protection change of the mm is under way',
    when: [mm.flushPending.is(0)],
  });
  return flushed;
}

/**
 * The page can be written where it is. A frame of this mapping's own is marked exclusive (wp.exclusive) until
 * fork() shares it; otherwise, and for every frame before v5.19, nobody else may hold a reference. One in the
 * swap cache is copied, where the kernel may free the slot first.
 */
function reusable(self: Fault): Bool {
  const { refs, locked, forked } = self.frame.at(self.pte.frame);
  const alone = allOf([refs.is(1), locked.not()]);
  return ownsFrame(self).and(self.path.rules.has('wp.exclusive') ? forked.not().or(alone) : alone);
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
    ...(shared ? { approximation: 'under: ->page_mkwrite() drops the page-table lock and takes the folio lock before the PTE is made writable' } : {}),
    when: [guard],
    then: [
      pte.writable.becomes(true),
      pte.dirty.becomes(true),
      ...(shared ? [self.frame.at(pte.frame).dirty.becomes(true)] : [self.frame.at(pte.frame).forked.becomes(false)]),
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
    says: [
      '==> do_wp_page()',
      '==> wp_page_copy()',
      ...(path.rules.has('wp.exclusive') ? [] : [{ if: ownsFrame(self), text: ['    [ extra reference: not reused ]'] }]),
    ],
  });
  allocPage(path, alloc!, copy!, self.copy);
  self.copyContents(copy!, clear!, folio, '__wp_page_copy_user()');
  const unchanged = allOf([pte.kind.is('present'), pte.frame.is(folio), pte.writable.not(), tracks(self).not()]);
  const old = [...putFrame(machine, folio), ...putFrame(machine, folio)];
  const { delayed } = machine.tableOf(self.access.page);
  const cleared = [
    self.ptl.becomes(true),
    delayed.becomes(folio),
    pte.kind.becomes('none'),
    pte.frame.becomes(none),
    pte.dirty.becomes(false),
    pte.uffdWp.becomes(false),
  ];
  if (path.rules.has('wp.clearFlush')) {
    const call = { at: clear!, to: set!, caller: 'wp_page_copy()', when: [self.ptl.not(), unchanged], first: cleared };
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
  // folio_remove_rmap_pte() of the old folio comes after the new PTE.
  self.installCopy(set!, 'wp_page_copy()', [delayed.becomes(none), ...old], unchanged, true);
}

