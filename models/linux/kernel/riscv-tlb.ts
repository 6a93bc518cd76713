/**
 * arch/riscv/mm/tlbflush.c and context.c of v6.12, with the ASID allocator: remote fences to mm_cpumask.
 *
 * There are no generations: a flush of a range heals that range, and a CPU that comes back to an mm finds
 * its old entries. So a CPU that once ran an mm stays in its mask.
 *
 * Left out: harts without ASIDs, fences by SBI calls (which the firmware takes even with interrupts off),
 * large ranges that turn into full flushes.
 */
import { membersOf, type Effect } from '../../../src/index.js';
import { crossCall } from './ipi.js';
import type { Arch, FlushCall, Path } from './path.js';
import { scheduler } from './switch.js';
import { clearEntry, clearMm, nothingIssued } from './tlb.js';

const file = 'arch/riscv/mm/tlbflush.c';

/** riscv: remote fences, nothing else. */
export const riscv: Arch = {
  name: 'riscv',
  shouldDefer: () => true,
  addPending: ({ machine }, page) => ({ effects: [], cpus: machine.state.mm.at(machine.mmOf(page)).cpumask }),
  flushMm: (path, call, mm) => {
    flush(path, call, { mm, says: 'flush_tlb_mm()' });
  },
  flushPage: (path, call, page, by) => {
    const mm = path.machine.mmNameOf(page);
    // tlb_flush() of a gather that has freed page tables.
    if (by === 'gather with freed tables') riscv.flushMm(path, call, mm);
    else flush(path, call, { mm, page, says: by === 'gather' ? 'flush_tlb_mm_range()' : `${by}()` });
  },
  flushBatch: (path, call, cpus) => {
    const { machine } = path;
    crossCall(path, call, {
      sender: `${file} arch_tlbbatch_flush()`,
      says: '==> arch_tlbbatch_flush()',
      receiver: `${file} __ipi_flush_tlb_range_asid()`,
      mask: cpus,
      targets: machine.CPU.members.map((_, i) => i),
      // Without an ASID: the entries of every mm.
      handle: (cpu) => machine.scenario.mms.flatMap((mm) => clearMm(machine, membersOf(machine.CPU)[cpu]!, mm)),
    });
  },
  flushBatchedPending: (path, call, mm) => {
    riscv.flushMm(path, call, mm);
  },
  completeIssued: nothingIssued,
  clearFlushYoung: () => [],
  pteNeedsFlush: () => true,
  faults: { badAccess: 'arch/riscv/mm/fault.c bad_area_nosemaphore()', sigbus: 'arch/riscv/mm/fault.c mm_fault_error()' },
  lufIsEmpty: false,
  background: (_, model, scene) => {
    scheduler(model, scene, {
      lazyIn: 'include/asm-generic/mmu_context.h',
      switchMm: ({ machine, cpu, to, leaves, step }) => {
        const { mm, lazy } = machine.state.cpu.at(cpu);
        const { cpumask } = machine.state.mm.at(machine.mm(to));
        step({
          kernel: 'arch/riscv/mm/context.c set_mm()',
          after: 'fences for the mm reach this CPU from here on; its older entries are as they were',
          when: leaves,
          then: [cpumask.becomes(cpumask.with(cpu)), mm.becomes(machine.mm(to)), lazy.becomes(false)],
          says: ['switch_mm()'],
        });
      },
      leaveLazy: ({ machine, cpu, leaves, step }) => {
        step({
          kernel: 'arch/riscv/mm/context.c switch_mm()',
          after: 'the mm was loaded all the time, and fences reached it',
          when: leaves,
          then: [machine.state.cpu.at(cpu).lazy.becomes(false)],
          says: ['switch_mm()'],
        });
      },
    });
  },
};

function flush(path: Path, call: FlushCall, { mm, page, says }: { mm: string; page?: string; says: string }): void {
  const { machine } = path;
  const clear = (cpu: number): Effect[] => {
    const target = membersOf(machine.CPU)[cpu]!;
    return page === undefined ? clearMm(machine, target, mm) : clearEntry(machine, target, machine.page(page));
  };
  crossCall(path, call, {
    sender: `${file} ${says}`,
    says: `==> ${says}`,
    receiver: `${file} __ipi_flush_tlb_range_asid()`,
    mask: machine.state.mm.at(machine.mm(mm)).cpumask,
    targets: machine.cpusOf(mm),
    handle: clear,
  });
}
