/**
 * What the branches of a page fault share: how handle_pte_fault() is entered and left, the check of the
 * PTE under its lock, and the private copy. The branches are in memory*.ts.
 */
import { allOf, none, type Bool, type Effect, type Line } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Content, Frame, Machine, Page } from '../machine/machine.js';
import type { Hooks } from './hooks.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';

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

/** One fault of one access, with the names that its steps share. */
export class Fault {
  readonly machine: Machine;
  readonly page: Page;
  /** Name of the page's address space. */
  readonly mmName: string;
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
    readonly hooks: Hooks,
  ) {
    const { machine } = path;
    const { state } = machine;
    this.machine = machine;
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

  /** The line of the diagram for the PTE that the fault sets. */
  pteLine(frame: Frame, access: string): Line {
    return { text: [`    [ PTE: ${this.access.page} -> frame `, frame, ` ${access} ]`] };
  }

  /** The VMA allows the access. */
  get permitted(): Bool {
    return allOf([this.vma.kind.isNot('none'), this.access.write ? this.vma.writable : this.vma.readable]);
  }

  /** The effects of taking mmap_lock for reading. */
  private get enter(): Effect[] {
    return [this.mm.readers.becomes(this.mm.readers.plus(1))];
  }

  private get leave(): Effect {
    return this.mm.readers.becomes(this.mm.readers.minus(1));
  }

  /** The page table does not serve the access either. */
  get unserved(): Bool {
    const { kind, writable } = this.pte;
    return this.access.write ? kind.is('present').and(writable).not() : kind.isNot('present');
  }

  /** The faulting access itself drops the entry that did not serve it. */
  dropEntry(): Effect[] {
    const entry = this.path.machine.state.tlb.at(this.path.task.cpu, this.page);
    return [entry.frame.becomes(none), entry.writable.becomes(false), entry.dirty.becomes(false)];
  }

  /** A branch of handle_pte_fault(), entered with mmap_lock taken for reading; returns where it goes on. */
  enterAt(label: string, ...guard: Bool[]): string {
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

  /** The PTE changed before the lock was taken: give everything back and try the access again. */
  raced(at: string, undo: Effect[], name: string, unchanged: Bool = this.pte.kind.is('none')): void {
    this.path.step({
      at,
      to: 'return',
      kernel: `${source} ${name}`,
      after: 'another thread changed the PTE first: the access is tried again',
      when: [this.mm.ptl.not(), unchanged.not()],
      then: undo,
    });
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
        this.frame.at(this.copy).origin.becomes(machine.origin(this.access.page)),
      ],
      says: [{ text: ['==> copy frame ', from, ' to frame ', this.copy] }],
    });
  }

  /** Makes the copy visible under the page-table lock. */
  installCopy(at: string, kernel: string, release: Effect[], unchanged: Bool, locked = false): void {
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
      says: [`==> ${kernel}`, this.pteLine(this.copy, 'RW')],
    });
    if (!locked) this.raced(at, [...release, ...putFrame(path.machine, this.copy)], kernel, unchanged);
  }

  /** The end of handle_mm_fault(): the access is tried again. */
  finishReturn(): void {
    const { path } = this;
    path.step({
      at: this.hooks.insert(path, 'fault.post', 'return'),
      to: 'start',
      kernel: `${source} handle_mm_fault()`,
      after: 'the access is tried again',
      then: [this.leave, ...this.ghost.settle(path.task.index)],
    });
  }
}
