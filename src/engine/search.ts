/**
 * Breadth-first search over packed states. States are numbered in the order found; of several ways to
 * a state the least (parent, step) is kept, so that counts, depth and traces never vary.
 */
import { ArchiveError, type Archive } from './arena.js';
import { Expander, type Finder, type Questions } from './expander.js';
import { batchSize } from './module.js';
import type { Counts } from './member.js';
import { roundParents } from './round.js';
import { deadlock } from './model.js';
import type { Limit, Limits, Outcome, Progress, Violation } from './outcome.js';
import type { Program } from './program.js';
import type { Resumed, Snapshot } from './snapshot.js';
import { known } from './slots.js';
import { Store } from './store.js';
import { Team, type Helpers } from './team.js';

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
  /** Threads that help once the search is large; what is found is the same. */
  readonly helpers?: Helpers;
  /** The number of states from which on a search is large. */
  readonly largeFrom?: number;
  /** Where the words of states go that memory is too small for. */
  readonly archive?: Archive | undefined;
  /** Keep 64 bits of hashes in place of the words of states that have been expanded. */
  readonly hashCompaction?: boolean;
  /** Has the system take back memory that nobody needs, at once; the memory limit holds for the process only then. */
  readonly collect?: (() => void) | undefined;
  /** Go on where an earlier search of the same model, with the same options, has been. */
  readonly resume?: Resumed | undefined;
}

/** Threads are worth their start from so many states on. */
const defaultLargeFrom = 1 << 16;

/** They are called at this part of it, since they take some time to start. */
const calledBefore = 4;

/** A search under way. It does no work of its own accord: call {@link Search.advance} until it says done. */
export class Search {
  readonly store: Store;
  /** Number of the first state of each level. */
  readonly levels: number[] = [0];
  private head = 0;
  /** The state before which limits are looked at next; where that is does not depend on who expands. */
  private roundEnd = 0;
  private roundStart = 0;
  private readonly expander: Expander;
  /** States that those which this thread has found stand for. */
  private represented = 0;
  private team: Team | undefined;
  private isGathered = false;
  private readonly questions: Questions;
  private readonly violations = new Map<number, Violation>();
  private readonly sightings: Violation[] = [];
  /** Violations by the number of their property, those not collected included. */
  private readonly sighted: Float64Array;
  private readonly ends: number[][];
  private readonly started: number;
  private limit: Limit | undefined;
  private problem: string | undefined;
  private finished = false;

  constructor(
    readonly program: Program,
    private readonly options: SearchOptions,
  ) {
    const { model, instances, words } = program;
    const { limits, archive, hashCompaction = false } = options;
    if (limits.timeMsMax < Infinity && !options.clock) throw new TypeError('a time limit needs a clock');
    this.questions = questionsOf(program, options.properties);
    this.store = new Store({
      words,
      childrenMax: instances.length,
      loopsOf: (large) => program.loops(large),
      memoryBytesMax: limits.memoryBytesMax,
      isShared: options.helpers !== undefined,
      collect: options.collect,
      archive,
      hashCompaction,
    });
    const finder: Finder = {
      ended: (state, ends) => this.ended(state, ends),
      observed: (properties, state, step) => this.record(properties, { state, step, length: this.depth + 1 }),
      found: (at, parent, violated) => this.found(at, parent, violated),
    };
    this.expander = new Expander(program, this.store, this.questions, finder);
    this.ends = model.ends.map(() => []);
    this.sighted = new Float64Array(model.properties.length);
    this.started = this.now() - (options.resume?.snapshot.timeMs ?? 0);
    if (options.resume) this.restore(options.resume);
    else this.insertStarts();
  }

  /** Expands about this many states; true when the search is over. */
  advance(states: number): boolean {
    const target = Math.min(this.store.size, this.head + states);
    do {
      this.withinMemory(() => {
        this.checkLimits();
        if (this.finished) return;
        if (this.team && this.isGathered) this.round(this.team);
        else this.batch();
      });
    } while (!this.finished && this.head < target);
    return this.finished;
  }

  /** Ends the search; the outcome tells what is known so far. */
  interrupt(limit: Limit = 'interrupted'): void {
    if (!this.finished) this.stop(limit);
  }

  /** Whether it is over; from the start, where a search is gone on with that had come to its end. */
  get isOver(): boolean {
    return this.finished;
  }

  /** How far the search has come. */
  progress(): Progress {
    return {
      states: this.store.size,
      transitions: this.counts.reduce((sum, { transitions }) => sum + transitions, 0),
      depth: this.depth,
      frontier: this.store.size - this.head,
      memoryBytes: this.bytes,
      timeMs: this.now() - this.started,
    };
  }

