/** Random models in which members of index types are alike, and some that name one of them. */
import { Model, type Step } from '../../src/engine/model.js';
import type { Bound, Effect, Node, ReadNode } from '../../src/engine/node.js';
import { bool, exists, forAll, oneOf, optional, range, Schema, setOf, type Bool, type IndexType } from '../../src/index.js';
import { constant, type Tape } from './random-trees.js';

/** What makes one random model. */
interface Parts {
  readonly tape: Tape;
  readonly CPU: IndexType;
  readonly FRAME: IndexType;
}

/** A model whose steps treat all CPUs and all frames alike, unless it is to name one; starts may differ. */
export function symmetricModel(tape: Tape, named: boolean): Model {
  const schema = new Schema();
  const CPU = schema.index('CPU', 2 + tape.below(2));
  const FRAME = schema.index('FRAME', 2);
  const pc = schema.array('pc', [CPU], oneOf('one', 'two', 'three'));
  const holds = schema.array('holds', [CPU], optional(FRAME));
  const used = schema.array('used', [FRAME], bool);
  const users = schema.array('users', [FRAME], setOf(CPU));
  const last = schema.variable('last', optional(CPU));
  const count = schema.variable('count', range(0, 2));
  const model = new Model('symmetric', schema);
  const parts = { tape, CPU, FRAME };
  const [c, f]: [Bound, Bound] = [{ name: 'c', over: CPU }, { name: 'f', over: FRAME }];
  const at = (of: { node: Node }, ...indices: Node[]): ReadNode => ({ ...(of.node as ReadNode), indices });
  const [cpu, frame]: [Node, Node] = [{ kind: 'bound', bound: c }, { kind: 'bound', bound: f }];
  const fields = {
    pc: at(pc.at(0), cpu), holds: at(holds.at(0), cpu), used: at(used.at(0), frame), users: at(users.at(0), frame), last: at(last), count: at(count),
  };
  const place = (): Node => constant(tape.below(3));
  const equals = (left: Node, right: Node): Node => ({ kind: 'compare', op: '=', left, right });
  const test = (): Node => tape.pick<() => Node>([
    () => equals(fields.holds, frame),
    () => equals(fields.holds, constant(-1)),
    () => fields.used,
    () => ({ kind: 'not', of: fields.used }),
    () => ({ kind: 'member', set: fields.users, item: cpu }),
    () => ({ kind: 'not', of: equals(fields.last, cpu) }),
    () => equals(fields.count, constant(tape.below(3))),
  ])();
  const change = (): Effect => tape.pick<() => Effect>([
    () => assign(fields.pc, place()),
    () => assign(fields.holds, tape.below(2) ? frame : constant(-1)),
    () => assign(fields.used, constant(tape.below(2))),
    () => assign(fields.users, { kind: 'combine', op: tape.pick(['union', 'minus'] as const), left: fields.users, right: { kind: 'single', item: cpu } }),
    () => assign(fields.last, tape.below(3) ? cpu : constant(-1)),
    () => assign(fields.count, { kind: 'if', condition: equals(fields.count, constant(2)), then: constant(0), else: { kind: 'sum', sign: 1, left: fields.count, right: constant(1) } }),
    () => ({ kind: 'when', condition: test(), then: [change()], else: tape.below(2) ? [change()] : [] }),
    () => everyFrame(parts, at(users.at(0)), cpu),
    () => ({ kind: 'observe', property: 'seen', holds: { kind: 'or', of: [test(), test(), test()] } }),
  ])();
  tape.times(3 + tape.below(5), (i) => {
    const step: Step = {
      name: `s${i}`, label: `s${i}`, actor: tape.pick(['x', 'y', 'z']), parameters: [c, f],
      when: [equals(fields.pc, place()), ...tape.times(tape.below(2), test)],
      then: tape.times(1 + tape.below(3), change),
      spontaneous: tape.below(6) === 5, says: [], notes: {}, parts: [], closing: [],
    };
    model.steps.push(step);
  });
  if (named) model.step('named', { when: [pc.at(0).is(tape.pick(['one', 'two', 'three'] as const))], then: [count.becomes(tape.below(3)), pc.at(0).becomes('two')] });
  const some = (): Bool => tape.pick<() => Bool>([
    () => exists(CPU, (one) => pc.at(one).is('three')),
    () => forAll(CPU, (one) => holds.at(one).isNone()),
    () => exists(FRAME, (one) => used.at(one)),
    () => forAll(FRAME, (one) => users.at(one).isEmpty()),
    () => count.is(2),
    () => last.isSome(),
  ])();
  model.observed('seen').invariant('first', some().and(some()).not()).noDeadlock().invariant('second', some().or(some(), some()));
  model.end('early', some().and(some())).end('late', some()).cover('some', some().and(some(), some()));
  const starts = tape.below(3);
  for (let i = 0; i < starts; i++) {
    model.start(used.at(tape.below(2)).becomes(true), ...(tape.below(2) ? [last.becomes(last)] : []), pc.at(tape.below(2)).becomes(tape.pick(['one', 'two'] as const)));
  }
  return model;
}

const assign = (target: ReadNode, value: Node): Effect => ({ kind: 'assign', target, value });

/** A loop, which is unrolled in the order of the frames. */
function everyFrame({ tape, FRAME }: Parts, users: ReadNode, cpu: Node): Effect {
  const bound: Bound = { name: 'g', over: FRAME };
  const target: ReadNode = { ...users, indices: [{ kind: 'bound', bound }] };
  const item: Node = { kind: 'single', item: cpu };
  return { kind: 'forEach', bound, body: [assign(target, { kind: 'combine', op: tape.pick(['union', 'minus'] as const), left: target, right: item })] };
}
