import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockedBy } from '../../src/engine/trace.js';
import {
  allOf,
  bool,
  compile,
  decode,
  encode,
  fingerprint,
  member,
  Model,
  ModelError,
  oneOf,
  optional,
  pathTo,
  permute,
  range,
  rankedPath,
  replay,
  Schema,
  Search,
  search,
  setOf,
  successors,
  traceOf,
  unlimited,
  type Outcome,
  type Path,
  type Program,
} from '../../src/index.js';
import { randomModel, randomStart } from './random-model.js';
import { tapes } from './random-trees.js';

const namesOf = (program: Program): string[] => [...program.layout.constants.keys()].map(({ name }) => name);

function searched(program: Program, statesMax = Infinity): Search {
  const running = new Search(program, { limits: { ...unlimited, statesMax } });
  while (!running.advance(50));
  return running;
}

/** What is the same whether constants are folded or not: all but the memory. */
const foundBy = (running: Search): Outcome => ({ ...running.outcome(), memoryBytes: 0 });

/** A counter that runs to `end`, with whatever variables and steps a test adds. */
function counting(end: number, complete: (model: Model, schema: Schema) => void): Model {
  const schema = new Schema();
  const model = new Model('counting', schema);
  const at = schema.variable('at', range(0, end));
  complete(model, schema);
  return model.step('count', { when: [at.below(end)], then: [at.becomes(at.plus(1))] }).end('end', at.is(end)).noDeadlock();
}

describe('a variable is constant', () => {
  const constantsOf = (model: Model): string[] => namesOf(compile(model));

  it('where no step writes it', () => {
    const model = counting(2, (_, schema) => schema.array('unused', [range(0, 1)], { left: bool, right: range(0, 99) }));
    expect(constantsOf(model)).toEqual(['unused.left', 'unused.right']);
    expect(namesOf(compile(model, { constants: false }))).toEqual([]);
  });

  it('where all start states agree in every element, and only there', () => {
    const model = counting(2, (m, schema) => {
      const same = schema.array('same', [range(0, 1)], range(0, 9));
      const other = schema.array('other', [range(0, 1)], range(0, 9));
      m.start(same.at(1).becomes(4)).start(same.at(1).becomes(4), other.at(0).becomes(1));
    });
    const program = compile(model);
    expect(namesOf(program)).toEqual(['same']);
    expect(program.starts.map((start) => decode(program.layout, start).toJS())).toEqual([
      { at: 0, same: { 0: 0, 1: 4 }, other: { 0: 0, 1: 0 } },
      { at: 0, same: { 0: 0, 1: 4 }, other: { 0: 1, 1: 0 } },
    ]);
    expect(search(program, { limits: unlimited }).states).toBe(6);
  });

  it('where the only steps that write it are ruled out by constants, by way of any number of variables', () => {
    const chain = (link: number): Model =>
      counting(2, (model, schema) => {
        const links = Array.from({ length: 6 }, (_, i) => schema.variable(`x${i}`, range(0, 2), i === link ? 1 : 0));
        links.slice(1).forEach((x, i) => model.step(`s${i}`, { when: [links[i]!.is(1)], then: [x.becomes(1)] }));
      });
    expect(constantsOf(chain(6))).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'x5']);
    expect(constantsOf(chain(3))).toEqual(['x0', 'x1', 'x2', 'x3']);
    expect(constantsOf(chain(0))).toEqual(['x0']);
  });

  it('where a step that writes it would need another value of it', () => {
    const model = counting(2, (m, schema) => {
      const [x, y] = [schema.variable('x', bool), schema.variable('y', bool)];
      m.step('x', { when: [y], then: [x.becomes(true)] }).step('y', { when: [x], then: [y.becomes(true)] });
      m.step('both', { when: [allOf([x, y])], then: [x.becomes(false)] });
    });
    expect(constantsOf(model)).toEqual(['x', 'y']);
  });

  it('where steps write the value that it has, read from a constant or not', () => {
    const model = counting(2, (m, schema) => {
      const [x, y] = [schema.variable('x', range(0, 9), 3), schema.variable('y', range(0, 9), 2)];
      const row = schema.array('row', [range(0, 1), range(0, 1)], range(0, 9), 3);
      const mixed = schema.array('mixed', [range(0, 1)], range(0, 9), 3);
      const here = schema.variable('here', range(0, 1));
      m.start(mixed.at(0).becomes(4));
      m.step('write', { n: range(0, 1) }, ({ n }) => ({
        when: [here.is(0)],
        then: [x.becomes(y.plus(1)), row.at(n, here).becomes(x), mixed.at(1).becomes(x), here.becomes(n)],
      }));
      m.step('mix', { when: [here.is(1)], then: [y.becomes(2)] });
    });
    expect(constantsOf(model)).toEqual(['x', 'y', 'row', 'mixed']);
  });

  it('not where a step writes another value, be it a fault', () => {
    const model = counting(2, (m, schema) => {
      const at = schema.variable('x', range(0, 1));
      const mixed = schema.array('mixed', [range(0, 1)], range(0, 9));
      m.start(mixed.at(1).becomes(1));
      m.step('fault', { when: [], then: [at.becomes(at.minus(1))] }).step('any', { when: [], then: [mixed.at(at).becomes(0)] });
    });
    expect(constantsOf(model)).toEqual([]);
  });
});

