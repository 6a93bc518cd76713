/** A model as a JavaScript module. */
import { emit, type Emittable, type Running } from './emit.js';
import { each, faultsOf, lengthsOf, start } from './module.js';
import { Script } from './script.js';

/** Emits the module of a model, with buffers of `room` states, and starts it. */
export function inJavaScript(emittable: Emittable, room: number): Running {
  const sizes = { words: emittable.layout.words, room };
  const script = new Script();
  const fault = faultsOf(emit(emittable, script));
  const arrays = each(lengthsOf(sizes), (length) => new Int32Array(length));
  return start([...script.declarations, ...script.functions], sizes, arrays, { fault });
}
