/**
 * German's cache coherence protocol: a home node grants its clients shared or exclusive copies of one
 * cache line, one request at a time, and takes copies back before it grants a new one. Each client has
 * three channels of one message: requests, grants and invalidations, acknowledgements. `none` stands
 * for Murphi's undefined, a value of its own, which data have until they are first assigned; nothing is
 * undefined again, so that what has been read or invalidated stays where it was.
 *
 * Source: Steven German's protocol with data, as Ching-Tsun Chou, Phanindra Mannava and Seungjoon Park
 * wrote it in Murphi (FMCAD 2004), with ranges in place of scalarsets and without `undefine`.
 */
import {
  allOf,
  bool,
  forAll,
  membersOf,
  Model,
  oneOf,
  optional,
  Schema,
  setOf,
  when,
  type Bool,
  type Effect,
  type Index,
} from '../../src/index.js';

type Node = Index<'NODE'>;

/** How many clients there are, and which guard to drop; the data have two values. */
export interface German {
  readonly nodes: number;
  /** `no sharers`: an exclusive copy is granted while others hold shared ones. */
  readonly without?: 'no sharers';
}

/** The protocol; its safety properties are `control` and `data`. */
export function german({ nodes, without }: German): Model {
  const schema = new Schema();
  const NODE = schema.index('NODE', nodes);
  const DATA = schema.index('DATA', 2);
  const data = optional(DATA);
  const cache = schema.array('cache', [NODE], { state: oneOf('I', 'S', 'E'), data });
  const request = schema.array('request', [NODE], oneOf('Empty', 'ReqS', 'ReqE'));
  const order = schema.array('order', [NODE], { cmd: oneOf('Empty', 'Inv', 'GntS', 'GntE'), data });
  const ack = schema.array('ack', [NODE], { cmd: oneOf('Empty', 'InvAck'), data });
  const home = schema.variable('home', {
    toInvalidate: setOf(NODE),
    sharers: setOf(NODE),
    exclusive: bool,
    cmd: oneOf('Empty', 'ReqS', 'ReqE'),
    client: optional(NODE),
    data: DATA,
  });
  // Ghost: the value last stored anywhere.
  const latest = schema.variable('latest', DATA);

  const model = new Model(`German ${nodes}`, schema);
  for (const d of membersOf(DATA)) model.start(home.data.becomes(d), latest.becomes(d));

  for (const [grant, state] of [['GntE', 'E'], ['GntS', 'S']] as const) {
    model.step(`Recv${grant}`, { i: NODE }, ({ i }) => ({
      when: [order.at(i).cmd.is(grant)],
      then: [
        cache.at(i).state.becomes(state),
        cache.at(i).data.becomes(order.at(i).data),
        order.at(i).cmd.becomes('Empty'),
      ],
    }));
  }
  const grant = (i: Node, cmd: 'GntS' | 'GntE'): Effect[] => [
    order.at(i).cmd.becomes(cmd),
    order.at(i).data.becomes(home.data),
    home.sharers.becomes(home.sharers.with(i)),
    home.exclusive.becomes(cmd === 'GntE'),
    home.cmd.becomes('Empty'),
  ];
  const ready = (i: Node, cmd: 'ReqS' | 'ReqE'): Bool =>
    allOf([home.cmd.is(cmd), home.client.is(i), order.at(i).cmd.is('Empty'), home.exclusive.not()]);
  model.step('SendGntE', { i: NODE }, ({ i }) => ({
    when: [ready(i, 'ReqE'), without === 'no sharers' || home.sharers.isEmpty()],
    then: grant(i, 'GntE'),
  }));
  model.step('SendGntS', { i: NODE }, ({ i }) => ({ when: [ready(i, 'ReqS')], then: grant(i, 'GntS') }));

  model.step('RecvInvAck', { i: NODE }, ({ i }) => ({
    when: [ack.at(i).cmd.is('InvAck'), home.cmd.isNot('Empty')],
    then: [
      ack.at(i).cmd.becomes('Empty'),
      home.sharers.becomes(home.sharers.without(i)),
      when(home.exclusive, [
        home.exclusive.becomes(false),
        home.data.becomes(ack.at(i).data),
      ]),
    ],
  }));
  model.step('SendInvAck', { i: NODE }, ({ i }) => ({
    when: [order.at(i).cmd.is('Inv'), ack.at(i).cmd.is('Empty')],
    then: [
      order.at(i).cmd.becomes('Empty'),
      ack.at(i).cmd.becomes('InvAck'),
      when(cache.at(i).state.is('E'), [ack.at(i).data.becomes(cache.at(i).data)]),
      cache.at(i).state.becomes('I'),
    ],
  }));
  model.step('SendInv', { i: NODE }, ({ i }) => ({
    when: [
      order.at(i).cmd.is('Empty'),
      home.toInvalidate.has(i),
      home.cmd.is('ReqE').or(home.cmd.is('ReqS').and(home.exclusive)),
    ],
    then: [order.at(i).cmd.becomes('Inv'), home.toInvalidate.becomes(home.toInvalidate.without(i))],
  }));

  for (const cmd of ['ReqE', 'ReqS'] as const) {
    model.step(`Recv${cmd}`, { i: NODE }, ({ i }) => ({
      when: [home.cmd.is('Empty'), request.at(i).is(cmd)],
      then: [
        home.cmd.becomes(cmd),
        home.client.becomes(i),
        request.at(i).becomes('Empty'),
        home.toInvalidate.becomes(home.sharers),
      ],
    }));
    model.step(`Send${cmd}`, { i: NODE }, ({ i }) => ({
      when: [request.at(i).is('Empty'), cmd === 'ReqS' ? cache.at(i).state.is('I') : cache.at(i).state.isNot('E')],
      then: [request.at(i).becomes(cmd)],
    }));
  }
  model.step('Store', { i: NODE, d: DATA }, ({ i, d }) => ({
    when: [cache.at(i).state.is('E')],
    then: [cache.at(i).data.becomes(d), latest.becomes(d)],
  }));

  model.invariant(
    'control',
    forAll(NODE, (i) =>
      forAll(NODE, (j) => i.is(j).or(cache.at(i).state.isNot('E')).or(cache.at(j).state.is('I'))),
    ),
    'an exclusive copy is the only one',
  );
  model.invariant(
    'data',
    allOf([
      home.exclusive.or(home.data.is(latest)),
      forAll(NODE, (i) => cache.at(i).state.is('I').or(cache.at(i).data.is(latest))),
    ]),
    'every copy holds the value last stored, and so does the home unless an exclusive copy is out',
  );
  return model;
}
