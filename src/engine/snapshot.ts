/** A search as plain data, to be gone on with later. The states themselves are written down beside it. */
import type { Violation } from './outcome.js';
import type { Written } from './store.js';

/** All that a search knows but the states. */
export interface Snapshot {
  readonly states: number;
  readonly starts: number;
  /** States expanded. */
  readonly expanded: number;
  readonly levels: readonly number[];
  /** The round that is under way, as two numbers of states. */
  readonly round: readonly [start: number, end: number];
  readonly transitions: number;
  /** States that the ones found stand for. */
  readonly represented: number;
  /** How often each step instance was taken. */
  readonly fired: readonly number[];
  /** Covers that no state has met, as bits. */
  readonly uncovered: number;
  /** The first violation of each property, by the property's number. */
  readonly violations: readonly (readonly [property: number, violation: Violation])[];
  readonly sightings: readonly Violation[];
  /** Violations by the number of their property. */
  readonly sighted: readonly number[];
  readonly ends: readonly (readonly number[])[];
  /** Milliseconds that the search has taken. */
  readonly timeMs: number;
}

/** A snapshot with the states. */
export interface Resumed extends Pick<Written, 'words' | 'children'> {
  readonly snapshot: Snapshot;
}
