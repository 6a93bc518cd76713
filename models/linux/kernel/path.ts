/**
 * How kernel paths are written down: a path is one operation of one thread, as micro-steps between
 * named places. Each step is atomic; between two steps anything may interleave. What differs between
 * kernels and between architectures is behind {@link Kernel}: no path asks which one it runs on.
 */
import {
  range,
  when,
  type Bool,
  type BoolLike,
  type Domain,
  type Effect,
  type Handle,
  type Line,
  type Members,
  type Model,
  type Part,
} from '../../../src/index.js';
import type { HookName } from '../rules/hooks.js';
import type { RulesInForce } from '../rules/resolve.js';
import type { HookedFlush, Provenance } from '../rules/rule.js';
import type { File, Frame, Machine } from '../machine/machine.js';
import type { Task } from './task.js';

/** A line of the diagram: text, or text with values and a condition. */
export type Say = string | Line;

/** One micro-step. */
export interface MicroStep {
  /** The place where the thread is. */
  readonly at: string;
  /** The place where the step leaves it; absent where effects decide ({@link Path.branch}). */
  readonly to?: string;
  /** The kernel's file and function: `mm/rmap.c try_to_unmap_one()`; the function is the label. */
  readonly kernel: string;
  /** What may happen before the thread's next step, or why nothing can. */
  readonly after: string;
  readonly when?: readonly BoolLike[];
  readonly then?: readonly Effect[];
  readonly says?: readonly Say[];
  /** Default `source`. */
  readonly provenance?: Provenance;
  /** How the step differs from the kernel: `over: ...` or `under: ...`; default `exact`. */
  readonly approximation?: string;
  /** The CPU that acts, where it is not the thread's own. */
  readonly cpu?: number;
  /** What a mutant can leave out: a flush, or the record of one that is due. */
  readonly parts?: readonly Part[];
}

/** Where a flush begins and ends, and what goes with these two moments. */
export interface FlushCall {
  readonly at: string;
  readonly to: string;
  /** The kernel function that calls the flush, or the rule that has put it there. */
  readonly caller: string;
  /** More of the guard of the first step. */
  readonly when?: readonly BoolLike[];
  /** Lines before those of the flush itself. */
  readonly says?: readonly Say[];
  /** Effects of the first moment, before anything of the flush. */
  readonly first?: readonly Effect[];
  /** Effects of the moment in which the flush is complete on every CPU. */
  readonly last?: readonly Effect[];
}

/** The call that flushes a page: they differ in the name that is printed and in what else they reach. */
export type PageFlush = 'flush_tlb_page' | 'flush_tlb_range' | 'gather' | 'gather with freed tables';

/** What a PTE lets hardware do. */
export interface Rights {
  readonly read: Bool;
  readonly write: Bool;
}

/** An architecture: what unmapping, flushing and switching do to TLBs. */
export interface Arch {
  readonly name: string;
  /** `arch_tlbbatch_should_defer()`: the flush of an unmap in the mm can join a batch. */
  shouldDefer(path: Path, mm: string): BoolLike;
  /** `arch_tlbbatch_add_pending()`: what an unmap does at once, and the CPUs that the batch must remember. */
  addPending(path: Path, page: string): { readonly effects: readonly Effect[]; readonly cpus: Members<'CPU'>; readonly says?: readonly Say[] };
  /** `flush_tlb_mm()`: everything of one mm. */
  flushMm(path: Path, call: FlushCall, mm: string): void;
  /** `flush_tlb_page()`, or `flush_tlb_range()` or `tlb_flush()` for one page. */
  flushPage(path: Path, call: FlushCall, page: string, by: PageFlush): void;
  /** `arch_tlbbatch_flush()`: what a batch remembers. */
  flushBatch(path: Path, call: FlushCall, cpus: Members<'CPU'>): void;
  /** `arch_flush_tlb_batched_pending()`, under a page-table lock of the mm. */
  flushBatchedPending(path: Path, call: FlushCall, mm: string): void;
  /** Waits until what this CPU's unmaps have set going at once has arrived; nothing where they only note CPUs. */
  completeIssued(path: Path, call: FlushCall): void;
  /** `ptep_clear_flush_young()`: what clearing the accessed bit does to TLBs, which may be nothing. */
  clearFlushYoung(path: Path, page: string): readonly Effect[];
  /** `pte_needs_flush()`: a PTE that was present has to be flushed after its protection changed. */
  pteNeedsFlush(was: Rights, now: Rights): BoolLike;
  /** Kernel file and function in which an access that is not permitted ends, and one beyond the end of a file. */
  readonly faults: { readonly badAccess: string; readonly sigbus: string };
  /** LUF's helpers for the architecture, as posted, take nothing to be pending (arm64). */
  readonly lufIsEmpty: boolean;
  /** Steps of the hardware itself, and of the scheduler on CPUs that switch between address spaces. */
  background(kernel: Kernel, model: Model, scene: Scene): void;
}

