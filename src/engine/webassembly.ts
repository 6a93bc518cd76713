/**
 * A model as a WebAssembly module: its functions work on one memory, which holds the buffers, and a given
 * state is copied there first. The loops over the store stay JavaScript, since the store does not fit into a memory.
 */
import { moduleOf } from './binary.js';
import { emit, type Emittable } from './emit.js';
import { batchSize, counting, each, exportsOf, faultsOf, lengthsOf, type Arrays, type Emitted, type Made, type Running } from './module.js';
import { OutOfReach } from './translate.js';
import { elementBytes, faultImport, wasm } from './wasm.js';

/** What of the host's WebAssembly is used. */
interface Host {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (description: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: unknown) => { readonly exports: Readonly<Record<string, unknown>> };
}

const pageBytes = 1 << 16;

/** Emits the module of a model, with buffers of `room` states, and starts it; nothing where the host cannot run it. */
export function inWebAssembly(emittable: Emittable, room: number): Running | undefined {
  const host = (globalThis as { WebAssembly?: Host }).WebAssembly;
  if (!host) return undefined;
  try {
    return running(host, emittable, room);
  } catch (error) {
    if (error instanceof OutOfReach || error instanceof RangeError || isTooLarge(error)) return undefined;
    throw error;
  }
}

/** A module or a function of it may be too large for the host; anything else is wrong with the module. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.name === 'CompileError' && /too large|maximum|limit/.test(error.message);
}

function running(host: Host, emittable: Emittable, room: number): Running {
  const { words } = emittable.layout;
  const sizes = { words, room };
  // X has the states that functions are given.
  const lengths = { ...lengthsOf(sizes), X: batchSize * words };
  let end = 0;
  const from = each(lengths, (length) => (end += length) - length);
  const target = wasm(from, end);
  const fault = faultsOf(emit(emittable, target));
  const pages = Math.ceil(((end + target.tables.length) * elementBytes) / pageBytes);
  const memory = new host.Memory({ initial: pages });
  let at = 0;
  const view = (length: number): Int32Array => new Int32Array(memory.buffer, ((at += length) - length) * elementBytes, length);
  const arrays = each(lengths, view);
  view(target.tables.length).set(target.tables);
  const parts = { from: 'of', memory: { name: 'memory', pages }, imports: [faultImport], functions: target.functions, exports: exportsOf(emittable.renamings.length > 1) };
  const { exports } = new host.Instance(new host.Module(moduleOf(parts)), { of: { memory, fault } });
  return { emitted: handedOn(exports as unknown as Made<[number]>, words, from.X * elementBytes, arrays), arrays };
}

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
