import { describe, expect, it } from 'vitest';
import {
  allOf, compile, exists, forEach, Model, none, observe, oneOf, optional, range, rankedPath, Schema, Search, search, setFrom, setOf, traceOf, unlimited, when,
  type Effect, type Index, type IndexType, type Int, type Members, type Node, type Program, type ReadNode, type Refusal,
} from '../../src/index.js';
import { lufCore } from '../classics/luf-core.js';
import { lock } from './toys.js';

function searched(program: Program): Search {
  const running = new Search(program, { limits: unlimited });
  while (!running.advance(1 << 16));
  return running;
}

describe('luf-core under renamings of CPUs and frames', () => {
  it.each([
    [2, 1, 2, 42_836, 168_404],
    [2, 1, 3, 153_116, 1_692_716],
    [2, 2, 2, 888_332, 3_532_460],
  ])('has as many orbits as published, which stand for all states, at %d,%d,%d', (cpus, pages, frames, states, represented) => {
    const model = lufCore({ cpus, pages, frames });
    const symmetry = model.schema.types.filter(({ name }) => ['CPU', 'FRAME'].includes(name));
    for (const emitter of ['webassembly', 'javascript'] as const) {
      const program = compile(model, { symmetry, emitter });
      expect(program.symmetry.refused).toEqual([]);
      expect(search(program, { limits: unlimited })).toMatchObject({ verdict: 'holds', states, represented });
    }
  });

  it('are found by themselves, and those of files and pages are refused with the reason', () => {
    const { symmetry } = compile(lufCore({ cpus: 2, pages: 2, frames: 3 }), { symmetry: 'derived' });
    expect(symmetry).toMatchObject({ order: 12, text: 'CPU CPU0, CPU1; FRAME FRAME0, FRAME1, FRAME2', closed: true });
    const why = 'every TLB entry shows what its address maps means something else';
    expect(symmetry.refused).toEqual([{ candidate: 'PAGE PAGE0<->PAGE1', why }, { candidate: 'FILE FILE0<->FILE1', why }]);
  });
});

describe('a model in which one step names a member', () => {
  /** CPU1 enters while CPU0 is inside; nobody else does so. */
  const model = (): Model => {
    const schema = new Schema();
    const CPU = schema.index('CPU', 3);
    const pc = schema.array('pc', [CPU], oneOf('idle', 'inside'));
    const inside = exists(CPU, (c) => pc.at(c).is('inside'));
    const made = new Model('back door', schema);
    made.step('enter', { c: CPU }, ({ c }) => ({ when: [inside.not()], then: [pc.at(c).becomes('inside')] }));
    made.step('leave', { c: CPU }, ({ c }) => ({ when: [pc.at(c).is('inside')], then: [pc.at(c).becomes('idle')] }));
    made.step('back door', { when: [pc.at(1).is('idle'), pc.at(0).is('inside')], then: [pc.at(1).becomes('inside')] });
    return made.invariant('alone', exists(CPU, (c) => exists(CPU, (d) => allOf([pc.at(c).is('inside'), pc.at(d).is('inside'), c.isNot(d)]))).not());
  };

  it('loses the symmetry of that member, and the violation is found', () => {
    const program = compile(model(), { symmetry: 'derived' });
    expect(program.symmetry).toMatchObject({ order: 1 });
    expect(program.symmetry.refused[0]).toEqual({ candidate: 'CPU CPU0<->CPU1', why: 'back door has no counterpart' });
    expect(search(program, { limits: unlimited }).violations).toMatchObject([{ property: 'alone', length: 2 }]);
  });

  it('is refused where only a property names one', () => {
    const made = lock(2);
    const CPU = made.schema.types[0]!;
    const pc = made.schema.variables.find(({ name }) => name === 'pc')!;
    made.properties.push({ name: 'first', meaning: 'first', holds: { kind: 'compare', op: '=', left: { kind: 'read', variable: pc, indices: [{ kind: 'constant', value: 0 }] }, right: { kind: 'constant', value: 0 } } });
    expect(compile(made, { symmetry: [CPU] }).symmetry).toMatchObject({ order: 1, refused: [{ why: 'first means something else' }] });
  });

  it('is refused where only a constant does', () => {
    const schema = new Schema();
    const CPU = schema.index('CPU', 2);
    const boss = schema.variable('boss', optional(CPU));
    const pc = schema.array('pc', [CPU], oneOf('idle', 'inside'));
    const made = new Model('boss', schema);
    made.start(boss.becomes(none)).start(boss.becomes(none));
    made.step('enter', { c: CPU }, ({ c }) => ({ when: [boss.is(c)], then: [pc.at(c).becomes('inside')] }));
    made.step('ask', { c: CPU }, ({ c }) => ({ when: [pc.at(c).is('idle')], then: [pc.at(c).becomes('inside')] }));
    expect(compile(made, { symmetry: 'derived' }).symmetry.order).toBe(2);
    made.starts.length = 0;
    made.start({ kind: 'assign', target: { kind: 'read', variable: schema.variables[0]!, indices: [] }, value: { kind: 'constant', value: 0 } });
    expect(compile(made, { symmetry: 'derived' }).symmetry).toMatchObject({ order: 1, refused: [{ why: 'boss is always CPU0' }] });
  });
});

