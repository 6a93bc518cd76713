/**
 * Random schemas, expressions, effects and models, decided by a tape of random numbers: fast-check
 * makes the tape, and can shrink it towards zeros, which stand for the simplest choice. That takes
 * minutes, so the tests ask it not to (`endOnFailure`); a failure prints the seed and the tape.
 */
import fc from 'fast-check';
import { highOf, lowOf, type Domain, type IndexType } from '../../src/engine/domain.js';
import { valuesOf } from '../../src/engine/interpret.js';
import type { Layout } from '../../src/engine/layout.js';
import { Model, type Step } from '../../src/engine/model.js';
import {
  lengthOf,
  sizeOf,
  type Bound,
  type Dimension,
  type Effect,
  type Node,
  type ReadNode,
  type Variable,
} from '../../src/engine/node.js';
import { bool, oneOf, optional, range, Schema, setOf, type Bool } from '../../src/index.js';

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

const constant = (value: number): Node => ({ kind: 'constant', value });

/** A random schema with variables of every domain and arrays of up to three dimensions. */
export function randomSchema(tape: Tape, small = false): Schema {
  const schema = new Schema();
  const types: IndexType[] = [schema.index('A', 1 + tape.below(small ? 2 : 4)), schema.index('B', 1 + tape.below(3))];
  if (!small) types.push(schema.index('W', 5 + tape.below(26)));
  const low = -tape.below(4);
  const dimensions = [...types, range(low, low + 1 + tape.below(small ? 1 : 4))];
  schema.variable('pc', oneOf('one', 'two', 'three'));
  tape.times(small ? 1 + tape.below(3) : 1 + tape.below(7), (i) => {
    const dims = shrunk(tape.times(tape.below(small ? 2 : 4), () => tape.pick(dimensions)), small ? 2 : 200);
    const domain = (): Domain => randomDomain(tape, types, small);
    schema.array(`v${i}`, dims, tape.below(4) === 3 && !small ? { left: domain(), right: domain() } : domain());
  });
  return schema;
}

/** As many of the dimensions as keep the array within so many elements. */
function shrunk(dimensions: readonly Dimension[], elements: number): Dimension[] {
  let left = elements;
  return dimensions.filter((dimension) => {
    const fits = sizeOf(dimension) <= left;
    if (fits) left = Math.floor(left / sizeOf(dimension));
    return fits;
  });
}

function randomDomain(tape: Tape, types: readonly IndexType[], small: boolean): Domain {
  const low = tape.below(9) - 4;
  switch (tape.below(6)) {
    case 0:
      return bool;
    case 1:
      return range(low, low + (small ? 1 + tape.below(2) : tape.pick([0, 1, 2, 5, 100, 65535])));
    case 2:
      return oneOf(...(['a', 'b', 'c', 'd', 'e'] as const).slice(0, 1 + tape.below(small ? 3 : 5)));
    case 3:
      return tape.pick(types);
    case 4:
      return optional(tape.pick(types));
    default:
      return setOf(tape.pick(types));
  }
}

/** A random value for every element that is not constant, packed. */
export function randomState(tape: Tape, layout: Layout): Int32Array {
  const words = new Int32Array(layout.words);
  for (const variable of layout.variables.filter((v) => !layout.constants.has(v))) {
    for (let element = 0; element < lengthOf(variable); element++) {
      layout.write(words, variable, element, tape.within(variable.domain));
    }
  }
  return words;
}

/** Effects that give every element a random value. */
export function randomStart(tape: Tape, schema: Schema): Effect[] {
  return schema.variables.flatMap((variable) => {
    const places = variable.dimensions.reduce<Node[][]>(
      (all, over) => all.flatMap((indices) => valuesOf({ name: '', over }).map((value) => [...indices, constant(value)])),
      [[]],
    );
    return places.map((indices): Effect => {
      const target: ReadNode = { kind: 'read', variable, indices };
      return { kind: 'assign', target, value: constant(tape.within(variable.domain)) };
    });
  });
}

/** A random model; the properties `seen` and `observed` are observed by steps, the rest are of states. */
export function randomModel(tape: Tape, style: Style): Model {
  const schema = randomSchema(tape, style.small);
  const trees = new Trees(tape, schema, style);
  const model = new Model('random', schema);
  const likely = (): Bool => trees.handle('or');
  const unlikely = (): Bool => trees.handle('and');
  model.observed('seen').invariant('first', likely()).noDeadlock().invariant('second', likely()).observed('observed');
  model.end('early', unlikely()).end('late', likely()).cover('some', unlikely()).cover('other', unlikely());
  const assignments = (): Effect[] => trees.effects(1).filter((effect) => effect.kind === 'assign');
  tape.times(style.faults ? 0 : tape.below(4), () => model.start(...assignments()));
  tape.times(style.small ? 4 + tape.below(6) : 1 + tape.below(4), (i) => model.steps.push(randomStep(tape, trees, style, i)));
  return model;
}

function randomStep(tape: Tape, trees: Trees, { small }: Style, i: number): Step {
  const parameters = tape.times(tape.below(3), (n): Bound => ({ name: `p${n}`, over: trees.dimension(small ? 4 : 30) }));
  trees.scope.push(...parameters);
  const counter = tape.below(3) ? [trees.counter()] : [];
  const guard = small ? counter : [...counter, ...tape.times(tape.below(3), () => trees.bool(2))];
  const step: Step = {
    name: `s${i}`,
    label: `s${i}`,
    actor: tape.pick(['x', 'y', 'z']),
    parameters,
    when: tape.below(4) === 3 ? guard.reverse() : guard,
    then: small ? trees.move() : trees.effects(2),
    spontaneous: tape.below(6) === 5,
    says: [],
    notes: {},
    parts: [],
    closing: [],
  };
  trees.scope.length = 0;
  return step;
}

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

/** Every combination of values of a step's parameters, the last one changing fastest. */
export function environmentsOf(parameters: readonly Bound[]): ReadonlyMap<Bound, number>[] {
  const [first, ...rest] = parameters;
  if (!first) return [new Map()];
  return valuesOf(first).flatMap((value) => environmentsOf(rest).map((others) => new Map([[first, value], ...others])));
}
