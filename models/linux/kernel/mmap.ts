/**
 * mm/mmap.c and mm/vma.c (in v6.9 all of it in mm/mmap.c): munmap(2) and mmap(2).
 *
 * munmap() takes mmap_lock for writing, detaches the VMA and goes on with the lock downgraded;
 * MAP_FIXED unmaps what it covers first and keeps the lock. The gather is in mmu_gather.ts.
 *
 * Left out: VMAs of more than one page, splitting and merging, the tree, hugetlb.
 */
import { allOf, none, setFrom, setOf, type Effect } from '../../../src/index.js';
import type { Mapping, Statement } from '../../../src/litmus/scenario.js';
import { kindOf, mappingOf } from '../machine/contents.js';
import { Ghost } from '../machine/ghost.js';
import type { Machine, Page } from '../machine/machine.js';
import { gatherOf, tlbFinishMmu, tlbGatherMmu, zapPteRange, type Gather } from './mmu_gather.js';
import {
  asWritten,
  eachPage,
  fileArgument,
  flagsArgument,
  pageArgument,
  pageIn,
  type Call,
  type LinuxOperation,
  type Sample,
  type Sampling,
} from './operation.js';
import type { Path } from './path.js';

const protections = ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'];
const kinds = ['MAP_SHARED', 'MAP_PRIVATE'];

/** munmap(2) of a page. */
function munmap(path: Path, page: string): void {
  const { machine, task } = path;
  const gather = gatherOf(path, page);
  const p = machine.page(page);
  const mm = machine.state.mm.at(machine.mmOf(page));
  const vma = machine.state.vma.at(p);
  const locked = allOf([mm.writer.not(), mm.readers.is(0)]);
  path.step({
    at: 'start',
    to: 'end',
    kernel: 'mm/mmap.c __vm_munmap()',
    after: 'there was nothing to unmap',
    when: [locked, vma.kind.is('none')],
  });
  path.step({
    at: 'start',
    to: 'zap',
    kernel: 'mm/vma.c do_vmi_align_munmap()',
    after: 'mmap_lock is downgraded: faults run, and find no VMA',
    approximation: 'exact: taking mmap_lock, detaching and mmap_write_downgrade() are invisible apart',
    when: [locked, vma.kind.isNot('none')],
    then: [...new Ghost(machine).replace(task.index, p), ...detach(machine, p), mm.readers.becomes(1), ...tlbGatherMmu(gather)],
  });
  unmapRegion(gather, 'zap', 'unlock');
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: 'mm/mmap.c __vm_munmap()',
    after: 'munmap() has returned: no access to the old mapping may succeed',
    says: ['[ munmap() returns ]'],
    then: [mm.readers.becomes(mm.readers.minus(1)), ...new Ghost(machine).settle(task.index)],
  });
}

