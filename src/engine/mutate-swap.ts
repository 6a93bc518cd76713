/**
 * Mutants in which two steps that follow one another change places. A step here is all that leads from one place to
 * the next: alternatives with the same outcome, or a call with the places inside it. Where control goes different
 * ways there is no pair to swap.
 */
import { samePlace, type ControlGraph, type Place } from './control.js';
import type { Fault, Site, Subject } from './mutant.js';
import type { Predicate, Step } from './model.js';
import type { Effect, Node } from './node.js';
import { rewriteEffects, rewriteNode } from './rewrite.js';

/** Everything between two places: entered at the first, left to the second only. */
interface Stretch {
  readonly from: Place;
  readonly to: Place;
  readonly steps: readonly Step[];
}

/** Every pair of neighbours that can change places. */
export function swaps(subject: Subject): Fault[] {
  const { graph } = subject;
  return graph.places.flatMap((place) => {
    const first = stretchFrom(graph, place);
    const second = first && stretchFrom(graph, first.to);
    return first && second && interchangeable(subject, first, second) ? [swap(subject, first, second)] : [];
  });
}

/** The stretch that begins at a place; undefined where control goes different ways. */
function stretchFrom(graph: ControlGraph, from: Place): Stretch | undefined {
  const inside = [from];
  for (;;) {
    const steps = inside.flatMap((place) => graph.leaving(place));
    const outside = distinct(steps.flatMap((step) => graph.targetsOf(step))).filter((place) => !holds(inside, place));
    const [to, more] = outside;
    if (to === undefined) return undefined;
    if (more === undefined) return { from, to, steps };
    const within = outside.find((place) => isWithin(graph, place, [...inside, ...outside], inside));
    if (!within) return undefined;
    inside.push(within);
  }
}

/** Control comes to the place from the stretch only, and goes nowhere else from it. */
function isWithin(graph: ControlGraph, place: Place, known: readonly Place[], inside: readonly Place[]): boolean {
  const leads = graph.leaving(place).flatMap((step) => graph.targetsOf(step));
  const sources = graph.entering(place).map((step) => graph.sourceOf(step)!);
  return graph.isReached(place) && leads.length > 0 && leads.every((to) => holds(known, to)) && sources.every((from) => holds(inside, from));
}

const holds = (places: readonly Place[], place: Place): boolean => places.some((other) => samePlace(other, place));

const distinct = (places: readonly Place[]): Place[] => places.filter((place, i) => places.findIndex((other) => samePlace(other, place)) === i);

function interchangeable({ model, graph, anatomy }: Subject, first: Stretch, second: Stretch): boolean {
  const operations = new Set([...first.steps, ...second.steps].map((step) => anatomy.operationOf(step)));
  const between = first.to;
  const inner = graph.entering(between).every((step) => first.steps.includes(step));
  const straight = !samePlace(second.to, first.from) && !holds([first.from, first.to], second.to);
  return operations.size === 1 && inner && graph.isReached(between) && straight && alike(model.ends, first.from, between);
}

/** No end tells two places apart: what is said of one is said of the other. */
function alike(ends: readonly Predicate[], a: Place, b: Place): boolean {
  return ends.every(({ holds: node }) => {
    const named = new Set<number>();
    rewriteNode(node, { node: (part) => {
      if (part.kind === 'compare' && part.left.kind === 'read' && part.left.variable === a.counter && part.right.kind === 'constant') named.add(part.right.value);
      return undefined;
    } });
    return named.has(a.value) === named.has(b.value);
  });
}

function swap({ anatomy }: Subject, first: Stretch, second: Stretch): Fault {
  const closing = second.steps.find((step) => step.closing.length > 0)?.closing ?? [];
  const site: Site = new Map([
    ...first.steps.map((step) => [step, moved(step, new Map([[first.from.value, first.to.value], [first.to.value, second.to.value]]), first.from, closing)] as const),
    ...second.steps.map((step) => [step, moved(opened(step), new Map([[second.from.value, first.from.value], [second.to.value, second.from.value]]), first.from, [])] as const),
  ]);
  const [a, b] = [first, second].map(({ steps }) => anatomy.kindOf(steps[0]!));
  return { kind: 'swap', name: `swap ${a} with ${b}`, site };
}

/** The step without the effects that belong to the end of an operation. */
function opened(step: Step): Step {
  const closing = new Set(step.closing);
  return { ...step, closing: [], then: rewriteEffects(step.then, { effect: (effect) => (closing.has(effect) ? [] : undefined) }) };
}

/** The step between other places of a counter; `closing` goes with every arrival at the last of them. */
function moved(step: Step, places: ReadonlyMap<number, number>, { counter }: Place, closing: readonly Effect[]): Step {
  const renamed = (value: Node): Node => (value.kind === 'constant' ? { kind: 'constant', value: places.get(value.value) ?? value.value } : value);
  const last = [...places.values()].at(-1);
  const node = (part: Node): Node | undefined =>
    part.kind === 'compare' && part.left.kind === 'read' && part.left.variable === counter ? { ...part, right: renamed(part.right) } : undefined;
  const effect = (part: Effect): Effect[] | undefined => {
    if (part.kind !== 'assign' || part.target.variable !== counter) return undefined;
    const value = renamed(part.value);
    return [...(value.kind === 'constant' && value.value === last ? closing : []), { ...part, value }];
  };
  return { ...step, closing: closing.length > 0 ? closing : step.closing, when: step.when.map((test) => rewriteNode(test, { node })), then: rewriteEffects(step.then, { node, effect }) };
}
