/**
 * Emits the functions of a model to a target language: one for each step instance with literal offsets
 * and masks, dispatched on the program counters, so that every call site stays monomorphic however many
 * models one process has checked. `javascript.ts` and `webassembly.ts` run them. Their arrays are constants, unlike
 * parameters, so that the compiler puts their addresses into the code:
 *
 *   W  the words of the state being expanded; M  their mixes, then these combined
 *   C  the number of successors in the buffers, of those by other than spontaneous steps, of states expanded, and
 *      the covers that are still to be met
 *   B, H, K, V  the successors' words, hashes, steps, and properties violated on the way
 *   F, P  the first two numbers of C after each state expanded
 *   L, J  positions of the successors listed, and properties violated in them
 */
import type { PrivatePlaces } from './ample.js';
import { emitCanonize } from './canonize.js';
import type { Dispatch } from './dispatch.js';
import { Effects } from './effects.js';
import { nested, sharedTests } from './guards.js';
import { finish, mix } from './hash.js';
import type { Layout } from './layout.js';
import type { Model } from './model.js';
import { batchSize } from './module.js';
import type { Move } from './moves.js';
import type { Node } from './node.js';
import { isTrue, specialize, type Remainders, type StepInstance } from './specialize.js';
import type { Code, Target } from './target.js';
import { Translation, type Test } from './translate.js';

/** The variable with the number of successors before a state was expanded. */
const before = 'before';

/** Guards of one emitted function at most, lest V8 find it too long to optimize. */
const guardsMax = 50;

/** What to emit: instances are numbered in the order of the dispatch. */
export interface Emittable {
  readonly model: Model;
  readonly layout: Layout;
  readonly dispatch: readonly Dispatch[];
  /** What the constants leave of each instance; nothing of those that they rule out. */
  readonly remainders: Remainders;
  /** Where the only steps that need be taken are those that can be taken there. */
  readonly privatePlaces: PrivatePlaces;
  /** What the renamings do under which the model stays the same; empty without symmetry. */
  readonly renamings: readonly (readonly Move[])[];
}

/**
 * Emits `check`, `cover`, `end` and `expand`, all of a given state, the loops `expandAll` and `judgeAll`, and, with
 * symmetry, `canonizeAll`; the steps
 * that the constants of the model rule out are left out. Returns the messages of the faults, which the functions raise
 * by number.
 */
export function emit({ model, layout, dispatch, remainders, privatePlaces, renamings }: Emittable, target: Target): string[] {
  const faults: string[] = [];
  const instances = dispatch.flatMap((group) => group.instances);
  const writer = new Writer(model, layout, remainders, new Translation(layout, faults, target), target);
  writer.predicates('check', model.properties.map((p) => p.holds), false);
  writer.predicates('cover', model.covers.map((c) => c.holds), true);
  writer.predicates('end', model.ends.map((e) => e.holds), true);
  writer.pushing();
  instances.forEach((instance, id) => writer.step(instance, id));
  writer.expansion(dispatch, privatePlaces);
  writer.loops();
  if (renamings.length > 1) emitCanonize(layout.words, renamings, target);
  return faults;
}

class Writer {
  private readonly words: readonly number[];
  private readonly effects: Effects;

  constructor(
    private readonly model: Model,
    private readonly layout: Layout,
    private readonly remainders: Remainders,
    private readonly code: Translation,
    private readonly target: Target,
  ) {
    this.effects = new Effects(model, layout, code, target);
    this.words = range(layout.words);
  }

  /** The effects of a step, to be called when its guard holds in the state in W. */
  step(instance: StepInstance, id: number): void {
    const remainder = this.remainders.get(instance);
    if (!remainder) return;
    const { code, effects } = this;
    const written = effects.wordsWritten(remainder.effects);
    code.open(instance.name, 'current', written);
    code.variable('bad');
    code.close(`s${id}`, [effects.of(remainder.effects), ...this.push(id, written, instance.step.spontaneous)]);
  }