/** What the steps that no thread takes must know. */
export interface Scene {
  readonly machine: Machine;
  /** Some thread of the address space (of the kernel without one) has still to run on the CPU. */
  unfinished(cpu: number, mm: string | undefined): Bool;
}

/** What a flush that makes up for put-off ones is about; a rule may flush less than its place allows. */
export interface About {
  readonly page?: string;
  readonly file?: File;
  /** The access that goes on afterwards is a write. */
  readonly write?: boolean;
}

/** An unmap whose flush is put off. */
export interface PutOffUnmap extends About {
  readonly page: string;
  readonly cpus: Members<'CPU'>;
}

/** A frame whose unmaps qualified and which is on its way out, if the condition holds. */
export interface Leaving {
  readonly frame: Frame;
  readonly if: BoolLike;
}

/** A scheme that puts the flush of unmaps off until the frames are used again (LUF). */
export interface PutOff {
  /** Effects of a read-only unmap, under the page-table lock, that others can see at once. */
  unmapped(path: Path, unmap: PutOffUnmap): readonly Effect[];
  /** The end of a folio list: what qualified is handed over, and goes with the frames that leave. */
  publish(path: Path, at: string, to: string, leaving: readonly Leaving[]): void;
  /** Makes up for what the thread itself has put off and not handed over yet. */
  giveUp(path: Path, at: string, to: string): void;
  /** Makes up for unmaps put off: all of them, or those that a scope of `about` covers. */
  flush(path: Path, call: Pick<FlushCall, 'at' | 'to' | 'caller' | 'when' | 'last'>, scope: FlushScope, about: About): void;
  /** Before a frame that waits for a flush is used or written to. */
  settle(path: Path, at: string, to: string, frame: Frame): void;
  /** The frame waits for a flush. */
  waits(frame: Frame): Bool;
  /** The frame, which the thread has unmapped, carries the mark of an unmap put off, whether or not it still waits. */
  tagged(path: Path, frame: Frame): Bool;
  /** Effects of a frame that forgets what it waits for. */
  forget(frame: Frame): readonly Effect[];
  /** Bookkeeping around a flush of the thread's batches, or of one mm: what it was and on which CPUs it is done. */
  flushing(path: Path, cpus?: Members<'CPU'>): { readonly first: readonly Effect[]; readonly last: readonly Effect[] };
}

/** How much a rule's flush covers. */
export type FlushScope = HookedFlush['scope'];

/** A kernel: rules on an architecture. */
export interface Kernel {
  readonly arch: Arch;
  /** Names of the rules in force. */
  readonly rules: RulesInForce;
  /** The scheme that puts flushes off; absent in vanilla. */
  readonly putOff: PutOff | undefined;
  /** Inserts the flushes that rules have put at a hook; returns the place where the path goes on. */
  insert(path: Path, hook: HookName, at: string, about: About): string;
  /** No rule keeps the unmap of a page from being put off. */
  qualifies(path: Path, about: About): Bool;
}

/** Where an operation lies in its thread's program. */
export interface PathEnds {
  /** Distinguishes the operation within its thread. */
  readonly prefix: string;
  readonly start: string;
  readonly end: string;
  /** For an operation that the thread may choose and need not: the place where it chooses. */
  readonly chosenAt?: string;
}

/** The steps of one operation, from the place `start` to the place `end`. */
export class Path {
  private readonly drafts: MicroStep[] = [];
  private readonly used = new Set<string>();
  private fresh = 0;

