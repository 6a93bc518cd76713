/**
 * The finite domains of state variables. A value of every domain is a small integer: a boolean is 0
 * or 1, a choice is a position in its list of names, a member of an index type counts from 0 with
 * "none" as -1, a set is a mask with one bit a member.
 */

/** A finite type of interchangeable things (CPUs, frames): members are compared or index an array. */
export interface IndexType<T extends string = string> {
  readonly kind: 'index';
  readonly name: T;
  /** Names of the members, in order; their number is the type's size. */
  readonly members: readonly string[];
}

/** True or false. */
export interface BoolDomain {
  readonly kind: 'bool';
}

/** The whole numbers from `low` to `high`, both included. */
export interface RangeDomain {
  readonly kind: 'range';
  readonly low: number;
  readonly high: number;
}

/** One of a list of names. */
export interface ChoiceDomain<N extends string = string> {
  readonly kind: 'choice';
  readonly names: readonly N[];
}

/** A member of an index type, or none. */
export interface OptionalDomain<T extends string = string> {
  readonly kind: 'optional';
  readonly of: IndexType<T>;
}

/** A set of members of an index type of at most 30 members. */
export interface SetDomain<T extends string = string> {
  readonly kind: 'set';
  readonly of: IndexType<T>;
}

/** Any domain. */
export type Domain =
  | BoolDomain
  | RangeDomain
  | ChoiceDomain
  | IndexType
  | OptionalDomain
  | SetDomain;

/** The domain of booleans. */
export const bool: BoolDomain = { kind: 'bool' };

/** The whole numbers from `low` to `high`; throws unless they are integers in order. */
export function range(low: number, high: number): RangeDomain {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low > high || high - low > 0xffff) {
    throw new RangeError(`not a range of at most 65536 whole numbers: ${low}..${high}`);
  }
  return { kind: 'range', low, high };
}

/** One of the given names; throws when a name is given twice. */
export function oneOf<N extends string>(...names: N[]): ChoiceDomain<N> {
  if (names.length === 0 || new Set(names).size !== names.length) {
    throw new RangeError(`the names of a choice must be distinct: ${names.join(', ')}`);
  }
  return { kind: 'choice', names };
}

/** A member of the index type, or none. */
export function optional<T extends string>(of: IndexType<T>): OptionalDomain<T> {
  return { kind: 'optional', of };
}

/** A set of members; throws for an index type of more than 30 members. */
export function setOf<T extends string>(of: IndexType<T>): SetDomain<T> {
  if (of.members.length > 30) {
    throw new RangeError(`a set of ${of.name} has ${of.members.length} members; 30 is the limit`);
  }
  return { kind: 'set', of };
}

/** The least value of a domain. */
export function lowOf(domain: Domain): number {
  if (domain.kind === 'range') return domain.low;
  return domain.kind === 'optional' ? -1 : 0;
}

/** The greatest value of a domain. */
export function highOf(domain: Domain): number {
  switch (domain.kind) {
    case 'bool':
      return 1;
    case 'range':
      return domain.high;
    case 'choice':
      return domain.names.length - 1;
    case 'index':
      return domain.members.length - 1;
    case 'optional':
      return domain.of.members.length - 1;
    case 'set':
      return 2 ** domain.of.members.length - 1;
  }
}

/** The number of bits that hold any value of a domain; at least 1. */
export function bitsOf(domain: Domain): number {
  return Math.max(1, 32 - Math.clz32(highOf(domain) - lowOf(domain)));
}

/** A value as people write it: a name, a number, `none`, `true`, or `{a, b}` for a set. */
export function nameOf(domain: Domain, value: number): string {
  switch (domain.kind) {
    case 'bool':
      return value === 0 ? 'false' : 'true';
    case 'range':
      return String(value);
    case 'choice':
      return domain.names[value] ?? `?${value}`;
    case 'index':
      return domain.members[value] ?? `?${value}`;
    case 'optional':
      return value < 0 ? 'none' : nameOf(domain.of, value);
    case 'set':
      return `{${domain.of.members.filter((_, i) => (value >> i) & 1).join(', ')}}`;
  }
}
