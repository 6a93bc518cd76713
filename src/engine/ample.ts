/**
 * Partial-order reduction: where a program counter stands at steps that touch nothing that other steps touch and
 * nothing that is judged, these are the only ones that need be taken next. Whatever else can happen can happen after them
 * with the same effect.
 *
 * What steps touch is read from their trees, element by element. A place is a value of a variable that steps are
 * dispatched on. It is private if
 *   - every step that can be taken there is dispatched on the variable, and none is spontaneous or observes anything;
 *   - no other step reads or writes what these write, nor writes what these read, but for tests of the variable itself
 *     that come out the same before and after;
 *   - no property of states, cover or cut reads what these write, with the same exception;
 *   - following private places never leads back to one of them, so that nothing is put off for ever.
 *
 * Kept are the verdict of every property, all states without a step (ends among them, but for cuts), which steps fire, and covers. A violation
 * may be found by a longer path, so that its length is that of a search without reduction only by chance.
 *
 * Persistent sets: P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, 1996.
 */
import { equalityOf, type Dispatch } from './dispatch.js';
import { partsOf } from './footprint.js';
import type { Constants } from './layout.js';
import type { Model } from './model.js';
import { baseOf, sizeOf, strideOf, type Effect, type Node, type ReadNode } from './node.js';
import { specialize, type Remainder, type Remainders } from './specialize.js';

/** For each group of the dispatch the values of its variable that are private places. */
export type PrivatePlaces = ReadonlyMap<Dispatch, ReadonlySet<number>>;

/** The private places of a model. */
export function privatePlaces(model: Model, dispatch: readonly Dispatch[], remainders: Remainders, constants: Constants): PrivatePlaces {
  const touched = new Map<Remainder, Touched>();
  for (const remainder of remainders.values()) if (remainder) touched.set(remainder, touchedBy(remainder, constants));
  const judged = new Touched(constants);
  const questions = [...model.properties, ...model.covers, ...model.ends.filter(({ cuts }) => cuts)];
  for (const { holds } of questions) if (holds) judged.node(specialize(holds, { constants }));
  return new Map(dispatch.map((group) => [group, placesOf(group, { touched, judged, remainders })]));
}

interface Trees {
  readonly touched: ReadonlyMap<Remainder, Touched>;
  readonly judged: Touched;
  readonly remainders: Remainders;
}

function placesOf({ on, instances }: Dispatch, { touched, judged, remainders }: Trees): Set<number> {
  const places = new Map<number, Set<number>>();
  if (!on) return new Set();
  const own = new Set(instances.map((instance) => remainders.get(instance)));
  const others = [...touched].filter(([remainder]) => !own.has(remainder)).map(([, each]) => each);
  for (const [value, positions] of on.cases) {
    const members = positions.flatMap((position) => {
      const remainder = remainders.get(instances[position]!);
      return remainder ? [{ ...instances[position]!.step, remainder, touches: touched.get(remainder)! }] : [];
    });
    if (members.length === 0 || members.some(({ spontaneous, touches }) => spontaneous || touches.observes)) continue;
    const nexts = members.map(({ remainder }) => valuesGiven(remainder.effects, on.read));
    const meets = members.some(({ touches }, i) => {
      const values = nexts[i] && new Set([value, ...nexts[i]]);
      return isSeen(touches, [...others, judged], on.read, values) || isDisturbed(touches, others);
    });
    if (meets) continue;
    places.set(value, new Set(nexts.flatMap((next) => (next && next.size > 0 ? [...next] : [value]))));
  }
  for (const place of cyclic(places)) places.delete(place);
  return new Set(places.keys());
}

/** Whether some tree reads or writes what a step writes; of the variable dispatched on, more than it has in common at these values. */
function isSeen(step: Touched, others: readonly Touched[], on: ReadNode, values: ReadonlySet<number> | undefined): boolean {
  const [counter] = step.elements(on);
  return [...step.writes].some((element) =>
    others.some((other) => other.writes.has(element) || (element === counter && values ? other.tells(element, values) : other.looksAt(element))),
  );
}

/** Whether some other step writes what a step reads. */
function isDisturbed(step: Touched, others: readonly Touched[]): boolean {
  return others.some((other) => [...other.writes].some((element) => step.looksAt(element)));
}

/** The values that effects may give a variable's element; undefined if these are not known. */
function valuesGiven(effects: readonly Effect[], to: ReadNode): Set<number> | undefined {
  const values = new Set<number>();
  for (const effect of effects) {
    if (effect.kind === 'when') {
      const [then, otherwise] = [valuesGiven(effect.then, to), valuesGiven(effect.else, to)];
      if (!then || !otherwise) return undefined;
      for (const value of [...then, ...otherwise]) values.add(value);
    } else if (effect.kind === 'assign' && effect.target.variable === to.variable) {
      if (effect.value.kind !== 'constant' || effect.target.indices.some(({ kind }) => kind !== 'constant')) return undefined;
      values.add(effect.value.value);
    }
  }
  return values;
}

/** The places from which a way leads back to them. */
function cyclic(places: ReadonlyMap<number, ReadonlySet<number>>): number[] {
  return [...places.keys()].filter((place) => {
    const seen = new Set<number>();
    const open = [...places.get(place)!];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === place) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(places.get(next) ?? []));
    }
    return false;
  });
}

function touchedBy({ guard, effects }: Remainder, constants: Constants): Touched {
  const touched = new Touched(constants);
  for (const node of guard) touched.node(node);
  touched.effects(effects);
  return touched;
}

/** What trees touch: elements, named by their variable and number. */
class Touched {
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();
  /** Elements read by nothing but comparisons with these values. */
  readonly tests = new Map<string, Set<number>>();
  observes = false;

  constructor(private readonly constants: Constants) {}

  node(node: Node): void {
    const test = equalityOf(node);
    if (test) {
      for (const element of this.elements(test.read)) this.tests.set(element, (this.tests.get(element) ?? new Set()).add(test.value));
      return;
    }
    if (node.kind === 'read') for (const element of this.elements(node)) this.reads.add(element);
    for (const part of partsOf(node)) this.node(part);
  }

  effects(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'assign') {
        for (const element of this.elements(effect.target)) this.writes.add(element);
        for (const node of [...effect.target.indices, effect.value]) this.node(node);
      } else if (effect.kind === 'when') {
        this.node(effect.condition);
        this.effects([...effect.then, ...effect.else]);
      } else if (effect.kind === 'observe') {
        this.observes = true;
        this.node(effect.holds);
      }
    }
  }

  /** Whether an element is read in any way. */
  looksAt(element: string): boolean {
    return this.reads.has(element) || this.tests.has(element);
  }

  /** Whether what is touched depends on more of an element than whether it has one of certain values, all of them or none. */
  tells(element: string, values: ReadonlySet<number>): boolean {
    if (this.reads.has(element)) return true;
    const tested = this.tests.get(element);
    return tested !== undefined && [...values].some((value) => tested.has(value));
  }

  /** The elements that an expression may read. */
  elements({ variable, indices }: ReadNode): string[] {
    if (this.constants.has(variable)) return [];
    let elements = [0];
    variable.dimensions.forEach((dimension, i) => {
      const [index, stride] = [indices[i]!, strideOf(variable.dimensions, i)];
      const met = index.kind === 'constant' ? [index.value - baseOf(dimension)] : Array.from({ length: sizeOf(dimension) }, (_, at) => at);
      elements = elements.flatMap((element) => met.map((at) => element + at * stride));
    });
    return elements.map((element) => `${variable.name} ${element}`);
  }
}
