/** What the bench asks of a checker. */
import type { Sizes } from '../test/classics/luf-core.js';
import type { Command, Measured } from './measure.js';

/** A run to a verdict: what it used and what it counted. */
export interface Run extends Measured {
  readonly states: number;
  readonly transitions: number;
}

/** A checker that can be measured. */
export interface Checker {
  readonly name: string;
  /** Programs that it needs; their Debian packages have the same names. */
  readonly needs: readonly string[];
  /** How the checker and its compiler were called, and their versions. */
  describe(): Promise<string>;
  /** Puts the model into a directory and returns the commands that make it ready to run. */
  prepare(directory: string, size: Sizes): Promise<readonly Command[]>;
  /** The command that searches, after these. */
  run(size: Sizes): Command;
  /** States and transitions, from what the run printed; throws when it does not say that all holds. */
  counts(stdout: string): { readonly states: number; readonly transitions: number };
}
