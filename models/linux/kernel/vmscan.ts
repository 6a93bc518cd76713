/**
 * mm/vmscan.c: reclaim takes folios off the LRU and works on the list of them (shrink-folio-list.ts).
 *
 * Left out: which folios reclaim chooses and why. Lists have one or two folios; workloads, which are run and not
 * searched, have longer ones.
 */
import { allOf, anyOf, type Bool, type Effect } from '../../../src/index.js';
import type { Argument } from '../../../src/litmus/scenario.js';
import type { Frame } from '../machine/machine.js';
import { eachFile, eachPage, type Call, type LinuxOperation, type Sample, type Sampling } from './operation.js';
import type { Path } from './path.js';
import { fileCache, listedFolio, ownCache, shrinkFolioList, type Cache } from './shrink-folio-list.js';

const isolating = 'mm/vmscan.c isolate_lru_folios()';

/** A folio that may be on the LRU: the frame, and when it can be taken. */
interface Candidate {
  readonly from: Frame;
  readonly guard: Bool;
  readonly target: Cache;
}

/** reclaim of the folios that the arguments name: a list of them, in this order. */
function reclaim(path: Path, { statement }: Call): void {
  takeFolios(path, 'start', statement.arguments.map((argument) => candidatesOf(path, argument)), []);
}

/** Takes one folio for each argument off the LRU, or none where there is none; then shrinks the list. */
function takeFolios(path: Path, at: string, [first, ...rest]: readonly (readonly Candidate[])[], taken: readonly Cache[]): void {
  if (!first) {
    shrinkFolioList(path, { at, to: 'end', list: taken });
    return;
  }
  const nothingTaken = taken.length + rest.length === 0;
  const skipped = nothingTaken ? 'end' : path.place('isolate');
  path.step({
    at,
    to: skipped,
    kernel: isolating,
    after: 'there is no such folio on the LRU',
    when: [anyOf(first.map(({ guard }) => guard)).not()],
  });
  if (!nothingTaken) takeFolios(path, skipped, rest, taken);
  for (const { from, guard, target } of first) {
    const to = path.place('isolated');
    isolate(path, { at, to, guard, from, number: taken.length });
    takeFolios(path, to, rest, [...taken, target]);
  }
}

/** What an argument can stand for: a file's folio, or whatever a page maps. */
function candidatesOf(path: Path, argument: Argument): Candidate[] {
  if (argument.kind === 'file') return [cachedFolio(path, argument.file)];
  if (argument.kind === 'page') return mappedFolios(path, path.task.pageNamed(argument.page));
  throw new Error(`reclaim() of ${argument.kind}`);
}

function cachedFolio(path: Path, file: string): Candidate {
  const target = fileCache(path, file);
  const { isolated } = path.machine.state.frame.at(target.cache);
  return { from: target.cache, guard: allOf([target.cache.isSome(), isolated.not()]), target };
}

/** The folios that a page may map and reclaim can take: the page's own memory, or that of a file. */
export function mappedFolios(path: Path, page: string): Candidate[] {
  const { machine } = path;
  const pte = machine.state.pte.at(machine.page(page));
  const { origin, isolated } = machine.state.frame.at(pte.frame);
  const on = [pte.kind.is('present', 'protnone'), isolated.not()];
  const own = { from: pte.frame, guard: allOf([...on, origin.is(machine.ownOrigin(page))]), target: ownCache(path, page) };
  const files = machine.filesOf(page).map((file): Candidate => {
    const target = fileCache(path, file);
    return { from: pte.frame, guard: allOf([...on, target.cache.is(pte.frame)]), target };
  });
  const kinds = machine.kindsOf(page);
  return kinds.has('anon') || kinds.has('private') ? [own, ...files] : files;
}

/** Where a folio is taken off the LRU. */
export interface Isolation {
  readonly at?: string;
  readonly to: string;
  readonly guard: Bool;
  readonly from: Frame;
  readonly kernel?: string;
  /** Its position on the list. */
  readonly number?: number;
  /** More effects of the step. */
  readonly then?: readonly Effect[];
}

/** Takes the folio off the LRU with a reference of its own. */
export function isolate(path: Path, { at = 'start', to, guard, from, kernel = isolating, number = 0, then = [] }: Isolation): void {
  const frame = path.machine.state.frame;
  path.step({
    at,
    to,
    kernel,
    after: 'the folio is on a private list: no other reclaim or migration can take it',
    when: [guard],
    then: [
      listedFolio(path, number).becomes(from),
      frame.at(from).isolated.becomes(true),
      frame.at(from).refs.becomes(frame.at(from).refs.plus(1)),
      ...then,
    ],
  });
}

/** The lists of two that the most general client makes of objects of these kinds. */
const pairsOf =
  (...kinds: readonly Argument['kind'][]) =>
  ({ objects }: Sampling): Sample[] =>
    objects.flatMap((first, i) =>
      objects.filter((_, j) => j !== i).map((second) => ({ arguments: [first, second] })),
    ).filter((pair) => pair.arguments.every(({ kind }, i) => kind === kinds[i]));

const common = { name: 'reclaim', result: 'none', by: 'kernel', write: reclaim } as const;

/** reclaim() of one folio or of a list of two, each of a file or of what a page maps. */
export const vmscanOperations: readonly LinuxOperation[] = [
  { ...common, id: 'reclaim-file', parameters: ['file'], usage: 'reclaim(A)', samples: eachFile },
  { ...common, id: 'reclaim-page', parameters: ['page'], usage: 'reclaim(p)', samples: eachPage },
  { ...common, id: 'reclaim-file-file', parameters: ['file', 'file'], usage: 'reclaim(A, B)', samples: pairsOf('file', 'file') },
  { ...common, id: 'reclaim-file-page', parameters: ['file', 'page'], usage: 'reclaim(A, p)', samples: pairsOf('file', 'page') },
  { ...common, id: 'reclaim-page-file', parameters: ['page', 'file'], usage: 'reclaim(p, A)', samples: pairsOf('page', 'file') },
  { ...common, id: 'reclaim-page-page', parameters: ['page', 'page'], usage: 'reclaim(p, q)', samples: pairsOf('page', 'page') },
];

/** reclaim() of a list of any length, of folios of files; those that are not on the LRU are passed over. */
export const reclaimList: LinuxOperation = {
  id: 'reclaim-list',
  name: 'reclaim',
  parameters: ['file'],
  result: 'none',
  by: 'kernel',
  usage: 'reclaim(A, B, C)',
  write: (path, { statement }) => {
    const found = statement.arguments.map((argument) => candidatesOf(path, argument)[0]!);
    const end = takeEach(path, found);
    shrinkFolioList(path, { at: end, to: 'end', list: found.map(({ target }) => target), gaps: true });
  },
};

/** Takes what is on the LRU of the candidates, in this order, and leaves gaps for the others; returns the place after it. */
function takeEach(path: Path, candidates: readonly Candidate[]): string {
  return candidates.reduce((at, { from, guard }, number) => {
    const to = path.place('isolated');
    path.step({ at, to, kernel: isolating, after: 'there is no such folio on the LRU', when: [guard.not()] });
    isolate(path, { at, to, guard, from, number });
    return to;
  }, 'start');
}