  /** @param header - line that opens the operation in a diagram, if it has one */
  constructor(
    readonly task: Task,
    /** The kernel and the architecture that the path runs on. */
    readonly kernel: Kernel,
    private readonly ends: PathEnds,
    private readonly header?: string,
  ) {}

  /** The machine that the operation runs on. */
  get machine(): Machine {
    return this.task.machine;
  }

  /** Names of the rules in force. */
  get rules(): RulesInForce {
    return this.kernel.rules;
  }

  /** Inserts the flushes that rules have put at a hook; returns the place where the path goes on. */
  insert(hook: HookName, at: string, about: About = {}): string {
    return this.kernel.insert(this, hook, at, about);
  }

  /** Adds a micro-step. */
  step(step: MicroStep): void {
    this.drafts.push(step);
  }

  /** A place that no other step of the operation uses. */
  place(hint: string): string {
    return `${hint}.${++this.fresh}`;
  }

  /** A local variable of the thread; it is reset when the operation ends. */
  local<D extends Domain>(name: string, domain: D, clear: (value: Handle<D>) => Effect): Handle<D> {
    this.used.add(name);
    return this.task.local(name, domain, clear);
  }

  /** A small counter local to the thread. */
  counter(name: string, high: number): Handle<ReturnType<typeof range>> {
    return this.local(name, range(0, high), (value) => value.becomes(0));
  }

  /** The effect of going to a place, for steps whose destination depends on the state; never `end`. */
  goto(place: string): Effect {
    // The end also resets the locals, some of which may not be known yet.
    if (place === 'end') throw new Error('an operation ends by a step of its own');
    return this.leave(place);
  }

  /** Effects that go to one place or another. */
  branch(condition: BoolLike, then: string, otherwise: string): Effect {
    return when(condition, [this.goto(then)], [this.goto(otherwise)]);
  }

  /** Adds the collected steps to the model; call it once, after the last step. */
  finish(): void {
    const reset = [...this.used].map((name) => this.task.resetOf(name));
    const taken = new Map<string, number>();
    for (const draft of this.drafts) {
      const label = draft.kernel.slice(draft.kernel.indexOf(' ') + 1);
      const name = `${this.ends.prefix} ${label}`;
      const repeated = (taken.get(name) ?? 0) + 1;
      taken.set(name, repeated);
      const unique = repeated > 1 ? `${name} #${repeated}` : name;
      this.add(draft, unique, label, reset);
      // Beginning a chosen operation is a step that never has to happen; beginning it again does.
      if (draft.at === 'start' && this.ends.chosenAt !== undefined) this.add(draft, `${unique} chosen`, label, reset, this.ends.chosenAt);
    }
  }

  private add(draft: MicroStep, name: string, label: string, reset: readonly Effect[], chosenAt?: string): void {
    const { task } = this;
    const header = draft.at === 'start' && this.header !== undefined ? [this.header] : [];
    // A path ends at its end, or by beginning again: an access that is tried once more.
    const closing = draft.to === 'end' || draft.to === 'start' ? reset : [];
    task.model.step(name, {
      label,
      actor: task.actorOf(draft.cpu ?? task.thread.cpu),
      spontaneous: chosenAt !== undefined,
      when: [task.pc.is(chosenAt ?? this.resolve(draft.at)), ...task.runs, ...(draft.when ?? [])],
      then: [
        ...(draft.then ?? []),
        ...closing,
        ...(draft.to === undefined ? [] : [this.leave(draft.to)]),
      ],
      says: [...header, ...(draft.says ?? [])].map((say) => (typeof say === 'string' ? { text: [say] } : say)),
      notes: {
        source: draft.kernel,
        provenance: draft.provenance ?? 'source',
        approximation: draft.approximation ?? 'exact',
        interleaves: draft.after,
      },
      parts: draft.parts ?? [],
      closing,
    });
  }

  private leave(place: string): Effect {
    return this.task.pc.becomes(this.resolve(place));
  }

  private resolve(place: string): string {
    if (place === 'start' || place === 'end') return this.task.place(this.ends[place]);
    return this.task.place(`${this.ends.prefix} ${place}`);
  }
}
