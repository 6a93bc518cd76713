/**
 * mm/mprotect.c: mprotect(2), and change_protection() as NUMA hints and userfaultfd share it: PTEs change
 * under the page-table lock, and one flush follows at the end, through a gather.
 *
 * VMAs ask to be told of first writes (vma_wants_writenotify()) or are private, so that vm_page_prot never
 * has W: a PTE gets it where can_change_pte_writable() lets it.
 *
 * Left out: VMAs of more than one page, splitting and merging, protection keys, soft-dirty, VM_LOCKED.
 */
import { allOf, anyOf, toBool, when, type Bool, type Effect } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Machine } from '../machine/machine.js';
import { flushGather, gatherEnds, gatherOf, tlbGatherMmu, walkVma, type Gather } from './mmu_gather.js';
import { asWritten, flagsArgument, flagsIn, pageArgument, pageIn, type LinuxOperation } from './operation.js';
import type { Path } from './path.js';

const source = 'mm/mprotect.c';
const protections = ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'];

/** What a protection changes for: MM_CP_TRY_CHANGE_WRITABLE, MM_CP_PROT_NUMA, MM_CP_UFFD_WP or MM_CP_UFFD_WP_RESOLVE. */
export interface Change {
  readonly for: 'VMA' | 'NUMA' | 'uffd_wp' | 'uffd_wp_resolve';
  /** Effects of the moment in which the PTE changes. */
  readonly then?: readonly Effect[];
}

