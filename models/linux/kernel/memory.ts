/**
 * mm/memory.c: page faults of file mappings. handle_mm_fault() runs with mmap_lock (or the VMA's lock)
 * held for reading; what it installs is checked against the PTE again under the page-table lock.
 *
 * A fault on a migration entry waits (migration_entry_wait()): no branch can be entered until the entry
 * is gone, so the access stays where it is.
 *
 * Left out: fault-around (the same effect as a read fault of the page), huge pages, userfaultfd's missing
 * pages, what ->page_mkwrite() does besides taking the folio lock, soft-dirty, the per-VMA lock as something
 * weaker than mmap_lock for reading.
 */
import type { Effect } from '../../../src/index.js';
import { Fault, type Access } from './fault.js';
import { lockFolio, unlockAndPut } from './filemap.js';
import { doAnonymousPage, doSwapPage } from './memory-anon.js';
import { doNumaPage } from './memory-numa.js';
import { doWpPage } from './memory-wp.js';
import { allocPage, putFrame } from './page-alloc.js';
import type { Path } from './path.js';

const source = 'mm/memory.c';
const faultLock = 'mm/filemap.c lock_folio_maybe_drop_mmap()';

/** The fault that an access takes; it ends by trying the access again, or in a signal. */
export function fault(path: Path, access: Access): void {
  const self = new Fault(path, access);
  const kinds = path.machine.kindsOf(access.page);
  badAccess(self);
  if (kinds.has('shared')) filePage(self, access.write ? 'do_shared_fault' : 'do_read_fault', 'shared');
  if (kinds.has('private')) {
    if (access.write) doCowFault(self);
    else filePage(self, 'do_read_fault', 'private');
  }
  if (kinds.has('anon')) doAnonymousPage(self);
  if (kinds.has('anon') || kinds.has('private')) doSwapPage(self);
  if (path.machine.uses('numa_hint', 'mprotect')) doNumaPage(self);
  if (access.write) doWpPage(self, kinds);
  self.finishReturn();
}

function badAccess(self: Fault): void {
  const { machine } = self.path;
  const name = `user ${self.access.write ? 'writes' : 'reads'} ${self.access.page}: SIGSEGV`;
  self.path.step({
    at: 'start',
    to: 'end',
    kernel: self.path.kernel.arch.faults.badAccess,
    after: 'the thread goes on after the access',
    when: [self.access.when, self.unserved, self.mm.writer.not(), self.permitted.not()],
    then: [...self.dropEntry(), ...self.access.deliver(machine.content('SIGSEGV'))],
    says: [name],
  });
}

/** VM_FAULT_SIGBUS of an access beyond the end of the file, where a file can be truncated. */
function beyondEnd(self: Fault, undo: Effect[] = []): { readonly beyond?: string } {
  const { path, access } = self;
  if (!path.machine.truncates) return {};
  const beyond = path.place('VM_FAULT_SIGBUS');
  path.step({
    at: path.insert('fault.post', beyond, self.about),
    to: 'end',
    kernel: path.kernel.arch.faults.sigbus,
    after: 'the thread goes on after the access',
    then: [self.leave, ...undo, ...access.deliver(path.machine.content('SIGBUS'))],
    says: [`[ user ${access.write ? 'writes' : 'reads'} ${access.page}: SIGBUS ]`],
  });
  return { beyond };
}

/** do_read_fault() and do_shared_fault(): map the page-cache folio. */
function filePage(self: Fault, name: 'do_read_fault' | 'do_shared_fault', kind: 'shared' | 'private'): void {
  const { path, pte } = self;
  const shared = name === 'do_shared_fault';
  for (const file of path.machine.filesOf(self.access.page, kind)) {
    const at = self.enterAt(name, pte.kind.is('none'), self.vma.kind.is(kind), self.vma.file.is(path.machine.file(file)));
    const locked = path.place('set_pte');
    const lookup = { file: path.machine.file(file), folio: self.folio, function: 'filemap_fault()', lock: faultLock, readIn: true };
    lockFolio(path, { at, to: locked, ...lookup, ...beyondEnd(self) });
    const checked = path.insert('fault.locked', locked, self.about);
    const set = self.underPtl(checked, pte.kind.is('none'));
    path.step({
      at: set.at,
      to: 'return',
      kernel: `${source} set_pte_range()`,
      after: 'any CPU can walk to the folio; it is unlocked',
      approximation: 'exact for file systems that track dirtying; tmpfs maps a writable mapping writable on a read',
      when: set.when,
      then: [
        ...set.then,
        pte.kind.becomes('present'),
        pte.frame.becomes(self.folio),
        pte.writable.becomes(shared ? pte.uffdWp.not() : false),
        pte.dirty.becomes(shared),
        // The reference of the lookup becomes that of the mapping.
        self.frame.at(self.folio).locked.becomes(false),
        ...(shared ? [self.frame.at(self.folio).dirty.becomes(true)] : []),
      ],
      says: [`==> ${name}()`, ...(shared ? self.writableLines(self.folio) : [self.pteLine(self.folio, 'RO')])],
    });
    self.raced(checked, unlockAndPut(path.machine, self.folio), 'finish_fault()');
  }
}

/** do_cow_fault(): a private copy of a file page that is not mapped. */
function doCowFault(self: Fault): void {
  const { path, pte } = self;
  for (const file of path.machine.filesOf(self.access.page, 'private')) {
    const at = self.enterAt('do_cow_fault', pte.kind.is('none'), self.vma.kind.is('private'), self.vma.file.is(path.machine.file(file)));
    const [allocated, locked, copied] = ['filemap_fault', 'copy', 'set_pte'].map((p) => path.place(p));
    allocPage(path, at, allocated!, self.copy);
    const lookup = { file: path.machine.file(file), folio: self.folio, function: 'filemap_fault()', lock: faultLock, readIn: true };
    lockFolio(path, { at: allocated!, to: locked!, ...lookup, ...beyondEnd(self, putFrame(path.machine, self.copy)) });
    self.copyContents(path.insert('fault.locked', locked!, self.about), copied!, self.folio, 'do_cow_fault()');
    self.installCopy(copied!, 'finish_fault()', unlockAndPut(path.machine, self.folio), pte.kind.is('none'));
  }
}