/** A model of two CPUs, each with a place, one of which may have been the last. */
function pair(complete: (model: Model, of: { CPU: IndexType<'CPU'>; pc: (c: Index<'CPU'> | number) => Int; last: Index<'CPU'>; seen: Members<'CPU'> }) => void): Refusal[] {
  const schema = new Schema();
  const CPU = schema.index('CPU', 2);
  const table = schema.array('pc', [CPU], range(0, 2));
  const last = schema.variable('last', optional(CPU));
  const model = new Model('pair', schema);
  const pc = (c: Index<'CPU'> | number): Int => table.at(c);
  model.step('go', { c: CPU }, ({ c }) => ({ when: [pc(c).below(2)], then: [pc(c).becomes(pc(c).plus(1)), last.becomes(c)] }));
  complete(model, { CPU, pc, last, seen: schema.variable('seen', setOf(CPU)) });
  return [...compile(model, { symmetry: 'derived' }).symmetry.refused];
}

const refused = (name: string): Refusal[] => [{ candidate: 'CPU CPU0<->CPU1', why: `${name} has no counterpart` }];

describe('two steps that differ between members', () => {
  it('in what they do', () => {
    expect(pair((model, { pc }) => {
      model.step('one', { when: [pc(0).is(2)], then: [pc(0).becomes(0)] });
      model.step('two', { when: [pc(1).is(2)], then: [pc(1).becomes(1)] });
    })).toEqual(refused('one'));
  });

  it('in that one of them never has to happen', () => {
    const twice = (spontaneous: boolean): Refusal[] => pair((model, { pc }) => {
      model.step('one', { when: [pc(0).is(2)], then: [pc(0).becomes(0)], spontaneous });
      model.step('two', { when: [pc(1).is(2)], then: [pc(1).becomes(0)] });
    });
    expect(twice(false)).toEqual([]);
    expect(twice(true)).toEqual(refused('one'));
  });

  it('in how many of them there are', () => {
    expect(pair((model, { pc }) => {
      for (const name of ['one', 'two']) model.step(name, { when: [pc(0).is(2)], then: [pc(0).becomes(0)] });
      model.step('three', { when: [pc(1).is(2)], then: [pc(1).becomes(0)] });
    })).toEqual(refused('one'));
  });

  it('in what they observe', () => {
    expect(pair((model, { pc }) => {
      model.observed('fine').observed('well');
      model.step('one', { when: [pc(0).is(2)], then: [observe('fine', pc(1).is(0)), pc(0).becomes(0)] });
      model.step('two', { when: [pc(1).is(2)], then: [observe('well', pc(0).is(0)), pc(1).becomes(0)] });
    })).toEqual(refused('one'));
  });
});

describe('the order of effects', () => {
  it('matters where they meet: whoever comes last is the last', () => {
    expect(pair((model, { CPU, pc, last }) => model.step('all', { when: [pc(0).is(pc(1))], then: [forEach(CPU, (c) => [last.becomes(c)])] }))).toEqual(refused('all'));
  });

  it('matters where one looks at what another changes', () => {
    const then = (CPU: IndexType<'CPU'>, pc: (c: Index<'CPU'>) => Int, last: Index<'CPU'>): Effect[] =>
      [forEach(CPU, (c) => [when(last.isNone(), [pc(c).becomes(0)]), last.becomes(none)])];
    expect(pair((model, { CPU, pc, last }) => model.step('all', { when: [], then: then(CPU, pc, last) }))).toEqual(refused('all'));
  });

  it('does not matter where they do not meet, or sets only grow', () => {
    expect(pair((model, { CPU, pc, seen }) => model.step('all', {
      when: [pc(0).is(pc(1))],
      then: [forEach(CPU, (c) => [when(pc(c).is(0), [seen.becomes(seen.with(c))]), pc(c).becomes(0)])],
    }))).toEqual([]);
  });

  it('matters where a set grows and shrinks', () => {
    expect(pair((model, { CPU, pc, seen }) => model.step('all', {
      when: [pc(0).is(pc(1))],
      then: [forEach(CPU, (c) => [seen.becomes(seen.with(c)), when(pc(c).is(0), [seen.becomes(seen.minus(setFrom(setOf(CPU), [0, 1])))])])],
    }))).toEqual(refused('all'));
  });
});

