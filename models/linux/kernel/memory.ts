/**
 * mm/memory.c: page faults. handle_mm_fault() runs with mmap_lock (or the VMA's lock) held for
 * reading; what it installs is checked against the PTE again under the page-table lock.
 *
 * A fault on a migration entry waits (migration_entry_wait()): no branch can be entered until the entry
 * is gone, so the access stays where it is.
 *
 * Left out: fault-around (the same effect as a read fault of the page), huge pages, userfaultfd, NUMA
 * hints, ->page_mkwrite, soft-dirty, the per-VMA lock as something weaker than mmap_lock for reading.
 */
import { allOf, anyOf, choose, none, type Bool, type Effect } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Content, Frame, Page } from '../machine/machine.js';
import { lockFolio, unlockAndPut } from './filemap.js';
import type { Hooks } from './hooks.js';
import { allocPage, frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { flushTlbPage } from './x86-tlb.js';

const source = 'mm/memory.c';

/** An access that misses or is not allowed by the TLB entry. */
export interface Access {
  readonly page: string;
  readonly write: boolean;
  /** The TLB does not serve the access. */
  readonly when: Bool;
  /** What happens to the register where the access ends in a signal. */
  readonly deliver: (signal: Content) => Effect[];
}

/** The fault that an access takes; it ends by trying the access again, or in SIGSEGV. */
export function fault(path: Path, access: Access, hooks: Hooks): void {
  new Fault(path, access, hooks).write();
}

/** One fault of one access, with the names that its steps share. */
class Fault {
  private readonly page: Page;
  private readonly mm;
  private readonly vma;
  private readonly pte;
  private readonly frame;
  private readonly ghost: Ghost;
  private readonly folio: Frame;
  private readonly copy: Frame;
  private readonly mmName: string;

  constructor(
    private readonly path: Path,
    private readonly access: Access,
    private readonly hooks: Hooks,
  ) {
    const { machine } = path;
    const { state } = machine;
    this.page = machine.page(access.page);
    this.mmName = machine.scenario.pages.find((p) => p.name === access.page)!.mm;
    this.mm = state.mm.at(machine.mm(this.mmName));
    this.vma = state.vma.at(this.page);
    this.pte = state.pte.at(this.page);
    this.frame = state.frame;
    this.ghost = new Ghost(machine);
    this.folio = frameLocal(path, 'folio');
    this.copy = frameLocal(path, 'copy');
  }

  write(): void {
    const { write } = this.access;
    const kinds = this.mappings();
    this.badAccess();
    if (kinds.has('shared')) this.filePage(write ? 'do_shared_fault' : 'do_read_fault', 'shared');
    if (kinds.has('private')) {
      if (write) this.doCowFault();
      else this.filePage('do_read_fault', 'private');
    }
    if (kinds.has('anon')) this.doAnonymousPage();
    if (kinds.has('anon') || kinds.has('private')) this.doSwapPage();
    if (write) this.doWpPage(kinds);
    this.finishReturn();
  }

  /** The kinds of mapping that the page can have in this scenario. */
  private mappings(): ReadonlySet<string> {
    return this.path.task.kindsOf(this.access.page);
  }

  private get permitted(): Bool {
    return allOf([this.vma.kind.isNot('none'), this.access.write ? this.vma.writable : this.vma.readable]);
  }

  /** The effects of taking mmap_lock for reading. */
  private get enter(): Effect[] {
    return [this.mm.readers.becomes(this.mm.readers.plus(1))];
  }

  private get leave(): Effect {
    return this.mm.readers.becomes(this.mm.readers.minus(1));
  }

  private badAccess(): void {
    const { machine } = this.path;
    const name = `user ${this.access.write ? 'writes' : 'reads'} ${this.access.page}: SIGSEGV`;
    this.path.step({
      at: 'start',
      to: 'end',
      kernel: 'arch/x86/mm/fault.c bad_area()',
      after: 'the thread goes on after the access',
      when: [this.access.when, this.unserved, this.mm.writer.not(), this.permitted.not()],
      then: [...this.dropEntry(), ...this.access.deliver(machine.content('SIGSEGV'))],
      says: [name],
    });
  }

  /** The page table does not serve the access either. */
  private get unserved(): Bool {
    const { kind, writable } = this.pte;
    return this.access.write ? kind.is('present').and(writable).not() : kind.isNot('present');
  }

  /** The faulting access itself drops the entry that did not serve it. */
  private dropEntry(): Effect[] {
    const entry = this.path.machine.state.tlb.at(this.path.task.cpu, this.page);
    return [entry.frame.becomes(none), entry.writable.becomes(false), entry.dirty.becomes(false)];
  }

  /** A branch of handle_pte_fault(), entered with mmap_lock taken for reading; returns where it goes on. */
  private enterAt(label: string, ...guard: Bool[]): string {
    const place = this.path.place(label);
    const says = this.access.write ? `user writes ${this.access.page}: fault` : `user reads ${this.access.page}: fault`;
    this.path.step({
      at: 'start',
      to: place,
      kernel: `${source} handle_mm_fault()`,
      after: 'the mapping cannot change; the page table can',
      approximation: 'under: the PTE is read in the step that takes mmap_lock',
      when: [this.access.when, this.unserved, this.mm.writer.not(), this.permitted, ...guard],
      then: [...this.dropEntry(), ...this.enter],
      says: [says, '==> handle_mm_fault()'],
    });
    return this.hooks.insert(this.path, 'fault.start', place);
  }

  /** do_read_fault() and do_shared_fault(): map the page-cache folio. */
  private filePage(name: 'do_read_fault' | 'do_shared_fault', kind: 'shared' | 'private'): void {
    const { path, pte } = this;
    const shared = name === 'do_shared_fault';
    for (const file of path.task.filesOf(this.access.page, kind)) {
      const at = this.enterAt(name, pte.kind.is('none'), this.vma.kind.is(kind), this.vma.file.is(path.machine.file(file)));
      const locked = path.place('set_pte');
      const lookup = { file: path.machine.file(file), folio: this.folio, function: 'filemap_fault()', readIn: true };
      lockFolio(path, { at, to: locked, ...lookup }, this.hooks.rules);
      const set = this.hooks.insert(path, 'fault.locked', locked);
      path.step({
        at: set,
        to: 'return',
        kernel: `${source} set_pte_range()`,
        after: 'any CPU can walk to the folio; it is unlocked',
        approximation: 'exact: folio_unlock() right after changes nothing that others test between',
        when: [this.mm.ptl.not(), pte.kind.is('none')],
        then: [
          pte.kind.becomes('present'),
          pte.frame.becomes(this.folio),
          pte.writable.becomes(shared),
          pte.dirty.becomes(shared),
          // The reference of the lookup becomes that of the mapping.
          this.frame.at(this.folio).locked.becomes(false),
          ...(shared ? [this.frame.at(this.folio).dirty.becomes(true)] : []),
        ],
        says: [`==> ${name}()`, { text: [`    [ PTE: ${this.access.page} -> frame `, this.folio, ` ${shared ? 'RW' : 'RO'} ]`] }],
      });
      this.raced(set, unlockAndPut(path.machine, this.folio));
    }
  }

  /** The PTE changed before the lock was taken: give everything back and try the access again. */
  private raced(at: string, undo: Effect[], unchanged: Bool = this.pte.kind.is('none')): void {
    this.path.step({
      at,
      to: 'return',
      kernel: `${source} finish_fault()`,
      after: 'another thread changed the PTE first: the access is tried again',
      when: [this.mm.ptl.not(), unchanged.not()],
      then: undo,
    });
  }

  /** do_cow_fault(): a private copy of a file page that is not mapped. */
  private doCowFault(): void {
    const { path, pte } = this;
    for (const file of path.task.filesOf(this.access.page, 'private')) {
      const at = this.enterAt('do_cow_fault', pte.kind.is('none'), this.vma.kind.is('private'), this.vma.file.is(path.machine.file(file)));
      const [allocated, locked, copied] = ['filemap_fault', 'copy', 'set_pte'].map((p) => path.place(p));
      allocPage(path, at, allocated!, this.copy, this.hooks.rules);
      const lookup = { file: path.machine.file(file), folio: this.folio, function: 'filemap_fault()', readIn: true };
      lockFolio(path, { at: allocated!, to: locked!, ...lookup }, this.hooks.rules);
      this.copyContents(this.hooks.insert(path, 'fault.locked', locked!), copied!, this.folio);
      this.installCopy(copied!, 'finish_fault()', unlockAndPut(path.machine, this.folio), pte.kind.is('none'));
    }
  }

  private copyContents(at: string, to: string, from: Frame): void {
    const { machine } = this.path;
    this.path.step({
      at,
      to,
      kernel: 'mm/memory.c __wp_page_copy_user()',
      after: 'nobody else can reach the copy yet',
      approximation: 'exact; do_cow_fault() calls copy_mc_user_highpage() itself',
      then: [
        this.frame.at(this.copy).content.becomes(this.frame.at(from).content),
        this.frame.at(this.copy).origin.becomes(machine.origin(this.access.page)),
      ],
      says: [{ text: ['==> copy frame ', from, ' to frame ', this.copy] }],
    });
  }

  /** Makes the copy visible under the page-table lock. */
  private installCopy(at: string, kernel: string, release: Effect[], unchanged: Bool, locked = false): void {
    const { path, pte } = this;
    const free = locked ? [] : [this.mm.ptl.not(), unchanged];
    path.step({
      at,
      to: 'return',
      kernel: `${source} ${kernel}`,
      after: 'any CPU can walk to the copy, before this fault has returned',
      when: free,
      then: [
        pte.kind.becomes('present'),
        pte.frame.becomes(this.copy),
        pte.writable.becomes(true),
        pte.dirty.becomes(true),
        ...(locked ? [this.mm.ptl.becomes(false)] : []),
        ...this.ghost.copyOnWrite(path.task.index, this.page, this.copy),
        ...release,
      ],
      says: [`==> ${kernel}`, { text: [`    [ PTE: ${this.access.page} -> frame `, this.copy, ' RW ]'] }],
    });
    if (!locked) this.raced(at, [...release, ...putFrame(path.machine, this.copy)], unchanged);
  }

  /** do_anonymous_page(): the zero page for a read, a cleared frame for a write. */
  private doAnonymousPage(): void {
    const { path, pte } = this;
    const at = this.enterAt('do_anonymous_page', pte.kind.is('none'), this.vma.kind.is('anon'));
    const kernel = `${source} do_anonymous_page()`;
    if (!this.access.write) {
      path.step({
        at,
        to: 'return',
        kernel,
        after: 'the zero page is mapped read-only',
        when: [this.mm.ptl.not(), pte.kind.is('none')],
        then: [pte.kind.becomes('present'), pte.frame.becomes(path.machine.zeroPage!)],
        says: ['==> do_anonymous_page()', `    [ PTE: ${this.access.page} -> zero page RO ]`],
      });
      this.raced(at, []);
      return;
    }
    const [clearing, set] = ['clear', 'set_pte'].map((p) => path.place(p));
    allocPage(path, at, clearing!, this.copy, this.hooks.rules);
    this.clearFrame(clearing!, set!);
    path.step({
      at: set!,
      to: 'return',
      kernel,
      after: 'any CPU can walk to the new page',
      when: [this.mm.ptl.not(), pte.kind.is('none')],
      then: [
        pte.kind.becomes('present'),
        pte.frame.becomes(this.copy),
        pte.writable.becomes(true),
        pte.dirty.becomes(true),
      ],
      says: ['==> do_anonymous_page()', { text: [`    [ PTE: ${this.access.page} -> frame `, this.copy, ' RW ]'] }],
    });
    this.raced(set!, putFrame(path.machine, this.copy));
  }

  private clearFrame(at: string, to: string): void {
    const { machine } = this.path;
    this.path.step({
      at,
      to,
      kernel: 'mm/memory.c folio_zero_user()',
      after: 'nobody else can reach the frame yet',
      approximation: 'exact; clear_user_highpage() in v6.9',
      then: [
        this.frame.at(this.copy).content.becomes(machine.content(0)),
        this.frame.at(this.copy).origin.becomes(machine.origin(this.access.page)),
      ],
    });
  }

  /** do_swap_page(): from the swap cache, or from the slot into a new frame. */
  private doSwapPage(): void {
    const { path, pte, folio } = this;
    const { swap } = path.machine.state;
    const { cache, slot } = swap.at(this.page);
    const kernel = `${source} do_swap_page()`;
    const at = this.enterAt('do_swap_page', pte.kind.is('swap'));
    const [lock, fresh, read, set] = ['folio_lock', 'swapin', 'swap_read_folio', 'set_pte'].map((p) => path.place(p));
    const take = { at, kernel, after: 'the folio may be reclaimed again before it is locked' };
    path.step({
      ...take,
      to: lock!,
      when: [cache.isSome()],
      then: [folio.becomes(cache), this.frame.at(cache).refs.becomes(this.frame.at(cache).refs.plus(1))],
    });
    path.step({ ...take, to: fresh!, when: [cache.isNone()] });
    allocPage(path, fresh!, read!, folio, this.hooks.rules);
    path.step({
      at: read!,
      to: lock!,
      kernel: 'mm/page_io.c swap_read_folio()',
      after: 'the folio is in the swap cache',
      approximation: 'exact but for the time that the read takes',
      when: [cache.isNone(), pte.kind.is('swap')],
      then: [
        cache.becomes(folio),
        this.frame.at(folio).refs.becomes(2),
        this.frame.at(folio).content.becomes(slot),
        this.frame.at(folio).origin.becomes(path.machine.origin(this.access.page)),
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
      kernel: 'mm/memory.c folio_lock_or_retry()',
      after: 'the folio cannot be unmapped or removed from the swap cache',
      when: [this.frame.at(folio).locked.not()],
      then: [this.frame.at(folio).locked.becomes(true)],
    });
    this.mapSwappedIn(set!);
  }

  private mapSwappedIn(at: string): void {
    const { path, pte, folio, access } = this;
    const { cache } = path.machine.state.swap.at(this.page);
    const still = allOf([pte.kind.is('swap'), cache.is(folio)]);
    const writable = access.write ? true : this.hooks.rules.has('swapin.write') ? this.vma.writable : false;
    // A write takes the page out of the swap cache for good (folio_free_swap()).
    const own = access.write ? [cache.becomes(none), this.frame.at(folio).refs.becomes(this.frame.at(folio).refs.minus(1))] : [];
    path.step({
      at,
      to: 'return',
      kernel: `${source} do_swap_page()`,
      after: 'any CPU can walk to the folio',
      when: [this.mm.ptl.not(), still],
      then: [
        pte.kind.becomes('present'),
        pte.frame.becomes(folio),
        pte.writable.becomes(writable),
        pte.dirty.becomes(access.write),
        ...own,
        this.frame.at(folio).locked.becomes(false),
      ],
      says: ['==> do_swap_page()', { text: [`    [ PTE: ${access.page} -> frame `, folio, ` ${access.write ? 'RW' : 'RO'} ]`] }],
    });
    this.raced(at, unlockAndPut(path.machine, folio), still);
  }

  /** do_wp_page(): a write to a present, read-only PTE. */
  private doWpPage(kinds: ReadonlySet<string>): void {
    const { path, pte } = this;
    const at = this.enterAt('do_wp_page', pte.kind.is('present'));
    const decide = path.place('wp');
    const readOnly = allOf([pte.kind.is('present'), pte.writable.not()]);
    path.step({
      at,
      to: decide,
      kernel: `${source} do_wp_page()`,
      after: 'the page-table lock is held: the PTE cannot change',
      when: [this.mm.ptl.not(), readOnly],
      then: [this.mm.ptl.becomes(true)],
    });
    this.raced(at, [], readOnly);
    const on = this.hooks.insert(path, 'wp.start', decide);
    const own = this.ownsFrame;
    if (kinds.has('shared')) this.reuse(on, 'wp_page_shared()', this.vma.kind.is('shared'), true);
    if (kinds.has('anon') || kinds.has('private')) {
      this.reuse(on, 'wp_page_reuse()', allOf([this.vma.kind.isNot('shared'), own]), false);
      this.wpPageCopy(on, allOf([this.vma.kind.isNot('shared'), own.not()]));
    }
  }

  /** The PTE maps a frame that is this mapping's own: neither the zero page nor a file's folio. */
  private get ownsFrame(): Bool {
    return this.frame.at(this.pte.frame).origin.is(this.path.machine.origin(this.access.page));
  }

  private reuse(at: string, kernel: string, guard: Bool, shared: boolean): void {
    const { path, pte } = this;
    path.step({
      at,
      to: 'return',
      kernel: `${source} ${kernel}`,
      after: 'the same frame is writable; read-only entries for it cost a fault at most',
      ...(shared ? { approximation: 'exact without ->page_mkwrite' } : {}),
      when: [guard],
      then: [
        pte.writable.becomes(true),
        pte.dirty.becomes(true),
        ...(shared ? [this.frame.at(pte.frame).dirty.becomes(true)] : []),
        this.mm.ptl.becomes(false),
      ],
      says: ['==> do_wp_page()', { text: [`    [ PTE: ${this.access.page} -> frame `, pte.frame, ' now RW ]'] }],
    });
  }

  /** wp_page_copy(): copy, then clear and flush the old entry before the new one is set. */
  private wpPageCopy(at: string, guard: Bool): void {
    const { path, pte, folio } = this;
    const { machine } = path;
    const [alloc, copy, clear, set] = ['wp_page_copy', 'copy', 'ptep_clear_flush', 'set_pte_at'].map((p) => path.place(p));
    const zero = machine.isZeroPage(pte.frame);
    const get = this.frame.at(pte.frame).refs;
    path.step({
      at,
      to: alloc!,
      kernel: `${source} wp_page_copy()`,
      after: 'the page-table lock is dropped; the old folio is referenced',
      when: [guard],
      then: [
        folio.becomes(pte.frame),
        ...(zero === false ? [get.becomes(get.plus(1))] : [get.becomes(choose(zero, get, get.plus(1)))]),
        this.mm.ptl.becomes(false),
      ],
      says: ['==> do_wp_page()', '==> wp_page_copy()'],
    });
    allocPage(path, alloc!, copy!, this.copy, this.hooks.rules);
    this.copyContents(copy!, clear!, folio);
    const unchanged = allOf([pte.kind.is('present'), pte.frame.is(folio), pte.writable.not()]);
    const old = [...putFrame(machine, folio), ...putFrame(machine, folio)];
    const cleared = [
      this.mm.ptl.becomes(true),
      pte.kind.becomes('none'),
      pte.frame.becomes(none),
      pte.dirty.becomes(false),
    ];
    if (this.hooks.rules.has('wp.clearFlush')) {
      const call = { at: clear!, to: set!, when: [this.mm.ptl.not(), unchanged], says: ['==> ptep_clear_flush()'], first: cleared };
      flushTlbPage(path, call, this.mmName, this.page);
    } else {
      path.step({
        at: clear!,
        to: set!,
        kernel: `${source} wp_page_copy()`,
        after: 'the old entry is cleared without a flush',
        when: [this.mm.ptl.not(), unchanged],
        then: cleared,
        says: ['==> ptep_clear()'],
      });
    }
    this.raced(clear!, [...putFrame(machine, folio), ...putFrame(machine, this.copy)], unchanged);
    this.installCopy(set!, 'wp_page_copy()', old, unchanged, true);
  }

  /** The end of handle_mm_fault(): the access is tried again. */
  private finishReturn(): void {
    const { path } = this;
    path.step({
      at: this.hooks.insert(path, 'fault.post', 'return'),
      to: 'start',
      kernel: `${source} handle_mm_fault()`,
      after: 'the access is tried again',
      then: [this.leave, ...this.ghost.settle(path.task.index), ...path.resets(['folio', 'copy'])],
    });
  }
}
