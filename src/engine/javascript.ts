/** A model as a JavaScript module. */
import { emit, type Emittable } from './emit.js';
import { batchSize, counting, each, exportsOf, faultsOf, lengthsOf, type Made, type Running } from './module.js';
import { script } from './script.js';

/** Emits the module of a model, with buffers of `room` states, and starts it. */
export function inJavaScript(emittable: Emittable, room: number): Running {
  const target = script();
  const fault = faultsOf(emit(emittable, target));
  const arrays = each(lengthsOf({ words: emittable.layout.words, room }), (length) => new Int32Array(length));
  const source = [
    "'use strict';",
    `const { ${Object.keys(arrays).join(', ')} } = arrays;`,
    ...target.declarations,
    ...target.functions,
    `return { ${exportsOf(emittable.renamings.length > 1).join(', ')} };`,
  ].join('\n');
  // The text is made from the model's own trees and holds numbers and operators only.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const instantiate = new Function('arrays', 'fault', source) as (...given: unknown[]) => Made<[Int32Array, number]>;
  const { expand, check, cover, end, expandAll, ...loops } = instantiate(arrays, fault);
  const { C } = arrays;
  const expandSome = (segment: Int32Array, offset: number, states: number): void =>
    expandAll(segment, offset, Math.min(states, batchSize - C[2]!));
  return { emitted: { expand, check, cover, end, expandSome, ...counting(arrays, loops) }, arrays };
}
