/**
 * Random expressions and effects, decided by a tape of random numbers: fast-check makes the tape, and can shrink it
 * towards zeros, which stand for the simplest choice. That takes minutes, so the tests ask it not to
 * (`endOnFailure`); a failure prints the seed and the tape.
 */
import fc from 'fast-check';
import { highOf, lowOf, type Domain, type IndexType } from '../../src/engine/domain.js';
import { sizeOf, type Bound, type Dimension, type Effect, type Node, type ReadNode, type Variable } from '../../src/engine/node.js';
import { bool, optional, range, Schema, setOf, type Bool } from '../../src/index.js';

/** Tapes of random numbers. */
export const tapes = fc.array(fc.nat(0xffff), { maxLength: 500, size: 'max' }).map((numbers) => new Tape(numbers));

/** A supply of choices; the first of them when it is used up. */
export class Tape {
  private at = 0;

  constructor(private readonly numbers: readonly number[]) {}

  below(limit: number): number {
    return (this.numbers[this.at++] ?? 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  times<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }

  within(domain: Domain): number {
    const [low, high] = [lowOf(domain), highOf(domain)];
    return low + ((this.below(0x10000) * 0x8000 + this.below(0x8000)) % (high - low + 1));
  }

  toString(): string {
    return `tape ${this.numbers.join(' ')}`;
  }
}

/** What a random model may contain. */
export interface Style {
  /** Values outside an index's dimension or a variable's domain. */
  readonly faults: boolean;
  /** Truth values that fold to a constant, and so may hide a fault that stands before them. */
  readonly constants: boolean;
  /** Three variables of a few values each, so that the whole space is small. */
  readonly small: boolean;
}

/** The tree of a number. */
export const constant = (value: number): Node => ({ kind: 'constant', value });

/** Random trees over a schema, of the right types; `scope` has the bound variables that they may use. */
export class Trees {
  readonly scope: Bound[] = [];
  private readonly values: readonly Variable[];

  constructor(
    private readonly tape: Tape,
    private readonly schema: Schema,
    private readonly style: Style,
  ) {
    this.values = schema.variables;
  }

  /** A truth value as a handle, for the interface of models; in a small model, likely or unlikely to hold. */
  handle(kind: 'and' | 'or'): Bool {
    const facts = (): Node[] => this.tape.times(2 + this.tape.below(2), () => this.fact(0));
    const node = this.style.small ? { kind, of: facts() } : this.bool(3);
    return Object.assign(Object.create(anyBool) as Bool, { node });
  }

  /** Effects that lead on: a few elements each move to the next value or to another one. */
  move(): Effect[] {
    const observed: Effect[] = this.tape.below(4) === 3 ? [this.observe(1)] : [];
    return [...this.tape.times(1 + this.tape.below(2), () => this.nudge()), ...observed];
  }

  private nudge(): Effect {
    const target = this.read(this.tape.pick(this.values), -1);
    const { domain } = target.variable;
    const last: Node = { kind: 'compare', op: '<=', left: constant(highOf(domain)), right: target };
    const next: Node = { kind: 'sum', sign: 1, left: target, right: constant(1) };
    const value: Node = { kind: 'if', condition: last, then: constant(lowOf(domain)), else: next };
    return { kind: 'assign', target, value: this.tape.below(3) ? value : constant(this.tape.within(domain)) };
  }

  private observe(depth: number): Effect {
    const holds: Node = this.style.small ? { kind: 'or', of: [this.fact(0), this.fact(0), this.fact(0)] } : this.bool(depth);
    return { kind: 'observe', property: this.tape.pick(['seen', 'observed']), holds };
  }

  /** A dimension to loop over, such that all loops in scope together go round at most so many times. */
  dimension(rounds = 48): Dimension {
    const left = this.scope.reduce((n, bound) => n / sizeOf(bound.over), rounds);
    const low = -this.tape.below(3);
    const candidates = [...this.schema.types, range(low, low + 1 + this.tape.below(2))].filter((d) => sizeOf(d) <= left);
    return candidates.length ? this.tape.pick(candidates) : range(low, low);
  }

