/**
 * The second pass for readable traces: of all shortest paths to a violation, the one with the fewest
 * context switches, then the least (parent, step). Breadth-first search alone keeps the first found.
 *
 * It goes backward through what was searched, marking the states on shortest paths, and then forward through the
 * marked ones only, in states of the model as it is written: with symmetry, each marked state stands for
 * all in its orbit.
 */
import { deadlock } from './model.js';
import type { Violation } from './outcome.js';
import type { Program } from './program.js';
import type { Search } from './search.js';
import type { Path } from './trace.js';
import { known } from './slots.js';

/**
 * The best shortest path to a violation of the same property, or to one of those given, all as near (with
 * symmetry, to one in a state for which theirs stand). Takes a bit for each state up to the violation's level, and some
 * hundred bytes for each one on a shortest path, so the caller bounds `states` first.
 */
export function rankedPath(search: Search, violation: Violation, among?: readonly Violation[]): Path {
  const goal = new Goal(search, violation, among);
  return new Forward(search, goal, marksOf(search, goal)).best();
}

/** What a path must lead to. */
class Goal {
  /** The level of the states that violate the property or from which a step does. */
  readonly level: number;
  private readonly bit: number;
  private readonly wanted: ReadonlySet<string> | undefined;

  constructor(
    private readonly search: Search,
    private readonly violation: Violation,
    among: readonly Violation[] | undefined,
  ) {
    this.level = violation.step === undefined ? violation.length : violation.length - 1;
    this.bit = 1 << search.program.model.properties.findIndex((p) => p.name === violation.property);
    this.wanted = among && new Set(among.map(({ state, step }) => this.keyOf(state, step)));
  }

  /** Whether steps violate the property, and not states. */
  get bySteps(): boolean {
    return this.violation.step !== undefined;
  }

  /** The states of a level, from the first one up to before the second number. */
  range(level: number): readonly [number, number] {
    const { levels, store } = this.search;
    return [levels[level]!, Math.min(store.size, levels[level + 1] ?? store.size)];
  }

  /** A state of the level is an end of the path, or some step from it is the last one. */
  reachedIn(state: number): boolean {
    const { program, store } = this.search;
    const [segment, offset] = [store.segmentOf(state), store.offsetOf(state)];
    if (!this.bySteps) return this.isWanted(state) && this.isViolated(segment, offset);
    program.reset();
    program.expand(segment, offset);
    return this.lastSteps(state).length > 0;
  }

  /** Of the successors in the buffers, those by which the path may end, given the state that stands for the one before. */
  lastSteps(state: number): number[] {
    const { program } = this.search;
    const all = Array.from({ length: program.count() }, (_, i) => i);
    return all.filter((i) => program.violated[i]! & this.bit && this.isWanted(state, program.taken[i]));
  }

  private isViolated(segment: Int32Array, offset: number): boolean {
    const { program } = this.search;
    if (this.violation.property === deadlock) return isDeadlock(program, segment, offset);
    return (program.check(segment, offset) & this.bit) !== 0;
  }

  private isWanted(state: number, step?: number): boolean {
    return this.wanted?.has(this.keyOf(state, step)) ?? true;
  }

  /** Another state of the orbit takes another step. */
  private keyOf(state: number, step: number | undefined): string {
    return this.search.program.symmetry.order > 1 ? String(state) : `${state} ${step}`;
  }
}

function isDeadlock(program: Program, segment: Int32Array, offset: number): boolean {
  program.reset();
  program.expand(segment, offset);
  return program.progress() === 0 && program.end(segment, offset) === 0;
}

/** A set of states. */
class Marks {
  private readonly bits: Int32Array;

  constructor(states: number) {
    this.bits = new Int32Array((states + 31) >>> 5);
  }

  add(state: number): void {
    this.bits[state >>> 5]! |= 1 << (state & 31);
  }

  has(state: number): boolean {
    return ((this.bits[state >>> 5]! >>> (state & 31)) & 1) === 1;
  }
}

/** The states on shortest paths to the goal. */
function marksOf(search: Search, goal: Goal): Marks {
  const { program, store } = search;
  const marks = new Marks(goal.range(goal.level)[1]);
  const markLevel = (level: number, isOn: (state: number) => boolean): void => {
    const [first, end] = goal.range(level);
    for (let state = first; state < end; state++) if (isOn(state)) marks.add(state);
  };
  markLevel(goal.level, (state) => goal.reachedIn(state));
  for (let level = goal.level - 1; level >= 0; level--) {
    const range = goal.range(level + 1);
    markLevel(level, (state) => {
      program.reset();
      program.expand(store.segmentOf(state), store.offsetOf(state));
      program.canonize(0, program.count());
      for (let i = 0; i < program.count(); i++) if (markedAt(search, i, range, marks) !== known) return true;
      return false;
    });
  }
  return marks;
}

/** The number of a successor in the buffers if it is marked and of a level; else {@link known}. */
function markedAt({ program, store }: Search, i: number, [first, end]: readonly [number, number], marks: Marks): number {
  const found = store.find(program.states, i * program.words, program.hashes[i]!);
  return found >= first && found < end && marks.has(found) ? found : known;
}

