/**
 * Translates expressions to a target language, with literal offsets and masks. A word of the state is
 * the variable `w<word>`, or `n<word>` where the effects of the function at hand write it.
 */
import { boundsOf } from './bounds.js';
import { runsOf } from './dispatch.js';
import { highOf, lowOf } from './domain.js';
import { locate, mask, wordsOf, type Layout, type Place } from './layout.js';
import { baseOf, sizeOf, strideOf, type Node, type ReadNode } from './node.js';
import type { Code, Operator, Target } from './target.js';

/** A condition of a guard. */
export interface Test {
  readonly code: Code;
  /** Whether it can raise a fault, or sets variables. */
  readonly faulty: boolean;
  /** Whether it is worth a variable where several guards make it. */
  readonly costly: boolean;
}

/** Thrown where a target cannot compute with a number that a model may have. */
export class OutOfReach extends Error {}

/** Translates the functions of one module, one after the other. */
export class Translation {
  /** What the messages of faults begin with. */
  where = '';
  private state: 'current' | 'given' = 'current';
  private variables: string[] = [];
  private written: ReadonlySet<number> = new Set();
  private read = new Set<number>();
  /** What was translated so far that is worth sharing. */
  private costs = 0;

  /**
   * @param layout - where the variables are
   * @param faults - collects the messages of the faults, which the code raises by number
   * @param target - the language
   */
  constructor(
    private readonly layout: Layout,
    private readonly faults: string[],
    private readonly target: Target,
  ) {}

  /** Begins a function that may write these words, of the state being expanded, in W, or of one that it is given. */
  open(where: string, state: 'current' | 'given', written: ReadonlySet<number> = new Set()): void {
    this.where = where;
    this.state = state;
    this.variables = [];
    this.written = written;
    this.read = new Set(written);
    this.target.open(state === 'given' ? ['state'] : []);
  }

  /** Ends a function: declares what was used since {@link open}, before the body. */
  close(name: string, body: readonly Code[], result?: Code): void {
    const { target } = this;
    const array = this.state === 'given' ? 'A' : 'W';
    const declarations = [
      ...this.variables.map((variable) => target.declare(variable, target.number(0))),
      ...[...this.read].map((word) => target.declare(this.nameOf(word), target.load(array, word))),
    ];
    target.close(name, [declarations.join(''), ...body], result);
  }

  /** Declares a variable of the function at hand, at first 0. */
  variable(name: string): string {
    this.variables.push(name);
    return name;
  }

  /** Sets a bit of a variable. */
  mark(variable: string, bit: number): Code {
    const { target } = this;
    return target.set(variable, this.by(target.get(variable), '|', 1 << bit));
  }

  /** A condition, with what matters to those who would compute it earlier or once only. */
  test(node: Node): Test {
    const [faults, variables, costs] = [this.faults.length, this.variables.length, this.costs];
    const code = this.condition(node);
    const faulty = this.faults.length > faults || this.variables.length > variables;
    return { code, faulty, costly: this.costs > costs };
  }

  /** An expression that is not 0 where the truth value is 1. */
  condition(node: Node): Code {
    const { target } = this;
    switch (node.kind) {
      case 'not':
        return target.not(this.condition(node.of));
      case 'and':
        this.costs++;
        return target.all(node.of.map((of) => this.condition(of)));
      case 'or': {
        const alternatives = this.alternatives(node.of);
        if (alternatives.length > 1) this.costs++;
        return alternatives.length > 1 ? target.any(alternatives) : alternatives[0]!;
      }
      case 'compare':
        return this.compare(node);
      case 'member': {
        const set = this.number(node.set);
        return target.binary(set, '&', this.bit(node.item));
      }
      default:
        return this.number(node);
    }
  }

  /** The alternatives in order; neighbours that compare one small field become one test of a bit. */
  private alternatives(nodes: readonly Node[]): Code[] {
    return runsOf(nodes).map(({ read, values, first }) => {
      if (!read || values.length === 1) return this.condition(first);
      const bits = values.reduce((all, value) => all | (1 << (value - lowOf(read.variable.domain))), 0);
      this.costs++;
      const { target } = this;
      return this.by(target.binary(target.number(bits), '>>>', this.stored(read)), '&', 1);
    });
  }

  private compare(node: Extract<Node, { kind: 'compare' }>): Code {
    const { left, right } = node;
    if (node.op === '=' && left.kind === 'read' && right.kind === 'constant') {
      const direct = this.compareField(left, right.value);
      if (direct) return direct;
    }
    const [a, b] = [this.number(left), this.number(right)];
    return this.target.binary(a, node.op === '=' ? '===' : node.op, b);
  }

  /** Compares a field in place, without shifting it down. */
  private compareField(read: ReadNode, value: number): Code | undefined {
    if (this.layout.constants.has(read.variable)) return undefined;
    const element = this.element(read);
    if (typeof element !== 'number') return undefined;
    const { domain } = read.variable;
    if (value < lowOf(domain) || value > highOf(domain)) return this.target.number(0);
    const place = this.layout.placeOf(read.variable);
    const { word, shift } = locate(place, element);
    return this.by(this.by(this.word(word), '&', mask(place.bits) << shift), '===', (value - lowOf(domain)) << shift);
  }

