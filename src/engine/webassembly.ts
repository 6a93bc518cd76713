/**
 * A model as a WebAssembly module: its functions work on one memory, which holds the buffers, and a given
 * state is copied there first. The loops over the store stay JavaScript, since the store does not fit into a memory.
 */
import { moduleOf } from './binary.js';
import { emit, type Emittable } from './emit.js';
import { batchSize, counting, each, exportsOf, faultsOf, lengthsOf, type Arrays, type Emitted, type Made, type Running, type Sizes, type Translated } from './module.js';
import { OutOfReach } from './translate.js';
import { elementBytes, faultImport, wasm } from './wasm.js';

/** What of the host's WebAssembly is used. */
interface Host {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (description: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: unknown) => { readonly exports: Readonly<Record<string, unknown>> };
}

const hostOf = (): Host | undefined => (globalThis as { WebAssembly?: Host }).WebAssembly;

const pageBytes = 1 << 16;

/** Translates a model; nothing where the host cannot run the module. */
export function toWebAssembly(emittable: Emittable, sizes: Sizes): Translated<'webassembly'> | undefined {
  const host = hostOf();
  if (!host) return undefined;
  try {
    return translated(host, emittable, sizes);
  } catch (error) {
    if (error instanceof OutOfReach || error instanceof RangeError || isTooLarge(error)) return undefined;
    throw error;
  }
}

/** A module or a function of it may be too large for the host; anything else is wrong with the module. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.name === 'CompileError' && /too large|maximum|limit/.test(error.message);
}

function translated({ Module }: Host, emittable: Emittable, sizes: Sizes): Translated<'webassembly'> {
  const { from, end } = placed(sizes);
  const target = wasm(from, end);
  const faults = emit(emittable, target);
  const tables = Int32Array.from(target.tables);
  const memory = { name: 'memory', pages: pagesFor(end + tables.length) };
  const parts = { from: 'of', memory, imports: [faultImport], functions: target.functions, exports: exportsOf(emittable.renamings.length > 1) };
  return { emitter: 'webassembly', sizes, faults, tables, code: new Module(moduleOf(parts)) };
}

/** Starts a module. */
export function startWebAssembly({ code, sizes, faults, tables }: Translated<'webassembly'>): Running {
  const host = hostOf()!;
  const { lengths, from, end } = placed(sizes);
  const memory = new host.Memory({ initial: pagesFor(end + tables.length) });
  let at = 0;
  const view = (length: number): Int32Array => new Int32Array(memory.buffer, ((at += length) - length) * elementBytes, length);
  const arrays = each(lengths, view);
  view(tables.length).set(tables);
  const { exports } = new host.Instance(code, { of: { memory, fault: faultsOf(faults) } });
  return { emitted: handedOn(exports as unknown as Made<[number]>, sizes.words, from.X * elementBytes, arrays), arrays };
}

/** Where the arrays are in the memory; X has the states that functions are given. */
function placed(sizes: Sizes) {
  const lengths = { ...lengthsOf(sizes), X: batchSize * sizes.words };
  let end = 0;
  const from = each(lengths, (length) => (end += length) - length);
  return { lengths, from, end };
}

const pagesFor = (elements: number): number => Math.ceil((elements * elementBytes) / pageBytes);

/** The functions of a module, which copy the states that they are given to where the module reads them. */
function handedOn(made: Made<[number]>, words: number, address: number, { X, ...arrays }: Arrays<Int32Array> & { readonly X: Int32Array }): Emitted {
  const copy = (segment: Int32Array, offset: number): number => {
    for (let word = 0; word < words; word++) X[word] = segment[offset + word]!;
    return address;
  };
  return {
    expand: (segment, offset) => made.expand(copy(segment, offset)),
    check: (segment, offset) => made.check(copy(segment, offset)),
    cover: (segment, offset) => made.cover(copy(segment, offset)),
    end: (segment, offset) => made.end(copy(segment, offset)),
    expandSome: (segment, offset, states) => {
      const count = Math.min(states, batchSize - arrays.C[2]!);
      X.set(segment.subarray(offset, offset + count * words));
      made.expandAll(address, count);
    },
    ...counting(arrays, made),
  };
}
