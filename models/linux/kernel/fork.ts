/**
 * kernel/fork.c dup_mmap() with copy_page_range() of mm/memory.c: the child gets a copy of every VMA; private
 * and anonymous pages are shared read-only until one side writes, file pages are left to faults. The parent's
 * PTEs become read-only one by one, and one flush follows when all are copied: until then CPUs go on
 * storing through the entries that they have.
 *
 * The threads of the child wait for the end of fork(): no CPU loads its page table before.
 *
 * Left out: file pages in a private mapping that has pages of its own as well (they are faulted in again),
 * pages that are pinned (copied at once), VM_DONTCOPY and VM_WIPEONFORK, userfaultfd, failures, the huge zero
 * page.
 */
import { allOf, anyOf, when, type Bool } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Machine } from '../machine/machine.js';
import { copyVmaOf } from './mmap.js';
import { asWritten, mmIn, type LinuxOperation } from './operation.js';
import { hasHugeZero, isHugeZero } from './huge-memory.js';
import type { MicroStep, Path } from './path.js';

const memory = 'mm/memory.c';

/** A page of the parent and its copy. */
interface Copy {
  readonly page: string;
  readonly copy: string;
}

/** fork(2) into an address space. */
function fork(path: Path, child: string): void {
  const { machine, task } = path;
  const parent = task.thread.mm!;
  const { writer, readers } = machine.state.mm.at(machine.mm(parent));
  const kernel = 'kernel/fork.c dup_mmap()';
  path.step({
    at: 'start',
    to: 'copy',
    kernel,
    after: 'mmap_lock of the parent is held for writing: no fault of it runs',
    approximation: 'under: faults of VMAs not reached yet, under their own locks, wait as well',
    when: [writer.not(), readers.is(0)],
    then: [writer.becomes(true)],
    says: ['==> dup_mmap()'],
  });
  const copies = machine.contents.pages.flatMap(({ name, mm, copyOf }): Copy[] =>
    copyOf !== undefined && mm === child && machine.mmNameOf(copyOf) === parent ? [{ page: copyOf, copy: name }] : [],
  );
  const copied = copies.reduce((at, copy) => dupVma(path, copy, at), 'copy');
  if (path.rules.has('fork.flush')) path.kernel.arch.flushMm(path, { at: copied, to: 'return', caller: 'dup_mmap()' }, parent);
  else path.step({ at: copied, to: 'return', kernel, after: 'the rule fork.flush is off: CPUs may store through entries that they have', says: ['    [ flush left out ]'] });
  path.step({
    at: 'return',
    to: 'end',
    kernel: 'kernel/fork.c kernel_clone()',
    after: 'the child runs',
    approximation: 'exact: mmap_lock is dropped a little earlier, and faults of the parent copy what they write to',
    then: [writer.becomes(false), machine.state.mm.at(machine.mm(child)).born.becomes(true)],
    says: ['[ fork() returns ]'],
  });
}

/** One VMA with its page; returns the place after it. */
function dupVma(path: Path, copy: Copy, at: string): string {
  const { machine } = path;
  const [from, to] = [machine.page(copy.page), machine.page(copy.copy)];
  const { kind } = machine.state.vma.at(from);
  const [duplicated, done] = [path.place('copy_page_range'), path.place('copied')];
  const kernel = 'kernel/fork.c dup_mmap()';
  path.step({ at, to: done, kernel, after: 'nothing is mapped here', when: [kind.is('none')] });
  path.step({
    at,
    to: duplicated,
    kernel: 'kernel/fork.c vm_area_dup()',
    after: 'rmap walks come to the child\'s VMA, after the parent\'s',
    when: [kind.isNot('none')],
    then: copyVmaOf(machine, from, to),
  });
  copyPageRange(path, copy, duplicated, done);
  return done;
}