  /** An expression for the value. */
  number(node: Node): Code {
    const { target } = this;
    switch (node.kind) {
      case 'constant':
        return this.literal(node.value);
      case 'read':
        return this.by(this.stored(node), '+', lowOf(node.variable.domain));
      case 'sum': {
        if (boundsOf(node).some((bound) => Math.abs(bound) >= target.limit)) throw new OutOfReach(this.where);
        const [left, right] = [this.number(node.left), this.number(node.right)];
        return target.binary(left, node.sign === 1 ? '+' : '-', right);
      }
      case 'single':
        return this.bit(node.item);
      case 'combine': {
        const [left, right] = [this.number(node.left), this.number(node.right)];
        if (node.op === 'minus') return target.binary(left, '&', this.by(right, '^', -1));
        return target.binary(left, node.op === 'union' ? '|' : '&', right);
      }
      case 'member': {
        const set = this.number(node.set);
        this.costs++;
        return this.by(target.binary(set, '>>>', this.item(node.item)), '&', 1);
      }
      case 'if': {
        const condition = this.condition(node.condition);
        const then = this.number(node.then);
        return target.choose(condition, then, this.number(node.else));
      }
      case 'table': {
        const index = this.checked(node.index, 0, node.values.length, 'a table has no element');
        return this.entry(node.values, index);
      }
      case 'bound':
      case 'exists':
        throw new Error('bound variables are replaced before they are emitted');
      default:
        return target.truth(this.condition(node));
    }
  }

  /** The field as it is stored, its lowest value as 0. */
  private stored(read: ReadNode): Code {
    const { target } = this;
    const { variable } = read;
    const element = this.element(read);
    const constants = this.layout.constants.get(variable);
    if (constants) return this.entry(constants.map((value) => value - lowOf(variable.domain)), this.literal(element));
    const place = this.layout.placeOf(variable);
    const field = mask(place.bits);
    if (typeof element === 'number') {
      const { word, shift } = locate(place, element);
      return this.by(this.by(this.word(word), '>>>', shift), '&', field);
    }
    this.costs++;
    if (place.length <= place.perWord) {
      return this.by(target.binary(this.word(place.word), '>>>', this.shiftOf(element, place)), '&', field);
    }
    const at = this.temporary();
    const words = wordsOf(place);
    const chosen = words.slice(0, -1).reduceRight((rest, word, i) => {
      // The first of the comparisons is the first to be computed: it sets the variable.
      const compared = i === 0 ? target.tee(at, element) : target.get(at);
      return target.choose(this.by(compared, '<', (i + 1) * place.perWord), this.word(word), rest);
    }, this.word(words.at(-1)!));
    const shift = this.by(this.by(target.get(at), '%', place.perWord), '*', place.bits);
    return this.by(target.binary(chosen, '>>>', shift), '&', field);
  }

  /** The element's number within the array: a literal, or an expression. */
  element(read: ReadNode): number | Code {
    let literal = 0;
    const terms: Code[] = [];
    const { dimensions } = read.variable;
    for (const [i, dimension] of dimensions.entries()) {
      const stride = strideOf(dimensions, i);
      const [index, base, size] = [read.indices[i]!, baseOf(dimension), sizeOf(dimension)];
      if (index.kind === 'constant' && index.value >= base && index.value < base + size) {
        literal += (index.value - base) * stride;
      } else {
        terms.push(this.by(this.checked(index, base, size, `${read.variable.name} has no element`), '*', stride));
      }
    }
    if (terms.length === 0) return literal;
    return this.by(terms.reduce((left, right) => this.target.binary(left, '+', right)), '+', literal);
  }

  private entry(values: readonly number[], index: Code): Code {
    if (values.some((value) => Math.abs(value) >= this.target.limit)) throw new OutOfReach(this.where);
    return this.target.element(values, index);
  }

  private bit(item: Node): Code {
    const { target } = this;
    if (item.kind === 'constant' && item.value >= 0 && item.value < 30) return target.number(1 << item.value);
    return target.binary(target.number(1), '<<', this.item(item));
  }

  private item(node: Node): Code {
    return this.checked(node, 0, 30, 'a set has no member');
  }

  /** An index moved to start at 0, checked where the domains do not show that it is inside. */
  private checked(node: Node, base: number, size: number, message: string): Code {
    const { target } = this;
    const [least, greatest] = boundsOf(node);
    const number = this.by(this.number(node), '-', base);
    if (least >= base && greatest < base + size) return number;
    const at = this.temporary();
    const inside = [this.by(target.tee(at, number), '>=', 0), this.by(target.get(at), '<', size)];
    return target.choose(target.all(inside), target.get(at), target.fault(this.fault(message), target.get(at)));
  }

  /** An operation with a literal; none where it would change nothing. */
  by(left: Code, operator: Operator, right: number): Code {
    if (right === 0 && ['+', '-', '<<', '>>>'].includes(operator)) return left;
    if (right === 1 && operator === '*') return left;
    if (right < 0 && (operator === '+' || operator === '-')) return this.by(left, operator === '+' ? '-' : '+', -right);
    if (operator === '>>>') this.costs++;
    return this.target.binary(left, operator, this.target.number(right));
  }

  /** A number that is known, or else its code. */
  literal(value: number | Code): Code {
    if (typeof value === 'string') return value;
    if (Math.abs(value) >= this.target.limit) throw new OutOfReach(this.where);
    return this.target.number(value);
  }

  /** Where the element of this number is, within the word that holds all of them. */
  shiftOf(element: Code, place: Place): Code {
    return this.by(this.by(element, '*', place.bits), '+', place.shift);
  }

  /** A word of the state. */
  word(word: number): Code {
    this.read.add(word);
    return this.target.get(this.nameOf(word));
  }

  private nameOf(word: number): string {
    return this.written.has(word) ? `n${word}` : `w${word}`;
  }

  /** The number of a fault. */
  fault(message: string): number {
    return this.faults.push(`${this.where}: ${message}`) - 1;
  }

  /** Declares a variable. */
  temporary(): string {
    return this.variable(`t${this.variables.length}`);
  }
}