  /** `expand`, which puts a state into W and asks the steps that its program counters allow. */
  expansion(dispatch: readonly Dispatch[], places: PrivatePlaces): void {
    const { code, target } = this;
    let first = 0;
    const groups = dispatch.map((group, number) => {
      const choices = this.choices(group, first, `g${number}`);
      first += group.instances.length;
      return { group, choices };
    });
    code.open('expand', 'given');
    const chosen = groups.map(({ group, choices }) => {
      if (choices.kind === 'all') return choices.calls;
      return choices.cases.size ? target.select(code.number(group.on!.read), choices.cases) : '';
    });
    const alone = groups.map(({ group, choices }) => {
      if (choices.kind === 'all') return '';
      const cases = [...choices.cases].filter(([value]) => places.get(group)?.has(value));
      return cases.length ? target.select(code.number(group.on!.read), new Map(cases)) + this.leaveIfAny(before) : '';
    });
    const start = alone.some(Boolean) ? target.set(code.variable(before), target.load('C', 0)) : '';
    code.close('expand', [this.cut(), ...this.publish(), start, ...alone, ...chosen]);
  }

  /** Stops where there are more successors than before. */
  private leaveIfAny(before: string): Code {
    const { target } = this;
    return target.when([target.binary(target.get(before), '<', target.load('C', 0))], target.leave());
  }

  /** `expandAll` and `judgeAll`, which are spared a call from outside for each state. */
  loops(): void {
    const { target } = this;
    const next = target.number(1);
    const invert = target.number(-1);
    target.open(['state', 'n']);
    let [i, n] = [target.get('i'), target.get('n')];
    const few = target.binary(target.load('C', 0), '<', target.number(batchSize));
    target.close('expandAll', [
      target.declare('i', target.load('C', 2)),
      target.set('n', target.binary(n, '+', i)),
      target.loop(target.all([target.binary(i, '<', n), few]), [
        target.run('expand', [target.state()]),
        target.store('F', 0, target.load('C', 0), target.position(i, 1)),
        target.store('P', 0, target.load('C', 1), target.position(i, 1)),
        target.set('i', target.binary(i, '+', next)),
        target.store('C', 2, i),
        target.advance(this.words.length),
      ]),
    ]);
    target.open(['n']);
    [i, n] = [target.get('i'), target.get('n')];
    const p = target.get('p');
    const uncovered = target.binary(target.load('C', 3), '&', target.binary(target.call('cover', [target.successor(p)]), '^', invert));
    target.close('judgeAll', [
      target.declare('i', target.number(0)),
      target.declare('p', target.number(0)),
      target.loop(target.binary(i, '<', n), [
        target.set('p', target.position(target.load('L', 0, target.position(i, 1)), this.words.length)),
        target.store('J', 0, target.call('check', [target.successor(p)]), target.position(i, 1)),
        target.when([target.load('C', 3)], target.store('C', 3, uncovered)),
        target.set('i', target.binary(i, '+', next)),
      ]),
    ]);
  }

  private choices(group: Dispatch, first: number, name: string): Choices {
    const possible = (positions: readonly number[]): number[] =>
      positions.filter((position) => this.remainders.get(group.instances[position]!));
    // Where the dispatch variable is constant, it rules out the steps of all other cases.
    if (!group.on || this.layout.constants.has(group.on.read.variable)) {
      return { kind: 'all', calls: this.ask(name, group, first, possible(range(group.instances.length))) };
    }
    const cases = [...group.on.cases].map(([value, positions], i) =>
      [value, this.ask(`${name}_${i}`, group, first, possible(positions))] as const);
    return { kind: 'by value', cases: new Map(cases.filter(([, calls]) => calls)) };
  }

  /** Functions that take the steps at these positions of a group whose guards hold, and their calls. */
  private ask(name: string, group: Dispatch, first: number, positions: readonly number[]): Code {
    const { code, target } = this;
    const calls = inChunks(positions, guardsMax).map((chunk, i) => {
      code.open(name, 'current');
      const guards = chunk.map((position) => this.guard(group.instances[position]!, group));
      const shared = sharedTests(guards.flat());
      const steps = chunk.map((position, at) => ({ tests: guards[at]!, call: target.run(`s${first + position}`) }));
      const constants = [...shared].map(([test, constant]) => target.declare(constant, test));
      code.close(`${name}_${i}`, [...constants, ...nested(steps, shared, target)]);
      return target.run(`${name}_${i}`);
    });
    return calls.join('');
  }

