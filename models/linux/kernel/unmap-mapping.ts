/**
 * mm/memory.c unmap_mapping_range(): unmaps a file wherever it is mapped, in every mm, with one gather for
 * every VMA (zap_page_range_single()). It takes no mmap_lock: faults, munmap() and mprotect() go on beside it.
 *
 * Left out: ranges of a file, DAX, hugetlb.
 */
import { allOf, type Bool } from '../../../src/index.js';
import type { Machine } from '../machine/machine.js';
import { clearPte, gatherOf, tlbFinishMmu, tlbGatherMmu, walkVma, type Gather } from './mmu_gather.js';
import type { Path } from './path.js';
import { rmapWalk } from './rmap-walk.js';

/** Unmapping a file wherever it is mapped. */
interface UnmapMapping {
  readonly at: string;
  readonly to: string;
  /** Name of the file. */
  readonly file: string;
  /** Private copies of the file are unmapped too. */
  readonly evenCows: boolean;
  /** unmap_mapping_folio() takes userfaultfd's markers away, the others do not. */
  readonly by: 'unmap_mapping_range()' | 'unmap_mapping_folio()';
}

/** A gather for every VMA of the file. */
export function unmapMapping(path: Path, { at, to, file: name, evenCows, by }: UnmapMapping): void {
  const { machine } = path;
  const walking = path.place('i_mmap');
  const step = { kernel: 'mm/memory.c unmap_mapping_range_tree()' };
  path.step({ ...step, at, to: walking, after: 'every VMA of the file follows, whatever its mm', says: [`==> ${by}`] });
  const walked = rmapWalk(path, { pages: machine.pagesMapping(name), file: machine.file(name) }, walking, (page, place) => {
    const next = path.place('next VMA');
    zapPageRangeSingle(gatherOf(path, page), { at: place, to: next, file: name, evenCows, by });
    return next;
  });
  path.step({ ...step, at: walked, to, after: 'faults may have mapped the file again' });
}

/** zap_page_range_single() of the page, if it maps the file: without mmap_lock, so a munmap() of it may be under way. */
function zapPageRangeSingle(gather: Gather, { at, to, file: name, evenCows, by }: UnmapMapping): void {
  const { path, page } = gather;
  const { machine } = path;
  const mapped = inTree(machine, page, name);
  const [zapping, finishing] = ['zap', 'tlb_finish_mmu'].map((p) => path.place(p));
  const step = { at, kernel: 'mm/memory.c zap_page_range_single()' };
  path.step({ ...step, to, after: 'the page maps something else', when: [mapped.not()] });
  path.step({ ...step, to: zapping!, after: 'the gather is open', when: [mapped], then: tlbGatherMmu(gather) });
  walkVma(gather, { at: zapping!, to: finishing!, kernel: 'mm/memory.c zap_pte_range()' }, (locked, cleared) => {
    const own = evenCows || !machine.kindsOf(page).has('private') ? [] : [ownMemory(machine, page)];
    const zap = own.length > 0 ? path.place('should_zap_folio') : locked;
    if (own.length > 0) spareCows(path, { at: locked, zap, spared: cleared, page, own: own[0]! });
    clearPte(gather, zap, cleared, {
      then: evenCows ? [machine.state.own.at(machine.page(page)).copied.becomes(false)] : [],
      dropsMarkers: by === 'unmap_mapping_folio()',
    });
  });
  tlbFinishMmu(gather, finishing!, to);
}

/** should_zap_folio(): what is the page's own stays. */
function spareCows(
  path: Path,
  { at, zap, spared, page, own }: { at: string; zap: string; spared: string; page: string; own: Bool },
): void {
  const { ptl } = path.machine.tableOf(page);
  const step = { at, kernel: 'mm/memory.c should_zap_folio()' };
  path.step({ ...step, to: zap, after: 'the page-table lock is held', when: [own.not()] });
  path.step({
    ...step,
    to: spared,
    after: 'a private copy is left alone, and the page-table lock dropped',
    when: [own],
    then: [ptl.becomes(false)],
    says: ['    [ private copy left alone ]'],
  });
}

function ownMemory(machine: Machine, page: string): Bool {
  const { kind, frame } = machine.state.pte.at(machine.page(page));
  const own = machine.state.frame.at(frame).origin.is(machine.ownOrigin(page));
  return kind.is('swap').or(kind.is('present', 'protnone', 'migration').and(own));
}

/**
 * The VMA of the page is in the file's i_mmap. That of a munmap() under way still is while its page table maps
 * the file (in the kernel a little longer, until free_pgtables()).
 */
function inTree(machine: Machine, page: string, name: string): Bool {
  const { state } = machine;
  const p = machine.page(page);
  const [vma, pte] = [state.vma.at(p), state.pte.at(p)];
  const { cache } = state.file.at(machine.file(name));
  const mapped = allOf([pte.kind.is('present', 'protnone'), pte.frame.is(cache)]).or(machine.tableOf(page).delayed.is(cache));
  const detached = allOf([vma.kind.is('none'), cache.isSome(), mapped]);
  return allOf([vma.kind.is('shared', 'private'), vma.file.is(machine.file(name))]).or(detached);
}
