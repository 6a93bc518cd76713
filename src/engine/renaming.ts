/**
 * Renamings of a schema: what a permutation of members of index types, of variables and of the names of choices
 * does to values, variables and elements. Whether a model stays the same under one is decided in `symmetry.ts`.
 */
import type { ChoiceDomain, Domain, IndexType } from './domain.js';
import { baseOf, sizeOf, type Variable } from './node.js';
import type { Schema } from './schema.js';

/** Things of a model that may be exchanged, all at once: a proposal, which nobody trusts. */
export interface Interchange {
  /** Pairs of members of an index type, by name. */
  readonly members?: readonly { readonly type: IndexType; readonly pairs: readonly Pair[] }[];
  /** Pairs of variables, by name; they have the same dimensions and domains of the same shape. */
  readonly variables?: readonly Pair[];
  /** Names of choices: the values of exchanged variables are renamed so; a name in no pair stays. */
  readonly names?: readonly Pair[];
}

/** Two things that change places. */
export type Pair = readonly [string, string];

/** What the values of an expression are, as far as renamings are concerned: a number given by {@link Sorts}. */
export type Sort = number;

/** The sort of values that no renaming changes: truth values and whole numbers. */
export const plain: Sort = 0;

/** A permutation of the points of a schema: members of its types, its variables, and names of its choices. */
export interface Renaming {
  /** Whom it exchanges: `CPU0<->CPU1, P0<->P1`. */
  readonly text: string;
  /** Of two members of one type, which ones. */
  readonly exchanges?: { readonly type: IndexType; readonly members: Pair };
  /** By point the point that takes its place. */
  readonly to: Int32Array;
}

/** A proposal as text: the members that it exchanges, or, if there are none, the variables. */
export function textOf({ members = [], variables = [] }: Interchange): string {
  const pairs = members.flatMap((of) => of.pairs);
  const shown = new Set((pairs.length ? pairs : variables).map(([a, b]) => `${a}<->${b}`));
  return [...shown].join(', ');
}

/** Why a proposal is no renaming of the schema. */
export class NoRenaming extends Error {}

/** Numbers the points and the sorts of a schema. */
export class Sorts {
  readonly types: readonly IndexType[];
  readonly variables: readonly Variable[];
  readonly choices: readonly ChoiceDomain[];
  /** The number of points. */
  readonly points: number;
  private readonly firstOf = new Map<IndexType | ChoiceDomain, number>();
  private readonly sorts = new Map<IndexType | ChoiceDomain, Sort>();
  private readonly pointOf = new Map<Variable, number>();

  constructor({ types, variables }: Pick<Schema, 'types' | 'variables'>) {
    const domains = variables.flatMap(({ domain, dimensions }): (Domain | undefined)[] => [...dimensions, domain, 'of' in domain ? domain.of : undefined]);
    this.types = [...new Set([...types, ...domains.filter((d) => d?.kind === 'index')])];
    this.choices = [...new Set(domains.filter((d) => d?.kind === 'choice'))];
    this.variables = variables;
    let points = 0;
    let sorts = 1;
    for (const type of this.types) {
      this.firstOf.set(type, points);
      this.sorts.set(type, sorts);
      points += type.members.length;
      // Sets of the type are the sort after it.
      sorts += 2;
    }
    for (const domain of this.choices) {
      this.firstOf.set(domain, points);
      this.sorts.set(domain, sorts++);
      points += domain.names.length;
    }
    for (const variable of variables) this.pointOf.set(variable, points++);
    this.points = points;
  }

  /** The sort of a domain's values. */
  of(domain: Domain): Sort {
    switch (domain.kind) {
      case 'bool':
      case 'range':
        return plain;
      case 'optional':
        return this.sorts.get(domain.of)!;
      case 'set':
        return this.sorts.get(domain.of)! + 1;
      default:
        return this.sorts.get(domain)!;
    }
  }

  /** The sort of the sets of members of a sort; of plain items, plain. */
  setOf(item: Sort): Sort {
    return item === plain ? plain : item + 1;
  }

