/** What mutants are, and what those who make them must know of a model. */
import type { ControlGraph } from './control.js';
import type { Model, Step } from './model.js';
import type { Variable } from './node.js';

/** What a mutant does to the model, in a word. */
export type MutantKind = 'drop' | 'swap' | 'skip' | 'widen';

/** A lock: the variables that say who holds it, in each of which 0 is nobody. */
export interface Lock {
  readonly name: string;
  /** Names of the variables. */
  readonly variables: readonly string[];
  /** One variable, true while the lock is held. */
  readonly exclusive: boolean;
}

/** What mutants must know of the steps of a domain. */
export interface Anatomy {
  /** The variable says where somebody is in a program. */
  isCounter(variable: Variable): boolean;
  /** What a step is, the same words for such a step in every model. */
  kindOf(step: Step): string;
  /** What a step is a part of: steps of different operations neither change places nor share a lock. */
  operationOf(step: Step): string;
  readonly locks: readonly Lock[];
}

/** Steps that a mutant changes together, and what they become. */
export type Site = ReadonlyMap<Step, Step>;

/** A fault with all places of a model where it can be put. */
export interface Mutant {
  /** The kind, and eight hexadecimal digits made from the name. */
  readonly id: string;
  readonly kind: MutantKind;
  /** What it changes, in the words of the domain. */
  readonly name: string;
  readonly sites: readonly Site[];
}

/** A fault at one place of a model. */
export interface Fault {
  readonly kind: MutantKind;
  readonly name: string;
  readonly site: Site;
}

/** A model with what its mutants are made from. */
export interface Subject {
  readonly model: Model;
  readonly graph: ControlGraph;
  readonly anatomy: Anatomy;
}
