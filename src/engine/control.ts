/**
 * Where control goes: the places of program counters, and the steps between them. A counter is a variable that a
 * step compares with a constant, one conjunct of its guard, and gives constants to.
 */
import type { Model, Step } from './model.js';
import type { Effect, Node, Variable } from './node.js';

/** A value of a program counter. */
export interface Place {
  readonly counter: Variable;
  readonly value: number;
}

/** The steps of a model by the places that they lead from and to. */
export class ControlGraph {
  private readonly sources = new Map<Step, Place>();
  private readonly targets = new Map<Step, readonly Place[]>();
  private readonly leaves = new Map<string, Step[]>();
  private readonly enters = new Map<string, Step[]>();

  /** @param isCounter - whether a variable, which is no array, is a program counter */
  constructor(model: Model, isCounter: (variable: Variable) => boolean) {
    for (const step of model.steps) {
      const source = sourceIn(step, isCounter);
      if (!source) continue;
      this.sources.set(step, source);
      add(this.leaves, source, step);
      const values = valuesAfter(step.then, source.counter, [source.value]);
      const targets = [...new Set(values)].map((value) => ({ counter: source.counter, value }));
      this.targets.set(step, targets);
      for (const target of targets) if (target.value !== source.value) add(this.enters, target, step);
    }
  }

  /** Every place that a step leads from, in the order of the steps. */
  get places(): Place[] {
    return [...this.leaves.values()].map(([first]) => this.sources.get(first!)!);
  }

  /** The steps that lead from a place. */
  leaving(place: Place): readonly Step[] {
    return this.leaves.get(keyOf(place)) ?? [];
  }

  /** The steps that lead to a place from another one. */
  entering(place: Place): readonly Step[] {
    return this.enters.get(keyOf(place)) ?? [];
  }

  /** The place that a step leads from; undefined for a step that no counter guards. */
  sourceOf(step: Step): Place | undefined {
    return this.sources.get(step);
  }

  /** The places that a step may lead to, its own among them if it may stay. */
  targetsOf(step: Step): readonly Place[] {
    return this.targets.get(step) ?? [];
  }

  /** Nothing but steps leads to a place: it is no place to start from. */
  isReached(place: Place): boolean {
    return place.value !== place.counter.initial && this.entering(place).length > 0;
  }
}

/** Whether two places are the same. */
export const samePlace = (a: Place, b: Place): boolean => a.counter === b.counter && a.value === b.value;

const keyOf = ({ counter, value }: Place): string => `${counter.name} ${value}`;

function add(map: Map<string, Step[]>, place: Place, step: Step): void {
  const steps = map.get(keyOf(place));
  if (steps) steps.push(step);
  else map.set(keyOf(place), [step]);
}

function sourceIn({ when }: Step, isCounter: (variable: Variable) => boolean): Place | undefined {
  return when.map((test) => placeTested(test, isCounter)).find((place) => place !== undefined);
}

function placeTested(test: Node, isCounter: (variable: Variable) => boolean): Place | undefined {
  if (test.kind !== 'compare' || test.op !== '=' || test.left.kind !== 'read' || test.right.kind !== 'constant') return undefined;
  const { variable } = test.left;
  return variable.dimensions.length === 0 && isCounter(variable) ? { counter: variable, value: test.right.value } : undefined;
}

/** The values that a counter may have after effects, `before` being those before; throws where it is given no constant. */
function valuesAfter(effects: readonly Effect[], counter: Variable, before: readonly number[]): readonly number[] {
  return effects.reduce((values, effect) => {
    if (effect.kind === 'when') return [...valuesAfter(effect.then, counter, values), ...valuesAfter(effect.else, counter, values)];
    if (effect.kind !== 'assign' || effect.target.variable !== counter) return values;
    if (effect.value.kind !== 'constant') throw new TypeError(`${counter.name} is given something else than a constant`);
    return [effect.value.value];
  }, before);
}
