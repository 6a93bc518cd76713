/**
 * A model as a WebAssembly module: its functions work on one memory, which holds the buffers, and a given
 * state is copied there first. The loops over the store stay JavaScript, since the store does not fit into a memory.
 */
import { moduleOf } from './binary.js';
import { emit, type Emittable, type Running } from './emit.js';
import { hashFunction } from './hash.js';
import { faultsOf, start } from './javascript.js';
import { Script } from './script.js';
import { OutOfReach } from './translate.js';
import { faultImport, Wasm } from './wasm.js';

/** What of the host's WebAssembly is used. */
interface Host {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (description: { initial: number; maximum?: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: unknown) => { readonly exports: Readonly<Record<string, unknown>> };
}

const pageBytes = 1 << 16;
const exported = ['expand', 'check', 'cover', 'end'] as const;

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
  return error instanceof Error && error.name === 'CompileError' && /size|exceed|maximum|limit/i.test(error.message);
}

function running(host: Host, emittable: Emittable, room: number): Running {
  const { words } = emittable.layout;
  const { arrays, end } = arranged({ X: words, W: words, M: words + 1, C: 2, B: room * words, H: room, K: room, V: room, L: room });
  const wasm = new Wasm(arrays, end);
  const fault = faultsOf(emit(emittable, wasm));
  const pages = Math.ceil(((end + wasm.tables.length) * 4) / pageBytes);
  const memory = new host.Memory({ initial: pages });
  const view = (from: number, length: number): Int32Array => new Int32Array(memory.buffer, from * 4, length);
  view(end, wasm.tables.length).set(wasm.tables);
  const parts = { from: 'of', memory: { name: 'memory', pages }, imports: [faultImport], functions: wasm.functions, exports: exported };
  const instance = new host.Instance(new host.Module(moduleOf(parts)), { of: { memory, fault } });
  const buffers = {
    states: view(arrays.B, room * words),
    hashes: view(arrays.H, room),
    taken: view(arrays.K, room),
    violated: view(arrays.V, room),
    listed: view(arrays.L, room),
  };
  const given = { X: view(arrays.X, words), C: view(arrays.C, 2), run: instance.exports };
  return start(wrappers(words, arrays.X * 4), { words, room }, buffers, given);
}

/** Places the arrays of these lengths one after the other. */
function arranged<N extends string>(lengths: Readonly<Record<N, number>>): { arrays: Readonly<Record<N, number>>; end: number } {
  let end = 0;
  const arrays = {} as Record<N, number>;
  for (const name of Object.keys(lengths) as N[]) {
    arrays[name] = end;
    end += lengths[name];
  }
  return { arrays, end };
}

/** The functions of a module in JavaScript, which hand a state on to those in WebAssembly. */
function wrappers(words: number, address: number): string[] {
  const copy = Array.from({ length: words }, (_, word) => `X[${word}] = A[o + ${word}];`).join(' ');
  const script = new Script();
  hashFunction(words, script);
  return [
    ...exported.map((name) => `const run_${name} = run.${name}; function ${name}(A, o) { ${copy} return run_${name}(${address}); }`),
    ...script.functions,
  ];
}