  /** The sort of the members of sets of a sort; of plain sets, plain. */
  itemOf(set: Sort): Sort {
    return set === plain ? plain : set - 1;
  }

  /** The renaming that changes nothing. */
  get identity(): Renaming {
    return { text: '', to: Int32Array.from({ length: this.points }, (_, i) => i) };
  }

  /** The renaming that exchanges two members of a type. */
  transposition(type: IndexType, a: number, b: number): Renaming {
    const { to } = this.identity;
    this.exchange(to, this.firstOf.get(type)! + a, this.firstOf.get(type)! + b);
    const members = [type.members[a]!, type.members[b]!] as const;
    return { text: `${type.name} ${members.join('<->')}`, exchanges: { type, members }, to };
  }

  /** The renaming that a proposal means; throws {@link NoRenaming} where it means none. */
  renamingOf({ members = [], variables = [], names = [] }: Interchange): Renaming {
    const { to } = this.identity;
    for (const { type, pairs } of members) {
      for (const pair of pairs) {
        const [a, b] = pair.map((name) => type.members.indexOf(name)) as [number, number];
        if (a < 0 || b < 0 || !this.firstOf.has(type)) throw new NoRenaming(`${type.name} has no members ${pair.join(' and ')}`);
        this.exchange(to, this.firstOf.get(type)! + a, this.firstOf.get(type)! + b);
      }
    }
    const renamed = new Map(names.flatMap(([a, b]) => [[a, b], [b, a]] as const));
    const domains = new Map<ChoiceDomain, ChoiceDomain>();
    for (const pair of variables) {
      const [a, b] = pair.map((name) => this.variables.find((variable) => variable.name === name));
      if (!a || !b) throw new NoRenaming(`there are no variables ${pair.join(' and ')}`);
      if (!sameShape(a, b)) throw new NoRenaming(`${pair.join(' and ')} are of different shapes`);
      this.exchange(to, this.pointOf.get(a)!, this.pointOf.get(b)!);
      if (a.domain.kind === 'choice' && b.domain.kind === 'choice') domains.set(a.domain, b.domain).set(b.domain, a.domain);
    }
    for (const [from, into] of domains) this.rename(to, from, into, renamed);
    for (const variable of this.variables) this.checkDomain(to, variable, domains);
    return { text: textOf({ members, variables, names }), to: permutation(to) };
  }

  private rename(to: Int32Array, from: ChoiceDomain, into: ChoiceDomain, renamed: ReadonlyMap<string, string>): void {
    const [first, firstInto] = [this.firstOf.get(from)!, this.firstOf.get(into)!];
    for (const [value, name] of from.names.entries()) {
      const image = into.names.indexOf(renamed.get(name) ?? name);
      if (image < 0) throw new NoRenaming(`no name takes the place of ${name}`);
      to[first + value] = firstInto + image;
    }
  }

  /** The variable that takes a variable's place must have the domain that its values go to. */
  private checkDomain(to: Int32Array, variable: Variable, domains: ReadonlyMap<ChoiceDomain, ChoiceDomain>): void {
    const { name, domain } = variable;
    if (domain.kind !== 'choice') return;
    const image = this.variableAt(to[this.pointOf.get(variable)!]!);
    if (image.domain !== (domains.get(domain) ?? domain)) throw new NoRenaming(`${name} shares its names with a variable that stays`);
  }

  private exchange(to: Int32Array, a: number, b: number): void {
    [to[a], to[b]] = [b, a];
  }

  /** What a renaming does, ready to be asked often. */
  effectOf(renaming: Renaming): Renamer {
    return new Renamer(this, renaming.to);
  }

  /** The first point of a type or a choice. */
  firstPoint(of: IndexType | ChoiceDomain): number {
    return this.firstOf.get(of)!;
  }

  /** The point of a variable. */
  pointOfVariable(variable: Variable): number {
    return this.pointOf.get(variable)!;
  }

  /** The variable of a point. */
  variableAt(point: number): Variable {
    return this.variables[point - (this.points - this.variables.length)]!;
  }
}

