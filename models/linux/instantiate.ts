/**
 * Builds the model of a scenario under a choice of rules: the machine, one path an operation, the
 * MMU's own steps, the properties and the ends.
 */
import {
  allOf,
  anyOf,
  choose,
  exists,
  Model,
  type Bool,
  type Effect,
  type Trace,
} from '../../src/index.js';
import type { Location, Proposition, RuleExpression, Scenario, Statement } from '../../src/litmus/scenario.js';
import type { Instance } from '../../src/litmus/vocabulary.js';
import { exhausted, allocating } from './kernel/page-alloc.js';
import { kernelOf } from './kernel/kernel.js';
import { boot } from './boot.js';
import { causeOf } from './cause.js';
import { checkScenario, remarksOn } from './check.js';
import { chosenIn } from './chosen.js';
import { interchangesOf } from './interchange.js';
import { Path, type Kernel, type PathEnds, type Scene } from './kernel/path.js';
import { Task } from './kernel/task.js';
import { mmu } from './kernel/user.js';
import { Machine, type Content } from './machine/machine.js';
import { longOperations, operations, prefixOf, worldOf } from './operations.js';
import { declareProperties } from './properties.js';
import { AskedRules, changesOf, resolveRules } from './rules/resolve.js';
import type { RuleTable } from './rules/rule.js';

/** Place at which a thread has finished its program. */
const finishedPlace = 'finished';

/**
 * The model of a scenario under the rules of an expression; throws a RuleError where a rule of one's own cannot be built in.
 * A `long` one is for runs that nobody searches or judges: see {@link World.long}.
 */
export function instantiate(scenario: Scenario, expression: RuleExpression, table: RuleTable, size: { readonly long?: boolean } = {}): Instance {
  const world = worldOf(scenario, size);
  checkScenario(scenario, world);
  const { set, rules } = resolveRules(expression, table);
  const machine = new Machine(world);
  const model = new Model(scenario.name, machine.schema);
  const answering = new AskedRules(rules);
  const kernel = kernelOf(machine, table.rules, answering);
  const programs = scenario.threads.map((thread) => new ThreadProgram(new Task(machine, model, thread), kernel));
  for (const program of programs) program.write();
  const finished = allOf(programs.map((p) => p.finished));
  const scene: Scene = {
    machine,
    unfinished: (cpu, mm) => {
      const there = programs.filter(({ task: { thread } }) => thread.cpu === cpu && thread.mm === mm);
      return anyOf(there.map((p) => p.over.not()));
    },
  };
  mmu(model, scene);
  kernel.arch.background(kernel, model, scene);
  model.start(...boot(machine));
  declareProperties(model, machine);
  const { filter } = scenario;
  // Executions that the filter is bound to drop are neither followed nor judged any further.
  if (filter) model.cut('filtered out', settledTrue(machine, programs, negation(filter)));
  model.end('finished', finished);
  model.end('out of memory', anyOf(programs.map((p) => p.allocating)).and(exhausted(machine)));
  declareCovers(model, machine);
  model.interchangeable(...interchangesOf(machine));
  return {
    model,
    base: set.base,
    arch: kernel.arch.name,
    asked: answering.asked,
    changes: changesOf(expression, table),
    remarks: remarksOn(scenario, expression, table),
    assumptions: (trace) => assumptionsOf(trace, machine),
    finished: 'finished',
    outOfMemory: 'out of memory',
    frames: machine.contents.frames,
    causeOf: (program, history) => causeOf(machine, program, history),
    chosen: (trace) => chosenIn(machine.world, trace),
    value: (location) => valueOf(machine, programs, location),
    settled: (proposition) => settledTrue(machine, programs, proposition),
  };
}

/** The steps of one thread. */
class ThreadProgram {
  private readonly registers = new Map<string, { value: Content; last: number }>();
  private readonly starts: string[] = [];
  /** Places where the thread may stop for good. */
  private readonly optional: string[] = [];

  constructor(
    readonly task: Task,
    private readonly kernel: Kernel,
  ) {}

  write(): void {
    const slots = this.task.machine.world.programs.get(this.task.thread.name)!;
    slots.forEach((slot, i) => {
      const start = i === 0 ? 'start' : `op ${i}`;
      const end = i === slots.length - 1 ? finishedPlace : `op ${i + 1}`;
      this.task.place(start);
      this.starts.push(start);
      if (!slot.optional) this.operation(slot.alternatives[0]!, { prefix: prefixOf(this.task.thread, i), start, end });
      else this.choice(slot.alternatives, { number: i, start, end });
    });
    this.task.place(finishedPlace);
    if (slots.length === 0) this.empty();
    slots.forEach((slot, i) => {
      for (const { register } of slot.alternatives) if (register) this.registerAt(register).last = i;
    });
  }

  /** The thread has come to the end of its program, or need not go on. */
  get finished(): Bool {
    return this.task.pc.is(finishedPlace, ...this.optional);
  }

  /** The thread can take no step of its own any more. */
  get over(): Bool {
    return this.task.pc.is(finishedPlace);
  }

  /** The thread waits for a free frame, if none is free. */
  get allocating(): Bool {
    const places = this.task.allPlaces.filter((place) => place.includes(` ${allocating}.`));
    return places.length ? this.task.pc.is(...places) : anyOf([]);
  }

  /** The value of a register, and whether it can still change. */
  register(name: string): { value: Content; final: Bool } {
    const { value, last } = this.registerAt(name);
    const earlier = this.task.allPlaces.filter((place) => this.slotOf(place) <= last);
    return { value, final: this.task.pc.isNot(...earlier) };
  }