  /** A comparison of the program counter, or of any one element, with one constant or with several. */
  counter(): Node {
    const variable = this.tape.below(4) < 3 ? this.values[0]! : this.tape.pick(this.values);
    const read = this.read(variable, -1);
    const tests = this.tape.times(1 + this.tape.below(2), (): Node => {
      const right = constant(this.tape.within(variable.domain));
      return { kind: 'compare', op: '=', left: read, right };
    });
    return tests.length === 1 ? tests[0]! : { kind: 'or', of: tests };
  }

  bool(depth: number): Node {
    if (depth === 0) return this.fact(0);
    const of = (): Node => this.bool(depth - 1);
    switch (this.tape.below(this.style.constants ? 10 : 7)) {
      case 0:
      case 1:
        return this.fact(depth - 1);
      case 2:
        return { kind: 'not', of: of() };
      case 3:
        return { kind: 'and', of: this.tape.times(1 + this.tape.below(3), of) };
      case 4:
        return { kind: 'or', of: this.tape.times(1 + this.tape.below(3), of) };
      case 5:
        return this.exists(depth - 1);
      case 6:
        return { kind: 'if', condition: of(), then: of(), else: of() };
      case 7:
        return constant(this.tape.below(2));
      case 8:
        return { kind: 'and', of: this.tape.times(this.tape.below(3), of) };
      default:
        return { kind: 'compare', op: this.tape.pick(['=', '<', '<=']), left: this.int(depth - 1), right: this.int(depth - 1) };
    }
  }

  private exists(depth: number): Node {
    const bound: Bound = { name: `e${this.scope.length}`, over: this.dimension() };
    return { kind: 'exists', bound, body: this.inScope(bound, () => this.bool(depth)) };
  }

  private inScope<T>(bound: Bound, make: () => T): T {
    this.scope.push(bound);
    const made = make();
    this.scope.pop();
    return made;
  }

  /** A truth value that rests on a variable, so that it never folds to a constant. */
  private fact(depth: number): Node {
    const variable = this.tape.pick(this.values);
    const { domain } = variable;
    const left = this.read(variable, depth - 1);
    if (domain.kind === 'bool') return left;
    if (domain.kind === 'set' && this.tape.below(2)) return { kind: 'member', set: left, item: this.item(domain.of, depth) };
    const op = domain.kind === 'range' ? this.tape.pick(['=', '<', '<='] as const) : '=';
    return { kind: 'compare', op, left, right: this.value(domain, depth) };
  }

  /** An expression for values of a domain; a range only says that it is a whole number. */
  value(domain: Domain, depth: number): Node {
    switch (domain.kind) {
      case 'bool':
        return this.bool(depth);
      case 'range':
        return this.int(depth);
      case 'set':
        return this.set(domain.of, depth);
      case 'choice':
        return this.either(depth, domain, () => constant(this.tape.within(domain)));
      case 'index':
        return this.either(depth, domain, () => constant(this.tape.within(domain)));
      case 'optional':
        return this.either(depth, domain.of, () => constant(this.tape.below(domain.of.members.length + 1) - 1));
    }
  }

  private int(depth: number): Node {
    if (depth === 0 || this.tape.below(3) === 0) {
      return this.either(depth, 'range', () => constant(this.tape.below(12) - 4));
    }
    const [left, right] = [this.int(depth - 1), this.int(depth - 1)];
    return { kind: 'sum', sign: this.tape.pick([1, -1] as const), left, right };
  }

  private set(type: IndexType, depth: number): Node {
    if (depth > 0 && this.tape.below(2)) {
      if (this.tape.below(3) === 0) return { kind: 'single', item: this.item(type, depth - 1) };
      const op = this.tape.pick(['union', 'intersect', 'minus'] as const);
      return { kind: 'combine', op, left: this.set(type, depth - 1), right: this.set(type, depth - 1) };
    }
    return this.either(depth, setOf(type), () => constant(this.tape.within(setOf(type))));
  }

  /** A constant, a variable, a bound variable, a conditional or a table of the sort. */
  private either(depth: number, sort: Domain | 'range', literal: () => Node): Node {
    const bounds = this.scope.filter((bound) => (sort === 'range' ? bound.over.kind === 'range' : bound.over === sort));
    const variables = this.values.filter((variable) => sameSort(variable.domain, sort));
    const again = (): Node => this.either(depth - 1, sort, literal);
    switch (this.tape.below(depth > 0 ? 6 : 4)) {
      case 1:
      case 2:
        if (variables.length) return this.read(this.tape.pick(variables), depth - 1);
        return literal();
      case 3:
        return bounds.length ? { kind: 'bound', bound: this.tape.pick(bounds) } : literal();
      case 4:
        return { kind: 'if', condition: this.bool(depth - 1), then: again(), else: again() };
      case 5:
        return this.table(depth - 1, literal);
      default:
        return literal();
    }
  }

