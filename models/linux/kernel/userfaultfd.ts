/**
 * mm/userfaultfd.c: write protection by userfaultfd (UFFDIO_WRITEPROTECT) and UFFDIO_CONTINUE, which maps a
 * folio that is in the page cache already, outside handle_mm_fault().
 *
 * The monitor has asked for UFFD_FEATURE_SIGBUS, so that a write to a protected page ends in a signal, and for
 * UFFD_FEATURE_WP_UNPOPULATED, so that protection leaves a marker (PTE_MARKER_UFFD_WP) where nothing is mapped.
 * A page that some operation protects is registered for it in whatever VMA it lies; files stand for tmpfs.
 *
 * Left out: missing pages, UFFDIO_COPY, UFFDIO_ZEROPAGE, UFFDIO_MOVE and UFFDIO_POISON, waiting for the
 * monitor, asynchronous write protection, mmap_changing.
 */
import { allOf, anyOf, when, type Effect } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { File } from '../machine/machine.js';
import { underPtl } from './fault.js';
import { lockFolio, unlockAndPut } from './filemap.js';
import { gatherEnds, gatherOf, tlbGatherMmu } from './mmu_gather.js';
import { changeProtection } from './mprotect.js';
import { asWritten, eachPage, pageIn, type LinuxOperation } from './operation.js';
import { frameLocal } from './page-alloc.js';
import type { Path } from './path.js';

const source = 'mm/userfaultfd.c';

/** UFFDIO_WRITEPROTECT of a page: protects it from writes, or resolves that. */
function writeProtect(path: Path, page: string, name: 'uffd_wp' | 'uffd_unprotect'): void {
  const { machine, task } = path;
  const p = machine.page(page);
  const ghost = new Ghost(machine);
  const gather = gatherOf(path, page);
  const { writer, readers } = machine.state.mm.at(machine.mmOf(page));
  const { kind } = machine.state.vma.at(p);
  const protects = name === 'uffd_wp';
  const registered = machine.pageNamed(page).tracked ? [kind.isNot('none')] : [];
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${source} mwriteprotect_range()`,
    after: 'no VMA here is registered: -ENOENT',
    when: [writer.not(), ...registered.map((is) => is.not())],
  });
  if (registered.length === 0) return;
  path.step({
    at: 'start',
    to: 'change',
    kernel: `${source} uffd_wp_range()`,
    after: 'mmap_lock is held for reading: faults go on',
    when: [writer.not(), ...registered],
    then: [readers.becomes(readers.plus(1)), ...tlbGatherMmu(gather)],
  });
  const then = protects ? ghost.protectWrites(task.index, p) : ghost.disarm(p);
  changeProtection(gather, 'change', 'unlock', { for: protects ? 'uffd_wp' : 'uffd_wp_resolve', then });
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: `${source} mwriteprotect_range()`,
    after: protects ? 'the monitor takes the page to be protected: a write must fault' : 'writes go on',
    approximation: 'exact: dec_tlb_flush_pending() and mmap_read_unlock() follow one another at once',
    then: [...gatherEnds(gather), readers.becomes(readers.minus(1)), ...(protects ? ghost.arm(task.index, p) : [])],
    says: [`[ ${name}() returns ]`],
  });
}

/** UFFDIO_CONTINUE of a page: mfill_atomic_install_pte() of the page-cache folio. */
function mapCached(path: Path, page: string): void {
  const { machine } = path;
  const { writer, readers } = machine.state.mm.at(machine.mmOf(page));
  const vma = machine.state.vma.at(machine.page(page));
  const folio = frameLocal(path, 'folio');
  const ofFile = machine.filesOf(page).map((file) => ({ file, maps: allOf([vma.kind.is('shared', 'private'), vma.file.is(machine.file(file))]) }));
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${source} mfill_atomic()`,
    after: 'the VMA maps no file: -EINVAL',
    when: [writer.not(), anyOf(ofFile.map(({ maps }) => maps)).not()],
  });
  for (const { file, maps } of ofFile) {
    const [found, locked] = [path.place('shmem_get_folio'), path.place('mfill_atomic_install_pte')];
    path.step({
      at: 'start',
      to: found,
      kernel: `${source} mfill_atomic()`,
      after: 'the VMA is locked for reading: faults go on',
      approximation: 'under: its lock stands for mmap_lock',
      when: [writer.not(), maps],
      then: [readers.becomes(readers.plus(1))],
    });
    const names = { function: 'shmem_get_folio_gfp()', inFile: 'mm/shmem.c', lock: 'mm/shmem.c shmem_get_folio_gfp()', readIn: false };
    // SGP_NOALLOC: a hole is -EFAULT.
    lockFolio(path, { at: found, to: locked, file: machine.file(file), folio, ...names, absent: 'unlock' });
    installPte(path, { page, file: machine.file(file) }, locked, 'unlock');
  }
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: `${source} mfill_atomic()`,
    after: 'the page is mapped, unless it was already',
    then: [readers.becomes(readers.minus(1))],
    says: ['[ uffd_continue() returns ]'],
  });
}

