/**
 * kernel/sched/fair.c task_numa_work() and mm/mempolicy.c change_prot_numa(): NUMA balancing makes a page
 * inaccessible, so that the next access tells where the page is used. The task does it itself, on its way
 * to user mode. The fault is in memory-numa.ts; what it decides to move is migrate().
 *
 * Left out: which VMAs and pages are scanned and when; that shared copy-on-write pages are passed over.
 */
import { allOf, anyOf } from '../../../src/index.js';
import { gatherEnds, gatherOf, tlbGatherMmu } from './mmu_gather.js';
import { changeProtection } from './mprotect.js';
import { eachPage, pageIn, type LinuxOperation } from './operation.js';
import type { Path } from './path.js';

/** A NUMA hint for a page. */
function numaHint(path: Path, page: string): void {
  const { machine } = path;
  const gather = gatherOf(path, page);
  const { writer, readers } = machine.state.mm.at(machine.mmOf(page));
  const vma = machine.state.vma.at(machine.page(page));
  // A read-only file is left alone: its pages are better copied to each node.
  const scanned = allOf([vma.kind.isNot('none'), vma.readable, anyOf([vma.kind.is('anon'), vma.writable])]);
  path.step({
    at: 'start',
    to: 'end',
    kernel: 'kernel/sched/fair.c task_numa_work()',
    after: 'mmap_lock is taken, or the VMA is none that is scanned',
    when: [anyOf([writer, scanned.not()])],
  });
  path.step({
    at: 'start',
    to: 'change',
    kernel: 'mm/mempolicy.c change_prot_numa()',
    after: 'mmap_lock is held for reading: faults go on',
    when: [writer.not(), scanned],
    then: [readers.becomes(readers.plus(1)), ...tlbGatherMmu(gather)],
  });
  changeProtection(gather, 'change', 'unlock', { for: 'NUMA' });
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: 'mm/mempolicy.c change_prot_numa()',
    after: 'no CPU has an entry of the page, so the next access faults',
    approximation: 'exact: dec_tlb_flush_pending() and mmap_read_unlock() follow one another at once',
    then: [...gatherEnds(gather), readers.becomes(readers.minus(1))],
    says: ['[ task_numa_work() returns ]'],
  });
}

/** numa_hint(). */
export const mempolicyOperations: readonly LinuxOperation[] = [
  {
    id: 'numa_hint',
    name: 'numa_hint',
    parameters: ['page'],
    result: 'none',
    by: 'user',
    usage: 'numa_hint(p)',
    header: ({ text }) => text.replace('numa_hint', 'task_numa_work'),
    samples: eachPage,
    write: (path, { statement }) => {
      numaHint(path, pageIn(path, statement));
    },
  },
];
