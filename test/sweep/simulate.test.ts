/** The simulator on a toy: two threads that count, one of them only as far as it is let. */
import { describe, expect, it } from 'vitest';
import { compile, Model, oneOf, range, Schema, type Program, type Variable } from '../../src/index.js';
import { simulate, unjudged, type Actor, type Behaviour } from '../../src/sweep/simulate.js';

const places = oneOf('start', 'op 1', 'finished', 'between');

function toy(): Model {
  const schema = new Schema();
  const count = schema.variable('count', range(0, 1000));
  const model = new Model('counting', schema).observed('small', 'the count is small');
  for (const name of ['a', 'b']) {
    const pc = schema.variable(`${name}.pc`, places);
    model.step(`${name}.0 add`, { when: [pc.is('start')], then: [count.becomes(count.plus(1)), pc.becomes('op 1')] });
    model.step(`${name}.1 begin`, { when: [pc.is('op 1')], then: [pc.becomes('between')] });
    model.step(`${name}.1 end`, { when: [pc.is('between'), count.isNot(3)], then: [pc.becomes('finished')] });
    model.step(`${name} noise`, { when: [], then: [count.becomes(0)], spontaneous: true });
  }
  return model;
}

const variable = (program: Program, name: string): Variable => program.layout.variables.find((one) => one.name === name)!;

function actorsOf(program: Program): Actor[] {
  return ['a', 'b'].map((name) => ({
    pc: variable(program, `${name}.pc`),
    begins: [0, 1],
    idle: 2,
    takes: (instance) => program.instances[instance]!.name.startsWith(`${name}.`),
  }));
}

function run(behaviour: Partial<Behaviour>, stepsMax: number, seed = 1): { names: string[]; ended: unknown; count: number } {
  const program = compile(unjudged(toy()));
  const names: string[] = [];
  let count = 0;
  const observer = {
    taken: (instance: number, _: Int32Array, after: Int32Array): boolean => {
      names.push(program.instances[instance]!.name);
      count = program.layout.read(after, variable(program, 'count'), 0);
      return true;
    },
  };
  const ended = simulate(program, { actors: actorsOf(program), seed, stepsMax, next: () => 0, prepare: () => undefined, ...behaviour }, observer);
  return { names, ended, count };
}

describe('a simulation', () => {
  it('lets a thread begin again, and no other operation than the one picked', () => {
    const { names, ended, count } = run({}, 10);
    expect(ended).toEqual({ steps: 10, by: 'steps' });
    expect(new Set(names)).toEqual(new Set(['a.0 add', 'b.0 add']));
    expect(count).toBe(10);
  });

  it('takes the same steps for the same seed, and others for another', () => {
    expect(run({}, 20, 7).names).toEqual(run({}, 20, 7).names);
    expect(run({}, 20, 7).names).not.toEqual(run({}, 20, 8).names);
  });

  it('ends where every thread rests', () => {
    let left = 5;
    const { names, ended } = run({ next: (actor) => (actor === 0 && left-- > 0 ? 0 : undefined) }, 100);
    expect(names).toEqual(Array.from({ length: 5 }, () => 'a.0 add'));
    expect(ended).toEqual({ steps: 5, by: 'stuck' });
  });

  it('ends where nobody can go on: both wait for a count other than 3', () => {
    let adds = 3;
    const { ended, count } = run({ next: () => (adds-- > 0 ? 0 : 1) }, 100);
    expect(count).toBe(3);
    expect(ended).toEqual({ steps: 5, by: 'stuck' });
  });

  it('writes what the surroundings decide after every step, of the instance given', () => {
    const program = compile(unjudged(toy()));
    const taken: (number | undefined)[] = [];
    const prepare = (words: Int32Array, _: unknown, instance?: number): void => {
      taken.push(instance);
      program.layout.write(words, variable(program, 'count'), 0, 500);
    };
    const { count } = run({ prepare }, 3);
    expect(count).toBe(500);
    expect(taken.length).toBe(4);
    expect(taken[0]).toBeUndefined();
  });

  it('takes no spontaneous step and judges nothing', () => {
    expect(unjudged(toy()).steps.map(({ name }) => name)).toEqual(['a.0 add', 'a.1 begin', 'a.1 end', 'b.0 add', 'b.1 begin', 'b.1 end']);
    expect(unjudged(toy()).properties).toEqual([]);
  });
});
