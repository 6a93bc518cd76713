/**
 * A reusable barrier of two chambers: processes gather behind the first gate until all have come, then
 * behind the second, so that none can lap the others. A lock guards the count; each gate is a
 * semaphore that the last to come raises by the number of processes. Left out: the invariants that
 * count processes.
 *
 * Source: Jarod Differdange, TLA+ Examples, barriers, module Barriers.
 */
import {
  allOf,
  anyOf,
  bool,
  exists,
  forAll,
  Model,
  oneOf,
  range,
  Schema,
  when,
  type Bool,
  type BoolLike,
  type Effect,
  type Index,
  type Int,
} from '../../src/index.js';

type Process = Index<'PROCESS'>;
const labels = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10', 'a11', 'a12'] as const;
type Label = (typeof labels)[number];

/** How many processes meet at the barrier, and which guard to drop. */
export interface Barriers {
  readonly processes: number;
  /** `lock`: the first chamber counts without waiting for the lock. */
  readonly without?: 'lock';
}

/** The barrier; each of its properties is one of safety. */
export function barriers({ processes, without }: Barriers): Model {
  const schema = new Schema();
  const PROCESS = schema.index('PROCESS', processes);
  const pc = schema.array('pc', [PROCESS], oneOf(...labels));
  const locked = schema.variable('locked', bool);
  const inside = schema.variable('inside', range(0, processes));
  // A gate is raised when it is shut, so that it never holds more than one round's tickets.
  const first = schema.variable('first', range(0, processes));
  const second = schema.variable('second', range(0, processes));

  const model = new Model(`barriers ${processes}`, schema);

  /** A line of the program, which goes on to the next one. */
  const line = (number: number, await_: BoolLike, ...then: Effect[]): Model =>
    model.step(labels[number]!, { p: PROCESS }, ({ p }) => ({
      when: [pc.at(p).is(labels[number]!), await_],
      then: [...then, pc.at(p).becomes(labels[(number + 1) % labels.length]!)],
    }));
  /** A line that skips the next one unless a test holds. */
  const skip = (number: number, unless: Bool): Model =>
    model.step(labels[number]!, { p: PROCESS }, ({ p }) => ({
      when: [pc.at(p).is(labels[number]!)],
      then: [when(unless, [pc.at(p).becomes(labels[number + 1]!)], [pc.at(p).becomes(labels[number + 2]!)])],
    }));
  const pass = (number: number, gate: Int): Model =>
    line(number, gate.isNot(0), gate.becomes(gate.minus(1)));

  line(0, true);
  line(1, without === 'lock' || locked.not(), locked.becomes(true));
  line(2, true, inside.becomes(inside.plus(1)));
  skip(3, inside.is(processes));
  line(4, true, first.becomes(first.plus(processes)));
  line(5, true, locked.becomes(false));
  pass(6, first);
  line(7, locked.not(), locked.becomes(true));
  line(8, true, inside.becomes(inside.minus(1)));
  skip(9, inside.is(0));
  line(10, true, second.becomes(second.plus(processes)));
  line(11, true, locked.becomes(false));
  pass(12, second);

  const at = (p: Process, ...names: Label[]): Bool => pc.at(p).is(...names);
  const holds = (p: Process): Bool => at(p, 'a2', 'a3', 'a4', 'a5', 'a8', 'a9', 'a10', 'a11');
  const some = (...names: Label[]): Bool => exists(PROCESS, (p) => at(p, ...names));
  const arriving = some('a0', 'a1', 'a2', 'a3', 'a4');
  const leaving = some('a7', 'a8', 'a9', 'a10');

  model.invariant(
    'lock',
    forAll(PROCESS, (p) =>
      holds(p).not().or(allOf([locked, forAll(PROCESS, (q) => q.is(p).or(holds(q).not()))])),
    ),
    'at most one process is between taking the lock and giving it back',
  );
  model.invariant(
    'gates',
    allOf([
      first.is(0).or(second.is(0)),
      arriving.not().or(first.is(0)),
      leaving.not().or(second.is(0)),
      first.is(0).or(some('a5', 'a6')),
      second.is(0).or(some('a11', 'a12')),
    ]),
    'a gate is open only while everyone is on its way through it, and then the other one is shut',
  );
  model.invariant('chambers', anyOf([arriving.not(), leaving.not()]), 'nobody arrives while others leave');
  model.invariant(
    'last',
    forAll(PROCESS, (p) =>
      forAll(PROCESS, (q) =>
        allOf([
          at(p, 'a4').not().or(q.is(p), at(q, 'a6')),
          at(p, 'a10').not().or(q.is(p), at(q, 'a12')),
        ]),
      ),
    ),
    'whoever opens a gate is the last to come: all others wait at it',
  );
  return model;
}
