/**
 * Step instances: a step's trees with the parameters' values put in, bound variables unrolled and
 * constants folded. What is left reads and writes state variables only.
 */
import { boundsOf } from './bounds.js';
import { nameOf } from './domain.js';
import { bindTo, valuesOf, type Environment } from './interpret.js';
import type { Constants } from './layout.js';
import type { Model, Step } from './model.js';
import { baseOf, sizeOf, type AssignEffect, type Bound, type Effect, type Node, type ReadNode } from './node.js';

/** One step with values for its parameters. */
export interface StepInstance {
  readonly step: Step;
  /** The step's name with its arguments: `fill(c=CPU0)`. */
  readonly name: string;
  readonly environment: Environment;
  /** The conjuncts of the guard; never a constant. */
  readonly guard: readonly Node[];
  readonly effects: readonly Effect[];
}

/** What is known of the values that a tree meets: of its bound variables, and of variables that never change. */
export interface Known {
  readonly environment?: Environment;
  readonly constants?: Constants;
}

const TRUE: Node = { kind: 'constant', value: 1 };
const FALSE: Node = { kind: 'constant', value: 0 };

/** Every instance of the model's steps whose guard is not false for every state. */
export function instancesOf(model: Model): StepInstance[] {
  return model.steps.flatMap((step) => environmentsOf(step).flatMap((environment) => instance(step, environment)));
}

function instance(step: Step, environment: Environment): StepInstance[] {
  const guard = conjuncts(specialize({ kind: 'and', of: step.when }, { environment }));
  if (guard.includes(FALSE)) return [];
  const values = step.parameters.map((p) => `${p.name}=${nameOf(p.over, environment.get(p)!)}`);
  const name = values.length ? `${step.name}(${values.join(',')})` : step.name;
  return [{ step, name, environment, guard, effects: specializeEffects(step.then, { environment }) }];
}

/** What an instance comes to where some variables never change: the conjuncts of its guard one by one, and its effects. */
export type Remainder = Pick<StepInstance, 'guard' | 'effects'>;

/** What is left of an instance; nothing of one whose guard is then false for every state. */
export function remainderOf(instance: StepInstance, constants: Constants): Remainder | undefined {
  if (constants.size === 0) return instance;
  const guard: Node[] = [];
  for (const test of instance.guard) {
    const folded = specialize(test, { constants });
    if (isFalse(folded)) return undefined;
    guard.push(folded);
  }
  return { guard, effects: specializeEffects(instance.effects, { constants }) };
}

/** The remainders of instances; nothing for those whose guard is false for every state. */
export type Remainders = ReadonlyMap<StepInstance, Remainder | undefined>;

/** What is left of each instance. */
export function remaindersOf(instances: readonly StepInstance[], constants: Constants): Remainders {
  return new Map(instances.map((instance) => [instance, remainderOf(instance, constants)]));
}

function environmentsOf(step: Step): Environment[] {
  return step.parameters.reduce<Environment[]>(
    (all, bound) => all.flatMap((environment) => valuesOf(bound).map((value) => bindTo(environment, bound, value))),
    [new Map()],
  );
}

function conjuncts(node: Node): readonly Node[] {
  if (node.kind === 'and') return node.of;
  return isTrue(node) ? [] : [isFalse(node) ? FALSE : node];
}

/** Whether an expression is the constant that always holds. */
export const isTrue = (node: Node): boolean => node.kind === 'constant' && node.value === 1;

const isFalse = (node: Node): boolean => node.kind === 'constant' && node.value === 0;

/**
 * An expression with what is known put in and constants folded; `known` has every bound variable of the tree. What
 * stays as it is stays the same object, since most trees do.
 */