  private table(depth: number, literal: () => Node): Node {
    const values = this.tape.times(1 + this.tape.below(5), () => (literal() as { value: number }).value);
    return { kind: 'table', values, index: this.fitted(this.int(depth), 0, values.length - 1) };
  }

  private item(type: IndexType, depth: number): Node {
    return this.fitted(this.value(this.style.faults ? optional(type) : type, depth), 0, type.members.length - 1);
  }

  read(variable: Variable, depth: number): ReadNode {
    return { kind: 'read', variable, indices: variable.dimensions.map((dimension) => this.index(dimension, depth)) };
  }

  /** Below depth 0, where trees end, a bound variable or a constant. */
  private index(dimension: Dimension, depth: number): Node {
    if (depth < 0) {
      const bounds = this.scope.filter(({ over }) => over === dimension);
      return bounds.length && this.tape.below(3) ? { kind: 'bound', bound: this.tape.pick(bounds) } : this.literal(dimension);
    }
    if (dimension.kind === 'index') return this.item(dimension, depth);
    return this.fitted(this.int(depth), dimension.low, dimension.high);
  }

  private literal(dimension: Dimension): Node {
    if (this.style.faults && this.tape.below(30) === 29) return constant(highOf(dimension) + 1);
    return constant(this.tape.within(dimension));
  }

  /** The value where it lies between the bounds, and the lower bound elsewhere; a fault now and then. */
  private fitted(node: Node, low: number, high: number): Node {
    if (this.style.faults && this.tape.below(12) === 11) return node;
    const domain = domainOf(node);
    if (domain && lowOf(domain) >= low && highOf(domain) <= high) return node;
    if (node.kind === 'constant') return constant(node.value >= low && node.value <= high ? node.value : low);
    const inside: Node = {
      kind: 'and',
      of: [
        { kind: 'compare', op: '<=', left: constant(low), right: node },
        { kind: 'compare', op: '<=', left: node, right: constant(high) },
      ],
    };
    return { kind: 'if', condition: inside, then: node, else: constant(low) };
  }

  effects(depth: number): Effect[] {
    return this.tape.times(1 + this.tape.below(3), () => this.effect(depth));
  }

  private effect(depth: number): Effect {
    switch (this.tape.below(depth > 0 ? 6 : 3)) {
      case 2:
        return this.observe(depth);
      case 3: {
        const condition = this.bool(depth);
        return { kind: 'when', condition, then: this.effects(depth - 1), else: this.tape.below(2) ? this.effects(depth - 1) : [] };
      }
      case 4: {
        const bound: Bound = { name: `f${this.scope.length}`, over: this.dimension() };
        return { kind: 'forEach', bound, body: this.inScope(bound, () => this.effects(depth - 1)) };
      }
      default:
        return this.assign(depth);
    }
  }

  private assign(depth: number): Effect {
    const variable = this.tape.pick(this.values);
    const { domain } = variable;
    const value = this.value(this.style.faults && domain.kind === 'index' ? optional(domain) : domain, depth);
    const fitted = domain.kind === 'range' || domain.kind === 'index' ? this.fitted(value, lowOf(domain), highOf(domain)) : value;
    return { kind: 'assign', target: this.read(variable, depth - 1), value: fitted };
  }
}

const anyBool = new Schema().variable('any', bool);

function sameSort(domain: Domain, sort: Domain | 'range'): boolean {
  if (sort === 'range') return domain.kind === 'range';
  if (sort.kind === 'index') return domain === sort || (domain.kind === 'optional' && domain.of === sort);
  return domain === sort || (domain.kind === 'set' && sort.kind === 'set' && domain.of === sort.of);
}

function domainOf(node: Node): Domain | undefined {
  if (node.kind === 'read') return node.variable.domain;
  return node.kind === 'bound' ? node.bound.over : undefined;
}
