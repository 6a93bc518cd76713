/**
 * The binary format of WebAssembly, as far as modules of whole numbers of 32 bits need it. Bytes are the
 * characters of strings until the module is complete: strings are cheap to put together.
 */

/** Bytes, one a character. */
export type Bytes = string;

/** The instructions in use, by their names in the specification. */
export const opcode = {
  block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, brIf: 0x0d, brTable: 0x0e, return: 0x0f, call: 0x10,
  drop: 0x1a, select: 0x1b, localGet: 0x20, localSet: 0x21, localTee: 0x22, load: 0x28, store: 0x36, constant: 0x41,
  eqz: 0x45, eq: 0x46, ltS: 0x48, leS: 0x4c, geS: 0x4e, geU: 0x4f,
  add: 0x6a, sub: 0x6b, mul: 0x6c, remU: 0x70, and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shrU: 0x76,
} as const;

/** The type of all values, and the type of a block that has none. */
export const [i32, empty] = [0x7f, 0x40];

/** Bytes as they are. */
export const bytes = (...values: readonly number[]): Bytes => String.fromCharCode(...values);

/** A number from 0 to 2 ** 32 - 1 in as few bytes as it takes (LEB128). */
export function unsigned(value: number): Bytes {
  if (value < 0x80) return String.fromCharCode(value);
  return String.fromCharCode((value & 0x7f) | 0x80) + unsigned(value >>> 7);
}

/** A number of 32 bits with a sign in as few bytes as it takes. */
export function signed(value: number): Bytes {
  if (value >= -0x40 && value < 0x40) return String.fromCharCode(value & 0x7f);
  return String.fromCharCode((value & 0x7f) | 0x80) + signed(value >> 7);
}

/** The items one after the other, their number before them. */
export const vector = (items: readonly Bytes[]): Bytes => unsigned(items.length) + items.join('');

/** The parameters and results of a function, all of them {@link i32}. */
export interface Signature {
  readonly parameters: number;
  readonly results: number;
}

/** A function of the module. */
export interface FunctionBody {
  readonly name: string;
  readonly signature: Signature;
  /** Variables beside the parameters. */
  readonly locals: number;
  readonly code: Bytes;
}

/** What a module is made of: an imported memory, imported functions, which come first in the numbering, and its own. */
export interface ModuleParts {
  readonly from: string;
  readonly memory: { readonly name: string; readonly pages: number };
  readonly imports: readonly { readonly name: string; readonly signature: Signature }[];
  readonly functions: readonly FunctionBody[];
  /** Names of the functions that are exported. */
  readonly exports: readonly string[];
}

/** The bytes of a module. */
export function moduleOf({ from, memory, imports, functions, exports }: ModuleParts): Uint8Array {
  const types: Bytes[] = [];
  const typeOf = (signature: Signature): Bytes => {
    const text = typeText(signature);
    const known = types.indexOf(text);
    return unsigned(known < 0 ? types.push(text) - 1 : known);
  };
  const imported = [
    text(from) + text(memory.name) + bytes(2, 0) + unsigned(memory.pages),
    ...imports.map(({ name, signature }) => text(from) + text(name) + bytes(0) + typeOf(signature)),
  ];
  const declared = functions.map(({ signature }) => typeOf(signature));
  const numberOf = new Map(functions.map(({ name }, i) => [name, imports.length + i]));
  const exported = exports.map((name) => text(name) + bytes(0) + unsigned(numberOf.get(name)!));
  const bodies = functions.map(({ locals, code }) => sized(vector(locals ? [unsigned(locals) + bytes(i32)] : []) + code + bytes(opcode.end)));
  const sections = [section(1, types), section(2, imported), section(3, declared), section(7, exported), section(10, bodies)];
  return toArray(bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) + sections.join(''));
}

function typeText({ parameters, results }: Signature): Bytes {
  const values = (count: number): Bytes => vector(Array.from({ length: count }, () => bytes(i32)));
  return bytes(0x60) + values(parameters) + values(results);
}

const sized = (content: Bytes): Bytes => unsigned(content.length) + content;

const text = (name: string): Bytes => sized(name);

const section = (id: number, items: readonly Bytes[]): Bytes => bytes(id) + sized(vector(items));

function toArray(content: Bytes): Uint8Array {
  const array = new Uint8Array(content.length);
  for (let i = 0; i < content.length; i++) array[i] = content.charCodeAt(i);
  return array;
}