/** mmap(2) of a page, with MAP_FIXED where something may be mapped there already. */
function mmap(path: Path, page: string, mapping: Mapping, fixed: boolean): void {
  const { machine, task } = path;
  const gather = gatherOf(path, page);
  const p = machine.page(page);
  const mm = machine.state.mm.at(machine.mmOf(page));
  const { kind } = machine.state.vma.at(p);
  const ghost = new Ghost(machine);
  path.step({
    at: 'start',
    to: 'do_mmap',
    kernel: 'mm/util.c vm_mmap_pgoff()',
    after: 'mmap_lock is held for writing: no fault of this VMA runs',
    approximation: 'under: faults of other VMAs, under their own locks, wait as well',
    when: [mm.writer.not(), mm.readers.is(0), ...(fixed ? [] : [kind.is('none')])],
    then: [mm.writer.becomes(true)],
  });
  const writable = mapping.protection.includes('PROT_WRITE');
  const begun = path.insert('mmap.start', 'do_mmap', { page });
  const entered = writable ? path.insert('mmap.writable', begun, { page }) : begun;
  if (fixed) {
    path.step({
      at: entered,
      to: 'mmap_region',
      kernel: 'mm/mmap.c mmap_region()',
      after: 'there was nothing to unmap',
      when: [kind.is('none')],
    });
    path.step({
      at: entered,
      to: 'zap',
      kernel: 'mm/mmap.c mmap_region()',
      after: 'faults wait for mmap_lock; the page table and the TLBs are as before',
      approximation:
        'exact: v6.9 detaches (do_vmi_munmap()) and then zaps, v6.12 zaps first (vms_clean_up_area()); faults wait',
      when: [kind.isNot('none')],
      then: [...ghost.replace(task.index, p), ...detach(machine, p), ...tlbGatherMmu(gather)],
    });
    unmapRegion(gather, 'zap', 'mmap_region');
  }
  path.step({
    at: fixed ? 'mmap_region' : entered,
    to: 'end',
    kernel: 'mm/mmap.c mmap_region()',
    after: 'mmap() has returned: only the new mapping may be seen',
    says: ['[ mmap() returns ]'],
    then: [...attach(machine, page, mapping), mm.writer.becomes(false), ...ghost.settle(task.index)],
  });
}

/** The effects of a VMA that goes away. */
export function detach(machine: Machine, page: Page): Effect[] {
  const { vma, own } = machine.state;
  const { kind, file, readable, writable, mayWrite } = vma.at(page);
  return [
    kind.becomes('none'),
    file.becomes(none),
    readable.becomes(false),
    writable.becomes(false),
    mayWrite.becomes(false),
    own.at(page).armed.becomes(false),
    own.at(page).copied.becomes(false),
    own.at(page).legal.becomes([]),
  ];
}

/** The effects of a VMA that is a copy of another one; what the page's own memory is stays as it is. */
export function copyVmaOf(machine: Machine, from: Page, to: Page): Effect[] {
  const [old, copy] = [machine.state.vma.at(from), machine.state.vma.at(to)];
  return [
    copy.kind.becomes(old.kind),
    copy.file.becomes(old.file),
    copy.readable.becomes(old.readable),
    copy.writable.becomes(old.writable),
    copy.mayWrite.becomes(old.mayWrite),
  ];
}

/** The effects of a new VMA at a page; also those of the init block's mappings. */
export function attach(machine: Machine, page: string, mapping: Mapping): Effect[] {
  const p = machine.page(page);
  const { kind, file, readable, writable, mayWrite } = machine.state.vma.at(p);
  const own = machine.state.own.at(p);
  const writes = mapping.protection.includes('PROT_WRITE');
  const anonymous = kindOf(mapping) === 'anon';
  const zero = setFrom(setOf(machine.CONTENT), []).with(machine.content(0));
  return [
    kind.becomes(kindOf(mapping)),
    file.becomes(anonymous ? none : machine.file(mapping.object)),
    readable.becomes(mapping.protection.some((p) => p === 'PROT_READ' || p === 'PROT_WRITE')),
    writable.becomes(writes),
    // A private mapping may always be made writable, a shared one if its file was opened for writing.
    mayWrite.becomes(kindOf(mapping) !== 'shared' || writes || machine.pageNamed(page).upgraded),
    own.copied.becomes(false),
    own.legal.becomes(anonymous ? zero : []),
    ...(anonymous ? [] : [own.mapped.becomes(own.mapped.with(machine.origin(mapping.object)))]),
  ];
}

/** unmap_region(): zap, free the page table, flush, free what was gathered. */
export function unmapRegion(gather: Gather, at: string, to: string): void {
  zapPteRange(gather, at, 'free_pgtables');
  freePgtables(gather, 'free_pgtables', 'tlb_finish_mmu');
  tlbFinishMmu(gather, 'tlb_finish_mmu', to, freesTables(gather) ? 'gather with freed tables' : 'gather');
}

