/** mm/memory.c do_numa_page(): a fault on a PTE that NUMA balancing has made inaccessible gives access back. */
import type { Fault } from './fault.js';
import { canChangePteWritable } from './mprotect.js';

const kernel = 'mm/memory.c do_numa_page()';

/** do_numa_page(): the VMA allows the access, the PTE does not; a folio that is misplaced is moved by migrate(). */
export function doNumaPage(self: Fault): void {
  const { path, pte, ptl } = self;
  const at = self.enterAt('do_numa_page', pte.kind.is('protnone'));
  const unchanged = pte.kind.is('protnone');
  const write = canChangePteWritable(path, self.access.page, true);
  path.step({
    at,
    to: 'return',
    kernel,
    after: 'any CPU can walk to the page again',
    approximation: 'under: a folio that is to be moved is moved before the access is tried again',
    when: [ptl.not(), unchanged],
    then: [pte.writable.becomes(write), pte.kind.becomes('present')],
    says: [
      '==> do_numa_page()',
      { if: write, ...self.pteLine(pte.frame, 'RW') },
      { if: write.not(), ...self.pteLine(pte.frame, 'RO') },
    ],
  });
  path.step({
    at,
    to: 'return',
    kernel,
    after: 'another thread changed the PTE first: the access is tried again',
    when: [ptl.not(), unchanged.not()],
  });
}
