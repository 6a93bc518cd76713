/**
 * What a scenario needs of the machine: the values that may be in memory and who may have written
 * them, the virtual pages with what they may map, and how many frames hold it all.
 */
import type { Argument, Mapping, Scenario, Statement } from '../../../src/litmus/scenario.js';
import { statementsOf, type Programs } from './program.js';

/** PAGE_POISON, `include/linux/poison.h`. */
export const poison = 0xaa;

/** A scenario with its programs spelled out. */
export interface World {
  readonly scenario: Scenario;
  readonly programs: Programs;
  /** Ids of the operations that keep a frame which is neither page cache nor a page's own memory. */
  readonly holding: ReadonlySet<string>;
  /** Ids of the operations that make files shorter. */
  readonly truncating: ReadonlySet<string>;
  /** For long runs that nobody searches or judges: counters go far, and origins do not tell files or pages apart. */
  readonly long?: boolean;
}

/** A virtual page of one address space. */
export interface MachinePage {
  /** Its name; that of a page in a forked address space is `Q:p`. */
  readonly name: string;
  readonly mm: string;
  /** The page of the parent that fork copies it from. */
  readonly copyOf?: string;
  /** The first of the pages whose private or anonymous memory it may share or take over: fork(), mremap(). */
  readonly family: string;
  /** Pages whose mappings an mremap() may move to it. */
  readonly movedFrom: readonly string[];
  /** What it maps at the start. */
  readonly mapping?: Mapping;
  /** Every mapping that it can ever have. */
  readonly mappings: readonly Mapping[];
  /** Some mprotect() may make it writable, so its file was opened for writing (VM_MAYWRITE). */
  readonly upgraded: boolean;
  /** Registered with a userfaultfd that protects from writes (VM_UFFD_WP), from the first mapping on. */
  readonly tracked: boolean;
}

/** What a scenario can produce. */
export interface Contents {
  /** Values in ascending order, then the signals that a register may hold. */
  readonly values: readonly string[];
  /** Objects whose contents a frame may hold: files, pages (private memory), and the kernel's own. */
  readonly origins: readonly string[];
  /** The origin that stands for a file, a page or one of the kernel's own. */
  readonly originNamed: (name: string) => string;
  readonly pages: readonly MachinePage[];
  /** Frames, the zero page not counted. */
  readonly frames: number;
  /** Whether some page may map anonymous memory. */
  readonly anonymous: boolean;
}

/** Origins that no mapping ever shows: reading them through an old entry is reading foreign data. */
export const foreignOrigins = ['kernel', 'poison', 'init', 'hypervisor'] as const;

/** Origin of the zero page's contents. */
export const zeroOrigin = 'zero page';

/** What a scenario can produce under its machine options. */
export function contentsOf({ scenario, programs, holding, long = false }: World): Contents {
  const statements = statementsOf(programs);
  const written = statements.flatMap((s) => s.arguments.flatMap((a) => (a.kind === 'value' ? [a.value] : [])));
  const values = new Set([0, ...written]);
  for (const { value } of [...scenario.files, ...scenario.integers]) values.add(value);
  if (scenario.options.includes('page_poisoning')) values.add(poison);
  // age() says whether a page was used.
  if (statements.some(({ operation }) => operation === 'age')) values.add(1);
  const sorted = [...values].sort((a, b) => a - b).map(String);
  const pages = pagesOf(scenario, programs);
  return {
    values: [...sorted, 'SIGSEGV', 'SIGBUS'],
    ...originsOf(scenario, long),
    pages,
    frames: scenario.frames ?? framesOf(scenario, pages, statements.filter((s) => holding.has(s.operation)).length),
    anonymous: pages.some(({ mappings }) => mappings.some((m) => kindOf(m) === 'anon')),
  };
}

/** One origin for each file and each page, or, in long runs, for all of a kind: sets of them are small. */
function originsOf({ files, pages }: Scenario, long: boolean): Pick<Contents, 'origins' | 'originNamed'> {
  const kernels = [zeroOrigin, ...foreignOrigins];
  if (!long) {
    return { origins: [...files.map((f) => f.name), ...pages.map((p) => p.name), ...kernels], originNamed: (name) => name };
  }
  const ofFile = new Set(files.map(({ name }) => name));
  const kindNamed = (name: string): string => (ofFile.has(name) ? 'files' : 'memory');
  const known: readonly string[] = kernels;
  return { origins: ['files', 'memory', ...kernels], originNamed: (name) => (known.includes(name) ? name : kindNamed(name)) };
}

/**
 * As many frames as the scenario can use at once, plus one, and at least three: with fewer, every
 * allocation takes the frame that a stale entry still shows, and the flush at allocation hides the bug.
 */
function framesOf({ files, options }: Scenario, pages: readonly MachinePage[], held: number): number {
  const own = pages.filter(({ mappings }) => mappings.some((mapping) => kindOf(mapping) !== 'shared'));
  const huge = options.includes('huge_zero_page') ? 1 : 0;
  return Math.max(3, files.length + own.length + huge + held + 1);
}

/** The kind of VMA that a mapping makes. */
export function kindOf(mapping: Mapping): 'shared' | 'private' | 'anon' {
  if (mapping.object === 'anon') return 'anon';
  return mapping.flags.includes('MAP_PRIVATE') ? 'private' : 'shared';
}

