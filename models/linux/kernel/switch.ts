/**
 * kernel/sched/core.c context_switch(), for the CPUs that a scenario gives threads of several address
 * spaces, or kernel threads beside user threads.
 *
 * A kernel thread borrows the mm that is loaded (lazy TLB mode); user threads of the loaded mm go on
 * without a switch. What a switch does to TLBs belongs to the architecture.
 *
 * Left out: time slices and priorities (a CPU switches at any moment), migration of threads, idle CPUs
 * that leave their mm. A deadlock in which a CPU only goes back and forth is not seen.
 */
import { membersOf, type BoolLike, type Effect, type Model } from '../../../src/index.js';
import type { Cpu, Machine } from '../machine/machine.js';
import type { MicroStep, Scene } from './path.js';

/** A step of a CPU that no thread takes. */
type BackgroundStep = Pick<MicroStep, 'kernel' | 'after' | 'when' | 'then' | 'says' | 'approximation' | 'parts'>;

/** One switch of one CPU to an address space, as an architecture carries it out. */
export interface SwitchMove {
  readonly machine: Machine;
  readonly cpu: Cpu;
  /** Name of the address space. */
  readonly to: string;
  /** The guard of the first step. */
  readonly leaves: readonly BoolLike[];
  /** Adds a step of the CPU. */
  readonly step: (step: BackgroundStep) => void;
}

/** What a switch does to TLBs. */
export interface SwitchCode {
  /** Kernel file of `enter_lazy_tlb()`. */
  readonly lazyIn: string;
  /** From one mm, or none, to another. */
  switchMm(move: SwitchMove): void;
  /** From a kernel thread back to the mm that it borrowed; `leaves` holds that the CPU is lazy. */
  leaveLazy(move: SwitchMove): void;
}

/** Adds the switches of every CPU that needs them. */
export function scheduler(model: Model, scene: Scene, code: SwitchCode): void {
  const { machine } = scene;
  for (const [number, cpu] of membersOf(machine.CPU).entries()) {
    if (!machine.switches(number)) continue;
    const { mm: loaded, lazy, next, irqsOff } = machine.state.cpu.at(cpu);
    const idle = [irqsOff.isNone(), next.isNone()];
    for (const to of machine.contextsOf(number)) {
      const wanted = scene.unfinished(number, to);
      const step = stepper(model, machine, number, to);
      if (to === undefined) {
        step(enterLazyTlb(code.lazyIn, [...idle, loaded.isSome(), lazy.not(), wanted], lazy.becomes(true)));
        continue;
      }
      const here = loaded.is(machine.mm(to));
      const move = { machine, cpu, to, step };
      // What fork() makes has nothing to run before it returns.
      const born = machine.forked(to) ? [machine.state.mm.at(machine.mm(to)).born] : [];
      code.switchMm({ ...move, leaves: [...idle, here.not(), wanted, ...born] });
      if (machine.contextsOf(number).includes(undefined)) code.leaveLazy({ ...move, leaves: [...idle, here, lazy, wanted] });
    }
  }
}

function enterLazyTlb(file: string, guard: readonly BoolLike[], lazy: Effect): BackgroundStep {
  return {
    kernel: `${file} enter_lazy_tlb()`,
    after: 'the kernel thread borrows the page table that is loaded',
    when: guard,
    then: [lazy],
    says: ['enter_lazy_tlb()'],
  };
}

function stepper(model: Model, machine: Machine, cpu: number, to: string | undefined): SwitchMove['step'] {
  const threads = machine.scenario.threads.filter((t) => t.cpu === cpu).map((t) => t.name);
  let number = 0;
  return ({ kernel, after, when, then, says, approximation, parts }) => {
    const label = kernel.slice(kernel.indexOf(' ') + 1);
    model.step(`CPU${cpu} to ${to ?? 'kernel thread'} ${label} #${++number}`, {
      label,
      actor: `CPU${cpu} (${threads.join(', ')})`,
      when: when ?? [],
      then: then ?? [],
      says: (says ?? []).map((say) => (typeof say === 'string' ? { text: [say] } : say)),
      notes: { source: kernel, provenance: 'source', approximation: approximation ?? 'exact', interleaves: after },
      parts: parts ?? [],
    });
  };
}
