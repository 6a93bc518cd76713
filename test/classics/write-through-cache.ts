/**
 * A write-through cache: processors read and write one memory through caches of their own; writes and
 * the reads that miss go to the memory through one queue. A write updates every cache that holds the
 * address. The queue has room for one request, as in the published instance.
 *
 * Source: Leslie Lamport, Specifying Systems (2002), chapter 5; TLA+ Examples, SpecifyingSystems,
 * modules WriteThroughCache and MCWriteThroughCache. Left out: that it refines the plain memory.
 */
import {
  allOf,
  exists,
  forAll,
  forEach,
  member,
  Model,
  none,
  oneOf,
  optional,
  Schema,
  when,
  type Bool,
  type Choice,
  type Effect,
  type Index,
} from '../../src/index.js';

type Processor = Index<'PROCESSOR'>;
type Address = Index<'ADDRESS'>;
type Datum = Index<'VALUE'>;

/** How many processors, addresses and values there are, and which guard to drop. */
export interface WriteThroughCache {
  readonly processors: number;
  readonly addresses: number;
  readonly values: number;
  /** `room for a read`: a read that misses takes the queue's place from whatever stands there. */
  readonly without?: 'room for a read';
}

/** A request, an answer, or neither: `none` in both fields but the kind. */
interface Slot {
  readonly kind: Choice<'none' | 'Rd' | 'Wr' | 'answer'>;
  readonly address: Address;
  readonly value: Datum;
}

/** The memory with its caches; `coherence` is its safety property. */
export function writeThroughCache({ processors, addresses, values, without }: WriteThroughCache): Model {
  const schema = new Schema();
  const PROCESSOR = schema.index('PROCESSOR', processors);
  const ADDRESS = schema.index('ADDRESS', addresses);
  const VALUE = schema.index('VALUE', values);
  const slot = { kind: oneOf('none', 'Rd', 'Wr', 'answer'), address: optional(ADDRESS), value: optional(VALUE) };

  const memory = schema.array('memory', [ADDRESS], VALUE);
  const cache = schema.array('cache', [PROCESSOR, ADDRESS], optional(VALUE));
  const state = schema.array('state', [PROCESSOR], oneOf('rdy', 'busy', 'waiting', 'done'));
  const buffer = schema.array('buffer', [PROCESSOR], slot);
  // What last crossed the interface between processors and memory, and whose it was.
  const bus = schema.variable('bus', { processor: PROCESSOR, ...slot });
  const queue = schema.variable('queue', { processor: optional(PROCESSOR), ...slot });

  const put = (to: Slot, kind: 'none' | 'Rd' | 'Wr' | 'answer', address?: Address, value?: Datum): Effect[] => [
    to.kind.becomes(kind),
    to.address.becomes(address ?? none),
    to.value.becomes(value ?? none),
  ];
  const copy = (from: Slot, to: Slot): Effect[] => [
    to.kind.becomes(from.kind),
    to.address.becomes(from.address),
    to.value.becomes(from.value),
  ];
  const enqueue = (p: Processor): Effect[] => [queue.processor.becomes(p), ...copy(buffer.at(p), queue)];
  const dequeue: Effect[] = [queue.processor.becomes(none), ...put(queue, 'none')];
  const room = queue.processor.isNone();
  const wants = (p: Processor, kind: 'Rd' | 'Wr'): Bool => buffer.at(p).kind.is(kind);

  const model = new Model(`write-through cache ${processors},${addresses},${values}`, schema);
  for (const contents of functions(addresses, values)) {
    model.start(...contents.map((value, a) => memory.at(a).becomes(member(VALUE, value))));
  }

  const request = (p: Processor, kind: 'Rd' | 'Wr', a: Address, v?: Datum) => ({
    when: [state.at(p).is('rdy')],
    then: [
      ...put(buffer.at(p), kind, a, v),
      bus.processor.becomes(p),
      ...copy(buffer.at(p), bus),
      state.at(p).becomes('busy'),
    ],
  });
  model.step('Req read', { p: PROCESSOR, a: ADDRESS }, ({ p, a }) => request(p, 'Rd', a));
  model.step('Req write', { p: PROCESSOR, a: ADDRESS, v: VALUE }, ({ p, a, v }) => request(p, 'Wr', a, v));
  model.step('Rsp', { p: PROCESSOR }, ({ p }) => ({
    when: [state.at(p).is('done')],
    then: [bus.processor.becomes(p), ...copy(buffer.at(p), bus), state.at(p).becomes('rdy')],
  }));

  model.step('RdMiss', { p: PROCESSOR }, ({ p }) => ({
    when: [
      state.at(p).is('busy'),
      wants(p, 'Rd'),
      cache.at(p, buffer.at(p).address).isNone(),
      without === 'room for a read' || room,
    ],
    then: [...enqueue(p), state.at(p).becomes('waiting')],
  }));
  model.step('DoRd', { p: PROCESSOR }, ({ p }) => {
    const cached = cache.at(p, buffer.at(p).address);
    return {
      when: [state.at(p).is('busy', 'waiting'), wants(p, 'Rd'), cached.isSome()],
      then: [
        buffer.at(p).value.becomes(cached),
        buffer.at(p).kind.becomes('answer'),
        buffer.at(p).address.becomes(none),
        state.at(p).becomes('done'),
      ],
    };
  });
  model.step('DoWr', { p: PROCESSOR }, ({ p }) => {
    const { address, value } = buffer.at(p);
    return {
      when: [state.at(p).is('busy'), wants(p, 'Wr'), room],
      then: [
        forEach(PROCESSOR, (q) => [
          when(q.is(p).or(cache.at(q, address).isSome()), [cache.at(q, address).becomes(value)]),
        ]),
        ...enqueue(p),
        ...put(buffer.at(p), 'none'),
        state.at(p).becomes('done'),
      ],
    };
  });

  model.step('MemQWr', {
    when: [queue.kind.is('Wr')],
    then: [memory.at(queue.address).becomes(queue.value), ...dequeue],
  });
  model.step('MemQRd', {
    when: [queue.kind.is('Rd')],
    then: [cache.at(queue.processor, queue.address).becomes(memory.at(queue.address)), ...dequeue],
  });
  model.step('Evict', { p: PROCESSOR, a: ADDRESS }, ({ p, a }) => ({
    // What a processor waits for stays until it has been read.
    when: [state.at(p).isNot('waiting').or(buffer.at(p).address.isNot(a))],
    then: [cache.at(p, a).becomes(none)],
  }));

  const differ = (p: Processor, q: Processor, a: Address): Bool =>
    allOf([cache.at(p, a).isSome(), cache.at(q, a).isSome(), cache.at(p, a).isNot(cache.at(q, a))]);
  model.invariant(
    'coherence',
    forAll(ADDRESS, (a) => forAll(PROCESSOR, (p) => forAll(PROCESSOR, (q) => differ(p, q, a).not()))),
    'caches that hold the same address hold the same value',
  );
  model.cover('a read waits', exists(PROCESSOR, (p) => state.at(p).is('waiting')));
  return model;
}

/** Every list of the given length of numbers below `values`. */
function functions(length: number, values: number): number[][] {
  if (length === 0) return [[]];
  return functions(length - 1, values).flatMap((rest) => Array.from({ length: values }, (_, v) => [...rest, v]));
}
