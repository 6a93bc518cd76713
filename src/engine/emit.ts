/**
 * Emits one JavaScript module for a model: a function for each step instance with literal offsets and
 * masks, dispatched on the program counters, so that every call site stays monomorphic however many
 * models one process has checked. `program.ts` runs it. The module's own arrays are constants, unlike
 * parameters, so that the compiler puts their addresses into the code:
 *
 *   W  the words of the state being expanded; M  their mixes, then these combined
 *   C  the number of successors in the buffers, and of those by other than spontaneous steps
 *   B, H, K, V  the successors' words, hashes, steps, and properties violated on the way
 */
import type { Dispatch } from './dispatch.js';
import { finish, hashFunction, mix } from './hash.js';
import type { Layout } from './layout.js';
import { loopNames, storeLoops } from './loops.js';
import type { Model } from './model.js';
import type { Node } from './node.js';
import { isTrue, remainderOf, specialize, type Remainder, type StepInstance } from './specialize.js';
import { Text } from './text.js';

/** The emitted text, and the messages of the faults that it can raise by number. */
export interface Emission {
  readonly source: string;
  readonly faults: readonly string[];
}

/** Guards of one emitted function at most, lest V8 find it too long to optimize. */
const guardsMax = 50;

/** What to emit: instances are numbered in the order of the dispatch, successors go to buffers of `room` states. */
export interface Emittable {
  readonly model: Model;
  readonly layout: Layout;
  readonly dispatch: readonly Dispatch[];
  readonly room: number;
}

/** Emits the module of a model; the steps that its constants rule out are left out. */
export function emit({ model, layout, dispatch, room }: Emittable): Emission {
  const faults: string[] = [];
  const instances = dispatch.flatMap((group) => group.instances);
  const writer = new Writer(model, layout, instances, new Text(model, layout, faults));
  const { words } = layout;
  const functions = [
    ...instances.map((instance, id) => writer.step(instance, id)),
    ...writer.expansion(dispatch),
    writer.predicates('check', model.properties.map((p) => p.holds), false),
    writer.predicates('cover', model.covers.map((c) => c.holds), true),
    writer.predicates('end', model.ends.map((e) => e.holds), true),
    hashFunction(words),
    storeLoops(words, room),
  ];
  const source = [
    "'use strict';",
    'const { states: B, hashes: H, taken: K, violated: V } = buffers;',
    `const W = new Int32Array(${words}), M = new Int32Array(${words + 1}), C = new Int32Array(2);`,
    'const within = (v, low, high, site) => v >= low && v <= high ? v : fault(site, v);',
    'const reset = () => { C[0] = C[1] = 0; }, count = () => C[0], progress = () => C[1];',
    ...writer.tables,
    ...functions.filter(Boolean),
    `return { expand, check, cover, end, hash, reset, count, progress, ${loopNames.join(', ')} };`,
  ].join('\n');
  return { source, faults };
}

class Writer {
  private readonly words: readonly number[];
  /** What the constants leave of each instance; nothing of those that they rule out. */
  private readonly remainders: ReadonlyMap<StepInstance, Remainder | undefined>;

  constructor(
    private readonly model: Model,
    private readonly layout: Layout,
    instances: readonly StepInstance[],
    private readonly text: Text,
  ) {
    this.words = range(layout.words);
    this.remainders = new Map(instances.map((instance) => [instance, remainderOf(instance, layout.constants)]));
  }

  get tables(): string[] {
    return this.text.tables.map((table, i) => `const T${i} = ${table};`);
  }

  /** The effects of a step, to be called when its guard holds in the state in W. */
  step(instance: StepInstance, id: number): string {
    const remainder = this.remainders.get(instance);
    if (!remainder) return '';
    this.text.open(instance.name, remainder.effects);
    const effects = this.text.effects(remainder.effects);
    return lines(
      `function s${id}() {`,
      this.text.declarations((word) => `W[${word}]`),
      'let bad = 0;',
      effects,
      this.push(id, instance.step.spontaneous),
      '}',
    );
  }

  /** `expand`, which puts a state into W and asks the steps that its program counters allow. */
  expansion(dispatch: readonly Dispatch[]): string[] {
    const functions: string[] = [];
    let first = 0;
    const groups = dispatch.map((group, number) => {
      const ask = (name: string, positions: readonly number[]): string => {
        const asked = this.ask(name, group, first, positions);
        functions.push(...asked);
        return asked.map((_, i) => `${name}_${i}();`).join(' ');
      };
      const block = this.choose(group, `g${number}`, ask);
      first += group.instances.length;
      return block;
    });
    return [...functions, lines('function expand(A, o) {', this.cut(), this.publish(), ...groups, '}')];
  }

  private choose(group: Dispatch, name: string, ask: (name: string, positions: readonly number[]) => string): string {
    const possible = (positions: readonly number[]): number[] =>
      positions.filter((position) => this.remainders.get(group.instances[position]!));
    // Where the dispatch variable is constant, it rules out the steps of all other cases.
    if (!group.on || this.layout.constants.has(group.on.read.variable)) return ask(name, possible(range(group.instances.length)));
    const { read, cases } = group.on;
    const blocks = [...cases].map(([value, positions], i) => {
      const asked = ask(`${name}_${i}`, possible(positions));
      return asked && `case ${value}: ${asked} break;`;
    });
    this.text.open(read.variable.name);
    return lines(`switch (${this.text.number(read)}) {`, ...blocks, '}');
  }

