/**
 * JavaScript text for expressions and effects, with literal offsets and masks. A word of the state is
 * the constant `w<word>`, or the variable `n<word>` where the effects of the function at hand write it.
 */
import { boundsOf } from './bounds.js';
import { equalityOf } from './dispatch.js';
import { bitsOf, highOf, lowOf } from './domain.js';
import { mask, type Layout, type Place } from './layout.js';
import type { Model } from './model.js';
import { baseOf, sizeOf, strideOf, type Effect, type Node, type ReadNode, type Variable } from './node.js';

/** Writes the functions of one module, one after the other. */
export class Text {
  /** Constant tables, which the module declares. */
  readonly tables: string[] = [];
  /** What the messages of faults begin with. */
  where = '';
  private temporaries = 0;
  private written: ReadonlySet<number> = new Set();
  private read = new Set<number>();

  /**
   * @param model - whose properties are observed
   * @param layout - where the variables are
   * @param faults - collects the messages of the faults, which the text raises by number
   */
  constructor(
    private readonly model: Model,
    private readonly layout: Layout,
    private readonly faults: string[],
  ) {}

  /** Begins a function with these effects. */
  open(where: string, effects: readonly Effect[] = []): void {
    this.where = where;
    this.temporaries = 0;
    this.written = this.wordsWritten(effects);
    this.read = new Set(this.written);
  }

  /** Declares what the text since {@link open} uses; `from` is the text of a word's value at the start. */
  declarations(from: (word: number) => string): string {
    const temporaries = Array.from({ length: this.temporaries }, (_, i) => `t${i}`);
    return [
      temporaries.length ? `let ${temporaries.join(', ')};` : '',
      ...[...this.read].map((word) => `const w${word} = ${from(word)};`),
      ...[...this.written].map((word) => `let n${word} = w${word};`),
    ].join(' ');
  }

  /** The words that the effects of the function at hand may write. */
  get writes(): ReadonlySet<number> {
    return this.written;
  }

  /** Statements that carry out the effects. */
  effects(effects: readonly Effect[]): string {
    return effects.map((effect) => this.effect(effect)).join('\n');
  }

  private effect(effect: Effect): string {
    switch (effect.kind) {
      case 'assign':
        return this.assign(effect.target, effect.value);
      case 'when': {
        const otherwise = effect.else.length ? ` else {\n${this.effects(effect.else)}\n}` : '';
        return `if (${this.condition(effect.condition)}) {\n${this.effects(effect.then)}\n}${otherwise}`;
      }
      case 'observe': {
        const property = this.model.properties.findIndex((p) => p.name === effect.property);
        if (property < 0) throw new Error(`${this.where} observes ${effect.property}, which the model does not declare`);
        return `if (!(${this.condition(effect.holds)})) bad |= ${1 << property};`;
      }
      case 'forEach':
        throw new Error('a loop is unrolled before it is emitted');
    }
  }

  private assign(target: ReadNode, value: Node): string {
    // An assignment of the value that a constant has anyway; its index may still be a fault.
    if (this.layout.constants.has(target.variable)) return `${this.element(target)};`;
    const place = this.layout.placeOf(target.variable);
    const stored = this.fitted(target.variable, value);
    const element = this.element(target);
    const field = mask(place.bits);
    const put = (word: number, shift: string | number): string =>
      typeof shift === 'number'
        ? `n${word} = n${word} & ${~(field << shift)} | ${shifted(stored, shift)};`
        : `n${word} = n${word} & ~(${field} << ${shift}) | (${stored}) << ${shift};`;
    if (typeof element === 'number') {
      const { word, shift } = locate(place, element);
      return put(word, shift);
    }
    const at = this.temporary();
    if (place.length <= place.perWord) return `${at} = ${shiftOf(element, place)}; ${put(place.word, at)}`;
    const shift = this.temporary();
    const branches = wordsOf(place).map((word, i) => `if (${at} < ${(i + 1) * place.perWord}) { ${put(word, shift)} }`);
    return `${at} = ${element}; ${shift} = ${at} % ${place.perWord} * ${place.bits}; ${branches.join(' else ')}`;
  }

  /** The value as it is stored: moved to start at 0, and checked where the domains do not show that it fits. */
  private fitted(variable: Variable, value: Node): string {
    const [low, high] = [lowOf(variable.domain), highOf(variable.domain)];
    const [least, greatest] = boundsOf(value);
    if (value.kind === 'constant' && value.value >= low && value.value <= high) return String(value.value - low);
    const fits = least >= low && greatest <= high;
    const site = fits ? 0 : this.fault(`${variable.name} cannot hold`);
    const checked = fits ? this.number(value) : `within(${this.number(value)}, ${low}, ${high}, ${site})`;
    return low === 0 ? checked : `(${checked}) - ${low}`;
  }

