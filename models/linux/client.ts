/** The most general client: a scenario in which every thread does any operations. */
import type { Mapping, Scenario, Thread } from '../../src/litmus/scenario.js';

/** What the pages of the most general client map at the start. */
export const startMappings = {
  shared: { kind: 'MAP_SHARED', protection: ['PROT_READ'] },
  'shared-rw': { kind: 'MAP_SHARED', protection: ['PROT_READ', 'PROT_WRITE'] },
  private: { kind: 'MAP_PRIVATE', protection: ['PROT_READ', 'PROT_WRITE'] },
  anon: { kind: 'MAP_PRIVATE', protection: ['PROT_READ', 'PROT_WRITE'] },
  none: { kind: 'MAP_SHARED', protection: ['PROT_NONE'] },
} as const;

/** A name of {@link startMappings}. */
export type StartMapping = keyof typeof startMappings;

/** Sizes of the most general client; CPUs include the one of the kernel thread. */
export interface ClientSizes {
  readonly cpus: number;
  readonly pages: number;
  readonly frames: number;
  readonly files: number;
  /** Operations of each thread: one number for all, or one for each: P0, P1 and so on, kswapd. */
  readonly ops: number | readonly number[];
  /** Address spaces, by default one; every one after the first has a thread on the last user CPU, and a page of its own. */
  readonly mms?: number;
}

/** What the most general client starts from. */
export interface ClientStart {
  /** What the pages map, in order; the last one stands for the rest; by default `shared`. */
  readonly maps?: readonly StartMapping[];
  /** Machine options. */
  readonly options?: readonly string[];
  /** Options of every file. */
  readonly fileOptions?: readonly string[];
  /** Names of operations that no thread does. */
  readonly except?: readonly string[];
}

/**
 * User threads of one mm on all CPUs but the last, and kswapd there, each doing up to `ops` operations.
 * Throws a RangeError for a list of `ops` that has another length than there are threads.
 */
export function mostGeneralClient(sizes: ClientSizes, start: ClientStart = {}): Scenario {
  const { cpus, pages, frames, files, ops, mms = 1 } = sizes;
  const { maps = ['shared'], options = [], fileOptions = [], except = [] } = start;
  const position = { line: 1, column: 1 };
  const names = Array.from({ length: mms }, (_, i) => (i === 0 ? 'mm' : `mm${i}`));
  const users = cpus - 1 + mms - 1;
  const opsOf = typeof ops === 'number' ? Array.from({ length: users + 1 }, () => ops) : ops;
  if (opsOf.length !== users + 1) throw new RangeError(`${opsOf.length} numbers of operations for ${users + 1} threads`);
  const bodyOf = (thread: number): Thread['body'] => {
    const count = opsOf[thread]!;
    const any = [{ kind: 'count', value: count }, { kind: 'flags', flags: except }] as const;
    return [{ operation: 'any', arguments: any, text: `any(${count})`, position }];
  };
  const user = (number: number, cpu: number, mm: string): Thread => ({ name: `P${number}`, mm, cpu, body: bodyOf(number) });
  const firstFile = { kind: 'file', file: fileName(0) } as const;
  return {
    name: 'most-general-client',
    source: 'the most general client',
    question: 'Can any operations whatever break a property?',
    expectations: [],
    options,
    frames,
    files: Array.from({ length: files }, (_, i) => ({ name: fileName(i), value: i + 1, options: fileOptions })),
    integers: [],
    pages: Array.from({ length: Math.max(pages, mms) }, (_, i) => ({
      name: Math.max(pages, mms) === 1 ? 'p' : `p${i}`,
      mm: names[i < mms ? i : 0]!,
      mapping: mappingOf(maps[Math.min(i, maps.length - 1)]!, fileName(i % files)),
      position,
    })),
    mms: names,
    threads: [
      ...Array.from({ length: cpus - 1 }, (_, i) => user(i, i, 'mm')),
      ...names.slice(1).map((mm, i) => user(cpus - 1 + i, cpus - 2, mm)),
      { name: 'kswapd', cpu: cpus - 1, body: bodyOf(users) },
    ],
    cpus,
    locations: [firstFile],
    condition: { quantifier: 'exists', proposition: { kind: 'compare', location: firstFile, equal: true, value: 1 } },
  };
}

const fileName = (i: number): string => String.fromCharCode(65 + i);

function mappingOf(start: StartMapping, file: string): Mapping {
  const { kind, protection } = startMappings[start];
  return { object: start === 'anon' ? 'anon' : file, protection, flags: [kind] };
}
