/**
 * The schema's face for people: states as immutable Records, one field a group of variables. Packed
 * words are turned into them and back at the boundary (JSON, tests, differences), never in the loop.
 */
import { List, Map as Dictionary, Record as record, type RecordOf } from 'immutable';
import { highOf, lowOf, nameOf, type Domain } from './domain.js';
import type { Layout } from './layout.js';
import { baseOf, lengthOf, sizeOf, type Dimension, type Variable } from './node.js';

/** A state; its fields are the schema's variables by full name. */
export type StateRecord = RecordOf<{ [variable: string]: unknown }>;

/** A packed state as an immutable Record. */
export function decode(layout: Layout, words: Int32Array): StateRecord {
  const fields = layout.variables.map((variable) => {
    const values = valuesOf(layout, words, variable).map((value) => toPlain(variable.domain, value));
    return [variable.name, nest(variable.dimensions, values)] as const;
  });
  return record(Object.fromEntries(fields), 'State')();
}

/** A Record as a packed state; throws for a value outside its variable's domain and for another one of a constant. */
export function encode(layout: Layout, state: StateRecord): Int32Array {
  const words = new Int32Array(layout.words);
  for (const variable of layout.variables) {
    flatten(variable.dimensions, state.get(variable.name)).forEach((value, element) => {
      layout.write(words, variable, element, fromPlain(variable, value));
    });
  }
  return words;
}

/** The variables whose packed bits are no value of their domain: the type invariant, empty when it holds. */
export function typeFaults(layout: Layout, words: Int32Array): string[] {
  const faulty = (variable: Variable): boolean =>
    valuesOf(layout, words, variable).some((value) => value > highOf(variable.domain));
  return layout.variables.filter(faulty).map((variable) => variable.name);
}

function valuesOf(layout: Layout, words: Int32Array, variable: Variable): number[] {
  return Array.from({ length: lengthOf(variable) }, (_, element) => layout.read(words, variable, element));
}

function toPlain(domain: Domain, value: number): unknown {
  switch (domain.kind) {
    case 'bool':
      return value === 1;
    case 'range':
      return value;
    case 'set':
      return List(domain.of.members.filter((_, i) => (value >> i) & 1));
    case 'optional':
      return value < 0 ? null : nameOf(domain, value);
    default:
      return nameOf(domain, value);
  }
}

function fromPlain({ name, domain }: Variable, plain: unknown): number {
  for (let value = lowOf(domain); domain.kind !== 'set' && value <= highOf(domain); value++) {
    if (toPlain(domain, value) === plain) return value;
  }
  if (domain.kind === 'set' && List.isList(plain)) {
    const positions = plain.toArray().map((item) => domain.of.members.indexOf(String(item)));
    if (!positions.includes(-1)) return positions.reduce((set, p) => set | (1 << p), 0);
  }
  throw new RangeError(`${name} cannot hold ${String(plain)}`);
}

function nest(dimensions: readonly Dimension[], values: readonly unknown[]): unknown {
  const [first, ...rest] = dimensions;
  if (!first) return values[0];
  const each = values.length / sizeOf(first);
  return Dictionary(keysOf(first).map((key, i) => [key, nest(rest, values.slice(i * each, (i + 1) * each))]));
}

function flatten(dimensions: readonly Dimension[], nested: unknown): unknown[] {
  const [first, ...rest] = dimensions;
  if (!first) return [nested];
  return keysOf(first).flatMap((key) => flatten(rest, (nested as Dictionary<string, unknown>).get(key)));
}

function keysOf(dimension: Dimension): string[] {
  return Array.from({ length: sizeOf(dimension) }, (_, i) => nameOf(dimension, i + baseOf(dimension)));
}
