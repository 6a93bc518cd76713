/**
 * Lamport's distributed mutual exclusion: whoever wants to enter tells everyone the time on its own
 * clock, waits for every acknowledgement, and enters when no earlier request is known to it. Channels
 * are first in, first out. Left out: that whoever asks gets in.
 *
 * Clocks are bounded. A step that would take a clock past the bound changes nothing: TLC counts such a
 * successor as generated and then drops it (its CONSTRAINT), and this keeps the count the same.
 *
 * Sources: Leslie Lamport, Time, Clocks and the Ordering of Events in a Distributed System, 1978;
 * Stephan Merz, TLA+ Examples, lamport_mutex, modules LamportMutex and MCLamportMutex.
 */
import {
  allOf,
  anyOf,
  choose,
  exists,
  forAll,
  forEach,
  membersOf,
  Model,
  oneOf,
  range,
  Schema,
  setOf,
  when,
  type Bool,
  type Effect,
  type Index,
  type Int,
} from '../../src/index.js';

type Process = Index<'PROCESS'>;
type Kind = 'req' | 'ack' | 'rel';

/** How many processes compete, up to what time, and which guard to drop. */
export interface LamportMutex {
  readonly processes: number;
  readonly clockMax: number;
  /** `earlier requests`: a process enters as soon as all have acknowledged its request. */
  readonly without?: 'earlier requests';
}

/** Messages that a channel has room for: one more than it ever holds. */
const room = 4;

/** The algorithm; its safety properties are `mutual exclusion` and `short channels`. */
export function lamportMutex({ processes, clockMax, without }: LamportMutex): Model {
  const schema = new Schema();
  const PROCESS = schema.index('PROCESS', processes);
  const time = range(0, clockMax);
  const clock = schema.array('clock', [PROCESS], range(1, clockMax));
  // The time of the request of the second that the first knows of; 0 for none.
  const req = schema.array('req', [PROCESS, PROCESS], time);
  const acks = schema.array('acks', [PROCESS], setOf(PROCESS));
  const critical = schema.variable('critical', setOf(PROCESS));
  const channel = schema.array('channel', [PROCESS, PROCESS, range(0, room - 1)], {
    kind: oneOf('none', 'req', 'ack', 'rel'),
    time,
  });

  const model = new Model(`Lamport mutex ${processes}, clocks to ${clockMax}`, schema);

  const send = (from: Process, to: Process, kind: Kind, at: Int | number, slot = 0): Effect => {
    const message = channel.at(from, to, slot);
    const later = slot + 1 < room ? [send(from, to, kind, at, slot + 1)] : [];
    return when(message.kind.is('none'), [message.kind.becomes(kind), message.time.becomes(at)], later);
  };
  const broadcast = (from: Process, kind: Kind, at: Int | number): Effect =>
    forEach(PROCESS, (to) => [when(to.isNot(from), [send(from, to, kind, at)])]);
  const drop = (from: Process, to: Process): Effect[] =>
    Array.from({ length: room }, (_, slot) => slot).flatMap((slot) => {
      const message = channel.at(from, to, slot);
      if (slot === room - 1) return [message.kind.becomes('none'), message.time.becomes(0)];
      const next = channel.at(from, to, slot + 1);
      return [message.kind.becomes(next.kind), message.time.becomes(next.time)];
    });
  const head = (from: Process, to: Process) => channel.at(from, to, 0);

  model.step('Request', { p: PROCESS }, ({ p }) => ({
    when: [req.at(p, p).is(0)],
    then: [
      req.at(p, p).becomes(clock.at(p)),
      broadcast(p, 'req', clock.at(p)),
      acks.at(p).becomes([]),
      acks.at(p).becomes(acks.at(p).with(p)),
    ],
  }));

  const members = membersOf(PROCESS);
  const beats = (i: number, j: number): Bool => {
    const [mine, other] = [req.at(i, i), req.at(i, j)];
    // Of two requests made at the same time the one of the lower number goes first.
    return anyOf([other.is(0), mine.below(other), i < j && mine.is(other)]);
  };
  for (const [i, p] of members.entries()) {
    model.step(`Enter ${i}`, {
      when: [
        allOf(members.map((q) => acks.at(p).has(q))),
        without === 'earlier requests' || allOf(members.map((_, j) => i === j || beats(i, j))),
      ],
      then: [critical.becomes(critical.with(p))],
    });
  }
  model.step('Exit', { p: PROCESS }, ({ p }) => ({
    when: [critical.has(p)],
    then: [
      critical.becomes(critical.without(p)),
      broadcast(p, 'rel', 0),
      req.at(p, p).becomes(0),
      acks.at(p).becomes([]),
    ],
  }));

  model.step('ReceiveRequest', { p: PROCESS, q: PROCESS }, ({ p, q }) => {
    const asked = head(q, p).time;
    const latest = choose(clock.at(p).below(asked), asked, clock.at(p));
    return {
      when: [p.isNot(q), head(q, p).kind.is('req')],
      then: [
        when(latest.below(clockMax), [
          req.at(p, q).becomes(asked),
          clock.at(p).becomes(latest.plus(1)),
          ...drop(q, p),
          send(p, q, 'ack', 0),
        ]),
      ],
    };
  });
  model.step('ReceiveAck', { p: PROCESS, q: PROCESS }, ({ p, q }) => ({
    when: [p.isNot(q), head(q, p).kind.is('ack')],
    then: [acks.at(p).becomes(acks.at(p).with(q)), ...drop(q, p)],
  }));
  model.step('ReceiveRelease', { p: PROCESS, q: PROCESS }, ({ p, q }) => ({
    when: [p.isNot(q), head(q, p).kind.is('rel')],
    then: [req.at(p, q).becomes(0), ...drop(q, p)],
  }));

  model.invariant(
    'mutual exclusion',
    forAll(PROCESS, (p) => forAll(PROCESS, (q) => p.is(q).or(allOf([critical.has(p), critical.has(q)]).not()))),
    'at most one process is in the critical section',
  );
  model.invariant(
    'short channels',
    exists(PROCESS, (p) => exists(PROCESS, (q) => channel.at(p, q, room - 1).kind.isNot('none'))).not(),
    'no channel ever holds more than three messages',
  );
  return model;
}
