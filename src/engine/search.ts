/**
 * Breadth-first search over packed states. States are numbered in the order found; of several ways to
 * a state the least (parent, step) is kept, so that counts, depth and traces never vary.
 */
import { deadlock } from './model.js';
import { batchSize } from './module.js';
import type { Limit, Limits, Outcome, Progress, Violation } from './outcome.js';
import type { Program } from './program.js';
import { known, segmentStates, Store } from './store.js';

/** What to search for besides the limits. */
export interface SearchOptions {
  readonly limits: Limits;
  /** Milliseconds from any fixed moment; needed for a time limit and for the time taken. */
  readonly clock?: () => number;
  /** Properties to judge; by default all that the model declares. */
  readonly properties?: readonly string[];
  /** Stop once the level with the first violation of a judged property has been searched. */
  readonly stopAtViolation?: boolean;
  /** Collect every violation, of each property up to this many; by default none but the first is kept. */
  readonly sightingsMax?: number;
}

/** A search under way. It does no work of its own accord: call {@link Search.advance} until it says done. */
export class Search {
  readonly store: Store;
  /** Number of the first state of each level. */
  readonly levels: number[] = [0];
  private head = 0;
  private transitions = 0;
  private represented = 0;
  private readonly fired: Float64Array;
  private readonly violations = new Map<number, Violation>();
  private readonly sightings: Violation[] = [];
  /** Violations by the number of their property, those not collected included. */
  private readonly sighted: Float64Array;
  private readonly ends: number[][];
  private readonly judged: number;
  private readonly deadlockBit: number;
  private uncovered: number;
  private readonly started: number;
  private limit: Limit | undefined;
  private finished = false;

  constructor(
    readonly program: Program,
    private readonly options: SearchOptions,
  ) {
    const { model, instances, words } = program;
    if (options.limits.timeMsMax < Infinity && !options.clock) throw new TypeError('a time limit needs a clock');
    this.store = new Store(words, instances.length, (large) => program.loops(large));
    this.fired = new Float64Array(instances.length);
    this.ends = model.ends.map(() => []);
    this.sighted = new Float64Array(model.properties.length);
    const bitOf = (name: string): number => 1 << model.properties.findIndex((p) => p.name === name);
    const names = model.properties.map((p) => p.name);
    this.judged = (options.properties ?? names).reduce((mask, name) => {
      if (!names.includes(name)) throw new RangeError(`the model has no property ${name}`);
      return mask | bitOf(name);
    }, 0);
    this.deadlockBit = names.includes(deadlock) ? bitOf(deadlock) : 0;
    this.uncovered = (1 << model.covers.length) - 1;
    this.started = this.now();
    this.insertStarts();
  }

  /** Expands about this many states; true when the search is over. */
  advance(states: number): boolean {
    const target = Math.min(this.store.size, this.head + states);
    do {
      if (this.over()) return true;
      this.batchWithinMemory();
    } while (this.head < target);
    return this.finished;
  }

  /** Ends the search; the outcome tells what is known so far. */
  interrupt(limit: Limit = 'interrupted'): void {
    if (!this.finished) this.stop(limit);
  }

  /** How far the search has come. */
  progress(): Progress {
    return {
      states: this.store.size,
      transitions: this.transitions,
      depth: this.levels.length - 2,
      frontier: this.store.size - this.head,
      memoryBytes: this.store.bytes,
      timeMs: this.now() - this.started,
    };
  }

  /** What was found; final once {@link Search.advance} has returned true. */
  outcome(): Outcome {
    const { model, instances } = this.program;
    const fired = new Map(model.steps.map((step) => [step.name, 0]));
    instances.forEach(({ step }, i) => fired.set(step.name, fired.get(step.name)! + this.fired[i]!));
    const violations = [...this.violations].sort(([a], [b]) => a - b).map(([, violation]) => violation);
    return {
      ...this.progress(),
      verdict: violations.length ? 'violated' : this.limit ? 'unknown' : 'holds',
      ...(this.limit ? { limit: this.limit } : {}),
      represented: this.represented,
      violations,
      sightings: this.sightings,
      uncollected: model.properties.filter((_, i) => this.sightingsMax > 0 && this.sighted[i]! > this.sightingsMax).map(({ name }) => name),
      ends: model.ends.map(({ name }, i) => ({ name, states: this.ends[i]! })),
      fired,
      uncovered: model.covers.filter((_, i) => this.uncovered & (1 << i)).map((cover) => cover.name),
    };
  }

  private insertStarts(): void {
    this.store.reserve(this.program.starts.length);
    for (const real of this.program.starts) {
      const start = this.program.representative(real);
      const state = this.store.insert(start, 0, this.program.hash(start, 0), -1, 0);
      if (state === known) continue;
      this.represented += this.program.orbits[0]!;
      this.inspect(state);
    }
    this.levels.push(this.store.size);
  }

  /** Running out of memory is an outcome like any other limit. */
  private batchWithinMemory(): void {
    try {
      this.batch();
    } catch (error) {
      // V8's words for an array that there is no memory for; any other RangeError is a fault.
      if (!(error instanceof RangeError && /allocation|array length/i.test(error.message))) throw error;
      this.stop('memory');
    }
  }