describe('a constant', () => {
  /** Readers of an array at a place that moves from 0 to 3, one beyond the end. */
  const moving = (values: readonly number[]): Model =>
    counting(1, (model, schema) => {
      const to = schema.variable('to', range(0, 3));
      const row = schema.array('row', [range(0, 2)], range(-5, 9));
      const seen = schema.variable('seen', range(-5, 9), 0);
      model.start(...values.map((value, i) => row.at(i).becomes(value)));
      model.step('move', { when: [to.below(3)], then: [to.becomes(to.plus(1))] });
      model.step('look', { when: [row.at(to).below(9)], then: [seen.becomes(row.at(to))] });
    });

  it('is looked up where an index is not constant, and still faults where there is no such element', () => {
    for (const values of [[-5, 7, 2], [4, 4, 4]]) {
      const folded = compile(moving(values));
      expect([namesOf(folded), folded.words]).toEqual([['row'], 1]);
      for (const program of [folded, compile(moving(values), { constants: false })]) {
        const seen = new Set<unknown>();
        const running = new Search(program, { limits: { ...unlimited, depthMax: 3 } });
        while (!running.advance(1));
        for (let i = 0; i < running.store.size; i++) seen.add(decode(program.layout, running.store.wordsOf(i)).get('seen'));
        expect(seen).toEqual(new Set([0, ...values]));
        expect(() => search(program, { limits: unlimited })).toThrow(new ModelError('look: row has no element 3'));
      }
    }
  });

  it('with several indices is looked up by any of them, and faults by each', () => {
    const model = (beyond: boolean): Model =>
      counting(2, (m, schema) => {
        const [i, j] = [schema.variable('i', range(0, 3)), schema.variable('j', range(1, 3))];
        const matrix = schema.array('matrix', [range(0, 2), range(1, 2)], range(0, 9));
        m.start(...[0, 1, 2].flatMap((row) => [1, 2].map((column) => matrix.at(row, column).becomes(row * 3 + column))));
        m.step('right', { when: [i.below(2)], then: [i.becomes(i.plus(1))] });
        m.step('up', { when: [j.below(beyond ? 3 : 2)], then: [j.becomes(j.plus(1))] });
        m.invariant('table', matrix.at(i, j).is(i.plus(i).plus(i).plus(j)));
      });
    const program = compile(model(false));
    expect(namesOf(program)).toEqual(['matrix']);
    expect(search(program, { limits: unlimited })).toMatchObject({ verdict: 'holds', states: 18 });
    expect(() => search(compile(model(true)), { limits: unlimited })).toThrow(new ModelError('check: matrix has no element 2'));
  });

  it('still faults where an index of its index does', () => {
    const model = counting(1, (m, schema) => {
      const to = schema.variable('to', range(0, 2));
      const places = schema.array('places', [range(0, 1)], range(0, 1));
      const row = schema.array('row', [range(0, 1)], bool, true);
      m.step('move', { when: [to.below(2)], then: [to.becomes(to.plus(1)), places.at(0).becomes(1)] });
      m.invariant('all', row.at(places.at(to)));
    });
    expect(namesOf(compile(model))).toEqual(['row']);
    for (const constants of [true, false]) {
      expect(() => search(compile(model, { constants }), { limits: unlimited })).toThrow(new ModelError('check: places has no element 2'));
    }
  });

  it('is not written, but the index of an assignment to it still faults', () => {
    const model = counting(1, (m, schema) => {
      const CPU = schema.index('CPU', 2);
      const owner = schema.variable('owner', optional(CPU));
      const idle = schema.array('idle', [CPU], bool, true);
      m.step('take', { c: CPU }, ({ c }) => ({ when: [], then: [owner.becomes(c), idle.at(owner).becomes(true)] }));
      m.step('drop', { when: [owner.isSome()], then: [idle.at(owner).becomes(true), owner.becomes(owner)] });
    });
    expect(namesOf(compile(model))).toEqual(['idle']);
    expect(search(compile(model), { limits: unlimited }).states).toBe(6);
    model.step('none', { when: [], then: [model.steps[1]!.then[0]!] });
    for (const constants of [true, false]) {
      expect(() => search(compile(model, { constants }), { limits: unlimited })).toThrow(new ModelError('none: idle has no element -1'));
    }
  });

  it('in a guard that chooses among many steps is not asked', () => {
    const model = counting(3, (m, schema) => {
      const mode = schema.variable('mode', oneOf('a', 'b'), 'b');
      const x = schema.variable('x', range(0, 9));
      for (let i = 0; i < 9; i++) {
        m.step(`a${i}`, { when: [mode.is('a')], then: [x.becomes(0)] });
        m.step(`b${i}`, { when: [mode.is('b'), x.is(i)], then: [x.becomes(i + 1)] });
      }
    });
    const [folded, whole] = [compile(model), compile(model, { constants: false })];
    expect(namesOf(folded)).toEqual(['mode']);
    expect(foundBy(searched(folded))).toEqual(foundBy(searched(whole)));
    expect(searched(folded).outcome()).toMatchObject({ states: 40, depth: 12 });
  });
});

