import { describe, expect, it } from 'vitest';
import { evaluate, execute } from '../../src/engine/interpret.js';
import {
  allOf,
  anyOf,
  bool,
  choose,
  compile,
  deadlock,
  exists,
  forAll,
  forEach,
  member,
  membersOf,
  Model,
  ModelError,
  none,
  observe,
  oneOf,
  optional,
  range,
  Schema,
  setFrom,
  setOf,
  successors,
  when,
  type Effect,
  type Index,
  type Value,
} from '../../src/index.js';

const schema = new Schema();
const CPU = schema.index('CPU', 3);
const on = schema.variable('on', bool);
const level = schema.variable('level', range(-3, 3));
const light = schema.variable('light', oneOf('red', 'amber', 'green'));
const other = schema.variable('other', oneOf('red', 'amber', 'green'), 'green');
const owner = schema.variable('owner', optional(CPU));
const here = schema.variable('here', CPU);
const mask = schema.variable('mask', setOf(CPU));
const row = schema.array('row', [range(-1, 1)], { count: range(0, 9), by: optional(CPU) });
const [, cpu1, cpu2] = membersOf(CPU) as [Index<'CPU'>, Index<'CPU'>, Index<'CPU'>];

/** The value of an expression after the effects, from the initial state. */
function after(effects: Effect[], value: Value): number {
  const { layout, starts } = compile(new Model('blank', schema), { constants: false });
  const state = { layout, words: starts[0]!.slice() };
  execute(effects, state, () => undefined);
  return evaluate(value.node, state);
}

const set = (...positions: number[]) => setFrom(setOf(CPU), positions);

describe('an expression', () => {
  it.each<[string, number, Value, Effect[]]>([
    ['is() of the value it was given', 1, level.is(2), [level.becomes(2)]],
    ['isNot()', 1, level.isNot(2), []],
    ['below() is strict', 0, level.below(-3), []],
    ['atMost() is not', 1, level.atMost(-3), []],
    ['plus() and minus()', 3, level.plus(4).minus(level).plus(level).plus(2), []],
    ['and()', 0, on.and(true), []],
    ['or()', 1, on.or(false, true), []],
    ['not()', 1, on.not(), []],
    ['is() of one of several names', 1, light.is('red', 'green'), [light.becomes('green')]],
    ['isNot() of several names', 1, light.isNot('red', 'green'), [light.becomes('amber')]],
    ['equals() of two choices', 1, light.equals(other), [light.becomes(other)]],
    ['isNone() at the start', 1, owner.isNone(), []],
    ['isSome()', 1, owner.isSome(), [owner.becomes(cpu1)]],
    ['is() of none for a member', 0, here.is(none), []],
    ['isNot() of two members', 1, here.isNot(owner), []],
    ['lookup()', 7, here.lookup(range(0, 9), [5, 6, 7]), [here.becomes(cpu2)]],
    ['has()', 1, mask.has(cpu2), [mask.becomes(set(2))]],
    ['isEmpty()', 1, mask.isEmpty(), [mask.becomes(set(1)), mask.becomes([])]],
    ['with()', 6, mask.with(cpu1).with(cpu2), []],
    ['without()', 5, set(0, 1, 2).without(cpu1), []],
    ['union()', 7, set(0, 1).union(set(1, 2)), []],
    ['intersect()', 2, set(0, 1).intersect(set(1, 2)), []],
    ['minus()', 1, set(0, 1).minus(set(1, 2)), []],
    ['equals() of two sets', 1, mask.equals(set(0, 2)), [mask.becomes(set(2, 0))]],
    ['choose() where it holds', 2, choose(on, cpu1, cpu2), []],
    ['choose() of a member or none', -1, choose(on.not(), owner, cpu2), []],
    ['allOf() of nothing', 1, allOf([]), []],
    ['anyOf() of nothing', 0, anyOf([]), []],
    ['exists()', 1, exists(CPU, (c) => mask.has(c)), [mask.becomes(set(2))]],
    ['exists() over numbers', 1, exists(range(-1, 1), (i) => row.at(i).count.is(4)), [row.at(1).count.becomes(4)]],
    ['forAll()', 0, forAll(CPU, (c) => mask.has(c)), [mask.becomes(set(0, 1))]],
    ['forEach(), each member in order', 4, row.at(-1).count, [forEach(CPU, (c) => [when(row.at(-1).count.below(4).and(here.isNot(c)), [row.at(-1).count.becomes(row.at(-1).count.plus(2))])])]],
    ['a field of an array, without its neighbours', 0, row.at(0).count, [row.at(1).count.becomes(9), row.at(-1).count.becomes(9)]],
    ['when(), the other branch', 3, level, [when(on, [level.becomes(1)], [level.becomes(3)])]],
    ['an effect that sees the one before it', 1, level, [level.becomes(0), level.becomes(level.plus(1))]],
  ])('%s is %i', (_, value, expression, effects) => {
    expect(after(effects, expression)).toBe(value);
  });

  it('evaluates from the left, and no further than it needs', () => {
    const wrong = mask.has(owner);
    expect(() => after([], wrong)).toThrow(new ModelError('a set has no member -1'));
    expect(after([], owner.isSome().and(wrong))).toBe(0);
    expect(after([], owner.isNone().or(wrong))).toBe(1);
  });

  it('raises a ModelError for a value or an index outside its domain', () => {
    expect(() => after([level.becomes(level.minus(1))], on)).toThrow(new ModelError('level cannot hold -4'));
    expect(() => after([here.becomes(owner)], on)).toThrow(new ModelError('here cannot hold -1'));
    expect(() => after([row.at(level).by.becomes(none)], on)).toThrow(new ModelError('row.by has no element -2'));
    expect(() => after([], owner.lookup(bool, [0, 1, 1]))).toThrow(new ModelError('a table has no element -1'));
  });

  it('is refused where no trees of this kind can be', () => {
    expect(() => light.is('blue' as 'red')).toThrow('no such name: blue (of red, amber, green)');
    expect(() => member(CPU, 3)).toThrow('CPU has no member 3');
    expect(() => level.plus(1).becomes(1)).toThrow('only a state variable can be assigned');
    expect(() => level.is(0.5)).toThrow(RangeError);
  });
});

