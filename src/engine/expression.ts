/**
 * Typed handles over expression trees. The types hold the scalarset discipline: a member of an index
 * type is compared, used as an index or put in a set of its own type, and nothing else.
 */
import {
  bool,
  highOf,
  lowOf,
  optional,
  range,
  type BoolDomain,
  type ChoiceDomain,
  type Domain,
  type IndexType,
  type OptionalDomain,
  type RangeDomain,
  type SetDomain,
} from './domain.js';
import type { Bound, Dimension, Effect, Node } from './node.js';

/** An expression with the domain of its value. */
export abstract class Value {
  /** @internal */
  constructor(
    readonly node: Node,
    readonly domain: Domain,
  ) {}

  /** The effect that assigns to this variable; throws when this is not a variable. */
  protected assign(value: Node): Effect {
    if (this.node.kind !== 'read') throw new TypeError('only a state variable can be assigned');
    return { kind: 'assign', target: this.node, value };
  }
}

const constant = (value: number): Node => ({ kind: 'constant', value });
const compare = (op: '=' | '<' | '<=', left: Node, right: Node): Bool =>
  new Bool({ kind: 'compare', op, left, right }, bool);

/** A truth value. */
export class Bool extends Value {
  /** Both; the right side is evaluated only where the left holds. */
  and(...others: BoolLike[]): Bool {
    return new Bool({ kind: 'and', of: [this.node, ...others.map((o) => toBool(o).node)] }, bool);
  }
  /** Either; the right side is evaluated only where the left does not hold. */
  or(...others: BoolLike[]): Bool {
    return new Bool({ kind: 'or', of: [this.node, ...others.map((o) => toBool(o).node)] }, bool);
  }
  /** The negation. */
  not(): Bool {
    return new Bool({ kind: 'not', of: this.node }, bool);
  }
  /** Assigns. */
  becomes(value: BoolLike): Effect {
    return this.assign(toBool(value).node);
  }
}

/** A whole number; a value outside the variable's range stops the search with an error. */
export class Int extends Value {
  /** Equal. */
  is(other: IntLike): Bool {
    return compare('=', this.node, toInt(other).node);
  }
  /** Not equal. */
  isNot(other: IntLike): Bool {
    return this.is(other).not();
  }
  /** Less than. */
  below(other: IntLike): Bool {
    return compare('<', this.node, toInt(other).node);
  }
  /** Less than or equal. */
  atMost(other: IntLike): Bool {
    return compare('<=', this.node, toInt(other).node);
  }
  /** The sum. */
  plus(other: IntLike): Int {
    return this.sum(1, toInt(other));
  }
  /** The difference. */
  minus(other: IntLike): Int {
    return this.sum(-1, toInt(other));
  }
  /** Assigns. */
  becomes(value: IntLike): Effect {
    return this.assign(toInt(value).node);
  }
  private sum(sign: 1 | -1, other: Int): Int {
    const [low, high] = [lowOf(other.domain), highOf(other.domain)].map((n) => n * sign) as [number, number];
    const domain: RangeDomain = {
      kind: 'range',
      low: lowOf(this.domain) + Math.min(low, high),
      high: highOf(this.domain) + Math.max(low, high),
    };
    return new Int({ kind: 'sum', sign, left: this.node, right: other.node }, domain);
  }
}

/** One of a list of names. */
export class Choice<N extends string = string> extends Value {
  declare readonly domain: ChoiceDomain<N>;
  /** One of the names given. */
  is(...names: N[]): Bool {
    const tests = names.map((n) => compare('=', this.node, constant(this.position(n))));
    return tests.length === 1 ? tests[0]! : anyOf(tests);
  }
  /** None of the names given. */
  isNot(...names: N[]): Bool {
    return this.is(...names).not();
  }
  /** The same name as another value of the same choice. */
  equals(other: Choice<N>): Bool {
    return compare('=', this.node, other.node);
  }
  /** Assigns. */
  becomes(value: N | Choice<N>): Effect {
    return this.assign(typeof value === 'string' ? constant(this.position(value)) : value.node);
  }
  private position(name: N): number {
    const position = this.domain.names.indexOf(name);
    if (position < 0) throw new RangeError(`no such name: ${name} (of ${this.domain.names.join(', ')})`);
    return position;
  }
}

