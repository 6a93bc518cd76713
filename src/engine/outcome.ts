/** What a search is limited by, and what it found. */

/** Limits of a search; reaching one is an outcome, never an error. */
export interface Limits {
  readonly statesMax: number;
  /** Bytes of the state store, tables included. */
  readonly memoryBytesMax: number;
  /** Steps from a start state. */
  readonly depthMax: number;
  readonly timeMsMax: number;
}

/** No limit but the memory of the machine: for models known to be small. */
export const unlimited: Limits = {
  statesMax: Infinity,
  memoryBytesMax: Infinity,
  depthMax: Infinity,
  timeMsMax: Infinity,
};

/** Why a search ended early: a limit, its caller, or a violation when asked to stop at one. */
export type Limit = 'states' | 'memory' | 'disk' | 'depth' | 'time' | 'interrupted' | 'violation';

/** `holds`: the whole space was searched. `unknown`: a limit was reached before any violation. */
export type Verdict = 'holds' | 'violated' | 'unknown';

/** How far a search has come. */
export interface Progress {
  readonly states: number;
  /** Successors generated, those found before included; start states are not counted. */
  readonly transitions: number;
  /** Steps from a start state to the states being expanded. */
  readonly depth: number;
  /** States found and not yet expanded. */
  readonly frontier: number;
  readonly memoryBytes: number;
  readonly timeMs: number;
}

/** One violation of a property. */
export interface Violation {
  readonly property: string;
  /** The state before the violating step, or, without one, the violating state itself. */
  readonly state: number;
  /** The number of the step that violates the property by what it observes. */
  readonly step?: number;
  /** Steps of the trace. */
  readonly length: number;
}

/** A class of states without a step. */
export interface End {
  readonly name: string;
  /** Numbers of these states. */
  readonly states: readonly number[];
}

/** What a search found; what it covered is part of the verdict. */
export interface Outcome extends Progress {
  readonly verdict: Verdict;
  /** Present unless the whole space was searched. */
  readonly limit?: Limit;
  /** For the limit `disk`, what went wrong. */
  readonly problem?: string;
  /** With hash compaction, an upper bound of the probability that some state was taken for another one and left out. */
  readonly omission?: number;
  /**
   * States that the ones found stand for: the sum of the sizes of their orbits, which is `states` without symmetry. It
   * is the number of states found without symmetry if the renamings map start states to start states; else it
   * counts what can be reached from the renamed start states as well.
   */
  readonly represented: number;
  /** The first of each violated property in breadth-first order, in the order of severity. */
  readonly violations: readonly Violation[];
  /** Every violation, in breadth-first order; empty unless the search was asked to collect them. */
  readonly sightings: readonly Violation[];
  /** The properties with more violations than were to be collected, in the order of severity. */
  readonly uncollected: readonly string[];
  readonly ends: readonly End[];
  /** How often each step was taken, by its name, in the order of the model. */
  readonly fired: ReadonlyMap<string, number>;
  /** Covers that no state satisfied. */
  readonly uncovered: readonly string[];
}
