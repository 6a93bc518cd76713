/**
 * arch/arm64/include/asm/tlbflush.h of v6.12: TLBIs that are broadcast, and the DSB that waits for them.
 *
 * A TLBI invalidates on every CPU, but at a time of its own; only a DSB of the CPU that issued it says
 * that all have done so. There are no interrupts, no cpumask and no generations, and a flush of a page
 * heals that page.
 *
 * Left out: ASID rollover, TLBIs that are local, contiguous PTEs, hardware that has to be told twice.
 */
import { anyOf, membersOf, type Bool, type Effect, type Model } from '../../../src/index.js';
import type { Cpu, Machine } from '../machine/machine.js';
import type { Arch, FlushCall, Path } from './path.js';
import { scheduler } from './switch.js';
import { clearEntry } from './tlb.js';

const file = 'arch/arm64/include/asm/tlbflush.h';

/** arm64: broadcast invalidation, completed by a barrier of the CPU that asked for it. */
export const arm64: Arch = {
  name: 'arm64',
  shouldDefer: () => true,
  // The TLBI is issued now; what the batch remembers is that a DSB is due.
  addPending: ({ machine, task }, page) => ({
    effects: issue(machine, task.cpu, [page]),
    cpus: machine.cpus([task.thread.cpu]),
    says: ['    [ TLBI issued, no DSB yet ]'],
  }),
  flushMm: (path, call, mm) => {
    flush(path, call, path.machine.pagesOf(mm), 'flush_tlb_mm()');
  },
  flushPage: (path, call, page, by) => {
    flush(path, call, [page], by === 'flush_tlb_page' ? 'flush_tlb_page()' : '__flush_tlb_range()');
  },
  flushBatch: (path, call) => {
    dsb(path, call, 'arch_tlbbatch_flush()');
  },
  flushBatchedPending: (path, call, mm) => {
    if (path.rules.has('batched.dsb')) dsb(path, call, 'arch_flush_tlb_batched_pending()');
    else arm64.flushMm(path, call, mm);
  },
  completeIssued: (path, call) => {
    dsb(path, call, 'arch_tlbbatch_flush()');
  },
  // flush_tlb_page_nosync(): the TLBI is issued, and nobody waits for it.
  clearFlushYoung: ({ machine, task }, page) => issue(machine, task.cpu, [page]),
  pteNeedsFlush: () => true,
  faults: { badAccess: 'arch/arm64/mm/fault.c do_page_fault()', sigbus: 'arch/arm64/mm/fault.c do_page_fault()' },
  lufIsEmpty: true,
  background: (_, model, scene) => {
    invalidations(scene.machine, model);
    scheduler(model, scene, {
      lazyIn: 'include/asm-generic/mmu_context.h',
      switchMm: ({ machine, cpu, to, leaves, step }) => {
        const { mm, lazy } = machine.state.cpu.at(cpu);
        step({
          kernel: 'arch/arm64/mm/context.c check_and_switch_context()',
          after: 'the entries of the mm are as they were: TLBIs reach them whatever runs here',
          when: leaves,
          then: [mm.becomes(machine.mm(to)), lazy.becomes(false)],
          says: ['switch_mm()'],
        });
      },
      leaveLazy: ({ machine, cpu, leaves, step }) => {
        step({
          kernel: 'arch/arm64/include/asm/mmu_context.h switch_mm()',
          after: 'the mm was loaded all the time, and TLBIs reached it',
          when: leaves,
          then: [machine.state.cpu.at(cpu).lazy.becomes(false)],
          says: ['switch_mm()'],
        });
      },
    });
  },
};

/** A TLBI for each of the pages: every CPU has it to do. */
function issue(machine: Machine, from: Cpu, pages: readonly string[]): Effect[] {
  return pages.flatMap((page) =>
    machine.cpusOf(machine.mmNameOf(page)).map((cpu) =>
      machine.state.tlbi.at(from, cpu, machine.page(page)).pending.becomes(true),
    ),
  );
}

function flush(path: Path, call: FlushCall, pages: readonly string[], name: string): void {
  const waiting = path.place('dsb');
  const issued = issue(path.machine, path.task.cpu, pages);
  path.step({
    at: call.at,
    to: waiting,
    kernel: `${file} ${name}`,
    after: 'CPUs that the TLBI has not reached go on using their entries',
    ...(call.when ? { when: call.when } : {}),
    then: [...(call.first ?? []), ...issued],
    says: [...(call.says ?? []), `==> ${name}`],
    parts: [{ name: `the TLBI of ${name} in ${call.caller}`, effects: issued }],
  });
  dsb(path, { at: waiting, to: call.to, caller: call.caller, ...(call.last ? { last: call.last } : {}) }, name);
}

/** DSB ISH: waits for the TLBIs that this CPU has issued, and for no others. */
function dsb(path: Path, { at, to, caller, when, says, first, last }: FlushCall, name: string): void {
  const { machine, task } = path;
  const mine: Bool[] = machine.CPU.members.flatMap((_, cpu) =>
    machine.PAGE.members.map((__, page) => machine.state.tlbi.at(task.cpu, cpu, page).pending),
  );
  const complete = anyOf(mine).not();
  path.step({
    at,
    to,
    kernel: `${file} ${name}`,
    after: 'every TLBI of this CPU is complete; those of others may still be on their way',
    when: [...(when ?? []), complete],
    then: [...(first ?? []), ...(last ?? [])],
    says: [...(says ?? []), '==> dsb(ish)'],
    parts: [{ name: `the DSB of ${name} in ${caller}`, when: [complete] }],
  });
}

/** A TLBI arrives at a CPU. */
function invalidations(machine: Machine, model: Model): void {
  const cpus = membersOf(machine.CPU);
  for (const mm of machine.scenario.mms) {
    for (const target of machine.cpusOf(mm)) {
      for (const page of machine.pagesOf(mm)) {
        const p = machine.page(page);
        const pending = cpus.map((from) => machine.state.tlbi.at(from, target, p).pending);
        const threads = machine.scenario.threads.filter((t) => t.cpu === target).map((t) => t.name);
        pending.forEach((from, number) => model.step(`CPU${number} TLBI of ${page} on CPU${target}`, {
          label: 'TLBI',
          actor: `CPU${target} (${threads.join(', ')})`,
          when: [from],
          then: [from.becomes(false), ...clearEntry(machine, cpus[target]!, p)],
          says: [{ text: [`[ TLBI of CPU${number}: ${page} ]`] }],
          notes: {
            source: 'hardware TLBI',
            provenance: 'source',
            approximation: 'exact',
            interleaves: 'the CPU may fill its TLB again from the page table at once',
          },
        }));
      }
    }
  }
}
