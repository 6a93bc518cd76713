/**
 * Trees in a normal form in which equal meanings that differ by a renaming can be compared: every distinct tree
 * is one term with a number. Members of a conjunction, and effects that do not meet, have no order.
 *
 * A constant is typed by what it meets: the dimension that it indexes, the other side of a comparison, the variable
 * that it is assigned to. Any typing is right that gives each operator what it can rename: only what an
 * operator relates must be renamed alike, and whatever else is known of a number does not matter.
 */
import type { Effect, Node, ReadNode, Variable } from './node.js';
import { lengthOf, strideOf, baseOf, sizeOf } from './node.js';
import { plain, type Renamer, type Sort, type Sorts } from './renaming.js';

/** The number of a term. */
export type TermId = number;

/** A term; what it is made of are terms too. */
interface Term {
  readonly kind: string;
  readonly parts: readonly TermId[];
  /** Values of a constant or of a table. */
  readonly values: readonly number[];
  /** Of the values; for a table, of the index first; what is `cast` from and to. */
  readonly sorts: readonly Sort[];
  readonly variable?: Variable;
  /** For a list of effects: by position those that must come before. */
  readonly after?: readonly (readonly number[])[];
}

/** There is no such term: something has no counterpart. */
export const noTerm = -1;

/** Kinds whose parts have no order. */
const unordered: ReadonlySet<string> = new Set(['and', 'or', '=', 'union', 'intersect', '+']);

/** All terms of one model. */
export class Terms {
  private readonly terms: Term[] = [];
  private readonly ids = new Map<string, TermId>();
  private readonly typed = new Map<Sort, Map<Node, TermId>>();
  private readonly marks: (Marks | undefined)[] = [];
  private readonly numberOf: ReadonlyMap<Variable, number>;
  private readonly firstElement = new Map<Variable, number>();
  private readonly maskWords: number;

  constructor(readonly sorts: Sorts) {
    this.numberOf = new Map(sorts.variables.map((variable, i) => [variable, i]));
    let elements = 0;
    for (const variable of sorts.variables) {
      this.firstElement.set(variable, elements);
      elements += lengthOf(variable);
    }
    this.maskWords = (elements + 31) >>> 5;
  }

  /** The number of terms so far. */
  get size(): number {
    return this.terms.length;
  }

  /** The term of an expression whose value is of a sort. */
  node(node: Node, expected: Sort): TermId {
    const known = this.typed.get(expected) ?? new Map<Node, TermId>();
    this.typed.set(expected, known);
    const before = known.get(node);
    if (before !== undefined) return before;
    const own = this.sortOf(node) ?? expected;
    const id = this.typedNode(node, own);
    const cast = own === expected ? id : this.make('cast', [id], { sorts: [own, expected] });
    known.set(node, cast);
    return cast;
  }

  /** The sort of an expression's value, where it does not depend on what the value meets. */
  private sortOf(node: Node): Sort | undefined {
    switch (node.kind) {
      case 'constant':
      case 'table':
        return undefined;
      case 'read':
        return this.sorts.of(node.variable.domain);
      case 'bound':
        return this.sorts.of(node.bound.over);
      case 'single': {
        const item = this.sortOf(node.item);
        return item === undefined ? undefined : this.sorts.setOf(item);
      }
      case 'combine':
        return this.sortOf(node.left) ?? this.sortOf(node.right);
      case 'if':
        return this.sortOf(node.then) ?? this.sortOf(node.else);
      default:
        return plain;
    }
  }

