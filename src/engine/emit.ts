/**
 * Emits one JavaScript module for a model: a function for each step instance with literal offsets and
 * masks, dispatched on the program counters, so that every call site stays monomorphic however many
 * models one process has checked. `program.ts` runs it.
 */
import { highOf, lowOf } from './domain.js';
import type { Dispatch } from './dispatch.js';
import type { Model } from './model.js';
import { baseOf, sizeOf, type Effect, type Node, type ReadNode, type Variable } from './node.js';
import { mask, type Place, type Schema } from './schema.js';
import { specialize, type StepInstance } from './specialize.js';

/** The emitted text, and the messages of the faults that it can raise by number. */
export interface Emission {
  readonly source: string;
  readonly faults: readonly string[];
}

/** Emits the module of a model whose instances are numbered in the order of the dispatch. */
export function emit(model: Model, dispatch: readonly Dispatch[]): Emission {
  const faults: string[] = [];
  const writer = new Writer(model, faults);
  const instances = dispatch.flatMap((group) => group.instances);
  const body = [
    'const index = (i, size, site) => i >= 0 && i < size ? i : fault(site, i);',
    'const within = (v, low, high, site) => v >= low && v <= high ? v : fault(site, v);',
    ...instances.map((instance, id) => writer.step(instance, id, dispatch)),
    writer.expand(dispatch),
    writer.predicates('check', model.properties.map((p) => p.holds), false),
    writer.predicates('cover', model.covers.map((c) => c.holds), true),
    writer.predicates('end', model.ends.map((e) => e.holds), true),
    writer.hash(),
  ];
  const source = [
    "'use strict';",
    'let count = 0;',
    'let progress = 0;',
    ...writer.tables.map((table, i) => `const T${i} = ${table};`),
    ...body,
    'return { expand, check, cover, end, hash, reset() { count = progress = 0; }, count: () => count, progress: () => progress };',
  ].join('\n');
  return { source, faults };
}

/** Bounds on an expression's value, from the domains that it reads. */
function boundsOf(node: Node): readonly [number, number] {
  switch (node.kind) {
    case 'constant':
      return [node.value, node.value];
    case 'read':
      return [lowOf(node.variable.domain), highOf(node.variable.domain)];
    case 'sum': {
      const [[a, b], [c, d]] = [boundsOf(node.left), boundsOf(node.right)];
      return node.sign === 1 ? [a + c, b + d] : [a - d, b - c];
    }
    case 'single':
      return [1, 2 ** Math.min(30, Math.max(0, boundsOf(node.item)[1]))];
    case 'combine': {
      const [left, right] = [boundsOf(node.left)[1], boundsOf(node.right)[1]];
      return [0, node.op === 'union' ? 2 ** (32 - Math.clz32(left | right)) - 1 : left];
    }
    case 'if': {
      const [[a, b], [c, d]] = [boundsOf(node.then), boundsOf(node.else)];
      return [Math.min(a, c), Math.max(b, d)];
    }
    case 'table':
      return [Math.min(...node.values), Math.max(...node.values)];
    default:
      return [0, 1];
  }
}

class Writer {
  private readonly schema: Schema;
  private readonly words: number;
  /** Constant tables, hoisted out of the steps. */
  readonly tables: string[] = [];
  private temporaries = 0;
  /** Words that the effects of the step at hand write; these are read from `n`, the others from `w`. */
  private written = new Set<number>();
  private read = new Set<number>();
  private where = '';

  constructor(
    private readonly model: Model,
    private readonly faults: string[],
  ) {
    this.schema = model.schema;
    this.words = model.schema.words;
  }

  step(instance: StepInstance, id: number, dispatch: readonly Dispatch[]): string {
    this.where = instance.name;
    this.temporaries = 0;
    const tests = testsOf(instance, dispatch);
    this.enter(new Set());
    const guard = tests.map((test) => `(${this.condition(test)})`).join(' && ');
    const guardWords = this.read;
    this.enter(this.wordsWritten(instance.effects));
    const effects = this.effects(instance.effects);
    const late = [...this.read, ...this.written].filter((word) => !guardWords.has(word));
    return [
      `function s${id}(A, o) {`,
      this.temporaries ? `let ${range(this.temporaries).map((t) => `t${t}`).join(', ')};` : '',
      this.load(guardWords),
      guard ? `if (!(${guard})) return;` : '',
      this.load(new Set(late)),
      [...this.written].map((word) => `let n${word} = w${word};`).join(' '),
      'let bad = 0;',
      effects,
      this.push(instance, id, new Set([...guardWords, ...late])),
      '}',
    ].filter(Boolean).join('\n');
  }

