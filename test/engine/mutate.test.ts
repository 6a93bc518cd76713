import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf } from '../../src/engine/mutate.js';
import { bool, compile, Model, mutantsOf, mutated, oneOf, range, Schema, search, unlimited, type Anatomy } from '../../src/index.js';
import { randomModel } from './random-model.js';
import { tapes } from './random-trees.js';

/** Two threads that add one to a counter under a lock: read, then write. */
function counting(): Model {
  const schema = new Schema();
  const lock = schema.variable('lock', bool);
  const count = schema.variable('count', range(0, 2));
  const model = new Model('counting', schema);
  const pcs = [0, 1].map((t) => schema.variable(`t${t}.pc`, oneOf('take', 'read', 'write', 'drop', 'end')));
  const seen = [0, 1].map((t) => schema.variable(`t${t}.seen`, range(0, 2)));
  pcs.forEach((pc, t) => {
    const record = seen[t]!.becomes(count);
    model
      .step(`t${t}:take`, { when: [pc.is('take'), lock.not()], then: [lock.becomes(true), pc.becomes('read')] })
      .step(`t${t}:read`, { when: [pc.is('read')], then: [record, pc.becomes('write')], parts: [{ name: 'the reading', effects: [record] }] })
      .step(`t${t}:write`, { when: [pc.is('write')], then: [count.becomes(seen[t]!.plus(1)), pc.becomes('drop')] })
      .step(`t${t}:drop`, { when: [pc.is('drop')], then: [lock.becomes(false), pc.becomes('end')] });
  });
  const over = pcs.map((pc) => pc.is('end'));
  return model.end('over', over[0]!.and(over[1]!)).invariant('both count', over[0]!.and(over[1]!).not().or(count.is(2)));
}

const anatomy: Anatomy = {
  isCounter: ({ name }) => name.endsWith('.pc'),
  kindOf: ({ label }) => label,
  operationOf: ({ name }) => name.split(':')[0]!,
  locks: [{ name: 'the lock', variables: ['lock'], exclusive: true }],
};

const verdict = (model: Model): string => search(compile(model), { limits: unlimited }).verdict;

describe('the mutants of a model', () => {
  it('are named by what they change, the same in every thread, and change all of it', () => {
    const mutants = mutantsOf(counting(), anatomy);
    expect(mutants.map(({ name, sites }) => `${name} ×${sites.length}`)).toEqual([
      'drop the reading ×2',
      'swap take with read ×2',
      'swap read with write ×2',
      'swap write with drop ×2',
      'skip the lock in take ×2',
    ]);
  });

  it('are faults that a search finds, where they are faults', () => {
    const model = counting();
    expect(verdict(model)).toBe('holds');
    const verdicts = mutantsOf(model, anatomy).map((mutant) => `${mutant.name}: ${verdict(mutated(model, mutant))}`);
    expect(verdicts).toContain('skip the lock in take: violated');
    expect(verdicts).toContain('drop the reading: violated');
    expect(verdicts).toContain('swap read with write: violated');
    expect(verdict(model)).toBe('holds');
  });

  it('leave every step alone but those that they name', () => {
    const model = counting();
    for (const mutant of mutantsOf(model, anatomy)) {
      const changes = changesOf(mutant);
      const copy = mutated(model, mutant);
      expect(copy.steps.map(({ name }) => name)).toEqual(model.steps.map(({ name }) => name));
      model.steps.forEach((step, i) => {
        if (!changes.has(step)) expect(copy.steps[i]).toBe(step);
        else expect(copy.steps[i]).not.toEqual(step);
      });
    }
  });

  it('of a random model without counters, parts or locks are none', () => {
    const none: Anatomy = { isCounter: () => false, kindOf: ({ label }) => label, operationOf: ({ name }) => name, locks: [] };
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(mutantsOf(randomModel(tape, { faults: false, constants: true, small: true }), none)).toEqual([]);
      }),
      { numRuns: 50, endOnFailure: true },
    );
  });
});