/** A member of an index type, or none. */
export class Index<T extends string = string> extends Value {
  declare readonly domain: IndexType<T> | OptionalDomain<T>;
  /** The same member; `none` equals only `none`. */
  is(other: Index<T> | None): Bool {
    return compare('=', this.node, toIndex(other).node);
  }
  /** Another member. */
  isNot(other: Index<T> | None): Bool {
    return this.is(other).not();
  }
  /** No member. */
  isNone(): Bool {
    return this.is(none);
  }
  /** Some member. */
  isSome(): Bool {
    return this.is(none).not();
  }
  /** Assigns; assigning none to a variable that cannot hold it stops the search with an error. */
  becomes(value: Index<T> | None): Effect {
    return this.assign(toIndex(value).node);
  }
  /** The entry of a constant table that belongs to this member. */
  lookup<D extends Domain>(domain: D, values: readonly number[]): Handle<D> {
    return handle(domain, { kind: 'table', values, index: this.node });
  }
}

/** A set of members of an index type. */
export class Members<T extends string = string> extends Value {
  declare readonly domain: SetDomain<T>;
  /** Contains the member. */
  has(item: Index<T>): Bool {
    return new Bool({ kind: 'member', set: this.node, item: item.node }, bool);
  }
  /** Contains nothing. */
  isEmpty(): Bool {
    return compare('=', this.node, constant(0));
  }
  /** The same members. */
  equals(other: Members<T>): Bool {
    return compare('=', this.node, other.node);
  }
  /** With the member added. */
  with(item: Index<T>): Members<T> {
    return this.combine('union', { kind: 'single', item: item.node });
  }
  /** With the member removed. */
  without(item: Index<T>): Members<T> {
    return this.combine('minus', { kind: 'single', item: item.node });
  }
  /** The members of either. */
  union(other: Members<T>): Members<T> {
    return this.combine('union', other.node);
  }
  /** The members of both. */
  intersect(other: Members<T>): Members<T> {
    return this.combine('intersect', other.node);
  }
  /** The members that the other lacks. */
  minus(other: Members<T>): Members<T> {
    return this.combine('minus', other.node);
  }
  /** Assigns. */
  becomes(value: Members<T> | readonly []): Effect {
    return this.assign(value instanceof Members ? value.node : constant(0));
  }
  private combine(op: 'union' | 'intersect' | 'minus', right: Node): Members<T> {
    return new Members<T>({ kind: 'combine', op, left: this.node, right }, this.domain);
  }
}

/** The handle that belongs to a domain. */
export type Handle<D> = D extends BoolDomain
  ? Bool
  : D extends RangeDomain
    ? Int
    : D extends ChoiceDomain<infer N>
      ? Choice<N>
      : D extends IndexType<infer T>
        ? Index<T>
        : D extends OptionalDomain<infer T>
          ? Index<T>
          : D extends SetDomain<infer T>
            ? Members<T>
            : never;

/** The type of {@link none}. */
export interface None {
  readonly none: true;
}

/** The absence of a member, to compare with and to assign. */
export const none: None = { none: true };

/** A truth value or a literal. */
export type BoolLike = Bool | boolean;

/** A whole number or a literal. */
export type IntLike = Int | number;

/** The handle of a domain over a tree. */
export function handle<D extends Domain>(domain: D, node: Node): Handle<D> {
  const classes = { bool: Bool, range: Int, choice: Choice, index: Index, optional: Index, set: Members };
  const of = classes[domain.kind] as new (node: Node, domain: Domain) => Value;
  return new of(node, domain) as Handle<D>;
}