  expand(dispatch: readonly Dispatch[]): string {
    this.enter(new Set());
    let id = 0;
    const blocks = dispatch.map((group) => {
      const first = id;
      id += group.instances.length;
      const call = (i: number): string => `s${first + i}(A, o);`;
      const on = group.on;
      if (!on) return group.instances.map((_, i) => call(i)).join(' ');
      const cases = [...on.cases].map(
        ([value, members]) => `case ${value}: ${members.map(call).join(' ')} break;`,
      );
      return `switch (${this.number(on.read).replaceAll(/\bw(\d+)\b/g, 'A[o + $1]')}) {\n${cases.join('\n')}\n}`;
    });
    const cut = this.model.ends.reduce((bits, end, i) => (end.cuts ? bits | (1 << i) : bits), 0);
    const guard = cut ? `if (end(A, o) & ${cut}) return;\n` : '';
    return `function expand(A, o) {\n${guard}${blocks.join('\n')}\n}`;
  }

  /** A function from a state to the mask of the predicates that are violated, or of those that hold. */
  predicates(name: string, nodes: readonly (Node | undefined)[], sense: boolean): string {
    this.where = name;
    this.temporaries = 0;
    this.enter(new Set());
    const lines = nodes.map((node, i) => {
      const special = node && specialize(node);
      return special ? `if (${sense ? '' : '!'}(${this.condition(special)})) mask |= ${1 << i};` : '';
    });
    const temporaries = this.temporaries ? `let ${range(this.temporaries).map((t) => `t${t}`).join(', ')};` : '';
    return [`function ${name}(A, o) {`, temporaries, this.load(this.read), 'let mask = 0;', ...lines, 'return mask;', '}'].join('\n');
  }

  private enter(written: Set<number>): void {
    this.read = new Set();
    this.written = written;
  }

  private load(words: ReadonlySet<number>): string {
    return [...words].map((word) => `const w${word} = A[o + ${word}];`).join(' ');
  }

  private push(instance: StepInstance, id: number, loaded: ReadonlySet<number>): string {
    const value = (word: number): string =>
      this.written.has(word) ? `n${word}` : loaded.has(word) ? `w${word}` : `A[o + ${word}]`;
    return [
      `const p = count * ${this.words};`,
      ...range(this.words).map((word) => `B[p + ${word}] = ${value(word)};`),
      this.mix(value),
      `H[count] = h; K[count] = ${id}; V[count] = bad; count++;`,
      instance.step.spontaneous ? '' : 'progress++;',
    ].join('\n');
  }

  /** The hash that the steps compute, as a function of a state. */
  hash(): string {
    return `function hash(A, o) {\n${this.mix((word) => `A[o + ${word}]`)}\nreturn h;\n}`;
  }

  /** One multiply and one shift a word, as MurmurHash3 mixes; that the search is exact does not rest on it. */
  private mix(value: (word: number) => string): string {
    const mixed = range(this.words).map(
      (word) => `h = Math.imul(h ^ ${value(word)}, ${word % 2 ? '0xc2b2ae35' : '0x85ebca6b'}); h ^= h >>> 15;`,
    );
    return ['let h = 0x3243f6a8;', ...mixed, 'h = Math.imul(h, 0x2c1b3c6d); h ^= h >>> 13;'].join('\n');
  }

