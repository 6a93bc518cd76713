/**
 * The schema of a model's state: named variables over finite domains. Where each is in a packed state is
 * decided when a model is compiled (`layout.ts`).
 */
import { highOf, lowOf, type Domain, type IndexType } from './domain.js';
import { handle, type Handle, type Value } from './expression.js';
import type { Dimension, Node, Variable } from './node.js';

/** One domain, or a record of them. */
export type Shape = Domain | { readonly [field: string]: Domain };

/** The handles of a shape. */
export type ShapeHandle<S> = S extends Domain ? Handle<S> : { readonly [K in keyof S]: Handle<S[K]> };

/** The expressions that index an array of the given dimensions. */
export type Indices<D extends readonly Dimension[]> = { [K in keyof D]: Handle<D[K]> | number };

/** An array of variables. */
export interface Table<D extends readonly Dimension[], S> {
  /** The element; an index outside its dimension stops the search with an error. */
  at(...indices: Indices<D>): ShapeHandle<S>;
}

/** An initial value: a boolean, a number, or a name of a choice. */
export type Initial = number | boolean | string;

const isDomain = (shape: Shape): shape is Domain =>
  'kind' in shape && typeof (shape as { kind: unknown }).kind === 'string';

const toNode = (index: Value | number): Node =>
  typeof index === 'number' ? { kind: 'constant', value: index } : index.node;

/** Names the variables of a model's state; add them all before the model is compiled. */
export class Schema {
  readonly variables: Variable[] = [];
  readonly types: IndexType[] = [];

  /** A new index type, of a size or with names for its members; it may be empty. */
  index<T extends string>(name: T, members: number | readonly string[]): IndexType<T> {
    const names = typeof members === 'number' ? Array.from({ length: members }, (_, i) => `${name}${i}`) : members;
    if (new Set(names).size !== names.length) {
      throw new RangeError(`the members of ${name} must be distinct`);
    }
    const type: IndexType<T> = { kind: 'index', name, members: names };
    this.types.push(type);
    return type;
  }

  /** A variable, or a record of variables; starts at `initial`, by default its domain's first value. */
  variable<S extends Shape>(name: string, shape: S, initial?: Initial): ShapeHandle<S> {
    return this.array(name, [], shape, initial).at();
  }

  /** An array of variables or of records; every element starts at `initial`. */
  array<const D extends readonly Dimension[], S extends Shape>(
    name: string,
    dimensions: D,
    shape: S,
    initial?: Initial,
  ): Table<D, S> {
    const declare = (full: string, domain: Domain): Variable => this.add(full, dimensions, domain, initial);
    const read = (variable: Variable, indices: readonly (Value | number)[]): Value =>
      handle(variable.domain, { kind: 'read', variable, indices: indices.map(toNode) });
    if (isDomain(shape)) {
      const variable = declare(name, shape);
      return { at: (...indices) => read(variable, indices) as ShapeHandle<S> };
    }
    const fields = Object.entries(shape).map(([field, domain]) => [field, declare(`${name}.${field}`, domain)] as const);
    return {
      at: (...indices) =>
        Object.fromEntries(
          fields.map(([field, variable]) => [field, read(variable, indices as (Value | number)[])]),
        ) as ShapeHandle<S>,
    };
  }

  private add(name: string, dimensions: readonly Dimension[], domain: Domain, initial?: Initial): Variable {
    if (highOf(domain) < lowOf(domain)) throw new RangeError(`${name} has no value to hold`);
    if (this.variables.some((v) => v.name === name)) throw new Error(`${name} is declared twice`);
    const variable: Variable = { name, dimensions, domain, initial: initialOf(name, domain, initial) };
    this.variables.push(variable);
    return variable;
  }
}

function initialOf(name: string, domain: Domain, initial: Initial | undefined): number {
  if (initial === undefined) return lowOf(domain);
  const value = typeof initial === 'string' && domain.kind === 'choice' ? domain.names.indexOf(initial) : Number(initial);
  const fits = Number.isInteger(value) && value >= lowOf(domain) && value <= highOf(domain);
  if (!fits) throw new RangeError(`${name} cannot start at ${initial}`);
  return value;
}