  private slotOf(place: string): number {
    if (place === finishedPlace) return Infinity;
    const start = this.starts.indexOf(place);
    return start >= 0 ? start : Number(/^[^.]*\.(\d+)/.exec(place)?.[1]);
  }

  private registerAt(name: string): { value: Content; last: number } {
    const found = this.registers.get(name);
    if (found) return found;
    const { machine, thread } = this.task;
    const value = machine.schema.variable(`${thread.name}:${name}`, machine.CONTENT, machine.contents.values.indexOf('0'));
    const register = { value, last: -1 };
    this.registers.set(name, register);
    return register;
  }

  private operation(statement: Statement, ends: PathEnds): void {
    const operation = [...operations, ...longOperations].find((o) => o.id === statement.operation);
    if (!operation) throw new Error(`no path for the operation ${statement.operation}`);
    const path = new Path(this.task, this.kernel, ends, operation.header?.(statement));
    const deliver = (value: Content): Effect[] =>
      statement.register === undefined ? [] : [this.registerAt(statement.register).value.becomes(value)];
    operation.write(path, { statement, deliver });
    path.finish();
  }

  /** any(n): the thread begins one of the operations, or leaves it at what it has done. */
  private choice(alternatives: readonly Statement[], { number, start, end }: { number: number; start: string; end: string }): void {
    for (const statement of alternatives) {
      const prefix = prefixOf(this.task.thread, number, statement.text);
      this.operation(statement, { prefix, start: `${prefix}: start`, end, chosenAt: start });
    }
    this.optional.push(start);
  }

  private empty(): void {
    const { task } = this;
    task.model.step(`${task.thread.name} does nothing`, {
      actor: task.actorOf(task.thread.cpu),
      when: [task.pc.is('start')],
      then: [task.pc.becomes(finishedPlace)],
      notes: { source: 'scenario empty thread', provenance: 'source', approximation: 'exact', interleaves: 'the thread has finished' },
    });
  }
}

/** The final value of a location; a file's is what read(2) would return. */
function valueOf(machine: Machine, programs: readonly ThreadProgram[], location: Location): Content {
  switch (location.kind) {
    case 'register':
      return programOfThread(programs, location.thread).register(location.register).value;
    case 'integer':
      return machine.integer(location.integer);
    case 'file': {
      const { cache, disk, empty } = machine.state.file.at(machine.file(location.file));
      const whole = choose(cache.isSome(), machine.state.frame.at(cache).content, disk);
      return machine.truncates ? choose(empty, machine.content(0), whole) : whole;
    }
  }
}

/** The proposition holds and no step can make it false again. */
function settledTrue(machine: Machine, programs: readonly ThreadProgram[], proposition: Proposition): Bool {
  switch (proposition.kind) {
    case 'compare':
      return final(programs, proposition.location).and(compare(machine, programs, proposition));
    case 'not':
      return settledTrue(machine, programs, negation(proposition.of));
    case 'and':
      return allOf(proposition.of.map((p) => settledTrue(machine, programs, p)));
    case 'or':
      return anyOf(proposition.of.map((p) => settledTrue(machine, programs, p)));
  }
}

type Comparison = Extract<Proposition, { kind: 'compare' }>;

function compare(machine: Machine, programs: readonly ThreadProgram[], { location, equal, value }: Comparison): Bool {
  const position = machine.contents.values.indexOf(String(value));
  const actual = valueOf(machine, programs, location);
  // A value that the scenario never produces equals nothing.
  const equals = position < 0 ? anyOf([]) : actual.is(machine.content(String(value)));
  return equal ? equals : equals.not();
}

/** The location keeps its value from now on. */
function final(programs: readonly ThreadProgram[], location: Location): Bool {
  if (location.kind === 'register') return programOfThread(programs, location.thread).register(location.register).final;
  return allOf(programs.map((p) => p.over));
}

function negation(proposition: Proposition): Proposition {
  switch (proposition.kind) {
    case 'compare':
      return { ...proposition, equal: !proposition.equal };
    case 'not':
      return proposition.of;
    case 'and':
      return { kind: 'or', of: proposition.of.map(negation) };
    case 'or':
      return { kind: 'and', of: proposition.of.map(negation) };
  }
}

function programOfThread(programs: readonly ThreadProgram[], name: string): ThreadProgram {
  return programs.find((p) => p.task.thread.name === name)!;
}

/**
 * What must be reachable for a verdict to say anything: a TLB entry that outlives its PTE, or, where protections
 * change, that allows something else.
 */
function declareCovers(model: Model, machine: Machine): void {
  const { state, CPU, PAGE } = machine;
  const protections = machine.uses('mprotect', 'uffd_wp', 'uffd_unprotect');
  const stale = exists(CPU, (c) =>
    exists(PAGE, (p) => {
      const [entry, pte] = [state.tlb.at(c, p), state.pte.at(p)];
      const sameRights = anyOf([allOf([entry.writable, pte.writable]), allOf([entry.writable.not(), pte.writable.not()])]);
      const same = [pte.kind.is('present'), pte.frame.is(entry.frame), ...(protections ? [sameRights] : [])];
      return entry.frame.isSome().and(allOf(same).not());
    }),
  );
  model.cover('a stale TLB entry', stale);
}

/** Abstractions that a trace rests on, told by the steps that it takes. */
function assumptionsOf(trace: Trace, machine: Machine): string[] {
  const takes = (label: string): boolean => trace.steps.some((step) => step.label === label);
  return [
    ...(takes('free_pgtables()') && !machine.options.has('alone')
      ? ['another VMA shares the page table, so free_pgtables() keeps it.']
      : []),
    ...(takes('rmqueue()') ? ['the allocator may hand out any free frame.'] : []),
  ];
}
