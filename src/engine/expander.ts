/**
 * Expands states into batches of successors: judges them, counts, and hands on the successors that a store has not
 * found. A search has one, and so has each thread that helps it.
 */
import { segmentStates } from './loops.js';
import { batchSize } from './module.js';
import type { Runner } from './runner.js';
import type { Store } from './store.js';

/** Properties, ends and covers by their bits, as a model declares them. */
export interface Questions {
  /** Properties to judge. */
  readonly judged: number;
  /** The bit of `deadlock`, if it is judged. */
  readonly deadlock: number;
  /** Covers. */
  readonly covers: number;
  /** Step instances. */
  readonly instances: number;
}

/** Who is told what is found, in the order of the states and their successors. */
export interface Finder {
  /** A state without a step; `ends` are those that hold in it. */
  ended(state: number, ends: number): void;
  /** The step from a state violates properties by what it observes. */
  observed(properties: number, parent: number, step: number): void;
  /**
   * A successor that the store has not found, or has only if it is listed twice or was digested.
   * @param at - its position in the buffers
   * @param violated - the judged properties that it violates
   */
  found(at: number, parent: number, violated: number): void;
}

/** Expands states of a store. */
export class Expander {
  transitions = 0;
  /** How often each step instance was taken. */
  readonly fired: Float64Array;
  /** Covers that no state has met. */
  uncovered: number;

  constructor(
    private readonly runner: Runner,
    private readonly store: Store,
    private readonly questions: Questions,
    private readonly finder: Finder,
  ) {
    this.fired = new Float64Array(questions.instances);
    this.uncovered = questions.covers;
  }

  /** Expands states from the first on into one batch, at most up to the last, which is not expanded; returns where it stopped. */
  batch(first: number, last: number): number {
    const { runner } = this;
    // The buffers note what each of so many states has added.
    const end = Math.min(last, first + batchSize);
    runner.reset();
    try {
      this.expand(first, end);
    } finally {
      // A fault of a state before, at its end, comes before that of a step.
      this.classifyEnds(first, runner.expanded());
    }
    runner.canonize(0, runner.count());
    this.handOn(first, runner.count());
    return first + runner.expanded();
  }

  /** Expands until there are enough successors. */
  private expand(first: number, last: number): void {
    const { runner, store } = this;
    let head = first;
    while (runner.count() < batchSize && head < last) {
      const before = runner.expanded();
      const inSegment = Math.min(last, (head | (segmentStates - 1)) + 1) - head;
      runner.expandSome(store.segmentOf(head), store.offsetOf(head), inSegment);
      head += runner.expanded() - before;
    }
  }

  private classifyEnds(first: number, count: number): void {
    const { runner: { progressTo }, store } = this;
    for (let i = 0, before = 0; i < count; i++) {
      const after = progressTo[i]!;
      if (after === before) this.finder.ended(first + i, this.runner.end(store.segmentOf(first + i), store.offsetOf(first + i)));
      before = after;
    }
  }

  /** Judges the successors of the states from `first` on, and hands on those that are new. */
  private handOn(first: number, count: number): void {
    const { runner, finder, questions } = this;
    const { taken, violated, listed, judged, filledTo } = runner;
    const left = this.sift(count);
    this.uncovered = runner.judge(left, this.uncovered);
    let parent = first;
    for (let at = 0; at < left; at++) {
      const i = listed[at]!;
      while (filledTo[parent - first]! <= i) parent++;
      if (violated[i]! & questions.judged) finder.observed(violated[i]! & questions.judged, parent, taken[i]!);
      finder.found(i, parent, judged[at]! & questions.judged);
    }
    tally(this.fired, taken, count);
    this.transitions += count;
  }

  /** Lists the successors that are new, or all when one of them violates a property. */
  private sift(count: number): number {
    const { listed, violated } = this.runner;
    if ((union(violated, count) & this.questions.judged) === 0) return this.store.sift(count);
    for (let i = 0; i < count; i++) listed[i] = i;
    return count;
  }
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
