/**
 * mm/madvise.c: madvise(2) of a page. MADV_DONTNEED zaps it, MADV_FREE cleans it so that reclaim may discard
 * it, MADV_COLD makes it old, MADV_PAGEOUT reclaims it in the context of the caller.
 *
 * All of them hold mmap_lock for reading only, so that several run at once; each is a gather of its own.
 * The walks of MADV_FREE, MADV_COLD and MADV_PAGEOUT drop the page-table lock where they have to split a large
 * folio first.
 *
 * Left out: the other advices, hugetlb, VMAs that are locked, memory that is given up by batches of the LRU
 * (lru_lazyfree, lru_deactivate) some time later.
 */
import { allOf, anyOf, none, when, type Bool, type Effect } from '../../../src/index.js';
import { adviceReturned, dontneed, free } from '../machine/advice.js';
import type { Frame, Machine } from '../machine/machine.js';
import { tracksAge } from './folio-referenced.js';
import { dropTracking } from './mm_inline.js';
import { clearPte, gatherOf, tlbFinishMmu, tlbGatherMmu, walkVma, type Gather } from './mmu_gather.js';
import { asWritten, flagsArgument, pageArgument, pageIn, type LinuxOperation } from './operation.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';
import { flushTlbBatchedPending } from './rmap.js';
import { shrinkFolioList } from './shrink-folio-list.js';
import { freeSwapEntry, hasEntries } from './swap.js';
import { isolate, mappedFolios } from './vmscan.js';

const source = 'mm/madvise.c';
const advices = ['MADV_DONTNEED', 'MADV_FREE', 'MADV_COLD', 'MADV_PAGEOUT'] as const;
type Advice = (typeof advices)[number];

/** madvise(2) of a page. */
function madvise(path: Path, page: string, advice: Advice): void {
  const { machine, task } = path;
  const gather = gatherOf(path, page);
  const mm = machine.state.mm.at(machine.mmOf(page));
  const { kind } = machine.state.vma.at(machine.page(page));
  const refused = advice === 'MADV_FREE' ? kind.isNot('anon') : kind.is('none');
  const enter = { at: 'start', kernel: `${source} do_madvise()`, when: [mm.writer.not()] };
  path.step({ ...enter, to: 'end', after: 'nothing was done: -ENOMEM or -EINVAL', when: [...enter.when, refused] });
  path.step({
    ...enter,
    to: 'walk',
    after: 'mmap_lock is held for reading: faults and other advice go on beside it',
    approximation: 'exact: taking mmap_lock and tlb_gather_mmu() are invisible apart',
    when: [...enter.when, refused.not()],
    then: [mm.readers.becomes(mm.readers.plus(1)), ...tlbGatherMmu(gather)],
  });
  walks[advice](gather, 'walk', 'tlb_finish_mmu');
  tlbFinishMmu(gather, 'tlb_finish_mmu', 'unlock');
  path.step({
    at: 'unlock',
    to: 'end',
    kernel: `${source} do_madvise()`,
    after: `madvise() has returned: ${returned[advice]}`,
    then: [mm.readers.becomes(mm.readers.minus(1)), ...(advice === 'MADV_DONTNEED' || advice === 'MADV_FREE' ? adviceReturned(machine, task.index) : [])],
    says: ['[ madvise() returns ]'],
  });
}

const returned: Readonly<Record<Advice, string>> = {
  MADV_DONTNEED: 'what the page held may not be seen any more',
  MADV_FREE: 'what is stored from now on must not be lost',
  MADV_COLD: 'nothing is promised',
  MADV_PAGEOUT: 'nothing is promised',
};

const walks: Readonly<Record<Advice, (gather: Gather, at: string, to: string) => void>> = {
  MADV_DONTNEED: zap,
  MADV_FREE: (gather, at, to) => {
    walkVma(gather, { at, to, kernel: `${source} madvise_free_pte_range()` }, (locked, walked) => {
      for (const on of splittingFolios(gather, locked, 'madvise_free_pte_range()')) freePte(gather, on, walked);
    });
  },
  MADV_COLD: (gather, at, to) => {
    walkVma(gather, { at, to, kernel: coldOrPageout }, (locked, walked) => {
      for (const on of splittingFolios(gather, locked, 'madvise_cold_or_pageout_pte_range()')) coldPte(gather, on, walked);
    });
  },
  MADV_PAGEOUT: (gather, at, to) => {
    walkVma(gather, { at, to, kernel: coldOrPageout }, (locked, walked) => {
      pageoutPte(gather, splittingFolios(gather, locked, 'madvise_cold_or_pageout_pte_range()'), walked);
    });
  },
};

const coldOrPageout = `${source} madvise_cold_or_pageout_pte_range()`;

