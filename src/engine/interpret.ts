/**
 * The tree-walking interpreter: what an expression and an effect mean, in the fewest words. Tests
 * compare the emitted code with it; traces use it to render what a step says. Never in the hot loop.
 */
import { highOf, lowOf, nameOf } from './domain.js';
import type { Packed } from './layout.js';
import { baseOf, sizeOf, type Bound, type Effect, type Node, type ReadNode } from './node.js';

/** Values of bound variables. */
export type Environment = ReadonlyMap<Bound, number>;

/** A value outside the domain of what it was assigned to or used as: a fault of the model. */
export class ModelError extends Error {
  override name = 'ModelError';
}

/** The value of an expression in a state; throws a ModelError for an index outside its dimension. */
export function evaluate(node: Node, state: Packed, environment: Environment = new Map()): number {
  const value = (of: Node): number => evaluate(of, state, environment);
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'bound':
      return environment.get(node.bound)!;
    case 'read':
      return state.layout.read(state.words, node.variable, elementOf(node, value));
    case 'compare': {
      const [left, right] = [value(node.left), value(node.right)];
      return Number(node.op === '=' ? left === right : node.op === '<' ? left < right : left <= right);
    }
    case 'not':
      return 1 - value(node.of);
    case 'and':
      return Number(node.of.every((of) => value(of) === 1));
    case 'or':
      return Number(node.of.some((of) => value(of) === 1));
    case 'sum':
      return value(node.left) + node.sign * value(node.right);
    case 'single':
      return 1 << checkIndex(value(node.item), 30, 'a set has no member');
    case 'combine':
      return combine(node.op, value(node.left), value(node.right));
    case 'member':
      return (value(node.set) >> checkIndex(value(node.item), 30, 'a set has no member')) & 1;
    case 'if':
      return value(node.condition) === 1 ? value(node.then) : value(node.else);
    case 'table':
      return node.values[checkIndex(value(node.index), node.values.length, 'a table has no element')]!;
    case 'exists':
      return Number(valuesOf(node.bound).some((v) => evaluate(node.body, state, bindTo(environment, node.bound, v)) === 1));
  }
}

/** Carries out effects on the state in place; `violated` is called for each property that fails. */
export function execute(
  effects: readonly Effect[],
  state: Packed,
  violated: (property: string) => void,
  environment: Environment = new Map(),
): void {
  const value = (of: Node): number => evaluate(of, state, environment);
  for (const effect of effects) {
    switch (effect.kind) {
      case 'assign': {
        const { variable } = effect.target;
        const [low, high] = [lowOf(variable.domain), highOf(variable.domain)];
        const [element, assigned] = [elementOf(effect.target, value), value(effect.value)];
        if (assigned < low || assigned > high) throw new ModelError(`${variable.name} cannot hold ${assigned}`);
        state.layout.write(state.words, variable, element, assigned);
        break;
      }
      case 'when':
        execute(value(effect.condition) === 1 ? effect.then : effect.else, state, violated, environment);
        break;
      case 'forEach':
        for (const v of valuesOf(effect.bound)) execute(effect.body, state, violated, bindTo(environment, effect.bound, v));
        break;
      case 'observe':
        if (value(effect.holds) !== 1) violated(effect.property);
    }
  }
}

/** Every value of a bound variable, in order. */
export function valuesOf(bound: Bound): number[] {
  return Array.from({ length: sizeOf(bound.over) }, (_, i) => i + baseOf(bound.over));
}

/** The environment with one more variable bound. */
export function bindTo(environment: Environment, bound: Bound, value: number): Environment {
  return new Map(environment).set(bound, value);
}

/** A value of an expression as people write it. */
export function render(node: Node, domain: Parameters<typeof nameOf>[0], state: Packed, environment?: Environment): string {
  return nameOf(domain, evaluate(node, state, environment));
}

function elementOf(read: ReadNode, value: (of: Node) => number): number {
  return read.variable.dimensions.reduce((element, dimension, i) => {
    const size = sizeOf(dimension);
    const index = checkIndex(value(read.indices[i]!) - baseOf(dimension), size, `${read.variable.name} has no element`);
    return element * size + index;
  }, 0);
}

function checkIndex(index: number, size: number, fault: string): number {
  if (index < 0 || index >= size) throw new ModelError(`${fault} ${index}`);
  return index;
}

function combine(op: 'union' | 'intersect' | 'minus', left: number, right: number): number {
  if (op === 'union') return left | right;
  return op === 'intersect' ? left & right : left & ~right;
}
