/**
 * What the branches of a page fault share: how handle_pte_fault() is entered and left, the check of the
 * PTE under its lock, and the private copy. The branches are in memory*.ts.
 */
import { allOf, type Bool, type Effect, type Line } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Content, Frame, Machine, Page } from '../machine/machine.js';
import { frameLocal, putFrame } from './page-alloc.js';
import { clearEntry } from './tlb.js';
import type { About, Path } from './path.js';

const source = 'mm/memory.c';

/** An access that the TLB entry does not serve. */
export interface Access {
  readonly page: string;
  readonly write: boolean;
  /** The TLB does not serve the access. */
  readonly when: Bool;
  /** What happens to the register where the access ends in a signal. */
  readonly deliver: (signal: Content) => Effect[];
}

/** Where a PTE is set: the guard and the effects that go with it. */
export interface UnderPtl {
  readonly at: string;
  readonly when: Bool[];
  readonly then: Effect[];
}

/**
 * Where a PTE that was not there is set: in one step with taking the lock and the check that it is unchanged,
 * or, where a rule flushes in between, at a place with the lock held. The setting step drops the lock.
 */
export function underPtl(path: Path, about: About & { readonly page: string }, at: string, unchanged: Bool): UnderPtl {
  const { ptl } = path.machine.tableOf(about.page);
  const locked = path.place('ptl');
  const on = path.insert('fault.ptl', locked, about);
  if (on === locked) return { at, when: [ptl.not(), unchanged], then: [] };
  path.step({
    at,
    to: locked,
    kernel: 'include/linux/mm.h pte_offset_map_lock()',
    after: 'the page-table lock is held: the PTE cannot change',
    when: [ptl.not(), unchanged],
    then: [ptl.becomes(true)],
  });
  return { at: on, when: [], then: [ptl.becomes(false)] };
}

/** One fault of one access, with the names that its steps share. */
export class Fault {
  readonly machine: Machine;
  readonly page: Page;
  /** The page-table lock of the page. */
  readonly ptl: Bool;
  readonly mm: ReturnType<Machine['state']['mm']['at']>;
  readonly vma: ReturnType<Machine['state']['vma']['at']>;
  readonly pte: ReturnType<Machine['state']['pte']['at']>;
  readonly frame: Machine['state']['frame'];
  /** The folio that the fault found. */
  readonly folio: Frame;
  /** The frame that the fault allocated. */
  readonly copy: Frame;
  private readonly ghost: Ghost;

  constructor(
    readonly path: Path,
    readonly access: Access,
  ) {
    const { machine } = path;
    const { state } = machine;
    this.machine = machine;
    this.page = machine.page(access.page);
    this.ptl = machine.tableOf(access.page).ptl;
    this.mm = state.mm.at(machine.mmOf(access.page));
    this.vma = state.vma.at(this.page);
    this.pte = state.pte.at(this.page);
    this.frame = state.frame;
    this.ghost = new Ghost(machine);
    this.folio = frameLocal(path, 'folio');
    this.copy = frameLocal(path, 'copy');
  }

  /** The line of the diagram for the PTE that the fault sets. */
  pteLine(frame: Frame, access: string): Line {
    return { text: [`    [ PTE: ${this.access.page} -> frame `, frame, ` ${access} ]`] };
  }

  /** The lines for a PTE that the fault would set writable: userfaultfd's mark keeps it read-only. */
  writableLines(frame: Frame): Line[] {
    if (!this.path.machine.pageNamed(this.access.page).tracked) return [this.pteLine(frame, 'RW')];
    return [
      { if: this.pte.uffdWp.not(), ...this.pteLine(frame, 'RW') },
      { if: this.pte.uffdWp, ...this.pteLine(frame, 'RO, uffd-wp') },
    ];
  }

  /** The VMA allows the access. */
  get permitted(): Bool {
    return allOf([this.vma.kind.isNot('none'), this.access.write ? this.vma.writable : this.vma.readable]);
  }

  /** The effects of taking mmap_lock for reading. */
  private get enter(): Effect[] {
    return [this.mm.readers.becomes(this.mm.readers.plus(1))];
  }

  /** The effect of dropping it. */
  get leave(): Effect {
    return this.mm.readers.becomes(this.mm.readers.minus(1));
  }

  /** What a flush that the fault makes is about. */
  get about(): About & { readonly page: string } {
    return { page: this.access.page, write: this.access.write };
  }

