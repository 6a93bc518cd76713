/**
 * The ASID allocator of Linux on arm and arm64 (arch/arm64/mm/context.c) over a TLB that fills as soon as
 * a task runs, while another thread unmaps pages. An address space gets a number of the current
 * generation when a CPU switches to it; when the numbers run out a new generation begins, and every CPU
 * flushes its own TLB before it next goes on. Left out: CnP (a TLB shared between CPUs).
 *
 * The step that would begin a generation past the bound changes nothing, see lamport-mutex.ts. What a
 * procedure's locals hold while nobody is in it, or in copy, is not part of the state.
 *
 * Source: Catalin Marinas, kernel-tla, module asidalloc, with CnP off.
 */
import {
  allOf,
  forEach,
  member,
  Model,
  none,
  observe,
  optional,
  when,
  type BoolLike,
  type Effect,
  type Index,
  type Int,
} from '../../src/index.js';
import { asidState, clear, copy, equal, isNull, requireSafety, set, type AsidSizes, type Label } from './asid-state.js';

type Cpu = Index<'CPU'>;

/** The sizes, and which guard to drop. */
export interface AsidAllocator extends AsidSizes {
  /** `lock`: the slow path does not wait for `cpu_asid_lock`. */
  readonly without?: 'lock';
}

/** The allocator; each of its properties is one of safety. */
export function asidAllocator({ without, ...sizes }: AsidAllocator): Model {
  const { cpus, tasks, asids, generations } = sizes;
  const state = asidState(sizes);
  const { schema, CPU, TASK, NUMBER, locked, generation, taken, lastTaken, active, reserved, flushPending } = state;
  const { context, running, tlb, pte, pc, task, wanted, old, picked, flushed, visited, wasReserved } = state;
  const { returned, unmap } = state;

  /** CPUs are visited from the first to the last: so does TLC where the text leaves the choice. */
  const visitFirst = (c: Cpu): Effect => visited.at(c).becomes(member(CPU, 0));
  const following = CPU.members.map((_, i) => (i + 1 < cpus ? i + 1 : -1));
  const visitNext = (c: Cpu): Effect => visited.at(c).becomes(visited.at(c).lookup(optional(CPU), following));

  const model = new Model(`ASID allocator ${cpus},${tasks},${asids},${generations}`, schema);
  const line = (label: Label, then: (c: Cpu) => Effect[], awaits: BoolLike = true): Model =>
    model.step(label, { c: CPU }, ({ c }) => ({ when: [pc.at(c).is(label), awaits], then: then(c) }));
  const goto = (c: Cpu, label: Label): Effect => pc.at(c).becomes(label);

  // The scheduler and check_and_switch_context().
  model.step('sched_loop', { c: CPU, t: TASK }, ({ c, t }) => ({
    when: [pc.at(c).is('sched_loop')],
    then: [when(running.at(c).task.isNot(t), [task.at(c).becomes(t), goto(c, 'check_and_switch_context')])],
  }));
  line('check_and_switch_context', (c) => [
    ...copy(context.at(task.at(c)), wanted.at(c)),
    ...copy(active.at(c), old.at(c)),
    goto(c, 'check_current_generation'),
  ]);
  line('check_current_generation', (c) => {
    const current = isNull(old.at(c)).not().and(wanted.at(c).generation.is(generation));
    return [when(current, [goto(c, 'cmpxchg_active_asids')], [goto(c, 'slow_path')])];
  });
  line('cmpxchg_active_asids', (c) => [
    when(equal(active.at(c), old.at(c)), copy(wanted.at(c), active.at(c)), copy(active.at(c), old.at(c))),
    goto(c, 'check_roll_over'),
  ]);
  line('check_roll_over', (c) => [when(isNull(old.at(c)), [goto(c, 'slow_path')], [goto(c, 'fast_path')])]);
  line(
    'slow_path',
    (c) => [
      locked.becomes(true),
      ...copy(context.at(task.at(c)), wanted.at(c)),
      when(wanted.at(c).generation.is(generation), [goto(c, 'tlb_flush_pending')], [goto(c, 'new_context')]),
    ],
    without === 'lock' || locked.not(),
  );
  line('got_context', (c) => [
    ...copy(returned.at(c), wanted.at(c)), ...copy(wanted.at(c), context.at(task.at(c))), goto(c, 'tlb_flush_pending'),
  ]);
  line('tlb_flush_pending', (c) => [
    when(flushPending.at(c), [
      flushPending.at(c).becomes(false),
      // The running task's entries may be loaded again at once.
      forEach(TASK, (t) => [
        when(running.at(c).task.isNot(t), [forEach(NUMBER, (n) => [tlb.at(c, t, n).becomes(false)])]),
      ]),
    ]),
    goto(c, 'set_active_asids'),
  ]);
  line('set_active_asids', (c) => [
    ...copy(wanted.at(c), active.at(c)), locked.becomes(false), goto(c, 'fast_path'),
  ]);
  line('fast_path', (c) => {
    const next = task.at(c);
    return [
      running.at(c).task.becomes(next),
      running.at(c).number.becomes(wanted.at(c).number),
      when(pte.at(next).is('mapped'), [tlb.at(c, next, context.at(next).number).becomes(true)]),
      task.at(c).becomes(none),
      ...clear(wanted.at(c)),
      ...clear(old.at(c)),
      goto(c, 'sched_loop'),
    ];
  });

  // new_context(), with check_update_reserved_asid().
  const give = (c: Cpu): Effect[] => set(returned.at(c), picked.at(c).number, generation);
  const leave = (c: Cpu): Effect[] => [...clear(picked.at(c)), goto(c, 'got_context')];
  line('new_context', (c) => [
    ...copy(context.at(task.at(c)), picked.at(c)),
    when(isNull(picked.at(c)), [goto(c, 'allocate_free_asid')], [goto(c, 'check_update_reserved_asid')]),
  ]);
  line('check_update_reserved_asid', (c) => [
    wasReserved.at(c).becomes(false), visitFirst(c), goto(c, 'check_update_each_cpu'),
  ]);
  line('check_update_each_cpu', (c) => {
    const other = reserved.at(visited.at(c));
    const keep = [wasReserved.at(c).becomes(true), ...set(other, picked.at(c).number, generation)];
    const visit = [when(equal(other, picked.at(c)), keep), visitNext(c)];
    return [when(visited.at(c).isSome(), visit, [goto(c, 'checked_reserved')])];
  });
  line('checked_reserved', (c) => [when(wasReserved.at(c), [...give(c), ...leave(c)], [goto(c, 'not_reserved')])]);
  line('not_reserved', (c) => {
    const mine = taken.at(picked.at(c).number);
    const take = [mine.becomes(true), ...give(c), goto(c, 'new_context_return')];
    return [when(mine, [goto(c, 'allocate_free_asid')], take)];
  });
  line('new_context_return', leave);

  /** Picks the least free number from `from` on. */
  const pick = (c: Cpu, from: Int | number, otherwise: Effect[]): Effect[] =>
    Array.from({ length: asids - 1 }, (_, i) => i + 1).reduceRight<Effect[]>((rest, n) => {
      const free = allOf([typeof from === 'number' ? from <= n : from.atMost(n), taken.at(n).not()]);
      return [when(free, [picked.at(c).number.becomes(n), goto(c, 'set_asid')], rest)];
    }, otherwise);
  line('allocate_free_asid', (c) => pick(c, lastTaken, [goto(c, 'out_of_asids')]));
  line('out_of_asids', (c) => [
    when(generation.below(generations), [generation.becomes(generation.plus(1)), goto(c, 'flush_context')]),
  ]);
  line('flushed_context', (c) => pick(c, 1, [observe('enough ASIDs', false)]));
  line('set_asid', (c) => [
    taken.at(picked.at(c).number).becomes(true), lastTaken.becomes(picked.at(c).number), ...give(c), ...leave(c),
  ]);

  // flush_context().
  line('flush_context', (c) => [
    forEach(NUMBER, (n) => [taken.at(n).becomes(false)]), visitFirst(c), goto(c, 'flush_each_cpu'),
  ]);
  line('flush_each_cpu', (c) => {
    const other = active.at(visited.at(c));
    const visit = [...copy(other, flushed.at(c)), ...clear(other), goto(c, 'flush_asid0_check')];
    const end = [forEach(CPU, (k) => [flushPending.at(k).becomes(true)]), goto(c, 'flushed_context')];
    return [when(visited.at(c).isSome(), visit, end)];
  });
  line('flush_asid0_check', (c) => [
    // A CPU whose ASID is gone has not switched since the last flush: what it had reserved stays so.
    when(isNull(flushed.at(c)), copy(reserved.at(visited.at(c)), flushed.at(c))),
    taken.at(flushed.at(c).number).becomes(true),
    ...copy(flushed.at(c), reserved.at(visited.at(c))),
    ...clear(flushed.at(c)),
    visitNext(c),
    goto(c, 'flush_each_cpu'),
  ]);

  // try_to_unmap_one(), by nobody in particular.
  model.step('ttu', { t: TASK }, ({ t }) => ({
    when: [unmap.pc.is('ttu')],
    then: [unmap.task.becomes(t), unmap.pc.becomes('pte_clear')],
  }));
  model.step('pte_clear', {
    when: [unmap.pc.is('pte_clear')],
    then: [pte.at(unmap.task).becomes('unmapped'), unmap.pc.becomes('read_asid')],
  });
  model.step('read_asid', {
    when: [unmap.pc.is('read_asid')],
    then: [unmap.number.becomes(context.at(unmap.task).number), unmap.pc.becomes('tlbi')],
  });
  model.step('tlbi', {
    when: [unmap.pc.is('tlbi')],
    then: [
      forEach(CPU, (c) => [forEach(TASK, (t) => [tlb.at(c, t, unmap.number).becomes(false)])]),
      unmap.pc.becomes('after_tlbi'),
    ],
  });
  model.step('after_tlbi', {
    when: [unmap.pc.is('after_tlbi')],
    then: [
      pte.at(unmap.task).becomes('inval'), unmap.task.becomes(none), unmap.number.becomes(0), unmap.pc.becomes('ttu'),
    ],
  });

  requireSafety(model, state);
  model.observed('enough ASIDs', 'a new generation has a free number for whoever begins it');
  return model;
}