describe('for people a constant is a variable like any other', () => {
  const schema = new Schema();
  const CPU = schema.index('CPU', 2);
  const at = schema.variable('at', range(0, 2));
  const role = schema.array('role', [CPU], oneOf('user', 'kernel'));
  const limit = schema.variable('limit', range(0, 9), 2);
  const cpus = schema.variable('cpus', setOf(CPU));
  const [cpu0, cpu1] = [member(CPU, 0), member(CPU, 1)];
  const model = new Model('roles', schema)
    .start(role.at(1).becomes('kernel'), cpus.becomes(cpus.with(cpu1)))
    .step('count', { when: [at.below(limit)], then: [at.becomes(at.plus(1))], says: [{ if: cpus.has(cpu1), text: [role.at(cpu1), ' ', limit] }] })
    .step('stop', { c: CPU }, ({ c }) => ({ when: [role.at(c).is('user'), cpus.has(c)], then: [limit.becomes(0)] }))
    .invariant('short', at.below(limit))
    .cover('kernel', role.at(1).is('kernel'))
    .cover('none', cpus.isEmpty())
    .end('done', at.is(limit))
    .noDeadlock();
  const [folded, whole] = [compile(model), compile(model, { constants: false })];
  const [start, stored] = [folded.starts[0]!, whole.starts[0]!];

  it('in records, fingerprints and verdicts', () => {
    expect(namesOf(folded)).toEqual(['role', 'limit', 'cpus']);
    const state = decode(folded.layout, start);
    expect(state.toJS()).toEqual({ at: 0, role: { CPU0: 'user', CPU1: 'kernel' }, limit: 2, cpus: ['CPU1'] });
    expect(state.equals(decode(whole.layout, stored))).toBe(true);
    expect(encode(folded.layout, state)).toEqual(start);
    expect(() => encode(folded.layout, state.set('limit', 3))).toThrow('limit is constant: 2, not 3');
    expect(fingerprint(folded.layout, start)).toBe(fingerprint(whole.layout, stored));
    expect(foundBy(searched(folded))).toEqual(foundBy(searched(whole)));
    expect(searched(folded).outcome()).toMatchObject({ violations: [{ property: 'short', length: 2 }], uncovered: ['none'] });
  });

  it('in traces, which replay whether constants are folded or not', () => {
    const trace = traceOf(folded, { start: 0, steps: [0, 0] });
    expect(trace).toEqual(traceOf(whole, { start: 0, steps: [0, 0] }));
    expect(trace.steps[0]!.lines).toEqual(['kernel 2']);
    for (const program of [folded, whole]) expect(replay(program, trace)).toEqual({ start: 0, steps: [0, 0] });
  });

  it('in the reason why a step cannot be taken', () => {
    expect(folded.instances.map(({ name }) => name)).toEqual(whole.instances.map(({ name }) => name));
    const blocked = (program: Program, words: Int32Array): string[] => program.instances.map((_, i) => blockedBy(program, i, words));
    expect(blocked(folded, start)).toEqual(['', 'CPU0 in cpus is false', 'role[CPU1] == user is false']);
    expect(blocked(folded, start)).toEqual(blocked(whole, stored));
  });

  it('but a renaming that changes one is refused', () => {
    expect(permute(folded.layout, start, CPU, [0, 1])).toEqual(start);
    expect(() => permute(folded.layout, start, CPU, [1, 0])).toThrow('role is constant: kernel, not user');
    expect(cpu0.domain).toBe(CPU);
  });
});

