/**
 * The schema of a model's state: named variables over finite domains, and where each is packed into
 * 32-bit words. Fields never straddle a word, so that every access is one shift and one mask.
 */
import { bitsOf, highOf, lowOf, type Domain, type IndexType } from './domain.js';
import { handle, type Handle } from './expression.js';
import { sizeOf, type Dimension, type Node, type Variable } from './node.js';
import type { Value } from './expression.js';

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

/** Where a variable's elements are: `perWord` elements of `bits` bits from `word` on, the first at `shift`. */
export interface Place {
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
  readonly perWord: number;
  readonly length: number;
}

const isDomain = (shape: Shape): shape is Domain =>
  'kind' in shape && typeof (shape as { kind: unknown }).kind === 'string';

const toNode = (index: Value | number): Node =>
  typeof index === 'number' ? { kind: 'constant', value: index } : index.node;

/** Names the variables of a model's state; add them all before the first search. */
export class Schema {
  readonly variables: Variable[] = [];
  readonly types: IndexType[] = [];
  private places: Map<Variable, Place> | undefined;
  private wordCount = 0;

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

  /** Number of 32-bit words of a packed state. */
  get words(): number {
    this.place();
    return this.wordCount;
  }

  /** Where a variable of this schema is packed; throws for a variable of another schema. */
  placeOf(variable: Variable): Place {
    const place = this.place().get(variable);
    if (!place) throw new ReferenceError(`${variable.name} belongs to another schema`);
    return place;
  }

  private add(name: string, dimensions: readonly Dimension[], domain: Domain, initial?: Initial): Variable {
    if (this.places) throw new Error(`${name}: the schema is already in use`);
    if (highOf(domain) < lowOf(domain)) throw new RangeError(`${name} has no value to hold`);
    if (this.variables.some((v) => v.name === name)) throw new Error(`${name} is declared twice`);
    const variable: Variable = { name, dimensions, domain, initial: initialOf(name, domain, initial) };
    this.variables.push(variable);
    return variable;
  }

  private place(): Map<Variable, Place> {
    return (this.places ??= this.pack());
  }

  /** First fit, largest first: wide arrays take whole words, the rest fills the gaps. */
  private pack(): Map<Variable, Place> {
    const used: number[] = [];
    const places = new Map<Variable, Place>();
    const sized = this.variables.map((variable) => {
      const bits = bitsOf(variable.domain);
      const length = variable.dimensions.reduce((n, d) => n * sizeOf(d), 1);
      return { variable, bits, length, perWord: Math.floor(32 / bits) };
    });
    sized.sort((a, b) => b.bits * b.length - a.bits * a.length);
    for (const { variable, bits, length, perWord } of sized) {
      const place = length <= perWord ? fit(used, bits * length) : append(used, bits, length, perWord);
      places.set(variable, { ...place, bits, perWord: Math.min(perWord, length), length });
    }
    this.wordCount = Math.max(1, used.length);
    return places;
  }
}

function initialOf(name: string, domain: Domain, initial: Initial | undefined): number {
  if (initial === undefined) return lowOf(domain);
  const value = typeof initial === 'string' && domain.kind === 'choice' ? domain.names.indexOf(initial) : Number(initial);
  const fits = Number.isInteger(value) && value >= lowOf(domain) && value <= highOf(domain);
  if (!fits) throw new RangeError(`${name} cannot start at ${initial}`);
  return value;
}

function fit(used: number[], bits: number): { word: number; shift: number } {
  const gap = used.findIndex((n) => n + bits <= 32);
  const word = gap < 0 ? used.push(0) - 1 : gap;
  const shift = used[word]!;
  used[word] = shift + bits;
  return { word, shift };
}

function append(used: number[], bits: number, length: number, perWord: number): { word: number; shift: number } {
  const word = used.length;
  for (let left = length; left > 0; left -= perWord) used.push(Math.min(left, perWord) * bits);
  return { word, shift: 0 };
}

/** Reads an element of a packed state. */
export function readPacked(place: Place, domain: Domain, words: Int32Array, element: number, offset = 0): number {
  const word = words[offset + place.word + Math.floor(element / place.perWord)]!;
  const shift = place.shift + place.bits * (element % place.perWord);
  return ((word >>> shift) & mask(place.bits)) + lowOf(domain);
}

/** Writes an element of a packed state; the value must be of the variable's domain. */
export function writePacked(place: Place, domain: Domain, words: Int32Array, element: number, value: number): void {
  const at = place.word + Math.floor(element / place.perWord);
  const shift = place.shift + place.bits * (element % place.perWord);
  words[at] = (words[at]! & ~(mask(place.bits) << shift)) | ((value - lowOf(domain)) << shift);
}

/** The mask of the lowest bits. */
export function mask(bits: number): number {
  return bits === 32 ? -1 : (1 << bits) - 1;
}