  /** A JavaScript expression that is truthy where the truth value is 1. */
  condition(node: Node): string {
    switch (node.kind) {
      case 'constant':
        return node.value ? 'true' : 'false';
      case 'not':
        return `!(${this.condition(node.of)})`;
      case 'and':
        return node.of.map((of) => `(${this.condition(of)})`).join(' && ');
      case 'or':
        return this.alternatives(node.of).map((of) => `(${of})`).join(' || ');
      case 'compare':
        return this.compare(node);
      case 'member':
        return `(${this.number(node.set)}) & (1 << ${this.item(node.item)})`;
      default:
        return this.number(node);
    }
  }

  /** The alternatives in order; neighbours that compare one small field become one test of a bit. */
  private alternatives(nodes: readonly Node[]): string[] {
    return runsOf(nodes).map(({ read, values, first }) => {
      if (!read || values.length === 1) return this.condition(first);
      const bits = values.reduce((all, value) => all | (1 << (value - lowOf(read.variable.domain))), 0);
      return `${bits} >>> (${this.stored(read)}) & 1`;
    });
  }

  private compare(node: Extract<Node, { kind: 'compare' }>): string {
    const { left, right } = node;
    if (node.op === '=' && left.kind === 'read' && right.kind === 'constant') {
      const direct = this.compareField(left, right.value);
      if (direct) return direct;
    }
    return `(${this.number(left)}) ${node.op === '=' ? '===' : node.op} (${this.number(right)})`;
  }

  /** Compares a field in place, without shifting it down. */
  private compareField(read: ReadNode, value: number): string | undefined {
    if (this.layout.constants.has(read.variable)) return undefined;
    const element = this.element(read);
    if (typeof element !== 'number') return undefined;
    const { domain } = read.variable;
    if (value < lowOf(domain) || value > highOf(domain)) return 'false';
    const place = this.layout.placeOf(read.variable);
    const { word, shift } = locate(place, element);
    return `(${this.word(word)} & ${mask(place.bits) << shift}) === ${(value - lowOf(domain)) << shift}`;
  }

  /** A JavaScript expression for the value. */
  number(node: Node): string {
    switch (node.kind) {
      case 'constant':
        return node.value < 0 ? `(${node.value})` : String(node.value);
      case 'read':
        return this.field(node);
      case 'sum':
        return `(${this.number(node.left)}) ${node.sign === 1 ? '+' : '-'} (${this.number(node.right)})`;
      case 'single':
        return `1 << ${this.item(node.item)}`;
      case 'combine': {
        const op = { union: '|', intersect: '&', minus: '& ~' }[node.op];
        return `(${this.number(node.left)}) ${op}(${this.number(node.right)})`;
      }
      case 'member':
        return `(${this.number(node.set)}) >>> ${this.item(node.item)} & 1`;
      case 'if':
        return `(${this.condition(node.condition)}) ? (${this.number(node.then)}) : (${this.number(node.else)})`;
      case 'table': {
        const { length } = node.values;
        return `${this.table(node.values)}[${this.checked(node.index, 0, length, 'a table has no element')}]`;
      }
      case 'bound':
      case 'exists':
        throw new Error('bound variables are replaced before they are emitted');
      default:
        return `(${this.condition(node)}) ? 1 : 0`;
    }
  }

  private field(read: ReadNode): string {
    const low = lowOf(read.variable.domain);
    const field = this.stored(read);
    return low === 0 ? field : `(${field}) ${low < 0 ? '-' : '+'} ${Math.abs(low)}`;
  }

  /** The field as it is stored, its lowest value as 0. */
  private stored(read: ReadNode): string {
    const { variable } = read;
    const element = this.element(read);
    const constants = this.layout.constants.get(variable);
    if (constants) return `${this.table(constants.map((value) => value - lowOf(variable.domain)))}[${element}]`;
    const place = this.layout.placeOf(variable);
    const field = mask(place.bits);
    if (typeof element === 'number') {
      const { word, shift } = locate(place, element);
      return shift === 0 ? `${this.word(word)} & ${field}` : `${this.word(word)} >>> ${shift} & ${field}`;
    }
    if (place.length <= place.perWord) {
      return `${this.word(place.word)} >>> (${shiftOf(element, place)}) & ${field}`;
    }
    const at = this.temporary();
    const words = wordsOf(place);
    const chosen = words.slice(0, -1).reduceRight(
      (rest, word, i) => `${at} < ${(i + 1) * place.perWord} ? ${this.word(word)} : ${rest}`,
      this.word(words.at(-1)!),
    );
    return `(${at} = ${element}, (${chosen}) >>> ${at} % ${place.perWord} * ${place.bits} & ${field})`;
  }

