/** The most general client: a scenario in which every thread does any operations. */
import type { Scenario, Thread } from '../../src/litmus/scenario.js';

/** Sizes of the most general client; CPUs include the one of the kernel thread. */
export interface ClientSizes {
  readonly cpus: number;
  readonly pages: number;
  readonly frames: number;
  readonly files: number;
  /** Operations of each thread. */
  readonly ops: number;
}

/** User threads of one mm on all CPUs but the last, and kswapd there, each doing up to `ops` operations. */
export function mostGeneralClient({ cpus, pages, frames, files, ops }: ClientSizes): Scenario {
  const position = { line: 1, column: 1 };
  const body = [
    { operation: 'any', arguments: [{ kind: 'count', value: ops } as const], text: `any(${ops})`, position },
  ];
  const user = (cpu: number): Thread => ({ name: `P${cpu}`, mm: 'mm', cpu, body });
  const fileName = (i: number): string => String.fromCharCode(65 + i);
  const firstFile = { kind: 'file', file: fileName(0) } as const;
  return {
    name: 'most-general-client',
    source: 'the most general client',
    question: 'Can any operations whatever break a property?',
    expectations: [],
    options: [],
    frames,
    files: Array.from({ length: files }, (_, i) => ({ name: fileName(i), value: i + 1, options: [] })),
    integers: [],
    pages: Array.from({ length: pages }, (_, i) => ({
      name: pages === 1 ? 'p' : `p${i}`,
      mm: 'mm',
      mapping: { object: fileName(i % files), protection: ['PROT_READ'], flags: ['MAP_SHARED'] },
      position,
    })),
    mms: ['mm'],
    threads: [...Array.from({ length: cpus - 1 }, (_, i) => user(i)), { name: 'kswapd', cpu: cpus - 1, body }],
    cpus,
    locations: [firstFile],
    condition: { quantifier: 'exists', proposition: { kind: 'compare', location: firstFile, equal: true, value: 1 } },
  };
}