export function specialize(node: Node, known: Known = {}): Node {
  switch (node.kind) {
    case 'constant':
      return node;
    case 'bound':
      return { kind: 'constant', value: known.environment!.get(node.bound)! };
    case 'read': {
      const indices = specializeAll(node.indices, known);
      return foldRead(indices === node.indices ? node : { ...node, indices }, known.constants);
    }
    case 'compare':
      return foldCompare(withSides(node, known));
    case 'not': {
      const of = specialize(node.of, known);
      return of === node.of && of.kind !== 'not' && of.kind !== 'constant' ? node : foldNot(of);
    }
    case 'and':
    case 'or':
      return junction(node, specializeAll(node.of, known));
    case 'sum':
      return foldSum(withSides(node, known));
    case 'single': {
      const item = specialize(node.item, known);
      return foldSingle(item === node.item ? node : { kind: 'single', item });
    }
    case 'combine':
      return foldCombine(withSides(node, known));
    case 'member': {
      const [set, item] = [specialize(node.set, known), specialize(node.item, known)];
      return foldMember(set === node.set && item === node.item ? node : { kind: 'member', set, item });
    }
    case 'if': {
      const condition = specialize(node.condition, known);
      if (condition.kind === 'constant') return specialize(condition.value === 1 ? node.then : node.else, known);
      const [then, otherwise] = [specialize(node.then, known), specialize(node.else, known)];
      const same = condition === node.condition && then === node.then && otherwise === node.else;
      return same ? node : { kind: 'if', condition, then, else: otherwise };
    }
    case 'table': {
      const index = specialize(node.index, known);
      return foldTable(index === node.index ? node : { ...node, index });
    }
    case 'exists': {
      const of = valuesOf(node.bound).map((v) => specialize(node.body, withBound(known, node.bound, v)));
      return junction({ kind: 'or', of }, of);
    }
  }
}

/** The nodes one by one; the same array where all of them stay. */
function specializeAll(nodes: readonly Node[], known: Known): readonly Node[] {
  let changed: Node[] | undefined;
  for (const [i, node] of nodes.entries()) {
    const special = specialize(node, known);
    if (special !== node) changed ??= nodes.slice(0, i);
    changed?.push(special);
  }
  return changed ?? nodes;
}

function withSides<N extends Of<'compare' | 'sum' | 'combine'>>(node: N, known: Known): N {
  const [left, right] = [specialize(node.left, known), specialize(node.right, known)];
  return left === node.left && right === node.right ? node : { ...node, left, right };
}

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>;

function withBound(known: Known, bound: Bound, value: number): Known {
  return { ...known, environment: bindTo(known.environment ?? new Map(), bound, value) };
}

const fold = (value: number | boolean): Node => ({ kind: 'constant', value: Number(value) });

/** A constant where the elements that the read can meet are known and equal, and its indices no fault. */
function foldRead(node: ReadNode, constants: Constants | undefined): Node {
  const values = constants?.get(node.variable);
  if (!values || mayFault(node)) return node;
  const [first, ...others] = elementsMet(node);
  if (first === undefined || others.some((element) => values[element] !== values[first])) return node;
  return fold(values[first]!);
}

/** The numbers of the elements that a read can meet, as far as bounds show. */
function elementsMet({ variable, indices }: ReadNode): number[] {
  let elements = [0];
  for (const [i, dimension] of variable.dimensions.entries()) {
    const [least, greatest] = boundsOf(indices[i]!);
    const [base, size] = [baseOf(dimension), sizeOf(dimension)];
    const met: number[] = [];
    for (const element of elements) {
      for (let at = Math.max(0, least - base); at <= Math.min(size - 1, greatest - base); at++) met.push(element * size + at);
    }
    elements = met;
  }
  return elements;
}

/** Whether an index of the read may be outside its dimension, as far as bounds show. */
function mayFault({ variable, indices }: ReadNode): boolean {
  return variable.dimensions.some((dimension, i) => {
    const index = indices[i]!;
    const [least, greatest] = boundsOf(index);
    const sure = index.kind === 'constant' || (index.kind === 'read' && !mayFault(index));
    return !sure || least < baseOf(dimension) || greatest >= baseOf(dimension) + sizeOf(dimension);
  });
}

