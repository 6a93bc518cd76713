/**
 * What the model of the ASID allocator remembers, and what must hold of it; `asid-allocator.ts` has the
 * steps, the source and what is left out.
 */
import {
  allOf,
  bool,
  forAll,
  Model,
  oneOf,
  optional,
  range,
  Schema,
  type Bool,
  type Effect,
  type Int,
} from '../../src/index.js';

/** A number and the generation that it belongs to; generation 0 for no ASID. */
export interface Asid {
  readonly number: Int;
  readonly generation: Int;
}

// After the labels of the source.
const labels = [
  'sched_loop', 'check_and_switch_context', 'check_current_generation', 'cmpxchg_active_asids', 'check_roll_over',
  'slow_path', 'new_context', 'check_update_reserved_asid', 'check_update_each_cpu', 'checked_reserved',
  'not_reserved', 'new_context_return', 'allocate_free_asid', 'out_of_asids', 'flush_context', 'flush_each_cpu',
  'flush_asid0_check', 'flushed_context', 'set_asid', 'got_context', 'tlb_flush_pending', 'set_active_asids',
  'fast_path',
] as const;

/** The label at which a CPU stands. */
export type Label = (typeof labels)[number];

/** How many there are of each. */
export interface AsidSizes {
  readonly cpus: number;
  readonly tasks: number;
  /** ASID 0, which nobody gets, included; more than the CPUs by two at least. */
  readonly asids: number;
  readonly generations: number;
}

/** The variables of a state: the allocator's, the machine's, and where each thread stands. */
export type AsidState = ReturnType<typeof asidState>;

/** The variables at the given sizes. */
export function asidState({ cpus, tasks, asids, generations }: AsidSizes) {
  const schema = new Schema();
  const CPU = schema.index('CPU', cpus);
  const TASK = schema.index('TASK', tasks);
  const NUMBER = range(0, asids - 1);
  const asid = { number: NUMBER, generation: range(0, generations) };

  return {
    schema,
    CPU,
    TASK,
    NUMBER,
    locked: schema.variable('cpu_asid_lock', bool),
    generation: schema.variable('asid_generation', range(1, generations)),
    taken: schema.array('asid_map', [NUMBER], bool),
    lastTaken: schema.variable('cur_idx', range(1, asids - 1)),
    active: schema.array('active_asids', [CPU], asid),
    reserved: schema.array('reserved_asids', [CPU], asid),
    flushPending: schema.array('tlb_flush_pending', [CPU], bool),
    context: schema.array('mm_context_id', [TASK], asid),

    running: schema.array('active_mm', [CPU], { task: optional(TASK), number: NUMBER }),
    tlb: schema.array('tlb', [CPU, TASK, NUMBER], bool),
    pte: schema.array('pte', [TASK], oneOf('mapped', 'unmapped', 'inval')),

    pc: schema.array('pc', [CPU], oneOf(...labels)),
    task: schema.array('task', [CPU], optional(TASK)),
    wanted: schema.array('wanted', [CPU], asid),
    old: schema.array('old', [CPU], asid),
    picked: schema.array('picked', [CPU], asid),
    flushed: schema.array('flushed', [CPU], asid),
    visited: schema.array('visited', [CPU], optional(CPU)),
    wasReserved: schema.array('was_reserved', [CPU], bool),
    returned: schema.array('returned', [CPU], asid),
    unmap: schema.variable('unmap', {
      pc: oneOf('ttu', 'pte_clear', 'read_asid', 'tlbi', 'after_tlbi'),
      task: optional(TASK),
      number: NUMBER,
    }),
  };
}

/** Assigns both fields. */
export const set = (to: Asid, number: Int | number, generation: Int | number): Effect[] => [
  to.number.becomes(number),
  to.generation.becomes(generation),
];

/** Assigns one to another. */
export const copy = (from: Asid, to: Asid): Effect[] => set(to, from.number, from.generation);

/** Assigns no ASID. */
export const clear = (to: Asid): Effect[] => set(to, 0, 0);

/** No ASID. */
export const isNull = (a: Asid): Bool => a.generation.is(0);

/** The same number of the same generation. */
export const equal = (a: Asid, b: Asid): Bool => a.number.is(b.number).and(a.generation.is(b.generation));

/** Adds what must hold of every state. */
export function requireSafety(model: Model, state: AsidState): void {
  const { CPU, TASK, NUMBER, pc, running, tlb, pte, context } = state;
  model.invariant(
    'unique ASID',
    forAll(CPU, (c) => forAll(NUMBER, (n) => forAll(TASK, (t) =>
      tlb.at(c, t, n).not().or(forAll(TASK, (u) => t.is(u).or(tlb.at(c, u, n).not()))),
    ))),
    'no two tasks have an entry of the same ASID in the TLB of one CPU',
  );
  model.invariant(
    'same ASID',
    forAll(CPU, (c) => forAll(CPU, (d) => {
      const settled = allOf([pc.at(c).is('sched_loop'), pc.at(d).is('sched_loop'), running.at(c).task.isSome()]);
      const together = settled.and(running.at(c).task.is(running.at(d).task));
      return together.not().or(running.at(c).number.is(running.at(d).number));
    })),
    'CPUs that run the same task run it with the same ASID',
  );
  model.invariant(
    'nothing stale',
    forAll(CPU, (c) => forAll(TASK, (t) => allOf([
      running.at(c).task.is(t),
      pte.at(t).is('inval'),
      forAll(CPU, (k) => tlb.at(k, t, context.at(t).number).not()).not(),
    ]).not())),
    'no TLB holds an entry of a running task whose page has been unmapped and flushed',
  );
}