  private typedNode(node: Node, sort: Sort): TermId {
    const truth = (of: Node): TermId => this.node(of, plain);
    switch (node.kind) {
      case 'constant':
        return this.make('constant', [], { values: [node.value], sorts: [sort] });
      case 'read':
        return this.read(node);
      case 'compare':
        return this.compare(node);
      case 'not':
        return this.make('not', [truth(node.of)]);
      case 'and':
      case 'or':
        return this.make(node.kind, node.of.map(truth));
      case 'sum':
        return this.make(node.sign === 1 ? '+' : '-', [truth(node.left), truth(node.right)]);
      case 'single':
        return this.make('single', [this.node(node.item, this.sorts.itemOf(sort))]);
      case 'combine':
        return this.make(node.op, [this.node(node.left, sort), this.node(node.right, sort)]);
      case 'member': {
        const item = this.sortOf(node.item);
        const set = this.sortOf(node.set) ?? (item === undefined ? plain : this.sorts.setOf(item));
        return this.make('member', [this.node(node.set, set), this.node(node.item, this.sorts.itemOf(set))]);
      }
      case 'if':
        return this.make('if', [truth(node.condition), this.node(node.then, sort), this.node(node.else, sort)]);
      case 'table': {
        const index = this.sortOf(node.index) ?? plain;
        return this.make('table', [this.node(node.index, index)], { values: node.values, sorts: [index, sort] });
      }
      case 'bound':
      case 'exists':
        throw new Error('bound variables are replaced before trees are compared');
    }
  }

  private read({ variable, indices }: ReadNode): TermId {
    const parts = indices.map((index, i) => this.node(index, this.sorts.of(variable.dimensions[i]!)));
    return this.make('read', parts, { variable });
  }

  /** An order among values is one of numbers. */
  private compare({ op, left, right }: Extract<Node, { kind: 'compare' }>): TermId {
    const sort = op === '=' ? (this.sortOf(left) ?? this.sortOf(right) ?? plain) : plain;
    return this.make(op, [this.node(left, sort), this.node(right, sort)]);
  }

  /** The term of effects in their order. */
  effects(effects: readonly Effect[]): TermId {
    const ids = effects.map((effect) => this.effect(effect));
    const after = ids.map((id, i) => range(i).filter((before) => this.marksOf(ids[before]!).meets(this.marksOf(id))));
    const order = leastOrder(ids, after);
    const position = new Map(order.map((from, to) => [from, to]));
    const moved = order.map((from) => after[from]!.map((before) => position.get(before)!));
    return this.make('effects', order.map((from) => ids[from]!), { after: moved });
  }

  private effect(effect: Effect): TermId {
    switch (effect.kind) {
      case 'assign': {
        const sort = this.sorts.of(effect.target.variable.domain);
        return this.make('assign', [this.read(effect.target), this.node(effect.value, sort)]);
      }
      case 'when':
        return this.make('when', [this.node(effect.condition, plain), this.effects(effect.then), this.effects(effect.else)]);
      case 'observe':
        return this.make(`observe ${effect.property}`, [this.node(effect.holds, plain)]);
      case 'forEach':
        throw new Error('loops are unrolled before trees are compared');
    }
  }

  /** A term of parts that are terms: `spontaneous` steps and others, say. */
  group(kind: string, parts: readonly TermId[]): TermId {
    return this.make(kind, parts);
  }

  private make(kind: string, parts: readonly TermId[], more: Partial<Term> = {}): TermId {
    const term: Term = { kind, values: [], sorts: [], ...more, parts: arranged(kind, this.flat(kind, parts)) };
    const key = this.keyOf(term);
    const before = this.ids.get(key);
    if (before !== undefined) return before;
    const id = this.terms.push(term) - 1;
    this.ids.set(key, id);
    return id;
  }

  /** A union of unions is one of all their members; what is taken away one by one is taken away together. */
  private flat(kind: string, parts: readonly TermId[]): readonly TermId[] {
    const inside = (id: TermId): readonly TermId[] => (this.terms[id]!.kind === kind ? this.terms[id]!.parts : [id]);
    if (kind === 'minus') return [...inside(parts[0]!), ...parts.slice(1)];
    return kind === 'union' || kind === 'intersect' ? parts.flatMap(inside) : parts;
  }

