/** The TLA+ that is exported, where TLC is not at hand: its structure, and the text of a small model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineOf } from '../../src/export/machine.js';
import { ExportError } from '../../src/export/subject.js';
import { tla } from '../../src/export/tla.js';
import { compile, Model, Schema, type Program } from '../../src/index.js';
import { linux } from '../../models/linux/index.js';
import { questionOf } from '../../src/cli/export.js';
import { ewd840 } from '../classics/ewd840.js';
import { german } from '../classics/german.js';
import { lufCore } from '../classics/luf-core.js';
import { randomModel, randomStart } from '../engine/random-model.js';
import { tapes } from '../engine/random-trees.js';
import { grid, lock } from '../engine/toys.js';
import { bundled, scenarioOf } from '../linux/run.js';
import { handOver } from './hand-over.js';
import { subject } from './spin.js';
import { structureOf } from './tla-structure.js';

function exported(program: Program, questions?: Parameters<typeof machineOf>[1]) {
  return tla(machineOf(program, questions), subject, 'exported');
}

describe('an exported TLA+ module', () => {
  it('of a small model is this text, which TLC has read', async () => {
    const program = compile(handOver());
    const end = { name: 'twice', end: 'all green', holds: program.model.covers[0]!.holds };
    await expect(tla(machineOf(program, [end]), subject, 'hand_over').text).toMatchFileSnapshot('hand_over.tla');
  });

  it.each<[string, () => Model]>([
    ['two start states', () => german({ nodes: 2 })],
    ['many start states', () => ewd840({ nodes: 4 })],
    ['sets and arrays', () => lufCore({ cpus: 2, pages: 2, frames: 2 })],
    ['steps that observe', () => lock(3, true)],
    ['a cut', () => grid(5, (model, x) => model.cut('wide', x.is(4)))],
    ['no steps', () => new Model('nothing', new Schema())],
  ])('is well formed where a model has %s', (_what, make) => {
    const program = compile(make());
    const { text } = exported(program);
    expect(structureOf(text).actions).toHaveLength(machineOf(program).actions.length);
  });

  it('is well formed for random models', () => {
    const property = fc.property(tapes, tapes, (tape, more) => {
      const model = randomModel(tape, { faults: false, constants: true, small: more.below(2) === 0 });
      if (more.below(2) === 0) model.start(...randomStart(more, model.schema));
      try {
        structureOf(exported(compile(model)).text);
      } catch (error) {
        // TLA+ has no order of members of a set.
        if (!(error instanceof ExportError)) throw error;
      }
    });
    fc.assert(property, { numRuns: 200, endOnFailure: true });
  });

  it.each(bundled)('is well formed for %s, and its configuration names every fact once', (name) => {
    const scenario = scenarioOf(name);
    const instance = linux.instantiate(scenario, scenario.expectations[0]!.rules);
    const machine = machineOf(compile(instance.model), [questionOf(scenario, instance)]);
    const { text, configuration } = tla(machine, subject, 'exported');
    const { definitions, actions } = structureOf(text);
    expect(actions).toHaveLength(machine.actions.length);
    const invariants = [...configuration.matchAll(/INVARIANT (\w+)/g)].map(([, invariant]) => invariant);
    expect(invariants.filter((invariant) => !definitions.has(invariant!))).toEqual([]);
    expect(new Set(invariants).size).toBe(machine.facts.length + 1);
  });
});

describe('the check of its structure', () => {
  const { text } = tla(machineOf(compile(lock(2))), subject, 'lock');

  it.each([
    ['an action that leaves a variable out', /UNCHANGED <<past>>/, 'UNCHANGED <<>>', 'gives owner,pc a next value'],
    ['an action that changes one twice', /UNCHANGED <<past>>/, 'UNCHANGED <<past, owner>>', 'gives owner,owner,past,pc'],
    ['an unknown name', /owner = none/, 'owner = nobody', 'nobody is not defined'],
    ['a bracket too few', /\\in \{0, 1\}|SUBSET \(/, 'SUBSET ', 'closes nothing'],
    ['a definition that comes twice', /^Next ==/m, 'Init ==', 'Init is defined twice'],
    ['a strange sign', /owner = none/, 'owner $ none', 'what is $ none'],
  ])('finds %s', (_what, from, to, message) => {
    expect(structureOf(text).variables).toEqual(['pc', 'owner', 'past']);
    expect(text).toMatch(from);
    expect(() => structureOf(text.replace(from, to))).toThrow(message);
  });
});
