/**
 * kernel/smp.c on_each_cpu_cond_mask() as TLB flushes use it: a function runs on every CPU of a mask, by
 * interrupt or by a local call, and the caller waits until all have run it.
 */
import { membersOf, observe, setOf, toBool, when, type BoolLike, type Effect, type Members } from '../../../src/index.js';
import type { FlushCall, Path, Say } from './path.js';

/** A function that is run on CPUs. */
export interface CrossCall {
  /** Kernel file and function that sends, and the line of the diagram for it. */
  readonly sender: string;
  readonly says: string;
  /** Kernel file and function that each CPU runs. */
  readonly receiver: string;
  /** The mask, read in the first step after the effects of `first`. */
  readonly mask: Members<'CPU'>;
  /** Effects of the sender before it reads the mask. */
  readonly first?: readonly Effect[];
  /** Numbers of the CPUs that the mask can ever hold. */
  readonly targets: readonly number[];
  /** What the function does on a CPU. */
  handle(cpu: number): readonly Effect[];
  /** What the diagram says of it besides the function's name. */
  remarks?(cpu: number): readonly Say[];
  /** CPUs that are not interrupted; absent if there are none. */
  readonly skips?: Skip;
}

/** When a CPU is not interrupted: the function that says so, and its lines of the diagram. */
export interface Skip {
  readonly kernel: string;
  readonly after: string;
  when(cpu: number): BoolLike;
  says(cpu: number): readonly Say[];
}

/** Writes the steps of a cross call; the wait is a place of its own where CPUs acknowledge in any order. */
export function crossCall(path: Path, call: FlushCall, cross: CrossCall): void {
  const { machine, task } = path;
  const sends = [...(cross.first ?? []), ipisOf(path).becomes(cross.mask)];
  const remaining = ipisOf(path);
  const waiting = path.place('flush');
  path.step({
    at: call.at,
    kernel: cross.sender,
    after: 'CPUs that have not handled the IPI go on using their entries',
    ...(call.when ? { when: call.when } : {}),
    then: [
      observe('flush-context', machine.state.cpu.at(task.cpu).irqsOff.isNone()),
      ...(call.first ?? []),
      ...sends,
      when(remaining.isEmpty(), [...(call.last ?? []), path.goto(call.to)], [path.goto(waiting)]),
    ],
    says: [...(call.says ?? []), cross.says],
    parts: [{ name: `${functionOf(cross.sender)} in ${call.caller}`, effects: sends }],
  });
  for (const cpu of cross.targets) {
    const target = membersOf(machine.CPU)[cpu]!;
    const { irqsOff, next } = machine.state.cpu.at(target);
    const local = cpu === task.thread.cpu;
    const skipped = machine.switches(cpu) && cross.skips ? cross.skips : undefined;
    const acknowledged = [
      remaining.becomes(remaining.without(target)),
      when(remaining.isEmpty(), [...(call.last ?? []), path.goto(call.to)]),
    ];
    const open = local ? [] : [irqsOff.isNone(), next.isNone()];
    const handled = cross.handle(cpu);
    path.step({
      at: waiting,
      kernel: cross.receiver,
      after: 'the CPU may fill its TLB again from the page table at once',
      cpu,
      when: [remaining.has(target), ...open, ...(skipped ? [toBool(skipped.when(cpu)).not()] : [])],
      then: [...handled, ...acknowledged],
      says: [`${local ? '==>' : '<IPI>'} ${functionOf(cross.receiver)}`, ...(cross.remarks?.(cpu) ?? [])],
      parts: [{ name: `what ${functionOf(cross.receiver)} does`, effects: handled }],
    });
    if (!skipped) continue;
    path.step({
      at: waiting,
      kernel: skipped.kernel,
      after: skipped.after,
      when: [remaining.has(target), skipped.when(cpu)],
      then: acknowledged,
      says: skipped.says(cpu),
    });
  }
}

/** The CPUs that a cross call of the thread still waits for. */
function ipisOf(path: Path): Members<'CPU'> {
  return path.local('ipis', setOf(path.machine.CPU), (value) => value.becomes([]));
}

const functionOf = (kernel: string): string => kernel.slice(kernel.indexOf(' ') + 1);