describe('a model', () => {
  const named = (): Model => new Model('m', schema).step('a', { when: [], then: [] });
  const many = (add: (model: Model, i: number) => void) => () => {
    const model = named();
    for (let i = 0; i < 31; i++) add(model, i);
  };

  it('refuses two steps or two properties of one name', () => {
    expect(() => named().step('a', { when: [], then: [] })).toThrow('two steps are named a');
    expect(() => named().invariant('p', true).observed('p')).toThrow('p is declared twice');
    expect(() => named().invariant(deadlock, true).noDeadlock()).toThrow('deadlock is declared twice');
  });

  it('refuses more properties, ends or covers than a mask has bits', () => {
    expect(many((model, i) => model.invariant(`p${i}`, true))).toThrow('a model has at most 30 properties');
    expect(many((model, i) => model.end(`e${i}`, true))).toThrow('a model has at most 30 ends and 30 covers');
    expect(many((model, i) => model.cover(`c${i}`, true))).toThrow('a model has at most 30 ends and 30 covers');
  });

  it('refuses a step that observes a property which is not declared', () => {
    const model = named().step('b', { when: [], then: [observe('q', on)] });
    expect(() => compile(model)).toThrow('b observes q, which the model does not declare');
  });

  it('refuses a start state that violates what its effects observe', () => {
    expect(() => compile(named().observed('q').start(observe('q', on)))).toThrow(new ModelError('a start state violates q'));
  });

  it('has a step for each combination of parameter values', () => {
    const model = new Model('m', schema);
    model.step('x:go', { c: CPU, n: range(-1, 0) }, ({ c, n }) => ({ when: [c.isNot(cpu1)], then: [row.at(n).by.becomes(c)] }));
    const { instances } = compile(model);
    expect(model.steps[0]!.label).toBe('go');
    expect(instances.map((instance) => instance.name)).toEqual([
      'x:go(c=CPU0,n=-1)',
      'x:go(c=CPU0,n=0)',
      'x:go(c=CPU2,n=-1)',
      'x:go(c=CPU2,n=0)',
    ]);
  });
});

describe('the emitted guard', () => {
  /** The names of the steps that can be taken in the initial state. */
  const taken = (...steps: [string, Value[]][]): string[] => {
    const model = new Model('m', schema);
    for (const [name, tests] of steps) model.step(name, { when: tests as never[], then: [] });
    const program = compile(model, { constants: false });
    return successors(program, program.starts[0]!).map((next) => program.instances[next.step]!.name);
  };

  it('keeps a disjunction apart from the conjuncts beside it', () => {
    expect(taken(['a', [on.not().or(level.is(3)), on]], ['b', [choose(on.not(), on.not(), on), on]])).toEqual([]);
  });

  it('does not look at an element that an earlier conjunct says is not there', () => {
    const past = [-1, 0, 1].map((i): [string, Value[]] => [`p${i}`, [on, row.at(2).count.is(i)]]);
    expect(taken(...past)).toEqual([]);
  });

  it('raises the fault of a constant that no set can hold', () => {
    const single = { kind: 'constant', value: 32 } as const;
    const wrong = new (on.constructor as new (node: object, domain: object) => typeof on)({ kind: 'member', set: mask.node, item: single }, bool);
    expect(() => taken(['a', [wrong]])).toThrow(new ModelError('a: a set has no member 32'));
    const folded = new (on.constructor as new (node: object, domain: object) => typeof on)({ kind: 'member', set: set(0).node, item: single }, bool);
    expect(() => taken(['a', [folded]])).toThrow(new ModelError('a: a set has no member 32'));
  });
});