  private effects(effects: readonly Effect[]): string {
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
    const place = this.schema.placeOf(target.variable);
    const stored = this.stored(target.variable, value);
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
  private stored(variable: Variable, value: Node): string {
    const [low, high] = [lowOf(variable.domain), highOf(variable.domain)];
    const [least, greatest] = boundsOf(value);
    if (value.kind === 'constant' && value.value >= low && value.value <= high) return String(value.value - low);
    const fits = least >= low && greatest <= high;
    const site = fits ? 0 : this.fault(`${variable.name} cannot hold`);
    const checked = fits ? this.number(value) : `within(${this.number(value)}, ${low}, ${high}, ${site})`;
    return low === 0 ? checked : `(${checked}) - ${low}`;
  }

  /** A JavaScript expression that is truthy where the truth value is 1. */
  private condition(node: Node): string {
    switch (node.kind) {
      case 'constant':
        return node.value ? 'true' : 'false';
      case 'not':
        return `!(${this.condition(node.of)})`;
      case 'and':
        return node.of.map((of) => `(${this.condition(of)})`).join(' && ');
      case 'or':
        return node.of.map((of) => `(${this.condition(of)})`).join(' || ');
      case 'compare':
        return this.compare(node);
      case 'member':
        return `(${this.number(node.set)}) & (1 << ${this.item(node.item)})`;
      default:
        return this.number(node);
    }
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
    const element = this.element(read);
    if (typeof element !== 'number') return undefined;
    const { domain } = read.variable;
    if (value < lowOf(domain) || value > highOf(domain)) return 'false';
    const place = this.schema.placeOf(read.variable);
    const { word, shift } = locate(place, element);
    return `(${this.word(word)} & ${mask(place.bits) << shift}) === ${(value - lowOf(domain)) << shift}`;
  }

  /** A JavaScript expression for the value. */
  private number(node: Node): string {
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
        const table = this.tables.push(`[${node.values.join(', ')}]`) - 1;
        return `T${table}[${this.checked(node.index, 0, length, 'a table has no element')}]`;
      }
      case 'bound':
      case 'exists':
        throw new Error('bound variables are replaced before they are emitted');
      default:
        return `(${this.condition(node)}) ? 1 : 0`;
    }
  }

  private field(read: ReadNode): string {
    const place = this.schema.placeOf(read.variable);
    const low = lowOf(read.variable.domain);
    const rebase = (field: string): string => (low === 0 ? field : `(${field}) ${low < 0 ? '-' : '+'} ${Math.abs(low)}`);
    const element = this.element(read);
    const field = mask(place.bits);
    if (typeof element === 'number') {
      const { word, shift } = locate(place, element);
      return rebase(shift === 0 ? `${this.word(word)} & ${field}` : `${this.word(word)} >>> ${shift} & ${field}`);
    }
    if (place.length <= place.perWord) {
      return rebase(`${this.word(place.word)} >>> (${shiftOf(element, place)}) & ${field}`);
    }
    const at = this.temporary();
    const words = wordsOf(place);
    const chosen = words.slice(0, -1).reduceRight(
      (rest, word, i) => `${at} < ${(i + 1) * place.perWord} ? ${this.word(word)} : ${rest}`,
      this.word(words.at(-1)!),
    );
    return rebase(`(${at} = ${element}, (${chosen}) >>> ${at} % ${place.perWord} * ${place.bits} & ${field})`);
  }

  /** The element's number within the array: a literal, or an expression. */
  private element(read: ReadNode): number | string {
    let literal = 0;
    const terms: string[] = [];
    const { dimensions } = read.variable;
    for (const [i, dimension] of dimensions.entries()) {
      const stride = dimensions.slice(i + 1).reduce((n, d) => n * sizeOf(d), 1);
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

  private item(node: Node): string {
    return `(${this.checked(node, 0, 30, 'a set has no member')})`;
  }

  /** An index moved to start at 0, checked where the domains do not show that it is inside. */
  private checked(node: Node, base: number, size: number, message: string): string {
    const [least, greatest] = boundsOf(node);
    const number = base === 0 ? this.number(node) : `(${this.number(node)}) - ${base}`;
    if (least >= base && greatest < base + size) return number;
    return `index(${number}, ${size}, ${this.fault(message)})`;
  }

  private word(word: number): string {
    this.read.add(word);
    return this.written.has(word) ? `n${word}` : `w${word}`;
  }

  private wordsWritten(effects: readonly Effect[]): Set<number> {
    const words = new Set<number>();
    const visit = (effect: Effect): void => {
      if (effect.kind === 'assign') {
        const place = this.schema.placeOf(effect.target.variable);
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

/** The conjuncts that the dispatch has not decided already. */
function testsOf(instance: StepInstance, dispatch: readonly Dispatch[]): readonly Node[] {
  const group = dispatch.find((g) => g.instances.includes(instance));
  return instance.guard.filter((test) => test !== group?.decided.get(instance));
}