/** The page table goes with its only VMA, and the gather knows (tlb->freed_tables). */
const freesTables = ({ path }: Gather): boolean => path.machine.options.has('alone') && path.rules.has('zap.freedTables');

/** free_pgtables(): with no other VMA in the table it is freed, which the gather must flush. */
function freePgtables(gather: Gather, at: string, to: string): void {
  const { path, flushNeeded } = gather;
  const frees = path.machine.options.has('alone');
  path.step({
    at,
    to,
    kernel: 'mm/memory.c free_pgtables()',
    after: frees ? 'the page table is gone, its flush is due' : 'a neighbouring VMA keeps the page table',
    then: freesTables(gather) ? [flushNeeded.becomes(true)] : [],
    says: frees ? ['==> free_pgtables()', '    [ page table freed: tlb->freed_tables ]'] : [],
  });
}

/** mmap() with what matters for a race: object, PROT_WRITE, MAP_FIXED. */
function mmapText({ arguments: args, page }: Statement): string {
  const { object, protection, flags } = mappingOf(args);
  const fixed = flags.includes('MAP_FIXED');
  const shown = [...protection.filter((p) => p === 'PROT_WRITE'), ...flags.filter((f) => f !== 'MAP_SHARED')];
  return fixed ? `mmap(${[page, object, ...shown].join(', ')})` : `${page} = mmap(${[object, ...shown].join(', ')})`;
}

const map = (fixed: boolean) => (path: Path, { statement }: Call): void => {
  mmap(path, path.task.pageNamed(statement.page!), mappingOf(statement.arguments), fixed);
};

/** MAP_FIXED of every file, read-only and shared, writable and shared, writable and private. */
function fixedSamples({ files, pages }: Sampling): Sample[] {
  const forms = [
    { protection: ['PROT_READ'], kind: 'MAP_SHARED' },
    { protection: ['PROT_READ', 'PROT_WRITE'], kind: 'MAP_SHARED' },
    { protection: ['PROT_READ', 'PROT_WRITE'], kind: 'MAP_PRIVATE' },
  ];
  return pages.flatMap((page) =>
    files.flatMap((file) =>
      forms.map(({ protection, kind }) => ({
        arguments: [pageArgument(page), fileArgument(file), flagsArgument(...protection), flagsArgument(kind, 'MAP_FIXED')],
        page,
      })),
    ),
  );
}

const made = { name: 'mmap', result: 'page', by: 'user', header: mmapText } as const;

/** munmap() and the forms of mmap(). */
export const mmapOperations: readonly LinuxOperation[] = [
  {
    ...made,
    id: 'mmap',
    parameters: ['file', { flags: protections }, { flags: kinds, forbidden: ['MAP_FIXED'] }],
    usage: 'p = mmap(A, PROT_READ, MAP_SHARED)',
    write: map(false),
  },
  {
    ...made,
    id: 'mmap-anon',
    parameters: ['anon', { flags: protections }, { flags: ['MAP_PRIVATE'], forbidden: ['MAP_FIXED'] }],
    usage: 'p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE)',
    write: map(false),
  },
  {
    ...made,
    id: 'mmap-fixed',
    parameters: ['page', 'file', { flags: protections }, { flags: [...kinds, 'MAP_FIXED'], required: ['MAP_FIXED'] }],
    usage: 'p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED)',
    samples: fixedSamples,
    write: map(true),
  },
  {
    ...made,
    id: 'mmap-fixed-anon',
    parameters: ['page', 'anon', { flags: protections }, { flags: ['MAP_PRIVATE', 'MAP_FIXED'], required: ['MAP_FIXED'] }],
    usage: 'p = mmap(p, anon, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED)',
    write: map(true),
  },
  {
    id: 'munmap',
    name: 'munmap',
    parameters: ['page'],
    result: 'none',
    by: 'user',
    usage: 'munmap(p)',
    header: asWritten,
    samples: eachPage,
    write: (path, { statement }) => {
      munmap(path, pageIn(path, statement));
    },
  },
];