  /** The element's number within the array: a literal, or an expression. */
  private element(read: ReadNode): number | string {
    let literal = 0;
    const terms: string[] = [];
    const { dimensions } = read.variable;
    for (const [i, dimension] of dimensions.entries()) {
      const stride = strideOf(dimensions, i);
      const [index, base, size] = [read.indices[i]!, baseOf(dimension), sizeOf(dimension)];
      if (index.kind === 'constant' && index.value >= base && index.value < base + size) {
        literal += (index.value - base) * stride;
      } else {
        const term = this.checked(index, base, size, `${read.variable.name} has no element`);
        terms.push(stride === 1 ? `(${term})` : `(${term}) * ${stride}`);
      }
    }
    if (terms.length === 0) return literal;
    return [...terms, ...(literal ? [String(literal)] : [])].join(' + ');
  }

  /** The name of a constant table. */
  private table(values: readonly number[]): string {
    const text = `[${values.join(', ')}]`;
    const known = this.tables.indexOf(text);
    return `T${known < 0 ? this.tables.push(text) - 1 : known}`;
  }

  private item(node: Node): string {
    return `(${this.checked(node, 0, 30, 'a set has no member')})`;
  }

  /** An index moved to start at 0, checked where the domains do not show that it is inside. */
  private checked(node: Node, base: number, size: number, message: string): string {
    const [least, greatest] = boundsOf(node);
    const number = base === 0 ? this.number(node) : `(${this.number(node)}) - ${base}`;
    if (least >= base && greatest < base + size) return number;
    const at = this.temporary();
    return `((${at} = ${number}) >= 0 && ${at} < ${size} ? ${at} : fault(${this.fault(message)}, ${at}))`;
  }

  private word(word: number): string {
    this.read.add(word);
    return this.written.has(word) ? `n${word}` : `w${word}`;
  }

  private wordsWritten(effects: readonly Effect[]): Set<number> {
    const words = new Set<number>();
    const visit = (effect: Effect): void => {
      if (effect.kind === 'assign' && !this.layout.constants.has(effect.target.variable)) {
        const place = this.layout.placeOf(effect.target.variable);
        for (const word of wordsOf(place)) words.add(word);
      } else if (effect.kind === 'when') {
        [...effect.then, ...effect.else].forEach(visit);
      }
    };
    effects.forEach(visit);
    return words;
  }

  private fault(message: string): number {
    return this.faults.push(`${this.where}: ${message}`) - 1;
  }

  private temporary(): string {
    return `t${this.temporaries++}`;
  }
}

/** Alternatives that compare one field with one value each, or a single one of another kind. */
interface Run {
  readonly first: Node;
  readonly key?: string;
  readonly read?: ReadNode;
  readonly values: number[];
}

function runsOf(nodes: readonly Node[]): Run[] {
  const runs: Run[] = [];
  for (const first of nodes) {
    const equality = equalityOf(first);
    const last = runs.at(-1);
    if (!equality || !fitsBitTest(equality)) runs.push({ first, values: [] });
    else if (last?.key === equality.key) last.values.push(equality.value);
    else runs.push({ first, key: equality.key, read: equality.read, values: [equality.value] });
  }
  return runs;
}

function fitsBitTest({ read, value }: { read: ReadNode; value: number }): boolean {
  const { domain } = read.variable;
  return bitsOf(domain) <= 5 && value >= lowOf(domain) && value <= highOf(domain);
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

const wordsOf = (place: Place): number[] =>
  range(Math.ceil(place.length / place.perWord)).map((i) => place.word + i);

const shiftOf = (element: string, place: Place): string =>
  `(${element}) * ${place.bits}${place.shift ? ` + ${place.shift}` : ''}`;

function locate(place: Place, element: number): { word: number; shift: number } {
  return {
    word: place.word + Math.floor(element / place.perWord),
    shift: place.shift + (element % place.perWord) * place.bits,
  };
}

function shifted(stored: string, shift: number): string {
  if (/^\d+$/.test(stored)) return String(Number(stored) << shift);
  return shift === 0 ? `(${stored})` : `(${stored}) << ${shift}`;
}
