import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { follow, type Followed, type Following } from '../../src/engine/follow.js';
import { bool, compile, member, Model, none, oneOf, optional, range, Schema, search, statesAlong, unlimited, walk, type Program, type StepInstance } from '../../src/index.js';
import { randomModel } from './random-model.js';
import { tapes } from './random-trees.js';

/** A counter that goes through these places, one after the other, by steps of these names. */
function chain(...names: readonly string[]): Program {
  const schema = new Schema();
  const at = schema.variable('at', range(0, names.length));
  const door = schema.variable('door', oneOf('open', 'shut'));
  const model = new Model('chain', schema);
  names.forEach((name, i) =>
    model.step(`${i}:${name}`, {
      when: [at.is(i), ...(name === 'pass' ? [door.is('open')] : [])],
      then: [at.becomes(i + 1), ...(name === 'shut' ? [door.becomes('shut')] : [])],
    }),
  );
  return compile(model.invariant('not at the end', at.isNot(names.length)));
}

const labelOf = ({ step }: StepInstance): string => step.label;

/** Follows steps by their labels; steps that the trace does not have may be inserted, those that the model lacks left out. */
function followed(program: Program, keys: readonly string[], more: Partial<Following> = {}): Followed {
  const labels = program.instances.map(labelOf);
  return follow(program, 0, {
    keys,
    keyOf: labelOf,
    mayInsert: (instance) => !keys.includes(labelOf(instance)),
    mayLeaveOut: (i) => !labels.includes(keys[i]!),
    shows: (words) => program.check(words, 0) !== 0,
    pairsMax: 1000,
    ...more,
  });
}

describe('following a trace in another model', () => {
  it('is possible where the model takes the same steps to the same end', () => {
    expect(followed(chain('a', 'b', 'pass'), ['a', 'b', 'pass'])).toEqual({
      outcome: 'possible',
      path: { start: 0, steps: [0, 1, 2] },
      matches: [0, 1, 2],
      matched: 3,
      inserted: 0,
      leftOut: 0,
    });
  });

  it('inserts steps that the trace does not have and leaves out those that the model lacks', () => {
    expect(followed(chain('a', 'new', 'pass'), ['a', 'old', 'pass'])).toMatchObject({
      outcome: 'possible',
      matches: [0, undefined, 2],
      matched: 3,
      inserted: 1,
      leftOut: 1,
    });
  });

  it('does not leave out the last step, which shows what the trace shows', () => {
    expect(followed(chain('a', 'b'), ['a', 'b', 'x'])).toMatchObject({ outcome: 'blocked', matched: 2, leftOut: 0, obstacle: {} });
  });

  it('is blocked with the conjunct that is false and the step that made it so', () => {
    const blocked = followed(chain('a', 'shut', 'b', 'pass'), ['a', 'b', 'pass']);
    expect(blocked).toMatchObject({ outcome: 'blocked', matched: 2, inserted: 1, obstacle: { conjunct: 'door == open', changedBy: 1 } });
  });

  it('is blocked without a conjunct where the model has no such step', () => {
    expect(followed(chain('a', 'b'), ['a', 'x', 'b'], { mayLeaveOut: () => false })).toMatchObject({ outcome: 'blocked', matched: 1, obstacle: {} });
  });

  it('is changed where the end does not show what it did', () => {
    expect(followed(chain('a', 'b', 'pass'), ['a', 'b'])).toMatchObject({ outcome: 'changed', matched: 2 });
  });

  it('is open where the limit is reached first', () => {
    expect(followed(chain('a', 'b', 'pass'), ['a', 'b', 'pass'], { pairsMax: 1 })).toMatchObject({ outcome: 'open' });
  });

  it('names what changed a conjunct one part of which has a value only where another holds', () => {
    const schema = new Schema();
    const SLOT = schema.index('SLOT', 2);
    const at = schema.variable('at', range(0, 3));
    const mine = schema.variable('mine', optional(SLOT));
    const used = schema.array('used', [SLOT], bool, true);
    const model = new Model('slots', schema)
      .step('0:take', { when: [at.is(0)], then: [mine.becomes(member(SLOT, 1)), at.becomes(1)] })
      .step('1:give back', { when: [at.is(1)], then: [mine.becomes(none), at.becomes(2)] })
      .step('2:use', { when: [at.is(2), mine.isNot(none).and(used.at(mine)).or(at.isNot(2))], then: [at.becomes(3)] });
    expect(followed(compile(model), ['take', 'give back', 'use'])).toMatchObject({ outcome: 'blocked', matched: 2, obstacle: { changedBy: 1 } });
  });

  it('takes any walk of a random model to be possible in the very same model, and its way leads to the same end', () => {
    const style = { faults: false, constants: true, small: true };
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, seed) => {
        const program = compile(randomModel(tape, style));
        const path = walk(program, { seed, stepsMax: 12 });
        if (path.steps.length === 0) return;
        const end = statesAlong(program, path).at(-1)!.join();
        const { outcome, inserted, path: way } = follow(program, path.start, {
          keys: path.steps.map((step) => program.instances[step]!.name),
          keyOf: ({ name }) => name,
          mayInsert: () => false,
          mayLeaveOut: () => false,
          shows: (words) => words.join() === end,
          pairsMax: 10_000,
        });
        expect([outcome, inserted]).toEqual(['possible', 0]);
        expect(statesAlong(program, way).at(-1)!.join()).toBe(end);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('takes no walk of one random model to violate another one in which a search finds no violation that short', () => {
    const style = { faults: false, constants: true, small: true };
    let possible = 0;
    fc.assert(
      fc.property(tapes, tapes, fc.nat(), (tape, other, seed) => {
        const [from, to] = [tape, other].map((one) => compile(randomModel(one, style)));
        const { steps } = walk(from!, { seed, stepsMax: 6 });
        if (steps.length === 0) return;
        const keys = steps.map((step) => `${step % 3}`);
        const { outcome, path } = follow(to!, 0, {
          keys,
          keyOf: (instance) => `${to!.instances.indexOf(instance) % 3}`,
          mayInsert: (instance) => to!.instances.indexOf(instance) % 5 === 0,
          mayLeaveOut: (position) => position % 2 === 1,
          shows: (words, violated) => violated.length > 0 || to!.check(words, 0) !== 0,
          pairsMax: 2000,
        });
        if (outcome !== 'possible') return;
        possible++;
        const { violations } = search(to!, { limits: { ...unlimited, depthMax: path.steps.length } });
        expect(Math.min(...violations.map(({ length }) => length))).toBeLessThanOrEqual(path.steps.length);
      }),
      { numRuns: 400, endOnFailure: true },
    );
    expect(possible).toBeGreaterThan(10);
  });
});