/** Whether an assignment, its parts folded, leaves a constant as it is; where it can meet no element, it is a fault. */
export function keeps({ target, value }: AssignEffect, constants: Constants): boolean {
  const values = constants.get(target.variable);
  if (!values || value.kind !== 'constant') return false;
  return elementsMet(target).every((element) => values[element] === value.value);
}

function foldCompare(node: Of<'compare'>): Node {
  const { left, right, op } = node;
  if (left.kind !== 'constant' || right.kind !== 'constant') return node;
  if (op === '=') return fold(left.value === right.value);
  return fold(op === '<' ? left.value < right.value : left.value <= right.value);
}

function foldNot(of: Node): Node {
  if (of.kind === 'not') return of.of;
  return of.kind === 'constant' ? fold(of.value === 0) : { kind: 'not', of };
}

/** Flattens, drops neutral members, and stops at the first absorbing one; `node` itself where nothing of that happens. */
function junction(node: Of<'and' | 'or'>, of: readonly Node[]): Node {
  const { kind } = node;
  const absorbs = kind === 'and' ? isFalse : isTrue;
  if (of === node.of && of.length > 1 && !of.some((one) => one.kind === kind || one.kind === 'constant')) return node;
  const kept: Node[] = [];
  for (const one of of.flatMap((n) => (n.kind === kind ? n.of : [n]))) {
    // What stands before an absorbing member has no effect but a possible model error.
    if (absorbs(one)) return kind === 'and' ? FALSE : TRUE;
    if (one.kind !== 'constant') kept.push(one);
  }
  if (kept.length === 0) return kind === 'and' ? TRUE : FALSE;
  return kept.length === 1 ? kept[0]! : { kind, of: kept };
}

function foldSum(node: Of<'sum'>): Node {
  const { left, right, sign } = node;
  return left.kind === 'constant' && right.kind === 'constant' ? fold(left.value + sign * right.value) : node;
}

function foldSingle(node: Of<'single'>): Node {
  return isItem(node.item) ? fold(1 << node.item.value) : node;
}

function foldCombine(node: Of<'combine'>): Node {
  const { left, right, op } = node;
  if (left.kind !== 'constant' || right.kind !== 'constant') return node;
  if (op === 'union') return fold(left.value | right.value);
  return fold(op === 'intersect' ? left.value & right.value : left.value & ~right.value);
}

function foldMember(node: Of<'member'>): Node {
  const { set, item } = node;
  if (set.kind !== 'constant' || !isItem(item)) return node;
  return fold((set.value >> item.value) & 1);
}

/** A constant that can be a member of a set; any other is a fault, which the emitted code raises. */
function isItem(node: Node): node is Of<'constant'> {
  return node.kind === 'constant' && node.value >= 0 && node.value < 30;
}

function foldTable(node: Of<'table'>): Node {
  const value = node.index.kind === 'constant' ? node.values[node.index.value] : undefined;
  return value === undefined ? node : fold(value);
}

/** Effects with what is known put in, loops unrolled and constant conditions decided. */
export function specializeEffects(effects: readonly Effect[], known: Known = {}): Effect[] {
  return effects.flatMap((effect): Effect[] => {
    switch (effect.kind) {
      case 'assign': {
        const target = { ...effect.target, indices: effect.target.indices.map((index) => specialize(index, known)) };
        const folded: AssignEffect = { kind: 'assign', target, value: specialize(effect.value, known) };
        return known.constants && keeps(folded, known.constants) && !mayFault(target) ? [] : [folded];
      }
      case 'when': {
        const condition = specialize(effect.condition, known);
        const branch = (of: readonly Effect[]): Effect[] => specializeEffects(of, known);
        if (condition.kind === 'constant') return branch(condition.value === 1 ? effect.then : effect.else);
        return [{ kind: 'when', condition, then: branch(effect.then), else: branch(effect.else) }];
      }
      case 'forEach':
        return valuesOf(effect.bound).flatMap((v) => specializeEffects(effect.body, withBound(known, effect.bound, v)));
      case 'observe': {
        const holds = specialize(effect.holds, known);
        return isTrue(holds) ? [] : [{ ...effect, holds }];
      }
    }
  });
}
