/** What flushes do to TLB entries, whatever the architecture. */
import { none, type Effect } from '../../../src/index.js';
import type { Cpu, Machine, Page } from '../machine/machine.js';
import type { FlushCall, Path } from './path.js';

/** Removes an entry from a TLB. */
export function clearEntry(machine: Machine, cpu: Cpu, page: Page): Effect[] {
  const entry = machine.state.tlb.at(cpu, page);
  return [entry.frame.becomes(none), entry.writable.becomes(false), entry.dirty.becomes(false)];
}

/** Removes all entries of an mm from a TLB. */
export function clearMm(machine: Machine, cpu: Cpu, mm: string): Effect[] {
  return machine.pagesOf(mm).flatMap((page) => clearEntry(machine, cpu, machine.page(page)));
}

/** {@link Arch.completeIssued} of an architecture whose unmaps only note CPUs. */
export function nothingIssued(path: Path, { at, to, when, first, last }: FlushCall): void {
  path.step({
    at,
    to,
    kernel: 'mm/rmap.c try_to_unmap_flush()',
    provenance: 'inferred',
    after: 'the unmaps have set nothing going by themselves',
    when: when ?? [],
    then: [...(first ?? []), ...(last ?? [])],
  });
}