/** mfill_atomic_install_pte() for a page-cache folio that is locked: where the PTE is none, or a marker. */
function installPte(path: Path, { page, file }: { page: string; file: File }, at: string, to: string): void {
  const { machine } = path;
  const p = machine.page(page);
  const pte = machine.state.pte.at(p);
  const vma = machine.state.vma.at(p);
  const folio = frameLocal(path, 'folio');
  const { locked } = machine.state.frame.at(folio);
  const { ptl } = machine.tableOf(page);
  const kernel = `${source} mfill_atomic_install_pte()`;
  const inside = machine.truncates ? [machine.state.file.at(file).empty.not()] : [];
  const unmapped = pte.kind.is('none');
  const write = vma.kind.is('shared').and(vma.writable);
  const set = underPtl(path, { page, write: true }, at, allOf([unmapped, ...inside]));
  const install: Effect[] = [
    // mk_pte() with vm_page_prot, which is PAGE_NONE after mprotect(PROT_NONE).
    when(vma.readable, [pte.kind.becomes('present')], [pte.kind.becomes('protnone')]),
    pte.frame.becomes(folio),
    pte.writable.becomes(write),
    pte.dirty.becomes(true),
    pte.uffdWp.becomes(false),
    ...new Ghost(machine).disarm(p),
    // The reference of the lookup becomes that of the mapping.
    locked.becomes(false),
  ];
  const line = [`    [ PTE: ${page} -> frame `, folio];
  path.step({
    at: set.at,
    to,
    kernel,
    after: 'any CPU can walk to the folio; it is unlocked',
    approximation: 'exact: mfill_atomic_pte_continue() unlocks the folio at once',
    when: set.when,
    then: [...set.then, ...install],
    says: [
      '==> mfill_atomic_install_pte()',
      { if: write, text: [...line, ' RW ]'] },
      { if: write.not().and(vma.readable), text: [...line, ' RO ]'] },
      { if: vma.readable.not(), text: [...line, ' no access ]'] },
    ],
  });
  path.step({
    at,
    to,
    kernel,
    after: 'something is mapped already: -EEXIST',
    when: [ptl.not(), unmapped.not(), ...inside],
    then: unlockAndPut(machine, folio),
    says: ['==> mfill_atomic_install_pte()', '    [ PTE not none: -EEXIST ]'],
  });
  if (inside.length === 0) return;
  path.step({
    at,
    to,
    kernel,
    after: 'the page is beyond the end of the file: -EFAULT',
    when: [ptl.not(), machine.state.file.at(file).empty],
    then: unlockAndPut(machine, folio),
    says: ['==> mfill_atomic_install_pte()', '    [ beyond i_size: -EFAULT ]'],
  });
}

const operation = { result: 'none', by: 'user', header: asWritten, samples: eachPage } as const;

/** uffd_wp(), uffd_unprotect() and uffd_continue(). */
export const userfaultfdOperations: readonly LinuxOperation[] = [
  ...(['uffd_wp', 'uffd_unprotect'] as const).map((name): LinuxOperation => ({
    ...operation,
    id: name,
    name,
    parameters: ['page'],
    usage: `${name}(p)`,
    write: (path, { statement }) => {
      writeProtect(path, pageIn(path, statement), name);
    },
  })),
  {
    ...operation,
    id: 'uffd_continue',
    name: 'uffd_continue',
    parameters: ['page'],
    usage: 'uffd_continue(p)',
    write: (path, { statement }) => {
      mapCached(path, pageIn(path, statement));
    },
  },
];