  /** The tests that the dispatch has not decided already. */
  private guard(instance: StepInstance, group: Dispatch): Test[] {
    this.code.where = instance.name;
    const { guard } = this.remainders.get(instance)!;
    const tests = guard.filter((test, i) => !isTrue(test) && instance.guard[i] !== group.decided.get(instance));
    return tests.map((test) => this.code.test(test));
  }

  /** A function from a state to the mask of the predicates that are violated, or of those that hold. */
  predicates(name: string, nodes: readonly (Node | undefined)[], sense: boolean): void {
    const { code, target } = this;
    code.open(name, 'given');
    const mask = code.variable('mask');
    const tests = nodes.map((node, i) => {
      if (!node) return '';
      const condition = code.condition(specialize(node, { constants: this.layout.constants }));
      return target.when([sense ? condition : target.not(condition)], code.mark(mask, i));
    });
    code.close(name, tests, target.get(mask));
  }

  /** Stops short of the steps in a state that the model cuts. */
  private cut(): Code {
    const { target } = this;
    const cuts = this.model.ends.reduce((bits, end, i) => (end.cuts ? bits | (1 << i) : bits), 0);
    return cuts ? target.when([target.binary(target.call('end', [target.state()]), '&', target.number(cuts))], target.leave()) : '';
  }

  private publish(): Code[] {
    const { code, target } = this;
    const [g, h] = [code.variable('g'), code.variable('h')];
    return [
      ...this.words.map((word) => target.store('W', word, code.word(word))),
      ...this.words.map((word) => [
        mix(target, word, target.get(`w${word}`)),
        target.store('M', word, target.get(g)),
        target.set(h, target.binary(target.get(h), '^', target.get(g))),
      ].join('')),
      target.store('M', this.words.length, target.get(h)),
    ];
  }

  /** Adds the successor to the buffers. */
  private push(id: number, writes: ReadonlySet<number>, spontaneous: boolean): Code[] {
    const { code, target } = this;
    const [p, g, h] = [code.variable('p'), code.variable('g'), code.variable('h')];
    return [
      target.set(p, target.call('begin')),
      ...[...writes].map((word) => target.store('B', word, target.get(`n${word}`), target.get(p))),
      target.set(h, target.load('M', this.words.length)),
      ...[...writes].map((word) => {
        const change = target.binary(target.get(g), '^', target.load('M', word));
        return mix(target, word, target.get(`n${word}`)) + target.set(h, target.binary(target.get(h), '^', change));
      }),
      target.run('finish', [target.get(h), target.number(id), target.get('bad'), target.number(spontaneous ? 0 : 1)]),
    ];
  }

  /** `begin`, which copies the state to be the next successor, and `finish`, which adds it with the hash from its mixes. */
  pushing(): void {
    const { target } = this;
    target.open();
    const p = target.get('p');
    target.close('begin', [
      target.declare('p', target.position(target.load('C', 0), this.words.length)),
      ...this.words.map((word) => target.store('B', word, target.load('W', word), p)),
    ], p);
    target.open(['h', 'step', 'bad', 'progress']);
    const i = target.get('i');
    const item = target.position(i, 1);
    target.close('finish', [
      target.declare('i', target.load('C', 0)),
      finish(target),
      target.store('H', 0, target.get('h'), item),
      target.store('K', 0, target.get('step'), item),
      target.store('V', 0, target.get('bad'), item),
      target.store('C', 0, target.binary(i, '+', target.number(1))),
      target.store('C', 1, target.binary(target.load('C', 1), '+', target.get('progress'))),
    ]);
  }
}

/** What a group asks of a state: all of its steps, or those of the value of a variable. */
type Choices =
  | { readonly kind: 'all'; readonly calls: Code }
  | { readonly kind: 'by value'; readonly cases: ReadonlyMap<number, Code> };

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return range(Math.ceil(items.length / size)).map((i) => items.slice(i * size, (i + 1) * size));
}