/** zap_page_range_single() for MADV_DONTNEED. */
function zap(gather: Gather, at: string, to: string): void {
  const { path, page } = gather;
  const { machine, task } = path;
  const always = path.rules.has('zap.always');
  const zapped = always ? path.place('flush_tlb_range') : to;
  walkVma(gather, { at, to: zapped, kernel: 'mm/memory.c zap_pte_range()' }, (locked, walked) => {
    clearPte(gather, locked, walked, { then: dontneed(machine, task.index, machine.page(page)) });
  });
  if (always) path.kernel.arch.flushPage(path, { at: zapped, to, caller: 'zap_page_range_single()', says: ['==> flush_tlb_range()'] }, page, 'flush_tlb_range');
}

/**
 * Where a walk comes to the PTE with the page-table lock held: at once, or after it has dropped the lock to
 * split a large folio and has taken it again.
 */
function splittingFolios({ path, page }: Gather, locked: string, walk: string): string[] {
  const { machine, rules } = path;
  const { ptl } = machine.tableOf(page);
  const pte = machine.state.pte.at(machine.page(page));
  const folio = frameLocal(path, 'split');
  const mapped = machine.state.frame.at(pte.frame);
  const [splitting, relocking, relocked] = ['split_folio', 'pte_offset_map_lock', 'relocked'].map((p) => path.place(p));
  const zero = machine.isZeroPage(pte.frame);
  path.step({
    at: locked,
    to: splitting!,
    kernel: `${source} ${walk}`,
    after: 'the page-table lock is dropped; the folio is locked and referenced',
    approximation: 'over: any folio may be a large one; under: what split_folio() flushes is not modelled',
    when: [pte.kind.is('present', 'protnone'), mapped.locked.not(), ...(zero === false ? [] : [zero.not()])],
    then: [folio.becomes(pte.frame), mapped.locked.becomes(true), mapped.refs.becomes(mapped.refs.plus(1)), ptl.becomes(false)],
    says: ['    [ large folio: lock dropped ]'],
  });
  path.step({
    at: splitting!,
    to: relocking!,
    kernel: `${source} ${walk}`,
    after: 'the folio is unlocked: it can be reclaimed before the page-table lock is taken again',
    then: [machine.state.frame.at(folio).locked.becomes(false), ...putFrame(machine, folio), folio.becomes(none)],
    says: ['==> split_folio()'],
  });
  path.step({
    at: relocking!,
    to: relocked!,
    kernel: `${source} ${walk}`,
    after: 'the page-table lock is held again; the PTE is read once more',
    when: [ptl.not()],
    then: [ptl.becomes(true)],
    says: ['==> pte_offset_map_lock()'],
  });
  if (!rules.has('zap.batched') || !rules.has('madvise.recheck')) return [locked, relocked!];
  const rechecked = path.place('rechecked');
  flushTlbBatchedPending(path, { at: relocked!, to: rechecked, caller: walk }, machine.mmNameOf(page));
  return [locked, rechecked];
}

/** MADV_FREE: the swap entry is dropped; a present page of anonymous memory is cleaned and marked for discarding. */
function freePte({ path, page, flushNeeded }: Gather, at: string, to: string): void {
  const { machine, task } = path;
  const p = machine.page(page);
  const pte = machine.state.pte.at(p);
  const frame = machine.state.frame.at(pte.frame);
  const unlock = [...free(machine, task.index, p), machine.tableOf(page).ptl.becomes(false)];
  const kernel = `${source} madvise_free_pte_range()`;
  const present = pte.kind.is('present', 'protnone');
  const own = allOf([present, frame.origin.is(machine.ownOrigin(page))]);
  const zero = machine.isZeroPage(pte.frame);
  const folio = zero === false ? own : own.and(zero.not());
  const spared = folio.and(cannotClean(machine, page, pte.frame));
  path.step({
    at,
    to,
    kernel,
    after: 'the page table says nothing of the page any more; TLBs may',
    when: [pte.kind.is('swap')],
    then: [...freeSwapEntry(machine, page), pte.kind.becomes('none'), ...dropTracking(machine, page), ...unlock],
    says: ['    [ swap entry dropped, nothing gathered ]'],
  });
  path.step({
    at,
    to,
    kernel,
    after: 'the page is as it was',
    when: [anyOf([pte.kind.is('none', 'migration'), allOf([present, folio.not()]), spared])],
    then: unlock,
    says: [
      { if: present.not(), text: ['    [ no PTE present, nothing gathered ]'] },
      { if: present, text: ['    [ folio in use: left as it is ]'] },
    ],
  });
  const { young } = pte;
  const touched = tracksAge(machine) ? pte.dirty.or(young) : pte.dirty;
  path.step({
    at,
    to,
    kernel,
    after: 'CPUs go on using their entries, and set no D bit, until the gather is flushed',
    approximation: 'under: the folio is marked at once (folio_mark_lazyfree() leaves that to a batch of the CPU); over: a clean PTE that is young is flushed as well',
    when: [folio, spared.not()],
    then: [
      flushNeeded.becomes(touched),
      pte.dirty.becomes(false),
      ...(tracksAge(machine) ? [young.becomes(false)] : []),
      frame.dirty.becomes(false),
      ...freeSwap(machine, page, pte.frame),
      frame.lazyfree.becomes(frame.lazyfree.or(frame.isolated.not())),
      ...unlock,
    ],
    says: [
      { if: touched, text: [`    [ PTE: ${page} clean, page gathered ]`] },
      { if: touched.not(), text: ['    [ PTE clean, nothing gathered ]'] },
    ],
  });
}