  private keyOf({ kind, parts, values, sorts, variable }: Term): string {
    return `${kind} ${variable ? this.numberOf.get(variable)! : ''} ${sorts.join()} ${values.join()} ${parts.join()}`;
  }

  /** The constants of a sort in the values that effects assign. */
  constantsAssigned(sort: Sort): number[] {
    const found = new Set<number>();
    const seen = new Set<TermId>();
    const visit = (id: TermId): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const { kind, parts, values, sorts } = this.terms[id]!;
      if ((kind === 'constant' || kind === 'table') && sorts.at(-1) === sort) for (const value of values) found.add(value);
      parts.forEach(visit);
    };
    for (const { kind, parts } of this.terms) if (kind === 'assign') visit(parts[1]!);
    return [...found];
  }

  /** Asks for the terms that take the place of terms under a renaming. */
  under(renamer: Renamer): (id: TermId) => TermId {
    const images = new Int32Array(this.terms.length).fill(unasked);
    const image = (id: TermId): TermId => {
      if (images[id] === unasked) images[id] = this.imageOf(this.terms[id]!, renamer, image);
      return images[id]!;
    };
    return image;
  }

  private imageOf(term: Term, renamer: Renamer, image: (id: TermId) => TermId): TermId {
    const parts: TermId[] = [];
    for (const part of term.parts) {
      const moved = image(part);
      if (moved === noTerm) return noTerm;
      parts.push(moved);
    }
    const { kind, values, variable, after } = term;
    const [from, into] = term.sorts as [Sort, Sort];
    const sorts = term.sorts.map((sort) => renamer.sort(sort));
    const find = (of: Partial<Term>): TermId => this.ids.get(this.keyOf({ kind, parts, values, sorts, ...of })) ?? noTerm;
    if (kind === 'constant') return find({ values: [renamer.value(from, values[0]!)] });
    if (kind === 'read') return find({ variable: renamer.variable(variable!) });
    if (kind === 'cast') return renamer.keeps(from) && renamer.keeps(into) ? find({}) : noTerm;
    if (kind === 'table') return movesWithin(values.length, (i) => renamer.value(from, i), (moved) => find({ values: moved }), values.map((value) => renamer.value(into, value)));
    if (after) return find({ parts: leastOrder(parts, after).map((from) => parts[from]!) });
    return find({ parts: arranged(kind, parts) });
  }

  /** What an expression or an effect looks at and changes. */
  private marksOf(id: TermId): Marks {
    const known = this.marks[id];
    if (known) return known;
    const marks = new Marks(this.maskWords);
    const { kind, parts } = this.terms[id]!;
    if (kind === 'assign') this.markAssignment(marks, parts[0]!, parts[1]!);
    else for (const part of parts) marks.add(this.marksOf(part));
    if (kind === 'read') this.addElements(marks.reads, id);
    return (this.marks[id] = marks);
  }

  /** Sets grow, or shrink, in any order, and whoever puts the same constant may come first: changes of their own kinds. */
  private markAssignment(marks: Marks, target: TermId, value: TermId): void {
    for (const index of this.terms[target]!.parts) marks.add(this.marksOf(index));
    const elements = new Int32Array(this.maskWords);
    this.addElements(elements, target);
    const { kind, parts } = this.terms[value]!;
    const others = new Marks(this.maskWords);
    for (const part of parts) if (part !== target) others.add(this.marksOf(part));
    const accumulates = (kind === 'union' && parts.includes(target)) || (kind === 'minus' && parts[0] === target && !parts.slice(1).includes(target));
    if (accumulates && !overlap(others.reads, elements)) {
      marks.add(others);
      include(kind === 'union' ? marks.grows : marks.shrinks, elements);
    } else {
      marks.add(this.marksOf(value));
      include(kind === 'constant' ? marks.puttingOf(value) : marks.writes, elements);
    }
  }

  /** The element that a read names by constants, or else all of the variable's. */
  private addElements(mask: Int32Array, read: TermId): void {
    const { parts, variable } = this.terms[read]!;
    const { dimensions } = variable!;
    const first = this.firstElement.get(variable!)!;
    const indices = parts.map((part, i) => {
      const { kind, values } = this.terms[part]!;
      const index = kind === 'constant' ? values[0]! - baseOf(dimensions[i]!) : -1;
      return index >= 0 && index < sizeOf(dimensions[i]!) ? index * strideOf(dimensions, i) : -1;
    });
    const exact = !indices.includes(-1);
    const element = indices.reduce((sum, index) => sum + index, 0);
    for (const at of exact ? [element] : range(lengthOf(variable!))) mask[(first + at) >>> 5]! |= 1 << ((first + at) & 31);
  }
}

