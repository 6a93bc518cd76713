/**
 * Step instances: a step's trees with the parameters' values put in, bound variables unrolled and
 * constants folded. What is left reads and writes state variables only.
 */
import { bindTo, ModelError, valuesOf, type Environment } from './interpret.js';
import type { Model, Step } from './model.js';
import type { Effect, Node } from './node.js';
import { nameOf } from './domain.js';

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

const TRUE: Node = { kind: 'constant', value: 1 };
const FALSE: Node = { kind: 'constant', value: 0 };

/** Every instance of the model's steps whose guard is not false for every state. */
export function instancesOf(model: Model): StepInstance[] {
  return model.steps.flatMap((step) => environmentsOf(step).flatMap((environment) => instance(step, environment)));
}

function instance(step: Step, environment: Environment): StepInstance[] {
  const guard = conjuncts(specialize({ kind: 'and', of: step.when }, environment));
  if (guard.includes(FALSE)) return [];
  const values = step.parameters.map((p) => `${p.name}=${nameOf(p.over, environment.get(p)!)}`);
  const name = values.length ? `${step.name}(${values.join(',')})` : step.name;
  return [{ step, name, environment, guard, effects: specializeEffects(step.then, environment) }];
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

const isTrue = (node: Node): boolean => node.kind === 'constant' && node.value === 1;
const isFalse = (node: Node): boolean => node.kind === 'constant' && node.value === 0;

/** An expression with bound variables replaced by their values and constants folded. */
export function specialize(node: Node, environment: Environment = new Map()): Node {
  const special = (of: Node): Node => specialize(of, environment);
  switch (node.kind) {
    case 'constant':
      return node;
    case 'bound':
      return { kind: 'constant', value: environment.get(node.bound)! };
    case 'read':
      return { ...node, indices: node.indices.map(special) };
    case 'compare':
      return foldCompare({ ...node, left: special(node.left), right: special(node.right) });
    case 'not':
      return foldNot(special(node.of));
    case 'and':
      return junction('and', node.of.map(special));
    case 'or':
      return junction('or', node.of.map(special));
    case 'sum':
      return foldSum({ ...node, left: special(node.left), right: special(node.right) });
    case 'single':
      return foldSingle(special(node.item));
    case 'combine':
      return foldCombine({ ...node, left: special(node.left), right: special(node.right) });
    case 'member':
      return foldMember({ ...node, set: special(node.set), item: special(node.item) });
    case 'if': {
      const condition = special(node.condition);
      if (condition.kind === 'constant') return special(condition.value === 1 ? node.then : node.else);
      return { kind: 'if', condition, then: special(node.then), else: special(node.else) };
    }
    case 'table':
      return foldTable({ ...node, index: special(node.index) });
    case 'exists':
      return junction('or', valuesOf(node.bound).map((v) => specialize(node.body, bindTo(environment, node.bound, v))));
  }
}

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>;

const fold = (value: number | boolean): Node => ({ kind: 'constant', value: Number(value) });

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

/** Flattens, drops neutral members, and stops at the first absorbing one. */
function junction(kind: 'and' | 'or', of: readonly Node[]): Node {
  const absorbs = kind === 'and' ? isFalse : isTrue;
  const neutral = kind === 'and' ? isTrue : isFalse;
  const kept: Node[] = [];
  for (const node of of.flatMap((n) => (n.kind === kind ? n.of : [n]))) {
    if (absorbs(node)) {
      // What stands before an absorbing member has no effect but a possible model error.
      return kind === 'and' ? FALSE : TRUE;
    }
    if (!neutral(node)) kept.push(node);
  }
  if (kept.length === 0) return kind === 'and' ? TRUE : FALSE;
  return kept.length === 1 ? kept[0]! : { kind, of: kept };
}

function foldSum(node: Of<'sum'>): Node {
  const { left, right, sign } = node;
  return left.kind === 'constant' && right.kind === 'constant' ? fold(left.value + sign * right.value) : node;
}

function foldSingle(item: Node): Node {
  return isItem(item) ? fold(1 << item.value) : { kind: 'single', item };
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

/** Effects with bound variables replaced, loops unrolled and constant conditions decided. */
export function specializeEffects(effects: readonly Effect[], environment: Environment = new Map()): Effect[] {
  return effects.flatMap((effect): Effect[] => {
    switch (effect.kind) {
      case 'assign': {
        const target = specialize(effect.target, environment);
        if (target.kind !== 'read') throw new ModelError('only a state variable can be assigned');
        return [{ kind: 'assign', target, value: specialize(effect.value, environment) }];
      }
      case 'when': {
        const condition = specialize(effect.condition, environment);
        const branch = (of: readonly Effect[]): Effect[] => specializeEffects(of, environment);
        if (condition.kind === 'constant') return branch(condition.value === 1 ? effect.then : effect.else);
        return [{ kind: 'when', condition, then: branch(effect.then), else: branch(effect.else) }];
      }
      case 'forEach':
        return valuesOf(effect.bound).flatMap((v) => specializeEffects(effect.body, bindTo(environment, effect.bound, v)));
      case 'observe': {
        const holds = specialize(effect.holds, environment);
        return isTrue(holds) ? [] : [{ ...effect, holds }];
      }
    }
  });
}