describe('a number that stands for a member', () => {
  const constant = (value: number): Node => ({ kind: 'constant', value });

  it('is one where it is compared with a number that does not', () => {
    expect(pair((model, { pc, last }) => {
      const holds: Node = { kind: 'compare', op: '=', left: last.node, right: pc(0).node };
      const other: Node = { kind: 'compare', op: '=', left: last.node, right: pc(1).node };
      model.ends.push({ name: 'met', holds: { kind: 'or', of: [holds, other] } });
    })).toEqual([{ candidate: 'CPU CPU0<->CPU1', why: 'met means something else' }]);
  });

  it('is none where members have an order', () => {
    expect(pair((model, { last }) => model.ends.push({ name: 'least', holds: { kind: 'compare', op: '<', left: last.node, right: constant(1) } })))
      .toEqual([{ candidate: 'CPU CPU0<->CPU1', why: 'least means something else' }]);
  });

  it('is looked up in a table, which may be the same for all', () => {
    const next = (values: readonly number[]): Refusal[] => pair((model, { pc, last }) => {
      const value: Node = { kind: 'table', values, index: last.node };
      model.step('next', { when: [last.isSome(), pc(0).is(pc(1))], then: [{ kind: 'assign', target: last.node as ReadNode, value }] });
    });
    expect(next([1, 0])).toEqual([]);
    expect(next([0, 1])).toEqual([]);
    expect(next([1, 1])).toEqual(refused('next'));
  });
});

describe('a proposal', () => {
  /** Two threads with variables and places of their own, each on its CPU. */
  const threads = (last: string): Model => {
    const schema = new Schema();
    const CPU = schema.index('CPU', 2);
    const busy = schema.array('busy', [CPU], oneOf('no', 'yes'));
    const made = new Model('threads', schema);
    for (const number of [0, 1]) {
      const names = number === 0 ? (['P0 start', 'P0 runs', 'over'] as const) : (['over', 'P1 start', 'P1 runs'] as const);
      const pc = schema.variable(`P${number}.pc`, oneOf<string>(...names), `P${number} start`);
      made.step(`P${number} begins`, { when: [pc.is(`P${number} start`), busy.at(0).is('no').and(busy.at(1).is('no'))], then: [pc.becomes(`P${number} runs`), busy.at(number).becomes('yes')] });
      made.step(`P${number} ends`, { when: [pc.is(`P${number} runs`)], then: [busy.at(number).becomes('no'), pc.becomes(number === 0 ? 'over' : last)] });
    }
    return made.interchangeable({
      members: [{ type: CPU, pairs: [['CPU0', 'CPU1']] }],
      variables: [['P0.pc', 'P1.pc']],
      names: [['P0 start', 'P1 start'], ['P0 runs', 'P1 runs']],
    });
  };

  it('of several things at once is taken if it is right', () => {
    const program = compile(threads('over'), { symmetry: 'derived' });
    expect(program.symmetry).toMatchObject({ order: 2, generators: ['CPU0<->CPU1'], closed: true });
    const [few, all] = [search(program, { limits: unlimited }), search(compile(threads('over')), { limits: unlimited })];
    expect(few).toMatchObject({ states: 5, represented: all.states });
  });

  it('is dropped if it is wrong', () => {
    const { symmetry } = compile(threads('P1 start'), { symmetry: 'derived' });
    expect(symmetry.order).toBe(1);
    expect(symmetry.refused[0]).toEqual({ candidate: 'CPU0<->CPU1', why: 'P0 ends has no counterpart' });
  });

  it.each([
    [{ variables: [['P0.pc', 'P2.pc']] as const }, 'there are no variables P0.pc and P2.pc'],
    [{ variables: [['P0.pc', 'busy']] as const }, 'P0.pc and busy are of different shapes'],
    [{ variables: [['P0.pc', 'P1.pc']] as const }, 'no name takes the place of P0 start'],
  ])('that makes no sense is dropped: %j', (proposal, why) => {
    const made = threads('over');
    made.interchanges.length = 0;
    made.interchangeable(proposal);
    expect(compile(made, { symmetry: 'derived' }).symmetry.refused[0]!.why).toBe(why);
  });
});

describe('the traces of a search with symmetry', () => {
  it('are those of the model as it is written, from a start state as it is written', () => {
    const [few, all] = [searched(compile(lock(3, true), { symmetry: 'derived' })), searched(compile(lock(3, true)))];
    expect(few.program.symmetry.order).toBe(6);
    const traces = [few, all].map((running) => traceOf(running.program, rankedPath(running, running.outcome().violations[0]!)));
    expect(traces[0]).toEqual(traces[1]);
  });
});