/** A literal or an expression as an expression. */
export function toBool(value: BoolLike): Bool {
  return typeof value === 'boolean' ? new Bool(constant(Number(value)), bool) : value;
}

/** A literal or an expression as an expression. */
export function toInt(value: IntLike): Int {
  return typeof value === 'number' ? new Int(constant(value), range(value, value)) : value;
}

const nothing: IndexType<never> = { kind: 'index', name: 'none' as never, members: [] };

function toIndex<T extends string>(value: Index<T> | None): Index<T> {
  return value instanceof Index ? value : new Index<T>(constant(-1), optional(nothing));
}

/** The member of an index type at a position; throws when there is none. */
export function member<T extends string>(type: IndexType<T>, position: number): Index<T> {
  if (!(position in type.members)) throw new RangeError(`${type.name} has no member ${position}`);
  return new Index<T>(constant(position), type);
}

/** Every member of an index type, in order, for loops that unroll while the model is built. */
export function membersOf<T extends string>(type: IndexType<T>): Index<T>[] {
  return type.members.map((_, position) => member(type, position));
}

/** The set of the members at the given positions. */
export function setFrom<T extends string>(domain: SetDomain<T>, positions: readonly number[]): Members<T> {
  return new Members<T>(constant(positions.reduce((mask, p) => mask | (1 << p), 0)), domain);
}

/** All of them hold; evaluated from the left. */
export function allOf(tests: readonly BoolLike[]): Bool {
  return new Bool({ kind: 'and', of: tests.map((t) => toBool(t).node) }, bool);
}

/** One of them holds; evaluated from the left. */
export function anyOf(tests: readonly BoolLike[]): Bool {
  return new Bool({ kind: 'or', of: tests.map((t) => toBool(t).node) }, bool);
}

/** One value or another of the same domain. */
export function choose<V extends Value>(condition: BoolLike, then: V, otherwise: V): V {
  const node: Node = { kind: 'if', condition: toBool(condition).node, then: then.node, else: otherwise.node };
  return handle(widest(then.domain, otherwise.domain), node) as Value as V;
}

/** The union of two ranges, or the one of two domains that also holds none. */
function widest(a: Domain, b: Domain): Domain {
  if (a.kind === 'range' && b.kind === 'range') {
    return { kind: 'range', low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
  }
  return b.kind === 'optional' ? b : a;
}

/** @internal A fresh bound variable and its handle. */
export function bind<D extends Dimension>(name: string, over: D): { bound: Bound; value: Handle<D> } {
  const bound: Bound = { name, over };
  return { bound, value: handle(over, { kind: 'bound', bound }) };
}

/** Some member of the dimension satisfies the test. */
export function exists<D extends Dimension>(over: D, test: (item: Handle<D>) => BoolLike): Bool {
  const { bound, value } = bind(over.kind === 'index' ? over.name : 'i', over);
  return new Bool({ kind: 'exists', bound, body: toBool(test(value)).node }, bool);
}

/** Every member of the dimension satisfies the test. */
export function forAll<D extends Dimension>(over: D, test: (item: Handle<D>) => BoolLike): Bool {
  return exists(over, (item) => toBool(test(item)).not()).not();
}

/** The effects for every member of the dimension, in order. */
export function forEach<D extends Dimension>(over: D, body: (item: Handle<D>) => Effect[]): Effect {
  const { bound, value } = bind(over.kind === 'index' ? over.name : 'i', over);
  return { kind: 'forEach', bound, body: body(value) };
}

/** The first effects where the condition holds, else the second. */
export function when(condition: BoolLike, then: Effect[], otherwise: Effect[] = []): Effect {
  return { kind: 'when', condition: toBool(condition).node, then, else: otherwise };
}

/** Checks a property at this point of a step: where it does not hold, the step violates it. */
export function observe(property: string, holds: BoolLike): Effect {
  return { kind: 'observe', property, holds: toBool(holds).node };
}