/** States of one level, in the order of breadth-first search, with the cheapest ways to them by the actor of the last step. */
class Level {
  readonly states: Int32Array[] = [];
  /** The state of the search that stands for each. */
  readonly found: number[] = [];
  /** By cell (state times actors plus actor) the context switches; infinite where no step of the actor leads to the state. */
  readonly switches: number[] = [];
  /** The cell of the level before, and the step from there. */
  readonly from: number[] = [];
  readonly steps: number[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly actors: number) {}

  /** The number of a state, which may be new. */
  number(words: Int32Array, found: number, cost = Infinity): number {
    const key = words.join();
    const before = this.numbers.get(key);
    if (before !== undefined) return before;
    this.numbers.set(key, this.states.length);
    this.found.push(found);
    for (let actor = 0; actor < this.actors; actor++) {
      this.switches.push(cost);
      this.from.push(-1);
      this.steps.push(-1);
    }
    return this.states.push(words) - 1;
  }

  /** Of equally cheap ways the first one stays. */
  relax(cell: number, cost: number, from: number, step: number): void {
    if (cost >= this.switches[cell]!) return;
    this.switches[cell] = cost;
    this.from[cell] = from;
    this.steps[cell] = step;
  }

  /** The cheapest way to a state before a step of an actor. */
  cheapest(state: number, actor: number): { cell: number; cost: number } {
    let [cell, cost] = [-1, Infinity];
    for (let previous = 0; previous < this.actors; previous++) {
      const at = state * this.actors + previous;
      const total = this.switches[at]! + (previous === actor ? 0 : 1);
      if (total < cost) [cell, cost] = [at, total];
    }
    return { cell, cost };
  }

  /** Forgets what only going on needs. */
  close(): void {
    this.states.length = this.found.length = this.switches.length = 0;
    this.numbers.clear();
  }
}

/** The way forward through the states that marked ones stand for. */
class Forward {
  private readonly actorOf: readonly number[];
  private readonly actors: number;
  private readonly levels: Level[] = [];

  constructor(
    private readonly search: Search,
    private readonly goal: Goal,
    private readonly marks: Marks,
  ) {
    const { program } = search;
    const actors = [...new Set(program.model.steps.map((step) => step.actor))];
    this.actorOf = program.instances.map(({ step }) => actors.indexOf(step.actor));
    this.actors = actors.length;
  }

  best(): Path {
    let level = this.starts();
    this.levels.push(level);
    while (this.levels.length <= this.goal.level) {
      const next = this.after(level);
      level.close();
      this.levels.push((level = next));
    }
    return this.goal.bySteps ? this.byLastStep(level) : this.byLastState(level);
  }

  /** Before the first step every actor is as good as the last one, so that nobody switches to it. */
  private starts(): Level {
    const { program, store } = this.search;
    const level = new Level(this.actors);
    // The numbers of the starts are those of the model's, marked or not.
    for (const start of program.starts) {
      const representative = program.representative(start);
      const found = store.find(representative, 0, program.hash(representative, 0));
      level.number(start, found, this.marks.has(found) ? 0 : Infinity);
    }
    return level;
  }

  private after(level: Level): Level {
    const { program } = this.search;
    const { words } = program;
    const next = new Level(this.actors);
    const range = this.goal.range(this.levels.length);
    level.states.forEach((state, number) => {
      if (!this.marks.has(level.found[number]!)) return;
      program.reset();
      program.expand(state, 0);
      const real = program.states.slice(0, program.count() * words);
      program.canonize(0, program.count());
      for (let i = 0; i < program.count(); i++) {
        const found = markedAt(this.search, i, range, this.marks);
        if (found === known) continue;
        const step = program.taken[i]!;
        const actor = this.actorOf[step]!;
        const { cell, cost } = level.cheapest(number, actor);
        next.relax(next.number(real.slice(i * words, (i + 1) * words), found) * this.actors + actor, cost, cell, step);
      }
    });
    return next;
  }

  private byLastStep(level: Level): Path {
    const { program } = this.search;
    const best = { cost: Infinity, cell: -1, step: -1 };
    level.states.forEach((state, number) => {
      program.reset();
      program.expand(state, 0);
      for (const i of this.goal.lastSteps(level.found[number]!)) {
        const step = program.taken[i]!;
        const { cell, cost } = level.cheapest(number, this.actorOf[step]!);
        if (cost < best.cost) Object.assign(best, { cost, cell, step });
      }
    });
    return this.pathTo(best.cell, best.step);
  }

  private byLastState(level: Level): Path {
    const cell = level.switches.reduce((best, cost, at) => (cost < (level.switches[best] ?? Infinity) ? at : best), -1);
    return this.pathTo(cell);
  }

  private pathTo(cell: number, ...last: number[]): Path {
    const steps = last;
    let at = cell;
    for (const { from, steps: taken } of this.levels.slice(1).reverse()) {
      steps.unshift(taken[at]!);
      at = from[at]!;
    }
    return { start: Math.floor(at / this.actors), steps };
  }
}
