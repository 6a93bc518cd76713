/**
 * A model: a schema, the steps over it, and what is asked of it. Written once with plain TypeScript;
 * everything that runs it is derived (`program.ts`).
 */
import { handle, toBool, type Bool, type BoolLike, type Handle, type Value } from './expression.js';
import type { Bound, Dimension, Effect, Node } from './node.js';
import type { Interchange } from './renaming.js';
import { Schema } from './schema.js';

/** A line that a step adds to a trace: text and values, shown where `if` holds before the step. */
export interface Line {
  readonly if?: Bool;
  readonly text: readonly (string | Value)[];
}

/** Something that a step does or waits for as a whole, such as a flush: what a mutant can leave out of it. */
export interface Part {
  /** The same wherever the same thing is done. */
  readonly name: string;
  /** Effects of the step, those inside others included. */
  readonly effects?: readonly Effect[];
  /** Conjuncts of its guard. */
  readonly when?: readonly Bool[];
}

/** What a step does, and what people are told of it. */
export interface StepBody {
  /** The guard: all of these, tested from the left. */
  readonly when: readonly BoolLike[];
  /** What changes, in this order: each effect sees the ones before it. */
  readonly then: readonly Effect[];
  /** Who acts: a column of the diagram. */
  readonly actor?: string;
  /** The name people know the step by; by default the step's own name without its prefix up to `:`. */
  readonly label?: string;
  /**
   * A step of the environment (a speculative TLB fill) that may always happen and never has to: a state
   * from which only such steps lead on counts as a state without a step.
   */
  readonly spontaneous?: boolean;
  /** Lines of the diagram; values are those before the step. */
  readonly says?: readonly Line[];
  /** Facts for the ledger (source, provenance, approximation), in the model's own words. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Parts of the step that have a name of their own. */
  readonly parts?: readonly Part[];
  /** Effects among `then` that belong to the end of what the step is the last one of, and not to the step itself. */
  readonly closing?: readonly Effect[];
}

/** Parameters of a step: the step exists once for every combination of their values. */
export type Parameters = Readonly<Record<string, Dimension>>;

/** The values of a step's parameters. */
export type ParameterValues<P> = { readonly [K in keyof P]: Handle<P[K]> };

/** A step of a model, parameters still bound. */
export interface Step {
  /** Unique within the model. */
  readonly name: string;
  readonly label: string;
  readonly actor: string;
  readonly parameters: readonly Bound[];
  readonly when: readonly Node[];
  readonly then: readonly Effect[];
  readonly spontaneous: boolean;
  readonly says: readonly Line[];
  readonly notes: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
  readonly closing: readonly Effect[];
}

/** Something that must hold; the order of declaration is the order of severity. */
export interface Property {
  readonly name: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** For a property of states: the test. Absent for one that steps observe, and for `deadlock`. */
  readonly holds?: Node;
}

/** A class of states without a step that is no deadlock, or a state that must be reachable. */
export interface Predicate {
  readonly name: string;
  readonly holds: Node;
  /** An end whose states are not expanded. */
  readonly cuts?: boolean;
}

/** The name of the property that a state without a step violates unless it is an end. */
export const deadlock = 'deadlock';

/** A transition system under construction; complete it before the first search. */
export class Model {
  readonly steps: Step[] = [];
  readonly properties: Property[] = [];
  readonly ends: Predicate[] = [];
  readonly covers: Predicate[] = [];
  /** One entry for each start state: effects on the state of the schema's initial values. */
  readonly starts: (readonly Effect[])[] = [];
  /** What may be interchangeable; see {@link Model.interchangeable}. */
  readonly interchanges: Interchange[] = [];
  private readonly names = new Set<string>();

  constructor(
    /** What the model is called in outcomes and traces. */
    readonly name: string,
    /** The state that the steps work on; complete it before the first search. */
    readonly schema: Schema,
  ) {}

  /** Adds a step, once for every combination of parameter values. */
  step<P extends Parameters>(name: string, parameters: P, body: (values: ParameterValues<P>) => StepBody): this;
  /** Adds a step without parameters. */
  step(name: string, body: StepBody): this;
  /** Adds a step, once for every combination of parameter values if it has any. */
  step(name: string, second: Parameters | StepBody, third?: (values: never) => StepBody): this {
    const parameters = third ? (second as Parameters) : {};
    const bounds: Bound[] = Object.entries(parameters).map(([key, over]) => ({ name: key, over }));
    const body = third ? third(valuesOf(bounds) as never) : (second as StepBody);
    this.claim(name);
    if (![body.when, body.then].every((list: unknown) => Array.isArray(list))) {
      throw new TypeError(`${name}: \`when\` and \`then\` are lists`);
    }
    this.steps.push({
      name,
      label: body.label ?? name.slice(name.indexOf(':') + 1),
      actor: body.actor ?? '',
      parameters: bounds,
      when: body.when.map((test) => toBool(test).node),
      then: body.then,
      spontaneous: body.spontaneous ?? false,
      says: body.says ?? [],
      notes: body.notes ?? {},
      parts: body.parts ?? [],
      closing: body.closing ?? [],
    });
    return this;
  }

  /** Adds a start state; without any, the schema's initial values are the only one. */
  start(...effects: Effect[]): this {
    this.starts.push(effects);
    return this;
  }

  /** Adds a property that every reachable state must satisfy. */
  invariant(name: string, holds: BoolLike, meaning = name): this {
    return this.property({ name, meaning, holds: toBool(holds).node });
  }

  /** Adds a property that steps check with `observe`. */
  observed(name: string, meaning = name): this {
    return this.property({ name, meaning });
  }

  /** Makes a state without a step a violation, unless it is an end. */
  noDeadlock(meaning = 'some thread can always go on until all have finished'): this {
    return this.property({ name: deadlock, meaning });
  }

  /** Names a class of states without a step in which it is right to stop. */
  end(name: string, holds: BoolLike): this {
    return this.predicate(this.ends, name, holds);
  }

  /** Names an end that has no successors even where steps are enabled: executions left out from here on. */
  cut(name: string, holds: BoolLike): this {
    this.ends.push({ name, holds: toBool(holds).node, cuts: true });
    return this;
  }

  /** Names something that some reachable state must satisfy, lest `holds` be vacuous. */
  cover(name: string, holds: BoolLike): this {
    return this.predicate(this.covers, name, holds);
  }

  /**
   * Proposes things that may be exchanged without a difference, beside any two members of one index type: a CPU together
   * with its thread, say. A search with symmetry takes the proposal only if it finds that so (`symmetry.ts`).
   */
  interchangeable(...interchanges: Interchange[]): this {
    this.interchanges.push(...interchanges);
    return this;
  }

  private predicate(among: Predicate[], name: string, holds: BoolLike): this {
    if (among.length === 30) throw new Error('a model has at most 30 ends and 30 covers');
    among.push({ name, holds: toBool(holds).node });
    return this;
  }

  private property(property: Property): this {
    if (this.properties.some((p) => p.name === property.name)) throw new Error(`${property.name} is declared twice`);
    if (this.properties.length === 30) throw new Error('a model has at most 30 properties');
    this.properties.push(property);
    return this;
  }

  private claim(name: string): void {
    if (this.names.has(name)) throw new Error(`two steps are named ${name}`);
    this.names.add(name);
  }
}

function valuesOf(bounds: readonly Bound[]): Record<string, Value> {
  return Object.fromEntries(bounds.map((bound) => [bound.name, handle(bound.over, { kind: 'bound', bound })]));
}
