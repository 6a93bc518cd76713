/**
 * The variables that no step ever changes. They keep the values of the start states, and folding the
 * steps with these values may show that even fewer changes are possible.
 */
import type { Constants, Packed } from './layout.js';
import { lengthOf, type AssignEffect, type Effect, type Variable } from './node.js';
import { keeps, remainderOf, type StepInstance } from './specialize.js';

/**
 * The variables that have the same values in all reachable states, as far as folding shows: the largest
 * set such that, with the values of the starts put in, no instance changes a member. The starts are all
 * of the model's, and nothing in them is constant yet.
 */
export function constantsOf(instances: readonly StepInstance[], starts: readonly Packed[]): Constants {
  const constants = new Map(sameIn(starts));
  const toConstant = ({ target }: AssignEffect): boolean => constants.has(target.variable);
  const writers = instances.map((instance) => ({ ...instance, effects: withoutObservations(instance.effects) }));
  const assignments = new Map(writers.map((instance) => [instance, assignmentsIn(instance.effects)]));
  // In whatever order: a change that is possible stays so when fewer variables are constant.
  for (let before = Infinity; constants.size < before; ) {
    before = constants.size;
    for (const instance of writers) {
      if (!assignments.get(instance)!.some(toConstant)) continue;
      const left = assignmentsIn(remainderOf(instance, constants)?.effects ?? []);
      const changes = left.filter((assignment) => toConstant(assignment) && !keeps(assignment, constants));
      for (const { target } of changes) constants.delete(target.variable);
    }
  }
  return constants;
}

/** The variables of which the states agree in every element. */
function sameIn([first, ...others]: readonly Packed[]): Constants {
  const valuesIn = ({ layout, words }: Packed, variable: Variable): number[] =>
    Array.from({ length: lengthOf(variable) }, (_, element) => layout.read(words, variable, element));
  const all = (first?.layout.variables ?? []).map((variable) => [variable, valuesIn(first!, variable)] as const);
  return new Map(all.filter(([variable, values]) =>
    others.every((other) => valuesIn(other, variable).every((value, element) => value === values[element]))));
}

/** What an observation says is no matter here, and most of the trees of a load. */
function withoutObservations(effects: readonly Effect[]): Effect[] {
  return effects.flatMap((effect): Effect[] => {
    if (effect.kind === 'when') return [{ ...effect, then: withoutObservations(effect.then), else: withoutObservations(effect.else) }];
    return effect.kind === 'observe' ? [] : [effect];
  });
}

function assignmentsIn(effects: readonly Effect[]): AssignEffect[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'when') return assignmentsIn([...effect.then, ...effect.else]);
    return effect.kind === 'assign' ? [effect] : [];
  });
}