  /** Functions that take the steps at these positions of a group whose guards hold. */
  private ask(name: string, group: Dispatch, first: number, positions: readonly number[]): string[] {
    return inChunks(positions, guardsMax).map((chunk, i) => {
      this.text.open(name);
      const guards = chunk.map((position) => this.guard(group.instances[position]!, group));
      const shared = sharedTests(guards.flat());
      const steps = nested(chunk.map((position, at) => ({ tests: guards[at]!, call: `s${first + position}();` })), shared);
      const constants = [...shared].map(([test, constant]) => `const ${constant} = ${test};`);
      const declarations = this.text.declarations((word) => `W[${word}]`);
      return lines(`function ${name}_${i}() {`, declarations, ...constants, ...steps, '}');
    });
  }

  /** The tests that the dispatch has not decided already. */
  private guard(instance: StepInstance, group: Dispatch): string[] {
    this.text.where = instance.name;
    const { guard } = this.remainders.get(instance)!;
    const tests = guard.filter((test, i) => !isTrue(test) && instance.guard[i] !== group.decided.get(instance));
    return tests.map((test) => this.text.condition(test));
  }

  /** A function from a state to the mask of the predicates that are violated, or of those that hold. */
  predicates(name: string, nodes: readonly (Node | undefined)[], sense: boolean): string {
    this.text.open(name);
    const tests = nodes.map((node, i) =>
      node ? `if (${sense ? '' : '!'}(${this.text.condition(specialize(node, { constants: this.layout.constants }))})) mask |= ${1 << i};` : '',
    );
    const declarations = this.text.declarations((word) => `A[o + ${word}]`);
    return lines(`function ${name}(A, o) {`, declarations, 'let mask = 0;', ...tests, 'return mask;', '}');
  }

  /** Stops short of the steps in a state that the model cuts. */
  private cut(): string {
    const cuts = this.model.ends.reduce((bits, end, i) => (end.cuts ? bits | (1 << i) : bits), 0);
    return cuts ? `if (end(A, o) & ${cuts}) return;` : '';
  }

  private publish(): string {
    return lines(
      'let g = 0, h = 0;',
      ...this.words.map((word) => `const w${word} = A[o + ${word}]; W[${word}] = w${word};`),
      ...this.words.map((word) => `${mix(word, `w${word}`)} M[${word}] = g; h ^= g;`),
      `M[${this.words.length}] = h;`,
    );
  }

  /** Adds the successor to the buffers. */
  private push(id: number, spontaneous: boolean): string {
    const written = this.text.writes;
    return lines(
      `const i = C[0], p = Math.imul(i, ${this.words.length});`,
      ...this.words.map((word) => `B[p + ${word}] = ${written.has(word) ? `n${word}` : `W[${word}]`};`),
      `let g = 0, h = M[${this.words.length}];`,
      ...[...written].map((word) => `${mix(word, `n${word}`)} h ^= g ^ M[${word}];`),
      finish,
      `H[i] = h; K[i] = ${id}; V[i] = bad; C[0] = i + 1;`,
      spontaneous ? '' : 'C[1]++;',
    );
  }
}

/**
 * Constants for the tests that several guards make: computed once and early, so only those that cannot
 * fault, and only those that are worth it.
 */
function sharedTests(tests: readonly string[]): Map<string, string> {
  const shared = new Map<string, string>();
  const seen = new Set<string>();
  for (const test of tests) {
    const early = !canFault(test);
    const costly = /\|\||&&|>>>/.test(test);
    if (seen.has(test) && early && costly && !shared.has(test)) shared.set(test, `k${shared.size}`);
    seen.add(test);
  }
  return shared;
}

/** A step with what is left to be tested of its guard. */
interface Asked {
  readonly tests: readonly string[];
  readonly call: string;
}

/**
 * The steps in their order, neighbours that have a test in common under one `if`, and so on within it. A test
 * comes before the others of its guard for that only if neither it nor any of those before it can fault.
 */
function nested(steps: readonly Asked[], shared: ReadonlyMap<string, string>): string[] {
  const written = (tests: readonly string[]): string => tests.map((test) => shared.get(test) ?? `(${test})`).join(' && ');
  const texts: string[] = [];
  for (let at = 0; at < steps.length; ) {
    const { tests, call } = steps[at]!;
    const { test, length } = longestRun(steps, at);
    if (test === undefined || length < 2) {
      texts.push(`${tests.length > 0 ? `if (${written(tests)}) ` : ''}${call}`);
      at++;
      continue;
    }
    const inside = steps.slice(at, at + length).map((step) => ({ ...step, tests: step.tests.filter((other) => other !== test) }));
    texts.push(`if (${written([test])}) {`, ...nested(inside, shared), '}');
    at += length;
  }
  return texts;
}

/** Of the tests that the step at a position can be asked first, the one that most of the steps after it share. */
function longestRun(steps: readonly Asked[], at: number): { test?: string; length: number } {
  return askedFirst(steps[at]!).reduce<{ test?: string; length: number }>(
    (best, test) => {
      let end = at + 1;
      while (end < steps.length && askedFirst(steps[end]!).includes(test)) end++;
      return end - at > best.length ? { test, length: end - at } : best;
    },
    { length: 1 },
  );
}

/** The tests of a guard up to the first that can fault. */
function askedFirst({ tests }: Asked): readonly string[] {
  const faulty = tests.findIndex(canFault);
  return faulty < 0 ? tests : tests.slice(0, faulty);
}

const canFault = (test: string): boolean => /\b(fault|within|t\d+)\b/.test(test);

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

const lines = (...texts: readonly string[]): string => texts.filter(Boolean).join('\n');

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return range(Math.ceil(items.length / size)).map((i) => items.slice(i * size, (i + 1) * size));
}