/** The scenario's pages and those that fork makes, each with every mapping that can reach it. */
function pagesOf(scenario: Scenario, programs: Programs): MachinePage[] {
  const statements = statementsOf(programs);
  const declared = scenario.pages.map(({ name, mm, mapping }) => ({ name, mm, ...(mapping && { mapping }) }));
  const pages = [...declared, ...forkedPages(scenario, programs)];
  const made = (page: string): Mapping[] => [
    ...scenario.pages.flatMap((p) => (p.name === page && p.mapping ? [p.mapping] : [])),
    ...statements.flatMap((s) => (s.page === page && objectOf(s.arguments) !== undefined ? [mappingOf(s.arguments)] : [])),
  ];
  const reaching = new Map(pages.map(({ name }) => [name, new Set(made(name))]));
  const flows = [...moves(statements), ...pages.flatMap((p) => ('copyOf' in p ? [{ from: p.copyOf, to: p.name }] : []))];
  // As many rounds as there are pages carry every mapping to where it can get.
  for (let round = 0; round < pages.length; round++) {
    for (const { from, to } of flows) reaching.get(from)?.forEach((mapping) => reaching.get(to)?.add(mapping));
  }
  const own = (page: ForkedPage | { name: string; mm: string }): Statement[] => statementsOn(scenario, programs, page);
  const family = families(pages.map(({ name }) => name), flows);
  return pages.map((page) => ({
    ...page,
    mappings: [...reaching.get(page.name)!],
    family: family(page.name),
    movedFrom: moves(statements).flatMap(({ from, to }) => (to === page.name ? [from] : [])),
    upgraded: own(page).some((s) => s.operation === 'mprotect' && writes(s)),
    tracked: own(page).some((s) => tracking.includes(s.operation)),
  }));
}

/** The first page of those that memory can flow between, for each page. */
function families(pages: readonly string[], flows: readonly { from: string; to: string }[]): (page: string) => string {
  const first = new Map(pages.map((page) => [page, page]));
  const earlier = (a: string, b: string): string => (pages.indexOf(a) < pages.indexOf(b) ? a : b);
  for (let round = 0; round < pages.length; round++) {
    for (const { from, to } of flows) {
      const least = earlier(first.get(from)!, first.get(to)!);
      for (const page of [from, to]) first.set(page, least);
    }
  }
  return (page) => first.get(page)!;
}

const tracking = ['uffd_wp', 'uffd_unprotect'];

/** The statements that name a page, by threads of its address space; one of the kernel names declared pages. */
function statementsOn(scenario: Scenario, programs: Programs, { name, mm }: { name: string; mm: string }): Statement[] {
  const named = name.startsWith(`${mm}:`) ? name.slice(mm.length + 1) : name;
  return scenario.threads
    .filter((thread) => thread.mm === mm || (thread.mm === undefined && named === name))
    .flatMap((thread) => programs.get(thread.name)!.flatMap((slot) => slot.alternatives))
    .filter((statement) => statement.arguments.some((a) => a.kind === 'page' && a.page === named));
}
const writes = (statement: Statement): boolean =>
  statement.arguments.some((a) => a.kind === 'flags' && a.flags.includes('PROT_WRITE'));

/** A statement that maps a page and names no object moves the mapping of its argument there: mremap(). */
function moves(statements: readonly Statement[]): { from: string; to: string }[] {
  return statements.flatMap(({ page, arguments: args }) => {
    const from = args.find((a) => a.kind === 'page');
    return page !== undefined && from?.kind === 'page' && objectOf(args) === undefined ? [{ from: from.page, to: page }] : [];
  });
}

/** A page of an address space that fork() makes: its name there is that of the declared page, `Q:p`. */
interface ForkedPage {
  readonly name: string;
  readonly mm: string;
  readonly copyOf: string;
}

/** The pages that fork(Q) makes: one in Q for every page of the caller's address space, which may be made by fork() as well. */
function forkedPages(scenario: Scenario, programs: Programs): ForkedPage[] {
  const forks = scenario.threads.flatMap((thread) =>
    programs.get(thread.name)!.flatMap((slot) => slot.alternatives).flatMap(({ operation, arguments: args }) => {
      const child = args.find((a) => a.kind === 'mm');
      return operation === 'fork' && child?.kind === 'mm' ? [{ parent: thread.mm, child: child.mm }] : [];
    }),
  );
  const copiesIn = (mm: string | undefined): ForkedPage[] =>
    forks.filter(({ child }) => child === mm).flatMap(({ parent, child }) => {
      const declared = scenario.pages.filter((page) => page.mm === parent).map(({ name }) => ({ name, root: name }));
      const copied = copiesIn(parent).map(({ name, mm: space }) => ({ name, root: name.slice(space.length + 1) }));
      return [...declared, ...copied].map(({ name, root }) => ({ name: `${child}:${root}`, mm: child, copyOf: name }));
    });
  return forks.flatMap(({ child }) => copiesIn(child));
}

function objectOf(args: readonly Argument[]): string | undefined {
  const object = args.find((a) => a.kind === 'file' || a.kind === 'anon');
  return object && (object.kind === 'file' ? object.file : 'anon');
}

/** The mapping that an mmap() statement makes. */
export function mappingOf(args: readonly Argument[]): Mapping {
  const [protection, flags] = args.flatMap((a) => (a.kind === 'flags' ? [a.flags] : []));
  return { object: objectOf(args) ?? 'anon', protection: protection ?? [], flags: flags ?? [] };
}
