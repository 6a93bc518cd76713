/** A model as a JavaScript module. */
import { emit, type Emittable } from './emit.js';
import { batchSize, counting, each, exportsOf, faultsOf, lengthsOf, type Made, type Running, type Sizes, type Translated } from './module.js';
import { script } from './script.js';

/** Translates a model. */
export function toJavaScript(emittable: Emittable, sizes: Sizes): Translated<'javascript'> {
  const target = script();
  const faults = emit(emittable, target);
  const code = [
    "'use strict';",
    `const { ${Object.keys(lengthsOf(sizes)).join(', ')} } = arrays;`,
    ...target.declarations,
    ...target.functions,
    `return { ${exportsOf(emittable.renamings.length > 1).join(', ')} };`,
  ].join('\n');
  return { emitter: 'javascript', sizes, faults, tables: new Int32Array(0), code };
}

/** Starts a module. */
export function startJavaScript({ code, sizes, faults }: Translated<'javascript'>): Running {
  const arrays = each(lengthsOf(sizes), (length) => new Int32Array(length));
  // The text is made from the model's own trees and holds numbers and operators only.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const instantiate = new Function('arrays', 'fault', code) as (...given: unknown[]) => Made<[Int32Array, number]>;
  const { expand, check, cover, end, expandAll, ...loops } = instantiate(arrays, faultsOf(faults));
  const { C } = arrays;
  const expandSome = (segment: Int32Array, offset: number, states: number): void =>
    expandAll(segment, offset, Math.min(states, batchSize - C[2]!));
  return { emitted: { expand, check, cover, end, expandSome, ...counting(arrays, loops) }, arrays };
}
