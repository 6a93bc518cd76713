/**
 * Renaming the members of an index type in a state. Where a model names no member of the type, every
 * step commutes with every renaming.
 */
import type { Domain, IndexType } from './domain.js';
import type { Layout } from './layout.js';
import { baseOf, lengthOf, sizeOf, type Variable } from './node.js';

/**
 * The state with every member `i` of the type renamed to member `to[i]`; throws unless `to` is a
 * permutation that leaves the constants of the layout as they are.
 */
export function permute(layout: Layout, words: Int32Array, type: IndexType, to: readonly number[]): Int32Array {
  if (new Set(to).size !== type.members.length || to.some((position) => !(position in type.members))) {
    throw new RangeError(`not a permutation of ${type.name}: ${to.join(', ')}`);
  }
  const renamed = new Int32Array(layout.words);
  for (const variable of layout.variables) {
    for (let element = 0; element < lengthOf(variable); element++) {
      const value = renameValue(variable.domain, layout.read(words, variable, element), type, to);
      layout.write(renamed, variable, renameElement(variable, element, type, to), value);
    }
  }
  return renamed;
}

function renameValue(domain: Domain, value: number, type: IndexType, to: readonly number[]): number {
  if (domain === type) return to[value]!;
  if (domain.kind === 'optional' && domain.of === type) return value < 0 ? value : to[value]!;
  if (domain.kind === 'set' && domain.of === type) {
    return to.reduce((set, position, member) => set | (((value >> member) & 1) << position), 0);
  }
  return value;
}

/** The element whose indices of the type are renamed; the last dimension varies fastest. */
function renameElement({ dimensions }: Variable, element: number, type: IndexType, to: readonly number[]): number {
  let rest = element;
  let stride = 1;
  let renamed = 0;
  for (const dimension of [...dimensions].reverse()) {
    const size = sizeOf(dimension);
    const index = rest % size;
    const moved = dimension === type ? to[index - baseOf(dimension)]! : index;
    renamed += moved * stride;
    stride *= size;
    rest = Math.floor(rest / size);
  }
  return renamed;
}
