/**
 * Mutants: a model with one small fault, made from its step trees. A test of the model that tells no mutant from the
 * original proves little.
 *
 * A mutant is named by what it changes, so that it is the same one in every model that has such steps; it changes all
 * of them. `drop` leaves a named part out of the steps, `swap` exchanges two steps that follow one another, `skip`
 * takes a lock away and `widen` holds one for one step more.
 */
import { ControlGraph } from './control.js';
import { fingerprintOf } from './fingerprint.js';
import { skips, widenings } from './mutate-lock.js';
import { swaps } from './mutate-swap.js';
import { Model, type Part, type Step } from './model.js';
import type { Anatomy, Fault, Mutant, MutantKind, Site, Subject } from './mutant.js';
import { rewriteEffects } from './rewrite.js';

/** Every mutant of a model, by kind, each in the order of the model's steps. */
export function mutantsOf(model: Model, anatomy: Anatomy): Mutant[] {
  const subject = { model, anatomy, graph: new ControlGraph(model, (variable) => anatomy.isCounter(variable)) };
  const faults = [...drops(subject), ...swaps(subject), ...skips(subject), ...widenings(subject)];
  const mutants = new Map<string, { kind: MutantKind; name: string; sites: Site[] }>();
  for (const { kind, name, site } of faults) {
    const found = mutants.get(name);
    if (found) found.sites.push(site);
    else mutants.set(name, { kind, name, sites: [site] });
  }
  return [...mutants.values()].map((mutant) => ({ id: mutantId(mutant), ...mutant }));
}

/** The identifier of a mutant of a kind, from its name. */
export function mutantId({ kind, name }: Pick<Mutant, 'kind' | 'name'>): string {
  return `${kind}-${fingerprintOf(name).slice(0, 8)}`;
}

/** The steps that a mutant changes, with what they become; of sites that share a step the first one counts. */
export function changesOf({ sites }: Mutant): Map<Step, Step> {
  const changes = new Map<Step, Step>();
  for (const site of sites) {
    if ([...site.keys()].some((step) => changes.has(step))) continue;
    for (const [step, changed] of site) changes.set(step, changed);
  }
  return changes;
}

/** The model with a fault of its own; the original stays as it is, and they share the schema. */
export function mutated(model: Model, mutant: Mutant): Model {
  const changes = changesOf(mutant);
  const copy = new Model(model.name, model.schema);
  copy.steps.push(...model.steps.map((step) => changes.get(step) ?? step));
  copy.properties.push(...model.properties);
  copy.ends.push(...model.ends);
  copy.covers.push(...model.covers);
  copy.starts.push(...model.starts);
  return copy;
}

/** One fault for every part of a step: the step without it. */
function drops({ model }: Subject): Fault[] {
  return model.steps.flatMap((step) => {
    const named = step.parts.filter(({ effects = [], when = [] }) => effects.length + when.length > 0);
    const names = [...new Set(named.map(({ name }) => name))];
    return names.map((name): Fault => {
      const parts = named.filter((part) => part.name === name);
      return { kind: 'drop', name: `drop ${name}`, site: new Map([[step, without(step, parts)]]) };
    });
  });
}

function without(step: Step, parts: readonly Part[]): Step {
  const effects = new Set(parts.flatMap((part) => part.effects ?? []));
  const tests = new Set(parts.flatMap((part) => part.when ?? []).map(({ node }) => node));
  return {
    ...step,
    when: step.when.filter((test) => !tests.has(test)),
    then: rewriteEffects(step.then, { effect: (effect) => (effects.has(effect) ? [] : undefined) }),
  };
}