/** mprotect(2) of a page. */
function mprotect(path: Path, page: string, protection: readonly string[]): void {
  const { machine, task } = path;
  const gather = gatherOf(path, page);
  const ghost = new Ghost(machine);
  const mm = machine.state.mm.at(machine.mmOf(page));
  const { kind, readable, writable } = machine.state.vma.at(machine.page(page));
  const [writes, reads] = [protection.includes('PROT_WRITE'), protection.some((p) => p !== 'PROT_NONE')];
  const same = allOf([reads ? readable : readable.not(), writes ? writable : writable.not()]);
  const locked = [mm.writer.not(), mm.readers.is(0)];
  const kernel = `${source} do_mprotect_pkey()`;
  path.step({ at: 'start', to: 'end', kernel, after: 'nothing is mapped: -ENOMEM', when: [...locked, kind.is('none')] });
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${source} mprotect_fixup()`,
    after: 'the protection was the same',
    approximation: 'over: tlb_finish_mmu() flushes even so if another gather is open',
    when: [...locked, kind.isNot('none'), same],
  });
  const entered = path.place('mprotect_fixup');
  const on = writes ? path.insert('mprotect.writable', entered, { page }) : entered;
  const enter = { when: [...locked, kind.isNot('none'), same.not()], then: [mm.writer.becomes(true)] };
  if (on !== entered) path.step({ ...enter, at: 'start', to: entered, kernel, after: 'mmap_lock is held for writing' });
  path.step({
    at: on === entered ? 'start' : on,
    to: 'change',
    kernel: `${source} mprotect_fixup()`,
    after: 'faults wait for mmap_lock; PTEs and TLBs are as before',
    approximation: 'exact: taking mmap_lock and tlb_gather_mmu() are invisible apart from the VMA\'s change',
    ...(on === entered ? { when: enter.when } : {}),
    then: [
      ...(on === entered ? enter.then : []),
      ...ghost.protect(task.index, machine.page(page)),
      readable.becomes(reads),
      writable.becomes(writes),
      ...tlbGatherMmu(gather),
    ],
  });
  changeProtection(gather, 'change', 'unlock', { for: 'VMA' });
  path.step({
    at: 'unlock',
    to: 'end',
    kernel,
    after: 'mprotect() has returned: only what the new protection allows may succeed',
    approximation: 'exact: dec_tlb_flush_pending() and mmap_write_unlock() follow one another at once',
    then: [...gatherEnds(gather), mm.writer.becomes(false), ...ghost.protected(task.index)],
    says: ['[ mprotect() returns ]'],
  });
}

/** change_protection() of a page and the flush of tlb_finish_mmu(); the gather has begun and is the caller's to end. */
export function changeProtection(gather: Gather, at: string, to: string, change: Change): void {
  const { path } = gather;
  const flushing = path.place('tlb_finish_mmu');
  walkVma(gather, { at, to: flushing, kernel: `${source} change_pte_range()` }, (locked, changed) => {
    changePresent(gather, locked, changed, change);
    changeAbsent(gather, locked, changed, change);
  });
  flushGather(gather, { at: flushing, to, rule: 'protect.flush' });
}

/** A present PTE: ptep_modify_prot_start() to ptep_modify_prot_commit(), under the page-table lock. */
function changePresent({ path, page, flushNeeded }: Gather, at: string, to: string, change: Change): void {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const vma = machine.state.vma.at(machine.page(page));
  const write = change.for === 'VMA' || change.for === 'uffd_wp_resolve'
    ? canChangePteWritable(path, page, change.for === 'VMA')
    : toBool(false);
  const inaccessible = change.for === 'NUMA' ? toBool(true) : vma.readable.not();
  const was = { read: pte.kind.is('present'), write: pte.writable };
  const needed = path.kernel.arch.pteNeedsFlush(was, { read: inaccessible.not(), write });
  const recorded = flushNeeded.becomes(needed);
  path.step({
    at,
    to,
    kernel: `${source} change_pte_range()`,
    after: 'CPUs go on using their entries until the gather is flushed',
    when: [pte.kind.is('present', 'protnone'), ...(change.for === 'NUMA' ? [hinted(machine, page)] : [])],
    then: [
      recorded,
      pte.writable.becomes(write),
      when(inaccessible, [pte.kind.becomes('protnone')], [pte.kind.becomes('present')]),
      ...uffdBit(machine, page, change),
      ...(change.then ?? []),
      machine.tableOf(page).ptl.becomes(false),
    ],
    says: [
      { if: inaccessible, text: [`    [ PTE: ${page} no access ]`] },
      { if: allOf([inaccessible.not(), write]), text: [`    [ PTE: ${page} RW ]`] },
      { if: allOf([inaccessible.not(), write.not()]), text: [`    [ PTE: ${page} RO${change.for === 'uffd_wp' ? ', uffd-wp' : ''} ]`] },
    ],
    parts: [{ name: 'tlb_flush_pte_range() in change_pte_range()', effects: [recorded] }],
  });
}

/** Other PTEs: a migration entry loses W; userfaultfd leaves its mark even where nothing is mapped. */
function changeAbsent({ path, page }: Gather, at: string, to: string, change: Change): void {
  const { machine } = path;
  const { kind, writable } = machine.state.pte.at(machine.page(page));
  const present = kind.is('present', 'protnone');
  path.step({
    at,
    to,
    kernel: `${source} change_pte_range()`,
    after: 'nothing is gathered, so nothing will be flushed',
    when: [change.for === 'NUMA' ? allOf([present, hinted(machine, page)]).not() : present.not()],
    then: [
      when(kind.is('migration'), [writable.becomes(false)]),
      ...uffdBit(machine, page, change),
      ...(change.then ?? []),
      machine.tableOf(page).ptl.becomes(false),
    ],
    says: [
      { if: kind.is('none'), text: ['    [ PTE none, nothing gathered ]'] },
      { if: kind.isNot('none'), text: ['    [ PTE as it was, nothing gathered ]'] },
    ],
  });
}

/** _PAGE_UFFD_WP, its bit in a swap PTE, or PTE_MARKER_UFFD_WP where nothing is mapped. */
function uffdBit(machine: Machine, page: string, change: Change): Effect[] {
  const { uffdWp } = machine.state.pte.at(machine.page(page));
  if (change.for === 'uffd_wp') return [uffdWp.becomes(true)];
  return change.for === 'uffd_wp_resolve' ? [uffdWp.becomes(false)] : [];
}

/** change_pte_range() makes the PTE a NUMA hint: neither a hint already, nor the zero page, nor a dirty page of a file. */
function hinted(machine: Machine, page: string): Bool {
  const pte = machine.state.pte.at(machine.page(page));
  const { origin, dirty } = machine.state.frame.at(pte.frame);
  const zero = machine.isZeroPage(pte.frame);
  const own = origin.is(machine.ownOrigin(page));
  return allOf([pte.kind.is('present'), ...(zero === false ? [] : [zero.not()]), anyOf([own, dirty.not()])]);
}

/**
 * can_change_pte_writable(), for a PTE that the VMA lets be read: memory of the page's own that no other
 * page table maps, or a dirty page of a shared file; not under userfaultfd's write protection.
 */
export function canChangePteWritable({ machine, rules }: Path, page: string, keepsProtection: boolean): Bool {
  const pte = machine.state.pte.at(machine.page(page));
  const vma = machine.state.vma.at(machine.page(page));
  const { origin, forked } = machine.state.frame.at(pte.frame);
  const own = allOf([toBool(rules.has('wp.exclusive')), origin.is(machine.ownOrigin(page)), forked.not()]);
  const tracked = keepsProtection && machine.pageNamed(page).tracked;
  return allOf([
    vma.writable,
    ...(tracked ? [pte.uffdWp.not()] : []),
    anyOf([vma.kind.is('shared').and(pte.dirty), vma.kind.isNot('shared').and(own)]),
  ]);
}

/** mprotect(). */
export const mprotectOperations: readonly LinuxOperation[] = [
  {
    id: 'mprotect',
    name: 'mprotect',
    parameters: ['page', { flags: protections }],
    result: 'none',
    by: 'user',
    usage: 'mprotect(p, PROT_READ)',
    header: asWritten,
    samples: ({ pages }) =>
      pages.flatMap((page) =>
        [['PROT_NONE'], ['PROT_READ'], ['PROT_READ', 'PROT_WRITE']].map((flags) => ({
          arguments: [pageArgument(page), flagsArgument(...flags)],
        })),
      ),
    write: (path, { statement }) => {
      mprotect(path, pageIn(path, statement), flagsIn(statement));
    },
  },
];