/** A folio that is dirty or in the swap cache must be locked for that, mapped nowhere else, and its slot not be used. */
function cannotClean(machine: Machine, page: string, folio: Frame): Bool {
  const { dirty, locked } = machine.state.frame.at(folio);
  const cached = slotsOf(machine, page).map(([name, cache]) => ({ is: cache.is(folio), used: hasEntries(machine, page, machine.page(name)) }));
  const busy = anyOf([locked, mappedElsewhere(machine, machine.relativesOf(page), page, folio), ...cached.map(({ is, used }) => is.and(used))]);
  return anyOf([dirty, ...cached.map(({ is }) => is)]).and(busy);
}

/** folio_free_swap(): the effects of a folio leaving the swap cache, if it is there. */
function freeSwap(machine: Machine, page: string, folio: Frame): Effect[] {
  return slotsOf(machine, page).map(([, cache]) => when(cache.is(folio), [...putFrame(machine, folio), cache.becomes(none)]));
}

function slotsOf(machine: Machine, page: string): [string, Frame][] {
  return machine.relativesOf(page).map((name) => [name, machine.state.swap.at(machine.page(name)).cache]);
}

/** folio_mapcount() is more than 1: another page maps the folio. */
function mappedElsewhere(machine: Machine, pages: readonly string[], page: string, folio: Frame): Bool {
  return anyOf(pages.filter((other) => other !== page).map((other) => {
    const pte = machine.state.pte.at(machine.page(other));
    return allOf([pte.kind.is('present', 'protnone'), pte.frame.is(folio)]);
  }));
}

/** MADV_COLD: a page that was used looks unused. */
function coldPte({ path, page, flushNeeded }: Gather, at: string, to: string): void {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const unlock = machine.tableOf(page).ptl.becomes(false);
  const recorded = flushNeeded.becomes(true);
  const young = allOf([pte.kind.is('present', 'protnone'), pte.young, machine.state.frame.at(pte.frame).isolated.not(), mappedElsewhere(machine, machine.PAGE.members, page, pte.frame).not()]);
  path.step({ at, to, kernel: coldOrPageout, after: 'the page is old already, or of others as well', when: [young.not()], then: [unlock] });
  path.step({
    at,
    to,
    kernel: coldOrPageout,
    after: 'CPUs go on using their entries, and the page looks unused, until the gather is flushed',
    when: [young],
    then: [recorded, pte.young.becomes(false), unlock],
    says: [`    [ PTE: ${page} old, page gathered ]`],
    parts: [{ name: 'tlb_remove_tlb_entry() in madvise_cold_or_pageout_pte_range()', effects: [recorded] }],
  });
}

/** MADV_PAGEOUT: the folio is taken off the LRU under the page-table lock, and reclaimed once it is dropped. */
function pageoutPte({ path, page }: Gather, places: readonly string[], to: string): void {
  const { machine } = path;
  const unlock = machine.tableOf(page).ptl.becomes(false);
  const { frame } = machine.state.pte.at(machine.page(page));
  const alone = mappedElsewhere(machine, machine.PAGE.members, page, frame).not();
  const folios = mappedFolios(path, page).map(({ guard, ...folio }) => ({ ...folio, guard: guard.and(alone) }));
  for (const at of places) {
    const none = anyOf(folios.map(({ guard }) => guard)).not();
    path.step({ at, to, kernel: coldOrPageout, after: 'no folio of this page alone is on the LRU', when: [none], then: [unlock] });
  }
  for (const { from, guard, target } of folios) {
    const listed = path.place('reclaim_pages');
    for (const at of places) isolate(path, { at, to: listed, kernel: coldOrPageout, from, guard, then: [unlock] });
    shrinkFolioList(path, { at: listed, to, list: [target] });
  }
}

const returnsNothing = { name: 'madvise', result: 'none', by: 'user', header: asWritten } as const;

/** One advice as a form of madvise(). */
function form(advice: Advice, sampled: boolean): LinuxOperation {
  return {
    ...returnsNothing,
    id: advice.replace('MADV_', 'madvise-').toLowerCase(),
    parameters: ['page', { flags: advices, required: [advice] }],
    usage: `madvise(p, ${advice})`,
    ...(sampled && { samples: ({ pages }) => pages.map((page) => ({ arguments: [pageArgument(page), flagsArgument(advice)] })) }),
    write: (path, { statement }) => {
      madvise(path, pageIn(path, statement), advice);
    },
  };
}

/** madvise(). MADV_COLD is no part of the most general client: accessed bits would double its states. */
export const madviseOperations: readonly LinuxOperation[] = [
  form('MADV_DONTNEED', true),
  form('MADV_FREE', true),
  form('MADV_COLD', false),
  form('MADV_PAGEOUT', true),
];
