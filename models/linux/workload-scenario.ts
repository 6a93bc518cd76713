/** The scenario of a workload: threads whose bodies are what they can do, in no order. */
import type { Argument, FileDeclaration, Mapping, PageDeclaration, Scenario, Statement, Thread } from '../../src/litmus/scenario.js';
import type { ReclaimWorkload, TierWorkload, Workload } from './workloads.js';

const position = { line: 1, column: 1 };

/** The thread that reclaims or demotes, and the one that promotes in place of the thread that faults. */
export const kernelThreads = { kswapd: 'kswapd', promoter: 'do_numa_page' } as const;

/** The scenario that a workload is run on. */
export function scenarioOf(workload: Workload): Scenario {
  return workload.kind === 'reclaim' ? reclaimScenario(workload) : tierScenario(workload);
}

/** Lists of pages of all processes in turn, as an LRU list has them. */
export function listsOf<T>(each: readonly (readonly T[])[], length: number): T[][] {
  const [first = []] = each;
  const mixed = first.flatMap((_, i) => each.map((one) => one[i]!));
  return Array.from({ length: Math.ceil(mixed.length / length) }, (_, i) => mixed.slice(i * length, (i + 1) * length));
}

/** Names of the pages of each process. */
export function pagesOf({ processes, pages }: Workload): string[][] {
  return Array.from({ length: processes }, (_, m) => Array.from({ length: pages }, (_, i) => `p${m}.${i}`));
}

function reclaimScenario(workload: ReclaimWorkload): Scenario {
  const pages = pagesOf(workload);
  const fileOf = (page: string): string => page.replace('p', 'F');
  const files = pages.flat().map((page): FileDeclaration => ({ name: fileOf(page), value: 1, options: ['uncached'] }));
  const lists = listsOf(pages, workload.list).map((list) => statement('reclaim-list', list.map((page) => ({ kind: 'file', file: fileOf(page) }))));
  const readers = readersOf(workload, pages, (mine) => mine.map(read));
  const kswapd: Thread = { name: kernelThreads.kswapd, cpu: readers.length, body: lists };
  const mapping = (page: string): Mapping => ({ object: fileOf(page), protection: ['PROT_READ'], flags: ['MAP_SHARED'] });
  return scenario(workload, { files, pages: declared(pages, mapping), threads: [...readers, kswapd], options: [] });
}

function tierScenario(workload: TierWorkload): Scenario {
  const pages = pagesOf(workload);
  const readers = readersOf(workload, pages, (mine, thread) => [...mine.map(read), ...(thread === 0 ? mine.map(hint) : [])]);
  const lists = listsOf(pages, workload.list).map((list) => statement('migrate-list', list.map(page)));
  const kernel: Thread[] = [
    { name: kernelThreads.kswapd, cpu: readers.length, body: lists },
    { name: kernelThreads.promoter, cpu: readers.length + 1, body: pages.flat().map((one) => statement('migrate-list', [page(one)])) },
  ];
  const mapping = (): Mapping => ({ object: 'anon', protection: ['PROT_READ', 'PROT_WRITE'], flags: ['MAP_PRIVATE'] });
  return scenario(workload, { files: [], pages: declared(pages, mapping), threads: [...readers, ...kernel], options: ['dirtied'] });
}

type Body = (pages: readonly string[], thread: number) => Statement[];

function readersOf({ threads }: Workload, pages: readonly (readonly string[])[], body: Body): Thread[] {
  return pages.flatMap((mine, m) =>
    Array.from({ length: threads }, (_, t): Thread => {
      const cpu = m * threads + t;
      return { name: `P${cpu}`, mm: `M${m}`, cpu, body: body(mine, t) };
    }),
  );
}

function declared(pages: readonly (readonly string[])[], mapping: (page: string) => Mapping): PageDeclaration[] {
  return pages.flatMap((mine, m) => mine.map((name) => ({ name, mm: `M${m}`, mapping: mapping(name), position })));
}

const page = (name: string): Argument => ({ kind: 'page', page: name });

function read(name: string): Statement {
  return statement('READ_ONCE-page', [page(name)]);
}

function hint(name: string): Statement {
  return statement('numa_hint', [page(name)]);
}

function statement(operation: string, args: readonly Argument[]): Statement {
  return { operation, arguments: args, text: operation, position };
}

function scenario({ name, summary, frames }: Workload, parts: Pick<Scenario, 'files' | 'pages' | 'threads' | 'options'>): Scenario {
  const mms = [...new Set(parts.threads.flatMap(({ mm }) => (mm === undefined ? [] : [mm])))];
  return {
    name,
    source: `workload ${name}`,
    question: summary,
    expectations: [],
    frames,
    integers: [],
    mms,
    cpus: parts.threads.length,
    ...parts,
    locations: [],
    condition: { quantifier: 'exists', proposition: { kind: 'and', of: [] } },
  };
}