  /** What was found; final once {@link Search.advance} has returned true. */
  outcome(): Outcome {
    const { model, instances } = this.program;
    const fired = new Map(model.steps.map((step) => [step.name, 0]));
    for (const counts of this.counts) {
      instances.forEach(({ step }, i) => fired.set(step.name, fired.get(step.name)! + counts.fired[i]!));
    }
    const uncovered = this.counts.reduce((mask, counts) => mask & counts.uncovered, -1);
    const violations = [...this.violations].sort(([a], [b]) => a - b).map(([, violation]) => violation);
    return {
      ...this.progress(),
      verdict: violations.length ? 'violated' : this.limit ? 'unknown' : 'holds',
      ...(this.limit ? { limit: this.limit } : {}),
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      ...(this.store.arena.hasDigests && this.options.hashCompaction ? { omission: omission(this.store.size) } : {}),
      represented: this.represented,
      violations,
      // A state without a step is found when it is expanded, later than others of its level that violate something.
      sightings: [...this.sightings].sort((a, b) => a.length - b.length),
      uncollected: model.properties.filter((_, i) => this.sightingsMax > 0 && this.sighted[i]! > this.sightingsMax).map(({ name }) => name),
      ends: model.ends.map(({ name }, i) => ({ name, states: this.ends[i]! })),
      fired,
      uncovered: model.covers.filter((_, i) => uncovered & (1 << i)).map((cover) => cover.name),
    };
  }

  /** The search as plain data, with which another one can {@link SearchOptions.resume}. */
  snapshot(): Snapshot {
    const fired = this.expander.fired.map((_, i) => this.counts.reduce((sum, counts) => sum + counts.fired[i]!, 0));
    return {
      states: this.store.size,
      starts: this.store.startStates,
      expanded: this.head,
      levels: this.levels,
      round: [this.roundStart, this.roundEnd],
      transitions: this.progress().transitions,
      represented: this.represented,
      fired: [...fired],
      uncovered: this.counts.reduce((mask, counts) => mask & counts.uncovered, -1),
      violations: [...this.violations],
      sightings: this.sightings,
      sighted: [...this.sighted],
      ends: this.ends,
      timeMs: this.progress().timeMs,
    };
  }

  private restore({ snapshot, words, children }: Resumed): void {
    const { states, starts, expanded } = snapshot;
    this.store.restore({ states, starts, expanded, words, children });
    this.levels.splice(0, Infinity, ...snapshot.levels);
    this.head = expanded;
    [this.roundStart, this.roundEnd] = snapshot.round;
    this.expander.transitions = snapshot.transitions;
    this.represented = snapshot.represented;
    this.expander.fired.set(snapshot.fired);
    this.expander.uncovered = snapshot.uncovered;
    for (const [property, violation] of snapshot.violations) this.violations.set(property, violation);
    for (const sighting of snapshot.sightings) this.sightings.push(sighting);
    this.sighted.set(snapshot.sighted);
    snapshot.ends.forEach((ended, i) => (this.ends[i] = [...ended]));
    if (this.head === this.roundEnd) this.finishRound();
    else this.gather();
  }

  /** Steps from a start state to the states being expanded. */
  private get depth(): number {
    return this.levels.length - 2;
  }

  private get bytes(): number {
    return this.store.bytes + (this.team?.bytes ?? 0);
  }

  private get counts(): readonly Counts[] {
    return [this.expander, ...(this.team?.counts ?? [])];
  }

  private insertStarts(): void {
    this.store.reserve(this.program.starts.length);
    for (const real of this.program.starts) {
      const start = this.program.representative(real);
      const state = this.store.insert(start, 0, this.program.hash(start, 0), -1);
      if (state === known) continue;
      this.represented += this.program.orbits[0]!;
      this.inspect(state);
    }
    this.levels.push(this.store.size);
    this.beginRound();
  }

  /** Running out of memory or of disk is an outcome like any other limit. */
  private withinMemory(work: () => void): void {
    try {
      work();
    } catch (error) {
      // V8's words for an array that there is no memory for; any other RangeError is a fault.
      if (error instanceof RangeError && /allocation|array length/i.test(error.message)) this.stop('memory');
      else if (error instanceof ArchiveError) {
        this.stop('disk');
        this.problem = error.message;
      } else {
        this.dismiss();
        throw error;
      }
    }
  }

  /** Expands states of the current round into one batch. */
  private batch(): void {
    this.store.reserve(this.program.room);
    this.goOnFrom(this.expander.batch(this.head, this.roundEnd));
    if (this.head === this.roundEnd) this.finishRound();
  }

  /** Has a team expand the states of the current round. */
  private round(team: Team): void {
    const { sightings, ended, represented } = team.round(this.head, this.roundEnd);
    this.represented += represented;
    for (const { state, ends } of ended) this.ended(state, ends);
    for (const { properties, state, step } of sightings) {
      this.record(properties, { state, ...(step !== undefined && { step }), length: this.depth + 1 });
    }
    this.goOnFrom(this.roundEnd);
    this.finishRound();
  }

