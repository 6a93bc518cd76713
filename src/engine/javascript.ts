/** A model as a JavaScript module, and what a module of any kind has in JavaScript: the loops over the store. */
import { emit, type Buffers, type Emittable, type Emitted, type Running } from './emit.js';
import { ModelError } from './interpret.js';
import { loopNames, storeLoops } from './loops.js';
import { Script } from './script.js';

/** Raises a fault. */
export type Fault = (site: number, value: number) => never;

/** Raises the faults with these messages. */
export function faultsOf(messages: readonly string[]): Fault {
  return (site, value) => {
    throw new ModelError(`${messages[site]} ${value}`);
  };
}

/** Emits the module of a model, with buffers of `room` states, and starts it. */
export function inJavaScript(emittable: Emittable, room: number): Running {
  const { words } = emittable.layout;
  const script = new Script();
  const fault = faultsOf(emit(emittable, script));
  const [states, hashes, taken, violated, listed] = [room * words, room, room, room, room].map((length) => new Int32Array(length));
  const buffers = { states, hashes, taken, violated, listed } as Buffers;
  const arrays = { W: new Int32Array(words), M: new Int32Array(words + 1), C: new Int32Array(2), K: taken, V: violated };
  const source = [...script.declarations, ...script.functions];
  return start(source, { words, room }, buffers, { ...arrays, fault });
}

/** Starts a module: the functions of the source, with what it is given by name, and the loops. */
export function start(
  source: readonly string[],
  { words, room }: { readonly words: number; readonly room: number },
  buffers: Buffers,
  given: Readonly<Record<string, unknown>>,
): Running {
  const all: Readonly<Record<string, unknown>> = { ...given, B: buffers.states, H: buffers.hashes, L: buffers.listed };
  const text = [
    "'use strict';",
    `const { ${Object.keys(all).join(', ')} } = given;`,
    'const reset = () => { C[0] = C[1] = 0; }, count = () => C[0], progress = () => C[1];',
    ...source,
    storeLoops(words, room),
    `return { expand, check, cover, end, hash, reset, count, progress, ${loopNames.join(', ')} };`,
  ].join('\n');
  // The text is made from the model's own trees and holds numbers and operators only.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const instantiate = new Function('given', text) as (given: unknown) => Emitted;
  return { ...instantiate(all), ...buffers };
}
