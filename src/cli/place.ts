/** Reads values that came from a file one by one, and names the file, the line and the path where one is wrong. */
import { InputError } from './exit.js';
import { jsonText } from './json-text.js';

/** A value with the path that leads to it. */
export interface Place {
  readonly source: string;
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** The line of a path in the file; absent where the values are not written in it as they are. */
  readonly lineOf?: (path: Place['path']) => number | undefined;
}

/** The root of a JSON text; throws an InputError where it is none. */
export function jsonPlace(text: string, source: string): Place {
  const { mistake, lineOf } = jsonText(text);
  if (mistake) throw new InputError(`${source}:${mistake.line}:${mistake.column}: error: no JSON, expected ${mistake.expected}`);
  return { source, path: [], value: JSON.parse(text), lineOf };
}

/** The value of a key, which must be there. */
export function at(place: Place, key: string): Place {
  const inside = { ...place, path: [...place.path, key], value: object(place)[key] };
  if (inside.value === undefined) throw new InputError(`${where(place)}${pathText(inside.path)} is missing`);
  return inside;
}

/** The value of a key that may be missing. */
export function maybe(place: Place, key: string): Place | undefined {
  return object(place)[key] === undefined ? undefined : at(place, key);
}

/** An object; keys other than the known ones, if these are given, are mistakes. */
export function object(place: Place, known?: readonly string[]): Readonly<Record<string, unknown>> {
  const { value } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
  const stray = known && Object.keys(value).find((key) => !known.includes(key));
  if (stray !== undefined) throw problemAt({ ...place, path: [...place.path, stray] }, 'is not known', known!.join(', '));
  return value as Record<string, unknown>;
}

/** The items of an array. */
export function items(place: Place): Place[] {
  if (!Array.isArray(place.value)) throw wrong(place, 'an array');
  return place.value.map((value: unknown, i) => ({ ...place, path: [...place.path, i], value }));
}

/** A string. */
export function string(place: Place): string {
  if (typeof place.value !== 'string') throw wrong(place, 'a string');
  return place.value;
}

/** A string of a few that are right. */
export function oneOf<S extends string>(place: Place, choices: readonly S[]): S {
  const found = choices.find((choice) => choice === place.value);
  if (found === undefined) throw wrong(place, choices.map((choice) => JSON.stringify(choice)).join(' or '));
  return found;
}

/** A whole number of at least 0. */
export function count(place: Place): number {
  if (!Number.isInteger(place.value) || Number(place.value) < 0) throw wrong(place, 'a whole number of at least 0');
  return Number(place.value);
}

/** The error for a value that should have been something else. */
export function wrong(place: Place, expected: string): InputError {
  const found = typeof place.value === 'function' ? 'a function' : JSON.stringify(place.value ?? null);
  return problemAt(place, `is ${found.length > 40 ? `${found.slice(0, 40)}...` : found}`, expected);
}

/** An error at a place. */
export function problemAt(place: Place, problem: string, expected: string): InputError {
  return new InputError(`${where(place)}${pathText(place.path)} ${problem}, expected ${expected}`);
}

function where({ source, path, lineOf }: Place): string {
  const line = lineOf?.(path);
  return line === undefined ? `${source}: ` : `${source}:${line}: `;
}

/** `$.rules[0].hook` */
function pathText(path: Place['path']): string {
  return ['$', ...path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))].join('');
}
