/**
 * Transient references: taken without a lock to whatever a pointer names at the moment, by a lookup of the
 * page cache (mm/filemap.c filemap_get_entry()) or a walk of the page table (mm/gup.c gup_fast_pte_range()).
 *
 * The pointer is loaded first and the reference tried after, when the frame may have left the cache, may be
 * free (then folio_try_get() fails) or somebody else's already; so the pointer is looked at again, and the
 * reference dropped if it has changed. Whoever counts references sees it meanwhile.
 *
 * A thread holds at most one reference through each name at a time.
 *
 * Left out: pins (FOLL_PIN), the slow path of GUP, which faults the page in, references to the zero page.
 */
import { allOf, none, optional, type Bool, type Effect } from '../../../src/index.js';
import type { Frame } from '../machine/machine.js';
import { eachFile, eachPage, fileIn, pageIn, type LinuxOperation } from './operation.js';
import { frameLocal, putFrame } from './page-alloc.js';
import type { Path } from './path.js';

const tryGet = 'include/linux/page_ref.h folio_try_get()';

/** The reference that the thread keeps through a name, until put() of the same name. */
function keptReference(path: Path, name: string): Frame {
  return path.task.kept(`reference.${name}`, optional(path.machine.FRAME));
}

/** A pointer to a folio that a lookup follows without a lock. */
interface Pointer {
  readonly at: Frame;
  /** It names a folio that can be referenced. */
  readonly valid: Bool;
  /** The function that follows it. */
  readonly kernel: string;
  /** The function that takes the reference, and where the path goes on if it fails. */
  readonly grab: string;
  readonly failed: string;
  /** Effects of the first and of the last step. */
  readonly enter: readonly Effect[];
  readonly leave: readonly Effect[];
}

function get(path: Path, name: string, { at, valid, kernel, grab, failed, enter, leave }: Pointer): void {
  const { machine } = path;
  const [kept, found] = [keptReference(path, name), frameLocal(path, 'found')];
  const { refs } = machine.state.frame.at(found);
  const [grabbing, checking] = [path.place('folio_try_get'), path.place('xas_reload')];
  const retry = failed === 'start' ? [] : leave;
  path.step({
    at: 'start',
    to: grabbing,
    kernel,
    after: 'the folio may leave, be freed and be used for something else: no reference holds it yet',
    when: [kept.isNone(), valid],
    then: [found.becomes(at), ...enter],
    says: [{ text: [`${label(kernel)}: frame `, at] }],
  });
  path.step({
    at: 'start',
    to: 'end',
    kernel,
    after: 'there is no folio to reference',
    when: [kept.isSome().or(valid.not())],
  });
  path.step({
    at: grabbing,
    to: checking,
    kernel: grab,
    after: 'whoever counts the references finds one too many',
    when: [refs.isNot(0)],
    then: [refs.becomes(refs.plus(1))],
    says: [label(grab)],
  });
  path.step({
    at: grabbing,
    to: failed,
    kernel: grab,
    after: 'the folio was frozen or free: it is not referenced',
    when: [refs.is(0)],
    then: retry,
    says: [`${label(grab)} fails`],
  });
  const unchanged = allOf([valid, at.is(found)]);
  path.step({
    at: checking,
    to: 'end',
    kernel,
    after: 'the folio is referenced until it is put: it cannot be freed',
    ...(failed === 'end' ? { approximation: 'over: gup_fast_pte_range() gives up where any bit of the PTE has changed, here where it leads elsewhere' } : {}),
    when: [unchanged],
    then: [kept.becomes(found), ...leave],
    says: [{ text: ['[ frame ', found, ' referenced ]'] }],
  });
  path.step({
    at: checking,
    to: failed,
    kernel,
    after: 'the pointer has changed: the reference was of the wrong folio',
    when: [unchanged.not()],
    then: [...putFrame(machine, found), ...retry],
    says: [label(kernel), { text: ['[ pointer changed: frame ', found, ' put ]'] }],
  });
}

const label = (kernel: string): string => kernel.slice(kernel.indexOf(' ') + 1);

/** get() of a file's folio: a lookup of the page cache, begun again when it loses a race. */
function getFile(path: Path, file: string): void {
  const { cache } = path.machine.state.file.at(path.machine.file(file));
  const kernel = 'mm/filemap.c filemap_get_entry()';
  get(path, file, { at: cache, valid: cache.isSome(), kernel, grab: tryGet, failed: 'start', enter: [], leave: [] });
}

/** get() of what a page maps: GUP-fast, with interrupts off; it gives up when it loses a race. */
function getPage(path: Path, page: string): void {
  const { machine, task } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const { irqsOff } = machine.state.cpu.at(task.cpu);
  const special = machine.isZeroPage(pte.frame);
  const valid = allOf([pte.kind.is('present'), ...(special ? [special.not()] : [])]);
  get(path, page, {
    at: pte.frame,
    valid,
    kernel: 'mm/gup.c gup_fast_pte_range()',
    grab: 'mm/gup.c try_grab_folio_fast()',
    failed: 'end',
    enter: [irqsOff.becomes(task.index)],
    leave: [irqsOff.becomes(none)],
  });
}

/** put(): drops the reference that get() of the same name has taken, if it has; the last one frees the frame. */
function put(path: Path, name: string): void {
  const kept = keptReference(path, name);
  const step = { at: 'start', to: 'end', kernel: 'include/linux/mm.h folio_put()' };
  path.step({
    ...step,
    after: 'whoever drops the last reference frees the frame',
    when: [kept.isSome()],
    then: [...putFrame(path.machine, kept), kept.becomes(none)],
    says: ['folio_put()', { text: ['[ reference to frame ', kept, ' dropped ]'] }],
  });
  path.step({ ...step, after: 'the lookup had found no folio', when: [kept.isNone()] });
}

const form = { result: 'none', by: 'kernel' } as const;

/** get() and put(), of a file's folio or of what a page maps. */
export const gupOperations: readonly LinuxOperation[] = [
  {
    ...form,
    id: 'get-file',
    name: 'get',
    parameters: ['file'],
    usage: 'get(A)',
    holdsFrame: true,
    samples: eachFile,
    write: (path, { statement }) => {
      getFile(path, fileIn(statement));
    },
  },
  {
    ...form,
    id: 'get-page',
    name: 'get',
    parameters: ['page'],
    usage: 'get(p)',
    holdsFrame: true,
    samples: eachPage,
    write: (path, { statement }) => {
      getPage(path, pageIn(path, statement));
    },
  },
  {
    ...form,
    id: 'put-file',
    name: 'put',
    parameters: ['file'],
    usage: 'put(A)',
    samples: eachFile,
    write: (path, { statement }) => {
      put(path, fileIn(statement));
    },
  },
  {
    ...form,
    id: 'put-page',
    name: 'put',
    parameters: ['page'],
    usage: 'put(p)',
    samples: eachPage,
    write: (path, { statement }) => {
      put(path, pageIn(path, statement));
    },
  },
];