/** What one renaming does to values, variables and elements. */
export class Renamer {
  /** By sort the image of every value that it moves; nothing for the sorts that stay. */
  private readonly members = new Map<Sort, readonly number[]>();
  private readonly sets = new Set<Sort>();
  /** Of choices whose variables take the place of others' the sort of these. */
  private readonly sorted = new Map<Sort, Sort>();

  constructor(
    private readonly sorts: Sorts,
    private readonly to: Int32Array,
  ) {
    for (const type of sorts.types) {
      const first = sorts.firstPoint(type);
      this.note(sorts.of(type), type.members.map((_, i) => to[first + i]! - first), true);
    }
    for (const domain of sorts.choices) {
      const images = domain.names.map((_, i) => to[sorts.firstPoint(domain) + i]!);
      const into = sorts.choices.find((d) => images[0]! >= sorts.firstPoint(d) && images[0]! < sorts.firstPoint(d) + d.names.length)!;
      this.sorted.set(sorts.of(domain), sorts.of(into));
      this.note(sorts.of(domain), images.map((image) => image - sorts.firstPoint(into)), false);
    }
  }

  private note(sort: Sort, images: readonly number[], sets: boolean): void {
    if (images.every((image, i) => image === i)) return;
    this.members.set(sort, images);
    if (!sets) return;
    this.members.set(this.sorts.setOf(sort), images);
    this.sets.add(this.sorts.setOf(sort));
  }

  /** Whether values of the sort stay what they are. */
  keeps(sort: Sort): boolean {
    return !this.members.has(sort);
  }

  /** The sort of what takes the place of a sort's values. */
  sort(sort: Sort): Sort {
    return this.sorted.get(sort) ?? sort;
  }

  /** The value that takes the place of a value; one that is no member of its type stays. */
  value(sort: Sort, value: number): number {
    const images = this.members.get(sort);
    if (!images) return value;
    return this.sets.has(sort) ? setUnder(images, value) : (images[value] ?? value);
  }

  /** By member of a set's type the one that takes its place; nothing where all stay. */
  membersOf(set: Sort): readonly number[] | undefined {
    return this.members.get(set);
  }

  /** The variable that takes the place of a variable. */
  variable(variable: Variable): Variable {
    return this.sorts.variableAt(this.to[this.sorts.pointOfVariable(variable)]!);
  }

  /** The element that takes the place of an element; the last dimension varies fastest. */
  element({ dimensions }: Variable, element: number): number {
    let rest = element;
    let stride = 1;
    let renamed = 0;
    for (const dimension of [...dimensions].reverse()) {
      const size = sizeOf(dimension);
      const index = (rest % size) + baseOf(dimension);
      renamed += (this.value(this.sorts.of(dimension), index) - baseOf(dimension)) * stride;
      stride *= size;
      rest = Math.floor(rest / size);
    }
    return renamed;
  }
}

function setUnder(images: readonly number[], set: number): number {
  let renamed = set;
  for (const member of images.keys()) renamed &= ~(1 << member);
  for (const [member, image] of images.entries()) renamed |= ((set >>> member) & 1) << image;
  return renamed;
}

function sameShape(a: Variable, b: Variable): boolean {
  const dimensions = a.dimensions.length === b.dimensions.length && a.dimensions.every((dimension, i) => sameDomain(dimension, b.dimensions[i]!));
  return dimensions && sameDomain(a.domain, b.domain);
}

/** Choices are of one shape if they have as many names. */
function sameDomain(a: Domain, b: Domain): boolean {
  switch (a.kind) {
    case 'bool':
      return b.kind === 'bool';
    case 'range':
      return b.kind === 'range' && a.low === b.low && a.high === b.high;
    case 'choice':
      return b.kind === 'choice' && a.names.length === b.names.length;
    case 'index':
      return a === b;
    default:
      return a.kind === b.kind && a.of === b.of;
  }
}

function permutation(to: Int32Array): Int32Array {
  if (new Set(to).size !== to.length) throw new NoRenaming('two things would take the same place');
  return to;
}