  /** Expands states of the current level into one batch and inserts the successors in order. */
  private batch(): void {
    const { program, store, head: first } = this;
    const levelEnd = this.levels.at(-1)!;
    const last = Math.min(levelEnd, first + batchSize);
    store.reserve(program.taken.length);
    program.reset();
    try {
      this.expandTo(last);
    } finally {
      // A fault of a state before, at its end, comes before that of a step.
      this.classifyEnds(first, program.expanded());
    }
    program.canonize(0, program.count());
    this.insert(first, program.count());
    if (this.head === levelEnd) this.finishLevel();
  }

  /** Expands the states from the head on, up to the last or until there are enough successors. */
  private expandTo(last: number): void {
    const { program, store } = this;
    while (program.count() < batchSize && this.head < last) {
      const before = program.expanded();
      const inSegment = Math.min(last, (this.head | (segmentStates - 1)) + 1) - this.head;
      program.expandSome(store.segmentOf(this.head), store.offsetOf(this.head), inSegment);
      this.head += program.expanded() - before;
    }
  }

  private classifyEnds(first: number, count: number): void {
    const { progressTo } = this.program;
    for (let i = 0, before = 0; i < count; i++) {
      const after = progressTo[i]!;
      if (after === before) this.classifyEnd(first + i);
      before = after;
    }
  }

  /** Inserts the successors of the states from `first` on. */
  private insert(first: number, count: number): void {
    const { program, store } = this;
    const { states, hashes, taken, violated, listed, judged, filledTo, orbits, words } = program;
    const left = this.sift(count);
    this.uncovered = program.judge(left, this.uncovered);
    let parent = first;
    for (let at = 0; at < left; at++) {
      const i = listed[at]!;
      const step = taken[i]!;
      while (filledTo[parent - first]! <= i) parent++;
      if (violated[i]! & this.judged) this.observe(violated[i]!, parent, step);
      const state = store.insert(states, i * words, hashes[i]!, parent, step);
      if (state === known) continue;
      this.represented += orbits[i]!;
      if (judged[at]! & this.judged) this.reach(state, judged[at]! & this.judged);
    }
    tally(this.fired, taken, count);
    this.transitions += count;
  }

  /** Lists the successors that are new, or all when one of them violates a property. */
  private sift(count: number): number {
    const { listed, violated } = this.program;
    if ((union(violated, count) & this.judged) === 0) return this.store.sift(count);
    for (let i = 0; i < count; i++) listed[i] = i;
    return count;
  }

  private reach(state: number, violated: number): void {
    this.record(violated, { state, length: this.levels.length - 1 });
  }

  /** Judges a start state. */
  private inspect(state: number): void {
    const segment = this.store.segmentOf(state);
    const offset = this.store.offsetOf(state);
    const violated = this.program.check(segment, offset) & this.judged;
    if (violated) this.reach(state, violated);
    if (this.uncovered) this.uncovered &= ~this.program.cover(segment, offset);
  }

  private observe(mask: number, parent: number, step: number): void {
    this.record(mask & this.judged, { state: parent, step, length: this.levels.length - 1 });
  }

  private record(mask: number, violation: Omit<Violation, 'property'>): void {
    this.program.model.properties.forEach(({ name }, i) => {
      if (!(mask & (1 << i))) return;
      if (!this.violations.has(i)) this.violations.set(i, { property: name, ...violation });
      if (++this.sighted[i]! <= this.sightingsMax) this.sightings.push({ property: name, ...violation });
    });
  }

  private classifyEnd(state: number): void {
    const mask = this.program.end(this.store.segmentOf(state), this.store.offsetOf(state));
    if (mask) this.ends[31 - Math.clz32(mask & -mask)]!.push(state);
    else if (this.deadlockBit & this.judged) this.record(this.deadlockBit, { state, length: this.levels.length - 2 });
  }

  private finishLevel(): void {
    if (this.store.size === this.head) this.stop();
    else if (this.options.stopAtViolation && this.violations.size) this.stop('violation');
    else this.levels.push(this.store.size);
  }

  private over(): boolean {
    if (!this.finished) this.checkLimits();
    return this.finished;
  }

  private checkLimits(): void {
    const { limits } = this.options;
    const growth = this.store.growth(this.program.taken.length);
    if (this.store.size > limits.statesMax) this.stop('states');
    else if (this.store.bytes + growth > limits.memoryBytesMax) this.stop('memory');
    else if (this.levels.length - 2 >= limits.depthMax) this.stop('depth');
    else if (this.now() - this.started > limits.timeMsMax) this.stop('time');
  }

  private stop(limit?: Limit): void {
    this.finished = true;
    this.limit = limit;
  }

  private get sightingsMax(): number {
    return this.options.sightingsMax ?? 0;
  }

  private now(): number {
    return this.options.clock?.() ?? 0;
  }
}

/** Searches to the end in one go. */
export function search(program: Program, options: SearchOptions): Outcome {
  const running = new Search(program, options);
  while (!running.advance(1 << 16));
  return running.outcome();
}

// Loops over a batch are functions of their own, which the compiler does better with.

function tally(fired: Float64Array, taken: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) fired[taken[i]!]!++;
}

function union(masks: Int32Array, count: number): number {
  let all = 0;
  for (let i = 0; i < count; i++) all |= masks[i]!;
  return all;
}
