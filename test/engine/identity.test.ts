import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../../src/engine/identity.js';
import type { Step } from '../../src/engine/model.js';
import type { Effect, Node } from '../../src/engine/node.js';
import { bool, exists, forEach, Model, observe, oneOf, range, Schema, when, type Bool } from '../../src/index.js';
import { randomModel } from './random-model.js';
import { Tape, tapes } from './random-trees.js';

/** What can be different about a small model that has something of everything. */
interface Variant {
  readonly cpus?: readonly string[];
  readonly high?: number;
  readonly phases?: readonly string[];
  readonly initial?: number;
  readonly start?: number;
  readonly stepName?: string;
  readonly parameter?: 'CPU' | 'phase';
  readonly guard?: (count: { is(value: number): Bool; atMost(value: number): Bool }) => Bool;
  readonly value?: number;
  readonly order?: 'swapped';
  readonly spontaneous?: boolean;
  readonly property?: string;
  readonly cuts?: boolean;
  readonly cover?: number;
  readonly observed?: string;
  readonly label?: string;
  readonly name?: string;
}

function modelOf(v: Variant = {}): Model {
  const schema = new Schema();
  const CPU = schema.index('CPU', v.cpus ?? ['CPU0', 'CPU1']);
  const count = schema.variable('count', range(0, v.high ?? 3), v.initial ?? 0);
  const busy = schema.array('busy', [CPU], bool);
  const phase = schema.variable('phase', oneOf(...(v.phases ?? ['one', 'two'])));
  const any = exists(CPU, (c) => busy.at(c));
  const model = new Model(v.name ?? 'small', schema);
  const parameter = v.parameter === 'phase' ? range(0, 1) : CPU;
  const then = [count.becomes(v.value ?? 1), phase.becomes('two')];
  model
    .start(count.becomes(v.start ?? 0))
    .step(v.stepName ?? 'go', { c: parameter }, () => ({
      when: [(v.guard ?? ((n) => n.is(0)))(count), any],
      then: v.order === 'swapped' ? [...then].reverse() : then,
      spontaneous: v.spontaneous ?? false,
      ...(v.label !== undefined && { label: v.label }),
    }))
    .step('clear', { when: [any], then: [forEach(CPU, (c) => [when(busy.at(c), [busy.at(c).becomes(false)])]), observe(v.observed ?? 'seen', any)] })
    .invariant(v.property ?? 'few', count.is(3).not())
    .observed('seen')
    .observed('other');
  if (v.cuts) model.cut('end', phase.is('two'));
  else model.end('end', phase.is('two'));
  return model.cover('counts', count.is(v.cover ?? 1));
}

const changes: Record<string, Variant> = {
  'a name of a member': { cpus: ['CPU0', 'CPU2'] },
  'one member more': { cpus: ['CPU0', 'CPU1', 'CPU2'] },
  'a wider domain': { high: 4 },
  'a name of a choice': { phases: ['one', 'two', 'three'] },
  'an initial value': { initial: 1 },
  'a start effect': { start: 1 },
  'the name of a step': { stepName: 'move' },
  'a parameter': { parameter: 'phase' },
  'a comparison in a guard': { guard: (count) => count.atMost(0) },
  'a constant in a guard': { guard: (count) => count.is(1) },
  'a negation in a guard': { guard: (count) => count.is(0).not() },
  'the value of an effect': { value: 2 },
  'the order of effects': { order: 'swapped' },
  'a spontaneous step': { spontaneous: true },
  'the name of a property': { property: 'none' },
  'an end that cuts': { cuts: true },
  'a cover': { cover: 2 },
  'the property that a step observes': { observed: 'other' },
};

describe('the identity of a model', () => {
  it('is 32 hexadecimal digits that never change', () => {
    expect(identityOf(modelOf())).toBe(identityOf(modelOf()));
    expect(identityOf(modelOf())).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(Object.entries(changes))('differs by %s', (_, variant) => {
    expect(identityOf(modelOf(variant))).not.toBe(identityOf(modelOf()));
  });

  it('differs between any two of the changes', () => {
    const identities = Object.values(changes).map((variant) => identityOf(modelOf(variant)));
    expect(new Set(identities).size).toBe(identities.length);
  });

  it('does not depend on what only people read', () => {
    expect(identityOf(modelOf({ label: 'goes', name: 'tiny' }))).toBe(identityOf(modelOf()));
  });

  it('does not depend on whether a tree is shared', () => {
    const schema = (): { model: Model; yes: () => Bool } => {
      const made = new Schema();
      const on = made.variable('on', bool);
      return { model: new Model('m', made), yes: () => on.not().and(on) };
    };
    const [shared, apart] = [schema(), schema()];
    const tree = shared.yes();
    const once = shared.model.step('s', { when: [tree, tree.not()], then: [] });
    const twice = apart.model.step('s', { when: [apart.yes(), apart.yes().not()], then: [] });
    expect(identityOf(once)).toBe(identityOf(twice));
  });

  it('is that of the structure in random models; a guard or an effect more changes it', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, place) => {
        const numbers = tape.toString().split(' ').slice(1).map(Number);
        const build = (): Model => randomModel(new Tape(numbers), { faults: false, constants: true, small: false });
        const identity = identityOf(build());
        expect(identityOf(build())).toBe(identity);
        expect(identityOf(withStep(build(), place, ({ when: guard }) => ({ when: [...guard, never] })))).not.toBe(identity);
        expect(identityOf(withStep(build(), place, ({ then }) => ({ then: [...then, once(then)] })))).not.toBe(identity);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});

/** The model with one of its steps changed. */
function withStep(model: Model, place: number, change: (step: Step) => Partial<Step>): Model {
  const at = place % model.steps.length;
  model.steps[at] = { ...model.steps[at]!, ...change(model.steps[at]!) };
  return model;
}

const never: Node = { kind: 'constant', value: 0 };

const once = (body: readonly Effect[]): Effect => ({ kind: 'forEach', bound: { name: 'x', over: range(0, 0) }, body });
