/** A state as text: its variables by group, one line for each element, changes marked. */
import { nameOf } from '../engine/domain.js';
import type { Layout } from '../engine/layout.js';
import { baseOf, sizeOf, type Dimension, type Variable } from '../engine/node.js';

/** Variables that belong together: the fields of one array of records, or the locals of one thread. */
interface Group {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly fields: readonly { readonly name: string; readonly variable: Variable }[];
}

/** The text of a packed state, ending with a newline; lines that differ from `before` begin with `*`. */
export function stateText(layout: Layout, words: Int32Array, before: Int32Array = words): string {
  const lines = groupsOf(layout).flatMap((group) => {
    const elements = indicesOf(group.dimensions);
    const title = isSingle(group) || elements.length === 0 ? [] : [group.name];
    return [...title, ...elements.map((index, i) => elementLine(layout, group, index, i, { words, before }))];
  });
  return `${lines.join('\n')}\n`;
}

function groupsOf(layout: Layout): Group[] {
  const groups = new Map<string, Group>();
  for (const variable of layout.variables) {
    const [, name = '', field = ''] = /^([^.]*)\.?(.*)$/.exec(variable.name) ?? [];
    // Variables of one prefix but of different shapes are no record.
    const key = [name, ...variable.dimensions.map((dimension) => indexNames(dimension).join())].join('|');
    const group = groups.get(key) ?? { name, dimensions: variable.dimensions, fields: [] };
    groups.set(key, { ...group, fields: [...group.fields, { name: field, variable }] });
  }
  return [...groups.values()];
}

/** A variable that is no array and no record needs no title. */
function isSingle({ dimensions, fields }: Group): boolean {
  return dimensions.length === 0 && fields.length === 1;
}

function elementLine(
  layout: Layout,
  group: Group,
  index: string,
  element: number,
  { words, before }: { readonly words: Int32Array; readonly before: Int32Array },
): string {
  const { name: title, fields } = group;
  const text = (state: Int32Array): string =>
    fields.map(({ name, variable }) => `${name} ${valueOf(layout, variable, state, element)}`.trim()).join(', ');
  const mark = text(words) === text(before) ? ' ' : '*';
  const place = isSingle(group) ? title : index;
  return `${mark} ${place === '' ? '' : `${place}: `}${text(words)}`;
}

function valueOf(layout: Layout, variable: Variable, words: Int32Array, element: number): string {
  return nameOf(variable.domain, layout.read(words, variable, element));
}

/** The names of the elements of an array, in the order of the packed state. */
function indicesOf(dimensions: readonly Dimension[]): string[] {
  return dimensions.reduce<string[]>(
    (all, dimension) => all.flatMap((left) => indexNames(dimension).map((name) => `${left} ${name}`.trim())),
    [''],
  );
}

function indexNames(dimension: Dimension): string[] {
  return Array.from({ length: sizeOf(dimension) }, (_, i) => nameOf(dimension, i + baseOf(dimension)));
}