  private goOnFrom(head: number): void {
    this.head = head;
    this.store.expandedTo(head);
  }

  private finishRound(): void {
    if (this.head === this.levels.at(-1)) this.finishLevel();
    if (!this.finished) this.beginRound();
  }

  /** A round is some part of the states found so far, so that a limit is not exceeded by much, or the rest of the level. */
  private beginRound(): void {
    const parents = Math.min(roundParents, Math.max(batchSize, this.store.size >>> 3));
    this.roundStart = this.head;
    this.roundEnd = Math.min(this.levels.at(-1)!, this.head + parents);
    this.gather();
  }

  /** Calls the helpers when the search may become large, and goes on with them once it is. */
  private gather(): void {
    const { helpers, largeFrom = defaultLargeFrom } = this.options;
    const { size } = this.store;
    if (!helpers || this.isGathered || size < largeFrom / calledBefore) return;
    this.withinMemory(() => {
      this.team ??= new Team(this.program, this.store, this.questions, helpers);
      if (size < largeFrom) return;
      this.team.gather();
      this.isGathered = true;
    });
  }

  private found(at: number, parent: number, violated: number): void {
    const { states, hashes, orbits, words } = this.program;
    const state = this.store.insert(states, at * words, hashes[at]!, parent);
    if (state === known) return;
    this.represented += orbits[at]!;
    if (violated) this.record(violated, { state, length: this.depth + 1 });
  }

  /** Judges a start state. */
  private inspect(state: number): void {
    const segment = this.store.segmentOf(state);
    const offset = this.store.offsetOf(state);
    const violated = this.program.check(segment, offset) & this.questions.judged;
    if (violated) this.record(violated, { state, length: 0 });
    this.expander.uncovered &= ~this.program.cover(segment, offset);
  }

  private record(mask: number, violation: Omit<Violation, 'property'>): void {
    this.program.model.properties.forEach(({ name }, i) => {
      if (!(mask & (1 << i))) return;
      if (!this.violations.has(i)) this.violations.set(i, { property: name, ...violation });
      if (++this.sighted[i]! <= this.sightingsMax) this.sightings.push({ property: name, ...violation });
    });
  }

  private ended(state: number, ends: number): void {
    if (ends) this.ends[31 - Math.clz32(ends & -ends)]!.push(state);
    else if (this.questions.deadlock) this.record(this.questions.deadlock, { state, length: this.depth });
  }

  private finishLevel(): void {
    if (this.store.size === this.head) this.stop();
    else if (this.options.stopAtViolation && this.violations.size) this.stop('violation');
    else this.levels.push(this.store.size);
  }

  private checkLimits(): void {
    const { limits } = this.options;
    if (this.finished) return;
    if (this.head === this.roundStart && this.store.size > limits.statesMax) this.stop('states');
    else if (!this.fits) this.stop('memory');
    else if (this.depth >= limits.depthMax) this.stop('depth');
    else if (this.now() - this.started > limits.timeMsMax) this.stop('time');
  }

  /** Whether memory is enough for what is next, freed where that is possible. */
  private get fits(): boolean {
    // A round finds about as many states as it expands.
    const batch = this.isGathered ? 2 * (this.roundEnd - this.head) : this.program.room;
    return this.store.fits(batch, this.team?.bytes ?? 0);
  }

  private stop(limit?: Limit): void {
    this.finished = true;
    this.limit = limit;
    this.dismiss();
  }

  /** Lets threads that help end; their counts stay. */
  private dismiss(): void {
    this.team?.stop();
  }

  private get sightingsMax(): number {
    return this.options.sightingsMax ?? 0;
  }

  private now(): number {
    return this.options.clock?.() ?? 0;
  }
}

function questionsOf({ model, instances }: Program, properties: readonly string[] | undefined): Questions {
  const names = model.properties.map(({ name }) => name);
  const judged = (properties ?? names).reduce((mask, name) => {
    if (!names.includes(name)) throw new RangeError(`the model has no property ${name}`);
    return mask | (1 << names.indexOf(name));
  }, 0);
  return {
    judged,
    deadlock: names.includes(deadlock) ? judged & (1 << names.indexOf(deadlock)) : 0,
    covers: (1 << model.covers.length) - 1,
    instances: instances.length,
  };
}

/**
 * The probability that among so many states two have the same hashes, at most, if hashes are as good as random: the number
 * of pairs by 2 to the 64 (Wolper and Leroy, Reliable hashing without collision detection, CAV 1993).
 */
function omission(states: number): number {
  return Math.min(1, (states * (states - 1)) / 2 / 2 ** 64);
}

/** Searches to the end in one go. */
export function search(program: Program, options: SearchOptions): Outcome {
  const running = new Search(program, options);
  while (!running.advance(1 << 16));
  return running.outcome();
}
