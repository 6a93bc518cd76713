/**
 * The expression and effect trees: plain data, written once by a model and read by everything else
 * (the emitter, the interpreter, the ledger, exports). Handles in `expression.ts` build them.
 */
import type { Domain, IndexType, RangeDomain } from './domain.js';

/** What an array may be indexed by. */
export type Dimension = IndexType | RangeDomain;

/** One state variable, or one array of them. */
export interface Variable {
  /** Full name, with the field for an array of records: `tlb.frame`. */
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly domain: Domain;
  /** Value of every element before the model's start effects. */
  readonly initial: number;
}

/** A variable bound by a step's parameter, `exists` or `forEach`. */
export interface Bound {
  readonly name: string;
  readonly over: Dimension;
}

/** An expression; its value is an integer, see `domain.ts`. */
export type Node =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'bound'; readonly bound: Bound }
  | ReadNode
  | { readonly kind: 'compare'; readonly op: '=' | '<' | '<='; readonly left: Node; readonly right: Node }
  | { readonly kind: 'not'; readonly of: Node }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Node[] }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: Node; readonly right: Node }
  | { readonly kind: 'single'; readonly item: Node }
  | { readonly kind: 'combine'; readonly op: 'union' | 'intersect' | 'minus'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'member'; readonly set: Node; readonly item: Node }
  | { readonly kind: 'if'; readonly condition: Node; readonly then: Node; readonly else: Node }
  | { readonly kind: 'table'; readonly values: readonly number[]; readonly index: Node }
  | { readonly kind: 'exists'; readonly bound: Bound; readonly body: Node };

/** The value of a variable's element. */
export interface ReadNode {
  readonly kind: 'read';
  readonly variable: Variable;
  readonly indices: readonly Node[];
}

/** What a step does; effects happen in order, each seeing the ones before it. */
export type Effect =
  | AssignEffect
  | { readonly kind: 'when'; readonly condition: Node; readonly then: readonly Effect[]; readonly else: readonly Effect[] }
  | { readonly kind: 'forEach'; readonly bound: Bound; readonly body: readonly Effect[] }
  | { readonly kind: 'observe'; readonly property: string; readonly holds: Node };

/** Gives the variable's element a value. */
export interface AssignEffect {
  readonly kind: 'assign';
  readonly target: ReadNode;
  readonly value: Node;
}

/** The number of values of a dimension. */
export function sizeOf(dimension: Dimension): number {
  return dimension.kind === 'index' ? dimension.members.length : dimension.high - dimension.low + 1;
}

/** The number of elements of a variable; 1 unless it is an array. */
export function lengthOf({ dimensions }: Variable): number {
  return dimensions.reduce((length, dimension) => length * sizeOf(dimension), 1);
}

/** How many elements apart neighbours in a dimension of an array are; the last dimension changes fastest. */
export function strideOf(dimensions: readonly Dimension[], position: number): number {
  return dimensions.slice(position + 1).reduce((stride, dimension) => stride * sizeOf(dimension), 1);
}

/** The least value of a dimension. */
export function baseOf(dimension: Dimension): number {
  return dimension.kind === 'index' ? 0 : dimension.low;
}