  /** The page table does not serve the access either. */
  get unserved(): Bool {
    const { kind, writable } = this.pte;
    return this.access.write ? kind.is('present').and(writable).not() : kind.isNot('present');
  }

  /** The faulting access itself drops the entry that did not serve it. */
  dropEntry(): Effect[] {
    return clearEntry(this.machine, this.path.task.cpu, this.page);
  }

  /** A branch of handle_pte_fault(), entered with mmap_lock taken for reading; returns where it goes on. */
  enterAt(label: string, ...guard: Bool[]): string {
    return this.enterWith(label, guard, []);
  }

  /** As {@link enterAt}, with effects of reading the PTE (vmf->orig_pte). */
  enterWith(label: string, guard: readonly Bool[], read: readonly Effect[]): string {
    const place = this.path.place(label);
    const says = this.access.write ? `user writes ${this.access.page}: fault` : `user reads ${this.access.page}: fault`;
    this.path.step({
      at: 'start',
      to: place,
      kernel: `${source} handle_mm_fault()`,
      after: 'the mapping cannot change; the page table can',
      approximation: 'under: the PTE is read in the step that takes mmap_lock',
      when: [this.access.when, this.unserved, this.mm.writer.not(), this.permitted, ...guard],
      then: [...this.dropEntry(), ...this.enter, ...read],
      says: [says, '==> handle_mm_fault()'],
    });
    return this.path.insert('fault.start', place, this.about);
  }

  /** The PTE changed before the lock was taken: give everything back and try the access again. */
  raced(at: string, undo: Effect[], name: string, unchanged: Bool = this.pte.kind.is('none')): void {
    const lost = this.path.place('raced');
    // LUF v11 does not ask need_luf_flush() in do_swap_page().
    const on = name === 'do_swap_page()' ? lost : this.path.insert('fault.raced', lost, this.about);
    this.path.step({
      at,
      to: on === lost ? 'return' : lost,
      kernel: `${source} ${name}`,
      after: 'another thread changed the PTE first: the access is tried again',
      when: [this.ptl.not(), unchanged.not()],
      then: undo,
    });
    if (on === lost) return;
    this.path.step({ at: on, to: 'return', kernel: `${source} ${name}`, after: 'the access is tried again' });
  }

  /** Where the PTE is set: see {@link underPtl}. */
  underPtl(at: string, unchanged: Bool): UnderPtl {
    return underPtl(this.path, this.about, at, unchanged);
  }

  /** Copies a frame into the one that the fault allocated. */
  copyContents(at: string, to: string, from: Frame, kernel: string): void {
    const { machine } = this.path;
    this.path.step({
      at,
      to,
      kernel: `${source} ${kernel}`,
      after: 'nobody else can reach the copy yet',
      then: [
        this.frame.at(this.copy).content.becomes(this.frame.at(from).content),
        this.frame.at(this.copy).origin.becomes(machine.ownOrigin(this.access.page)),
      ],
      says: [{ text: [`==> ${kernel}: copies frame `, from, ' to frame ', this.copy] }],
    });
  }

  /** Makes the copy visible under the page-table lock, which the caller has taken if it is `locked`. */
  installCopy(at: string, kernel: string, release: Effect[], unchanged: Bool, locked = false): void {
    const { path, pte } = this;
    const set = locked ? { at, when: [], then: [this.ptl.becomes(false)] } : this.underPtl(at, unchanged);
    path.step({
      at: set.at,
      to: 'return',
      kernel: `${source} ${kernel}`,
      after: 'any CPU can walk to the copy, before this fault has returned',
      when: set.when,
      then: [
        pte.kind.becomes('present'),
        pte.frame.becomes(this.copy),
        pte.writable.becomes(pte.uffdWp.not()),
        pte.dirty.becomes(true),
        ...set.then,
        ...this.ghost.copyOnWrite(path.task.index, this.page, this.copy),
        ...release,
      ],
      says: [`==> ${kernel}`, ...this.writableLines(this.copy)],
    });
    if (!locked) this.raced(at, [...release, ...putFrame(path.machine, this.copy)], kernel, unchanged);
  }

  /** The end of handle_mm_fault(): the access is tried again. */
  finishReturn(): void {
    const { path } = this;
    path.step({
      at: path.insert('fault.post', 'return', this.about),
      to: 'start',
      kernel: `${source} handle_mm_fault()`,
      after: 'the access is tried again',
      then: [this.leave, ...this.ghost.settle(path.task.index)],
    });
  }
}
