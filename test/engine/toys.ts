/** The smallest models that show what a test is about. */
import { allOf, bool, Model, none, observe, oneOf, optional, range, Schema, setOf, type Int } from '../../src/index.js';

/** Two counters that count up to `size`: (size + 1)² states, 2 · size levels above the start. */
export function grid(size: number, complete: (model: Model, x: Int, y: Int) => void = () => undefined): Model {
  const schema = new Schema();
  const x = schema.variable('x', range(0, size));
  const y = schema.variable('y', range(0, size));
  const model = new Model('grid', schema);
  model.step('move:right', { when: [x.below(size)], then: [x.becomes(x.plus(1))], actor: 'h' });
  model.step('move:up', { when: [y.below(size)], then: [y.becomes(y.plus(1))], actor: 'v' });
  model.end('corner', allOf([x.is(size), y.is(size)]));
  complete(model, x, y);
  return model.noDeadlock();
}

/** CPUs that take a lock, enter, and leave it; with `broken`, they enter without a look at the owner. */
export function lock(cpus: number, broken = false): Model {
  const schema = new Schema();
  const CPU = schema.index('CPU', cpus);
  const pc = schema.array('pc', [CPU], oneOf('idle', 'inside'));
  const owner = schema.variable('owner', optional(CPU));
  const past = schema.variable('past', setOf(CPU));
  const model = new Model('lock', schema);
  model.step('spin_lock', { c: CPU }, ({ c }) => ({
    when: [pc.at(c).is('idle'), ...(broken ? [] : [owner.isNone()])],
    then: [observe('exclusive', owner.isNone()), owner.becomes(c), pc.at(c).becomes('inside')],
    says: [
      { text: ['CPU ', c, ' locks; before, ', owner] },
      { if: past.has(c), text: ['again, with ', past] },
    ],
  }));
  model.step('spin_unlock', { c: CPU }, ({ c }) => ({
    when: [pc.at(c).is('inside'), owner.is(c)],
    then: [owner.becomes(none), pc.at(c).becomes('idle'), past.becomes(past.with(c))],
  }));
  return model.observed('exclusive').noDeadlock();
}

/** A schema of small variables beside an array of three words and a set of thirty. */
export function mixed(): Schema {
  const schema = new Schema();
  const CPU = schema.index('CPU', 7);
  schema.variable('stopped', bool);
  schema.array('entry', [CPU, range(-1, 0)], { frame: optional(schema.index('FRAME', 40)), writable: bool });
  schema.variable('waiting', setOf(schema.index('TASK', 30)));
  schema.variable('light', oneOf('red', 'amber', 'green'), 'amber');
  schema.variable('level', range(-3, 3), -2);
  return schema;
}
