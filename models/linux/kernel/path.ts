/**
 * How kernel paths are written down: a path is one operation of one thread, as micro-steps between
 * named places. Each step is atomic; between two steps anything may interleave.
 */
import {
  member,
  range,
  when,
  type Bool,
  type BoolLike,
  type Choice,
  type Domain,
  type Effect,
  type Handle,
  type Index,
  type Line,
  type Model,
} from '../../../src/index.js';
import type { Thread } from '../../../src/litmus/scenario.js';
import type { Provenance } from '../rules/rule.js';
import { kindOf, mappingsOf } from '../machine/contents.js';
import type { Cpu, Machine } from '../machine/machine.js';

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
}

/** A thread of the scenario with its program counter and its local variables. */
export class Task {
  readonly index: Index<'THREAD'>;
  readonly cpu: Cpu;
  readonly pc: Choice;
  private readonly places: string[] = [];
  private readonly locals = new Map<string, { value: unknown; reset: Effect }>();

  constructor(
    readonly machine: Machine,
    readonly model: Model,
    readonly thread: Thread,
  ) {
    this.index = member(machine.THREAD, machine.THREAD.members.indexOf(thread.name));
    this.cpu = member(machine.CPU, thread.cpu);
    this.place('start');
    this.pc = machine.schema.variable(`${thread.name}.pc`, { kind: 'choice', names: this.places });
  }

  /** Makes a place known and returns its name. */
  place(name: string): string {
    if (!this.places.includes(name)) this.places.push(name);
    return name;
  }

  /** Every place known so far. */
  get allPlaces(): readonly string[] {
    return this.places;
  }

  /** A variable of the thread, shared by all its operations; it starts with its domain's first value. */
  local<D extends Domain>(name: string, domain: D, clear: (value: Handle<D>) => Effect): Handle<D> {
    const found = this.locals.get(name);
    if (found) return found.value as Handle<D>;
    const variable: unknown = this.machine.schema.variable(`${this.thread.name}.${name}`, domain);
    const value = variable as Handle<D>;
    this.locals.set(name, { value, reset: clear(value) });
    return value;
  }

  /** The effect that gives a local its first value again. */
  resetOf(name: string): Effect {
    return this.locals.get(name)!.reset;
  }

  /** The CPU runs this thread: no other thread has turned its interrupts off. */
  get runs(): Bool[] {
    const { machine, thread } = this;
    const others = machine.scenario.threads.filter((t) => t.cpu === thread.cpu && t !== thread);
    const atomic = others.some((t) => t.body.some(({ operation }) => operation === 'alloc_atomic'));
    const { irqsOff } = machine.state.cpu.at(this.cpu);
    return atomic ? [irqsOff.isNone().or(irqsOff.is(this.index))] : [];
  }

  /** The kinds of mapping that a page can have in this scenario. */
  kindsOf(page: string): ReadonlySet<string> {
    return new Set(this.mappings(page).map((m) => m.kind));
  }

  /** The files that a page can map in this scenario, in the given kind of mapping. */
  filesOf(page: string, kind: 'shared' | 'private'): string[] {
    return [...new Set(this.mappings(page).flatMap((m) => (m.kind === kind ? [m.object] : [])))];
  }

  private mappings(page: string): { kind: string; object: string }[] {
    return mappingsOf(this.machine.scenario)
      .filter((m) => m.page === page)
      .map(({ mapping }) => ({ kind: kindOf(mapping), object: mapping.object }));
  }

  /** The column of the diagram for a CPU: the CPU with the threads placed on it. */
  actorOf(cpu: number): string {
    const names = this.machine.scenario.threads.filter((t) => t.cpu === cpu).map((t) => t.name);
    return `CPU${cpu} (${names.join(', ')})`;
  }
}

/** The steps of one operation, from the place `start` to the place `end`. */
export class Path {
  private readonly drafts: MicroStep[] = [];
  private readonly used = new Set<string>();
  private fresh = 0;

  /**
   * @param prefix - distinguishes the operation within its thread
   * @param header - line that opens the operation in a diagram, if it has one
   */
  constructor(
    readonly task: Task,
    private readonly ends: { readonly prefix: string; readonly start: string; readonly end: string },
    private readonly header?: string,
  ) {}

  /** The machine that the operation runs on. */
  get machine(): Machine {
    return this.task.machine;
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
      this.add(draft, repeated > 1 ? `${name} #${repeated}` : name, label, reset);
    }
  }

  private add(draft: MicroStep, name: string, label: string, reset: readonly Effect[]): void {
    const { task } = this;
    const header = draft.at === 'start' && this.header !== undefined ? [this.header] : [];
    task.model.step(name, {
      label,
      actor: task.actorOf(draft.cpu ?? task.thread.cpu),
      when: [task.pc.is(this.resolve(draft.at)), ...task.runs, ...(draft.when ?? [])],
      then: [
        ...(draft.then ?? []),
        // A path ends at its end, or by beginning again: an access that is tried once more.
        ...(draft.to === 'end' || draft.to === 'start' ? reset : []),
        ...(draft.to === undefined ? [] : [this.leave(draft.to)]),
      ],
      says: [...header, ...(draft.says ?? [])].map((say) => (typeof say === 'string' ? { text: [say] } : say)),
      notes: {
        source: draft.kernel,
        provenance: draft.provenance ?? 'source',
        approximation: draft.approximation ?? 'exact',
        interleaves: draft.after,
      },
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
