/**
 * Marks that proposed fixes leave where an unmap was put off, so that whoever changes what the address or
 * the page of the file means flushes first: in the PTE (rule `pteMarker`), in the page cache (`pcMarker`),
 * in the VMA, the task or the inode.
 */
import type { Effect } from '../../../src/index.js';
import type { About, Path } from './path.js';

/** Effects of an unmap whose flush is put off: the marks of the rules in force. */
export function markers({ machine, rules }: Path, { page, file }: About): Effect[] {
  const { state } = machine;
  const marks = [
    ...(page === undefined
      ? []
      : [
          { rule: 'pteMarker', mark: state.pte.at(machine.page(page)).marked },
          { rule: 'vmaFlag', mark: state.vma.at(machine.page(page)).marked },
          { rule: 'taskFlag', mark: state.mm.at(machine.mmOf(page)).marked },
        ]),
    ...(file
      ? [
          { rule: 'pcMarker', mark: state.file.at(file).cacheMarked },
          { rule: 'inodeFlag', mark: state.file.at(file).inodeMarked },
        ]
      : []),
  ];
  return marks.flatMap(({ rule, mark }) => (rules.has(rule) ? [mark.becomes(true)] : []));
}