/** Elements, as far as constants name them, that a tree reads and writes, and sets to which it adds or from which it takes. */
class Marks {
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  readonly grows: Int32Array;
  readonly shrinks: Int32Array;

  /** By the term of a constant the elements that get it. */
  private readonly puts = new Map<TermId, Int32Array>();

  constructor(private readonly words: number) {
    [this.reads, this.writes, this.grows, this.shrinks] = [new Int32Array(words), new Int32Array(words), new Int32Array(words), new Int32Array(words)];
  }

  add(other: Marks): void {
    include(this.reads, other.reads);
    include(this.writes, other.writes);
    include(this.grows, other.grows);
    include(this.shrinks, other.shrinks);
    for (const [value, elements] of other.puts) include(this.puttingOf(value), elements);
  }

  /** The elements that get a constant, to be added to. */
  puttingOf(value: TermId): Int32Array {
    const elements = this.puts.get(value) ?? new Int32Array(this.words);
    this.puts.set(value, elements);
    return elements;
  }

  /** Whether it matters which of the two comes first. */
  meets(other: Marks): boolean {
    return this.disturbs(other) || other.disturbs(this);
  }

  private disturbs({ reads, writes, grows, shrinks, puts }: Marks): boolean {
    const others = [reads, writes, grows, shrinks];
    if (others.some((mask) => overlap(this.writes, mask))) return true;
    if (overlap(this.grows, reads) || overlap(this.grows, shrinks) || overlap(this.shrinks, reads)) return true;
    return [...this.puts].some(([value, elements]) =>
      others.some((mask) => overlap(elements, mask)) || [...puts].some(([other, mask]) => other !== value && overlap(elements, mask)));
  }
}

function overlap(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i]! & b[i]!) return true;
  return false;
}

const unasked = -2;

const ascending = (a: number, b: number): number => a - b;

/** Parts in the order of their numbers, where they have none; of a difference, what is taken away. */
function arranged(kind: string, parts: readonly TermId[]): readonly TermId[] {
  if (kind === 'minus') return [parts[0]!, ...parts.slice(1).sort(ascending)];
  return unordered.has(kind) ? [...parts].sort(ascending) : parts;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

function include(mask: Int32Array, other: Int32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i]! |= other[i]!;
}

/** The table whose entries have moved with the index; no term where the index leaves the table. */
function movesWithin(length: number, to: (i: number) => number, find: (moved: readonly number[]) => TermId, entries: readonly number[]): TermId {
  const moved = new Array<number>(length);
  for (let i = 0; i < length; i++) {
    if (to(i) >= length) return noTerm;
    moved[to(i)] = entries[i]!;
  }
  return find(moved);
}

/** Of all orders that keep what must come before, the one that is least by term: the same for all of them. */
function leastOrder(ids: readonly TermId[], after: readonly (readonly number[])[]): number[] {
  const order: number[] = [];
  const done = new Uint8Array(ids.length);
  while (order.length < ids.length) {
    let next = -1;
    for (let i = 0; i < ids.length; i++) {
      if (!done[i] && (next < 0 || ids[i]! < ids[next]!) && after[i]!.every((before) => done[before])) next = i;
    }
    done[next] = 1;
    order.push(next);
  }
  return order;
}
