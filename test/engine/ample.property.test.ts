/** Partial-order reduction leaves out states, and nothing that is asked of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOf, bool, compile, Model, oneOf, range, Schema, search, unlimited, type Bool, type Effect, type Int } from '../../src/index.js';
import { runs } from '../deep.js';
import { tapes, type Tape } from './random-trees.js';
import { expectPartialOrderKeeps, searched } from './unreduced.js';

const places = ['one', 'two', 'three', 'four', 'done'] as const;

/** Threads that each walk from place to place, and on the way change what is their own or what they share. */
function threads(tape: Tape): Model {
  const schema = new Schema();
  const shared = [0, 1].map((i) => schema.variable(`shared${i}`, range(0, 2)));
  const model = new Model('threads', schema);
  const pcs = tape.times(2 + tape.below(2), (i) => {
    const pc = schema.variable(`pc${i}`, oneOf(...places));
    const own = schema.variable(`own${i}`, range(0, 2));
    const some = (): Int => (tape.below(3) === 0 ? tape.pick(shared) : own);
    const test = (): Bool => (tape.below(6) === 0 ? some().is(tape.below(3)) : some().isNot(tape.below(3)));
    const change = (): Effect => some().becomes(tape.below(3));
    tape.times(3 + tape.below(3), (n) => {
      const from = tape.pick(places.slice(0, 4));
      const to = tape.pick(places);
      model.step(`t${i}s${n}`, {
        when: [pc.is(from), ...tape.times(tape.below(2), test)],
        then: [...tape.times(tape.below(3), change), pc.becomes(to)],
        actor: `t${i}`,
        spontaneous: tape.below(8) === 0,
      });
    });
    return pc;
  });
  const others = schema.variable('flag', bool);
  model.step('watch', { when: [tape.pick(pcs).is('done'), others.not()], then: [others.becomes(true)] });
  model.invariant('small', shared[0]!.isNot(2)).noDeadlock();
  model.invariant('apart', anyOf([tape.pick(pcs).isNot(tape.pick(places)), shared[1]!.isNot(1)]));
  model.end('all', tape.pick(pcs).is('done')).end('first', pcs[0]!.is('done'));
  model.cover('some', shared[1]!.is(2)).cover('place', tape.pick(pcs).is(tape.pick(places)));
  if (tape.below(4) === 0) model.cut('cut', shared[0]!.is(1).and(tape.pick(pcs).is('two')));
  return model;
}

describe('partial-order reduction', () => {
  it('keeps verdicts, ends, deadlocks, what fires and covers of random threads', () => {
    let [reduced, models] = [0, 0];
    fc.assert(
      fc.property(tapes, (tape) => {
        const model = threads(tape);
        const fewer = compile(model, { partialOrder: true, emitter: models++ % 2 ? 'javascript' : 'webassembly' });
        const outcomes = expectPartialOrderKeeps(searched(compile(model), { sightingsMax: Infinity }), fewer);
        reduced += Number(outcomes[1].states < outcomes[0].states);
      }),
      { numRuns: runs(10_000) },
    );
    expect(reduced).toBeGreaterThan(models / 20);
  });

  it('does not put off for ever what stands beside a loop', () => {
    const schema = new Schema();
    const [here, there] = [schema.variable('here', oneOf('a', 'b')), schema.variable('there', oneOf('start', 'end'))];
    const model = new Model('loop', schema);
    model.step('there and back', { when: [here.is('a')], then: [here.becomes('b')] });
    model.step('back', { when: [here.is('b')], then: [here.becomes('a')] });
    model.step('end', { when: [there.is('start')], then: [there.becomes('end')] });
    model.invariant('never', there.is('start'));
    expect(search(compile(model, { partialOrder: true }), { limits: unlimited }).verdict).toBe('violated');
  });

  it('takes steps alone where two threads have nothing to do with each other', () => {
    const schema = new Schema();
    const model = new Model('apart', schema);
    for (const name of ['x', 'y']) {
      const pc = schema.variable(name, oneOf('a', 'b', 'c', 'd'));
      for (const [from, to] of [['a', 'b'], ['b', 'c'], ['c', 'd']] as const) model.step(`${name}${from}`, { when: [pc.is(from)], then: [pc.becomes(to)] });
    }
    const program = compile(model, { partialOrder: true });
    expect([search(compile(model), { limits: unlimited }).states, search(program, { limits: unlimited }).states, program.privatePlaces]).toEqual([16, 7, 6]);
  });

  it('refuses symmetry beside it', () => {
    expect(() => compile(threadsOfNone(), { partialOrder: true, symmetry: 'derived' })).toThrow('do not go together');
  });
});

function threadsOfNone(): Model {
  const schema = new Schema();
  schema.variable('x', bool);
  return new Model('none', schema);
}