/** copy_page_range(): a page of the VMA's own is shared with the child, under both page-table locks. */
function copyPageRange(path: Path, copy: Copy, at: string, to: string): void {
  const { machine } = path;
  const [p, c] = [machine.page(copy.page), machine.page(copy.copy)];
  const [source, target] = [machine.state.pte.at(p), machine.state.pte.at(c)];
  const { kind } = machine.state.vma.at(p);
  const private_ = kind.is('anon', 'private');
  const locks = [machine.tableOf(copy.page).ptl.not(), machine.tableOf(copy.copy).ptl.not()];
  const step = (move: Pick<MicroStep, 'kernel' | 'after' | 'when' | 'then' | 'says' | 'approximation'>): void => {
    path.step({ at, to, ...move, then: [...(move.then ?? []), ...new Ghost(machine).fork(p, c)] });
  };
  step({
    kernel: `${memory} vma_needs_copy()`,
    after: 'the child faults the file in by itself',
    when: [private_.not()],
  });
  const own = { present: sharesPresent(machine, copy), swap: source.kind.is('swap'), migration: sharesMigration(machine, copy) };
  step({
    kernel: `${memory} copy_pte_range()`,
    after: 'there is nothing of the page\'s own to share',
    approximation: 'under: a file page of a VMA that has an anon_vma is left to a fault, where the kernel copies the PTE',
    when: [...locks, private_, anyOf(Object.values(own)).not()],
  });
  const entry = [target.kind.becomes(source.kind), source.writable.becomes(false), target.writable.becomes(false)];
  const { refs, forked } = machine.state.frame.at(source.frame);
  const zero = machine.isZeroPage(source.frame);
  const share = [refs.becomes(refs.plus(1)), forked.becomes(true)];
  step({
    kernel: `${memory} copy_present_ptes()`,
    after: 'the PTEs are read-only, and the page is not exclusive; CPUs go on storing through entries with W',
    when: [...locks, private_, own.present],
    then: [
      ...(zero === false ? share : [when(zero.not(), share)]),
      ...entry,
      target.frame.becomes(source.frame),
      target.dirty.becomes(source.dirty),
    ],
    says: ['==> copy_present_ptes()', { text: [`    [ PTE: ${copy.page} RO; ${copy.copy} -> frame `, source.frame, ' RO ]'] }],
  });
  step({
    kernel: `${memory} copy_nonpresent_pte()`,
    after: 'the swap entry is not exclusive any more: whoever swaps it in maps it read-only',
    when: [...locks, private_, own.swap],
    then: [...entry, target.slot.becomes(source.slot), machine.state.swap.at(source.slot).shared.becomes(true)],
    says: ['==> copy_nonpresent_pte()', `    [ swap entry: ${copy.page} and ${copy.copy} ]`],
  });
  step({
    kernel: `${memory} copy_nonpresent_pte()`,
    after: 'both wait for the migration, and get the new folio read-only',
    when: [...locks, private_, own.migration],
    then: [...entry, target.frame.becomes(source.frame), target.dirty.becomes(source.dirty), forked.becomes(true)],
    says: ['==> copy_nonpresent_pte()', `    [ migration entry: ${copy.page} and ${copy.copy}, read-only ]`],
  });
}

/** The PTE maps memory of the page's own, or the zero page. */
function sharesPresent(machine: Machine, { page }: Copy): Bool {
  const { kind, frame } = machine.state.pte.at(machine.page(page));
  const own = machine.state.frame.at(frame).origin.is(machine.ownOrigin(page));
  const zero = machine.isZeroPage(frame);
  const small = hasHugeZero(machine) ? [isHugeZero(machine, frame).not()] : [];
  return allOf([kind.is('present', 'protnone'), zero === false ? own : own.or(zero), ...small]);
}

/** The PTE is a migration entry for memory of the page's own. */
function sharesMigration(machine: Machine, { page }: Copy): Bool {
  const { kind, frame } = machine.state.pte.at(machine.page(page));
  return allOf([kind.is('migration'), machine.state.frame.at(frame).origin.is(machine.ownOrigin(page))]);
}

/** fork(). */
export const forkOperations: readonly LinuxOperation[] = [
  {
    id: 'fork',
    name: 'fork',
    parameters: ['mm'],
    result: 'none',
    by: 'user',
    usage: 'fork(Q)',
    header: asWritten,
    write: (path, { statement }) => {
      fork(path, mmIn(statement));
    },
  },
];
