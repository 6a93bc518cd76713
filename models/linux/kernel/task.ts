/** A thread of the scenario: where it is in its program, and what it keeps between two steps. */
import {
  member,
  type Bool,
  type Choice,
  type Domain,
  type Effect,
  type Handle,
  type Index,
  type Model,
} from '../../../src/index.js';
import type { Thread } from '../../../src/litmus/scenario.js';
import type { Cpu, Machine } from '../machine/machine.js';

/** A thread of the scenario with its program counter and its local variables. */
export class Task {
  readonly index: Index<'THREAD'>;
  readonly cpu: Cpu;
  readonly pc: Choice;
  private readonly places: string[] = [];
  private readonly locals = new Map<string, { value: unknown; reset: Effect }>();
  private readonly lasting = new Map<string, unknown>();

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

  /** A variable of the thread that keeps its value from one operation to the next. */
  kept<D extends Domain>(name: string, domain: D): Handle<D> {
    const found = this.lasting.get(name);
    if (found) return found as Handle<D>;
    const variable: unknown = this.machine.schema.variable(`${this.thread.name}.${name}`, domain);
    this.lasting.set(name, variable);
    return variable as Handle<D>;
  }

  /** The effect that gives a local its first value again. */
  resetOf(name: string): Effect {
    return this.locals.get(name)!.reset;
  }

  /**
   * The CPU runs this thread: no other thread has turned its interrupts off, and the CPU is in the
   * thread's address space, or in lazy TLB mode for a kernel thread.
   */
  get runs(): Bool[] {
    const { machine, thread } = this;
    const { irqsOff, mm, lazy, next } = machine.state.cpu.at(this.cpu);
    const on = irqsOff.isNone().or(irqsOff.is(this.index));
    if (!machine.switches(thread.cpu)) return [on];
    return [on, next.isNone(), thread.mm === undefined ? lazy.or(mm.isNone()) : mm.is(machine.mm(thread.mm)).and(lazy.not())];
  }

  /** The page that a thread means by a name: in a forked address space its own copy. */
  pageNamed(name: string): string {
    const { machine, thread } = this;
    if (thread.mm === undefined || machine.mmNameOf(name) === thread.mm) return name;
    const copy = machine.contents.pages.find((page) => page.mm === thread.mm && page.name === `${thread.mm}:${name}`);
    if (!copy) throw new Error(`${thread.name} has no page ${name}`);
    return copy.name;
  }

  /** The column of the diagram for a CPU: the CPU with the threads placed on it. */
  actorOf(cpu: number): string {
    const names = this.machine.scenario.threads.filter((t) => t.cpu === cpu).map((t) => t.name);
    return `CPU${cpu} (${names.join(', ')})`;
  }
}
