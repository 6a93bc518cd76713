/**
 * Program-counter dispatch: groups step instances by a variable that their guards compare with
 * constants, so that a state is asked only about the steps that its program counters allow.
 */
import { bitsOf, highOf, lowOf } from './domain.js';
import { baseOf, sizeOf, type Dimension, type Node, type ReadNode } from './node.js';
import type { StepInstance } from './specialize.js';

/** Instances that share a dispatch variable, or the rest that have none. */
export interface Dispatch {
  readonly instances: readonly StepInstance[];
  readonly on?: {
    readonly read: ReadNode;
    /** Positions in `instances` by the value that allows them, ascending. */
    readonly cases: ReadonlyMap<number, readonly number[]>;
  };
  /** The conjunct of each instance's guard that the dispatch decides. */
  readonly decided: ReadonlyMap<StepInstance, Node>;
}

interface Test {
  readonly conjunct: Node;
  readonly key: string;
  readonly read: ReadNode;
  readonly values: readonly number[];
}

/** A switch that spares a state fewer instances than this is not worth it. */
const sparedMin = 2;

/** Groups the instances greedily, the variable that spares a state the most tests first; every instance is in one group. */
export function dispatchOf(instances: readonly StepInstance[]): Dispatch[] {
  const tests = new Map(instances.map((instance) => [instance, instance.guard.flatMap(testOf)]));
  const groups: Dispatch[] = [];
  let rest = instances;
  for (;;) {
    const key = mostSparing(rest, tests);
    if (key === undefined) break;
    const [members, others] = partition(rest, (i) => tests.get(i)!.some((t) => t.key === key));
    groups.push(group(members, new Map(members.map((i) => [i, tests.get(i)!.find((t) => t.key === key)!]))));
    rest = others;
  }
  if (rest.length) groups.push({ instances: rest, decided: new Map() });
  return groups;
}

function group(instances: readonly StepInstance[], tests: ReadonlyMap<StepInstance, Test>): Dispatch {
  const cases = new Map<number, number[]>();
  instances.forEach((instance, position) => {
    for (const value of tests.get(instance)!.values) {
      cases.set(value, [...(cases.get(value) ?? []), position]);
    }
  });
  const decided = new Map([...tests].map(([instance, test]) => [instance, test.conjunct]));
  return { instances, on: { read: tests.get(instances[0]!)!.read, cases }, decided };
}

/**
 * The field whose value tells most instances apart: of those that test it, all are spared but the ones that its
 * value allows, here taken to be as many for every value. A field that every step of a thread tests alike
 * (interrupts are on) spares nothing, its program counter nearly all.
 */
function mostSparing(
  instances: readonly StepInstance[],
  tests: ReadonlyMap<StepInstance, readonly Test[]>,
): string | undefined {
  const fields = new Map<string, { instances: number; allowed: number; values: Set<number> }>();
  for (const instance of instances) {
    for (const { key, values } of tests.get(instance)!) {
      const field = fields.get(key) ?? { instances: 0, allowed: 0, values: new Set() };
      fields.set(key, field);
      field.instances++;
      field.allowed += values.length;
      for (const value of values) field.values.add(value);
    }
  }
  const spared = [...fields].map(([key, field]) => [key, field.instances - field.allowed / field.values.size] as const);
  const best = spared.reduce<readonly [string, number] | undefined>((a, b) => (a && a[1] >= b[1] ? a : b), undefined);
  return best && best[1] >= sparedMin ? best[0] : undefined;
}

/** A conjunct that compares one field with a constant, or with one of several. */
function testOf(conjunct: Node): Test[] {
  const parts = conjunct.kind === 'or' ? conjunct.of : [conjunct];
  const equalities = parts.flatMap((part) => equalityOf(part) ?? []);
  const first = equalities[0];
  if (!first || equalities.length < parts.length || equalities.some((e) => e.key !== first.key)) return [];
  return [{ conjunct, key: first.key, read: first.read, values: [...new Set(equalities.map((e) => e.value))] }];
}

/** A comparison of one field with a constant. */
export interface Equality {
  /** Names the field; the same for every comparison of it. */
  readonly key: string;
  readonly read: ReadNode;
  readonly value: number;
}

/** The comparison that an expression is, if it is one that cannot fault. */
export function equalityOf(node: Node): Equality | undefined {
  if (node.kind !== 'compare' || node.op !== '=') return undefined;
  const { left, right } = node;
  if (left.kind !== 'read' || right.kind !== 'constant') return undefined;
  const { dimensions } = left.variable;
  const indices = left.indices.map((i, n) => (i.kind === 'constant' && isIn(i.value, dimensions[n]!) ? i.value : undefined));
  // An index outside its dimension is a fault, and the conjuncts before this one may prevent it.
  if (indices.includes(undefined)) return undefined;
  return { key: `${left.variable.name}[${indices.join()}]`, read: left, value: right.value };
}

/** Alternatives that compare one field with one value each, or a single one of another kind. */
export interface Run {
  readonly first: Node;
  readonly key?: string;
  readonly read?: ReadNode;
  readonly values: number[];
}

/** Alternatives in order, neighbours that compare the same small field as one. */
export function runsOf(nodes: readonly Node[]): Run[] {
  const runs: Run[] = [];
  for (const first of nodes) {
    const equality = equalityOf(first);
    const last = runs.at(-1);
    if (!equality || !fitsBitTest(equality)) runs.push({ first, values: [] });
    else if (last?.key === equality.key) last.values.push(equality.value);
    else runs.push({ first, key: equality.key, read: equality.read, values: [equality.value] });
  }
  return runs;
}

function fitsBitTest({ read, value }: { read: ReadNode; value: number }): boolean {
  const { domain } = read.variable;
  return bitsOf(domain) <= 5 && value >= lowOf(domain) && value <= highOf(domain);
}

function isIn(value: number, dimension: Dimension): boolean {
  return value >= baseOf(dimension) && value < baseOf(dimension) + sizeOf(dimension);
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