describe('a search with constants', () => {
  it('finds what a search without them finds: the same states in the same order, the same traces', () => {
    const seen = { folded: 0, lookups: 0, smaller: 0, starts: 0, violations: 0, deep: 0 };
    const same = (model: Model): void => {
      const [folded, whole] = [compile(model), compile(model, { constants: false })];
      const [one, other] = [searched(folded, 500), searched(whole, 500)];
      expect(foundBy(one)).toEqual(foundBy(other));
      expect(one.levels).toEqual(other.levels);
      for (let state = 0; state < one.store.size; state++) {
        const words = one.store.wordsOf(state);
        expect(whole.layout.repack({ layout: folded.layout, words })).toEqual(other.store.wordsOf(state));
      }
      const { violations, depth } = one.outcome();
      for (const violation of violations) {
        const ways = (running: Search): Path[] => [pathTo(running, violation.state, violation.step), rankedPath(running, violation)];
        expect(ways(one)).toEqual(ways(other));
        for (const path of ways(one)) expect(traceOf(folded, path)).toEqual(traceOf(whole, path));
      }
      const { constants } = folded.layout;
      seen.folded += Number(constants.size > 0);
      seen.lookups += Number([...constants.values()].some((values) => new Set(values).size > 1));
      seen.smaller += Number(folded.words < whole.words);
      seen.starts += Number(folded.starts.length > 1 && constants.size > 0);
      seen.violations += violations.length;
      seen.deep += Number(depth > 4);
    };
    for (const small of [true, false]) {
      const random = fc.property(tapes, tapes, (tape, more) => {
        const model = randomModel(tape, { faults: false, constants: true, small });
        // Fewer steps leave more variables alone.
        model.steps.length = 1 + more.below(model.steps.length);
        if (model.starts.length === 0) model.start(...randomStart(more, model.schema));
        same(model);
      });
      fc.assert(random, { numRuns: 300, endOnFailure: true });
    }
    for (const [what, count] of Object.entries(seen)) expect([what, count > 5]).toEqual([what, true]);
  });

  it('a step that constants rule out is never taken', () => {
    const program = compile(counting(2, (model, schema) => {
      const off = schema.variable('off', bool);
      model.step('never', { when: [off], then: [off.becomes(false)] });
    }));
    expect(successors(program, program.starts[0]!).map(({ step }) => program.instances[step]!.name)).toEqual(['count']);
    expect(program.instances.map(({ name }) => name)).toEqual(['never', 'count']);
  });
});
