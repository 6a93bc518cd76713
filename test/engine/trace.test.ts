import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/engine/fingerprint.js';
import { blockedBy, type Trace } from '../../src/engine/trace.js';
import {
  compile,
  fingerprint,
  Layout,
  pathTo,
  range,
  replay,
  ReplayError,
  Schema,
  Search,
  statesAlong,
  successors,
  traceOf,
  unlimited,
  walk,
} from '../../src/index.js';
import { randomModel } from './random-model.js';
import { tapes } from './random-trees.js';
import { grid, lock } from './toys.js';

const program = compile(lock(2));
const names = ['spin_lock(c=CPU1)', 'spin_unlock(c=CPU1)', 'spin_lock(c=CPU1)'];
const numberOf = (name: string): number => program.instances.findIndex((instance) => instance.name === name);
const recorded = traceOf(program, { start: 0, steps: names.map(numberOf) });

function errorOf(tampered: Partial<Trace>): { step: number; message: string } {
  try {
    replay(program, { ...recorded, ...tampered });
  } catch (error) {
    if (error instanceof ReplayError) return { step: error.step, message: error.message };
  }
  throw new Error('replay did not refuse the trace');
}

const changed = (i: number, change: Partial<Trace['steps'][number]>): Partial<Trace> => ({
  steps: recorded.steps.map((step, n) => (n === i ? { ...step, ...change } : step)),
});

describe('a trace', () => {
  it('tells each step with its label, its actor, what it says and where it leads', () => {
    expect(recorded).toEqual({
      model: 'lock',
      start: { number: 0, fingerprint: '3aefa6fd5cf2deb4' },
      steps: [
        { name: names[0], label: 'spin_lock', actor: '', lines: ['CPU CPU1 locks; before, none'], fingerprint: 'f053670e2574b2a6' },
        { name: names[1], label: 'spin_unlock', actor: '', lines: [], fingerprint: '81757d345ea1cddf' },
        { name: names[2], label: 'spin_lock', actor: '', lines: ['CPU CPU1 locks; before, none', 'again, with {CPU1}'], fingerprint: 'd756d7b62fc50bf1' },
      ],
    });
    expect(traceOf(compile(grid(1)), { start: 0, steps: [1] }).steps[0]).toMatchObject({ name: 'move:up', label: 'up', actor: 'v' });
  });

  it('replays to the path that it was made from', () => {
    expect(replay(program, recorded)).toEqual({ start: 0, steps: names.map(numberOf) });
    const small = { faults: false, constants: true, small: true };
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, at) => {
        const random = compile(randomModel(tape, small));
        const running = new Search(random, { limits: { ...unlimited, statesMax: 1000 } });
        while (!running.advance(100));
        const state = at % running.store.size;
        const path = pathTo(running, state);
        expect(statesAlong(random, path).at(-1)).toEqual(running.store.wordsOf(state));
        expect(replay(random, JSON.parse(JSON.stringify(traceOf(random, path))) as Trace)).toEqual(path);
      }),
      { numRuns: 300 },
    );
  });

  it('cannot be made of a step that cannot be taken', () => {
    expect(() => traceOf(program, { start: 0, steps: [numberOf(names[1]!)] })).toThrow('step 1: spin_unlock(c=CPU1) cannot be taken');
  });
});

describe('replay', () => {
  it('refuses a state that differs from the recorded one', () => {
    expect(errorOf(changed(1, { fingerprint: '0000000000000000' }))).toEqual({
      step: 2,
      message: 'step 2: spin_unlock(c=CPU1) leads to another state than recorded',
    });
  });

  it('refuses a step that the model does not have', () => {
    expect(errorOf(changed(2, { name: 'spin_lock(c=CPU2)' }))).toEqual({
      step: 3,
      message: 'step 3: the model has no step spin_lock(c=CPU2)',
    });
  });

  it('refuses a step that is blocked, and says by which conjunct', () => {
    expect(errorOf(changed(1, { name: 'spin_lock(c=CPU0)' }))).toEqual({
      step: 2,
      message: 'step 2: spin_lock(c=CPU0) cannot be taken: owner == none is false',
    });
    expect(errorOf(changed(0, { name: 'spin_unlock(c=CPU1)' }))).toEqual({
      step: 1,
      message: 'step 1: spin_unlock(c=CPU1) cannot be taken: pc[CPU1] == inside is false',
    });
  });

  it('refuses another start state', () => {
    expect(errorOf({ start: { number: 1, fingerprint: '' } })).toEqual({
      step: 0,
      message: 'start state: the model has no start state 1',
    });
    expect(errorOf({ start: { number: 0, fingerprint: 'ef46db3751d8e999' } })).toEqual({
      step: 0,
      message: 'start state: the state is another one',
    });
  });
});

describe('blockedBy', () => {
  it('is empty for a step that can be taken', () => {
    expect(blockedBy(program, numberOf(names[0]!), program.starts[0]!)).toBe('');
  });
});

describe('walk', () => {
  const large = compile(grid(50));

  it('is the same for the same seed and differs for others', () => {
    const paths = Array.from({ length: 20 }, (_, seed) => walk(large, { seed, stepsMax: 60 }));
    expect(Array.from({ length: 20 }, (_, seed) => walk(large, { seed, stepsMax: 60 }))).toEqual(paths);
    expect(new Set(paths.map((path) => path.steps.join())).size).toBe(20);
  });

  it('takes legal steps until the last it may take or the end', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(statesAlong(large, walk(large, { seed, stepsMax: 60 }))).toHaveLength(61);
      const last = statesAlong(large, walk(large, { seed, stepsMax: 1000 })).at(-1)!;
      expect(successors(large, last)).toEqual([]);
    }
    expect(walk(large, { seed: 1, stepsMax: 0 })).toEqual({ start: 0, steps: [] });
  });
});

describe('a fingerprint', () => {
  it('is the xxHash64 of the bytes, little-endian', () => {
    const schema = new Schema();
    schema.array('half', [range(0, 3)], range(0, 0xffff));
    const layout = new Layout(schema.variables);
    expect(fingerprintOf('')).toBe('ef46db3751d8e999');
    expect(fingerprintOf('abc')).toBe('44bc2cf5ad770999');
    expect(fingerprint(layout, Int32Array.of(0x64636261, 0x68676665))).toBe(fingerprintOf('abcdefgh'));
    expect(fingerprint(layout, Int32Array.of(-1, 0))).toHaveLength(16);
  });
});
