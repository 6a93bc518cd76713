/**
 * mm/rmap.c folio_referenced(): how reclaim learns whether a folio was used, from the accessed bits that
 * walks of the page table set, and that it clears again.
 *
 * A CPU with an entry for the page uses it without setting the bit once more. x86 and riscv do not flush the
 * entry when the bit is cleared, arm64 does not wait until it is gone: a page in use may look unused.
 *
 * The bit is kept in scenarios only that ask for it, with age() or MADV_COLD. Reclaim does not look at it here
 * (any folio may be reclaimed), so that a wrong answer is among what is searched in any case.
 *
 * Left out: PTEs that a fault makes young, the lists that folios move between.
 */
import { allOf, bool, choose, type Effect } from '../../../src/index.js';
import type { Content, Machine } from '../machine/machine.js';
import { fileIn, type LinuxOperation } from './operation.js';
import type { Path } from './path.js';
import { rmapWalk } from './rmap-walk.js';

const file = 'mm/rmap.c';

/** Whether the scenario asks how old pages are. */
export const tracksAge = (machine: Machine): boolean => machine.uses('age', 'madvise-cold');

/** The effects of a walk of the page table that fills a TLB entry: the MMU sets the accessed bit. */
export function markYoung(machine: Machine, page: string): Effect[] {
  return tracksAge(machine) ? [machine.state.pte.at(machine.page(page)).young.becomes(true)] : [];
}

/** folio_referenced() of a file's folio: whether some PTE of it was young; now they are old. */
function age(path: Path, name: string, deliver: (value: Content) => Effect[]): void {
  const { machine } = path;
  const { cache } = machine.state.file.at(machine.file(name));
  const referenced = path.local('referenced', bool, (value) => value.becomes(false));
  const walked = rmapWalk(path, { pages: machine.pagesMapping(name), file: machine.file(name) }, 'start', (page, at) => {
    const to = path.place('folio_referenced_one');
    const pte = machine.state.pte.at(machine.page(page));
    const { ptl } = machine.tableOf(page);
    const young = allOf([pte.kind.is('present', 'protnone'), pte.frame.is(cache), pte.young]);
    const issued = path.kernel.arch.clearFlushYoung(path, page);
    const clear = [pte.young.becomes(false), referenced.becomes(true), ...issued];
    const says = ['folio_referenced()', '==> ptep_clear_flush_young()'];
    path.step({ at, to, kernel: `${file} folio_referenced_one()`, after: 'the page does not map the folio, or is old', when: [young.not()] });
    if (path.rules.has('young.flush')) {
      path.kernel.arch.flushPage(path, { at, to, caller: 'ptep_clear_flush_young()', when: [ptl.not(), young], says, first: [ptl.becomes(true), ...clear], last: [ptl.becomes(false)] }, page, 'flush_tlb_page');
      return to;
    }
    path.step({
      at,
      to,
      kernel: `${file} folio_referenced_one()`,
      after: 'CPUs that have an entry use the page, and the bit stays clear',
      when: [ptl.not(), young],
      then: clear,
      says: [...says, '    [ accessed bit cleared, no flush ]'],
      parts: [{ name: 'the TLBI of ptep_clear_flush_young()', effects: issued }],
    });
    return to;
  });
  path.step({
    at: walked,
    to: 'end',
    kernel: 'mm/vmscan.c shrink_active_list()',
    after: 'the folio is taken to be used, or not',
    then: deliver(choose(referenced, machine.content(1), machine.content(0))),
    says: [
      { if: referenced, text: ['shrink_active_list()', ': used'] },
      { if: referenced.not(), text: ['shrink_active_list()', ': not used'] },
    ],
  });
}

/** age(): whether a file's page was used since it was asked last. */
export const folioReferencedOperations: readonly LinuxOperation[] = [
  {
    id: 'age',
    name: 'age',
    parameters: ['file'],
    result: 'register',
    by: 'kernel',
    usage: 'r0 = age(A)',
    write: (path, { statement, deliver }) => {
      age(path, fileIn(statement), deliver);
    },
  },
];
