/** What the bench asks of a checker. */
import type { Sizes } from '../test/classics/luf-core.js';
import type { Command, Measured } from './measure.js';

/**
 * What a checker counts, which decides with what it has to agree: all states; orbits of the renamings of CPUs and frames;
 * about as many, where states of an orbit are not always taken for one; or as many of the states as a reduction leaves.
 */
export type Space = 'states' | 'orbits' | 'about orbits' | 'some states';

/** What a run counted. */
export interface Counts {
  readonly states: number;
  readonly transitions: number;
  /** States that the ones counted stand for, where a checker says so. */
  readonly represented?: number;
}

/** A run to a verdict: what it used and what it counted. */
export interface Run extends Measured, Counts {}

/** A checker that can be measured, in one of the ways to run it. */
export interface Checker {
  readonly name: string;
  readonly space: Space;
  /** Programs that it needs; their Debian packages have the same names. */
  readonly needs: readonly string[];
  /** How the checker and its compiler were called, and their versions. */
  describe(): Promise<string>;
  /** Puts the model into a directory and returns the commands that make it ready to run. */
  prepare(directory: string, size: Sizes): Promise<readonly Command[]>;
  /** The command that searches, after these. */
  run(size: Sizes): Command;
  /** What was counted, from what the run printed; throws when it does not say that all holds. */
  counts(stdout: string): Counts;
}
