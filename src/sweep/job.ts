/** One scenario under one choice of rules, to be searched somewhere else: the request and the answer as plain data. */
import type { Observation } from '../litmus/scenario.js';

/** A scenario that a domain makes by itself, in which every thread does any operations. */
export interface Client {
  readonly cpus: number;
  readonly pages: number;
  readonly frames: number;
  readonly files: number;
  /** Operations of each thread: one number for all, or one for each. */
  readonly ops: number | readonly number[];
  readonly mms: number;
  readonly maps?: readonly string[];
  readonly options?: readonly string[];
  readonly fileOptions?: readonly string[];
  readonly except?: readonly string[];
}

/** What to search. */
export interface Job {
  /** The scenario's name. */
  readonly scenario: string;
  /** The text of the litmus test; empty where `client` says what to search. */
  readonly litmus: string;
  readonly client?: Client;
  /** What errors call the text. */
  readonly source: string;
  /** The rules as an expression. */
  readonly rules: string;
  /** Another architecture than the scenario's own. */
  readonly arch?: string;
  /** Stop at the level of the first violation that counts: all that an answer of yes or no needs. */
  readonly stopAtFirst?: boolean;
  /** Search with symmetry, as `check` does; the answer then says nothing of the condition. */
  readonly symmetry?: boolean;
  /** Bring the trace worth showing, if there is one. */
  readonly trace?: boolean;
  /** The text of a trace recorded for the very same job, which must still be followed. */
  readonly recorded?: string;
  /** Search a mutant of the model, by its identifier. */
  readonly mutant?: string;
  /** Name the mutants that change a step which some execution takes. */
  readonly mutants?: true;
  /** The text of a trace recorded under other rules, to be followed under those of the job. */
  readonly follow?: string;
}

/** A violated property and the steps of its shortest trace. */
export interface Violated {
  readonly property: string;
  readonly length: number;
}

/** A mutant of a model, the same in every model that has such steps. */
export interface MutantName {
  readonly id: string;
  readonly kind: string;
  /** What it changes. */
  readonly name: string;
}

/** What a search found. */
export interface Result {
  readonly kernel: string;
  readonly arch: string;
  /** The rules that the model depends on, in the order in which it asked for them. */
  readonly asked: readonly string[];
  /** What the final states say of the condition; `??` where a limit, or an early stop, leaves it open. */
  readonly observation: Observation | '??';
  readonly vacuous: boolean;
  /** In order of severity; those that Linux itself violates are among them. */
  readonly violations: readonly Violated[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** Final states that wait for memory. */
  readonly outOfMemory: number;
  /** Covers that no state satisfied. */
  readonly uncovered: readonly string[];
  /** The limit that was hit. */
  readonly limit?: string;
  /** Whether the Result line that speaks of the job is right; absent where there is none. */
  readonly asExpected?: boolean | 'unknown';
  /** Why the recorded trace cannot be followed any more; absent where it can, or none was given. */
  readonly lost?: string;
  /** What became of the trace that was to be followed. */
  readonly followed?: { readonly outcome: 'possible' | 'blocked' | 'changed' | 'open'; readonly text: string; readonly shows: string; readonly recorded: string };
  /** The mutants that were asked for. */
  readonly mutants?: readonly MutantName[];
  /** The trace worth showing as trace files hold it. */
  readonly trace?: Readonly<Record<string, unknown>>;
}
