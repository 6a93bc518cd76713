/**
 * Every operation of litmus files, by the kernel file whose path it takes, and what `any(n)` chooses from.
 * A new path is a file in kernel/ and its name here.
 */
import type { Argument, Scenario, Statement, Thread } from '../../src/litmus/scenario.js';
import { compactionOperations } from './kernel/compaction.js';
import { filemapOperations } from './kernel/filemap.js';
import { folioReferencedOperations } from './kernel/folio-referenced.js';
import { forkOperations } from './kernel/fork.js';
import { gupOperations } from './kernel/gup.js';
import { hugeMemoryOperations } from './kernel/huge-memory.js';
import { integerOperations } from './kernel/integer.js';
import { madviseOperations } from './kernel/madvise.js';
import { mempolicyOperations } from './kernel/mempolicy.js';
import { migrateList, migrateOperations } from './kernel/migrate.js';
import { mmapOperations } from './kernel/mmap.js';
import { mprotectOperations } from './kernel/mprotect.js';
import { mremapOperations } from './kernel/mremap.js';
import { fileArgument, pageArgument, type LinuxOperation, type Sample, type Sampling } from './kernel/operation.js';
import { pageReportingOperations } from './kernel/page-reporting.js';
import { writebackOperations } from './kernel/page-writeback.js';
import { readWriteOperations } from './kernel/read-write.js';
import { nfsOperations } from './kernel/nfs.js';
import { truncateOperations } from './kernel/truncate.js';
import { slabOperations } from './kernel/slab.js';
import { userOperations } from './kernel/user.js';
import { userfaultfdOperations } from './kernel/userfaultfd.js';
import { reclaimList, vmscanOperations } from './kernel/vmscan.js';
import type { World } from './machine/contents.js';
import { programsOf } from './machine/program.js';

/** Stands for up to n operations of any kind. */
const any: LinuxOperation = {
  id: 'any',
  name: 'any',
  parameters: ['count'],
  result: 'none',
  by: 'any',
  usage: 'any(2)',
  write: () => {
    throw new Error('any(n) is spelled out before a path is written');
  },
};

/** Every operation. */
export const operations: readonly LinuxOperation[] = [
  ...userOperations,
  ...integerOperations,
  ...mmapOperations,
  ...mprotectOperations,
  ...mremapOperations,
  ...forkOperations,
  ...filemapOperations,
  ...readWriteOperations,
  ...truncateOperations,
  ...writebackOperations,
  ...nfsOperations,
  ...vmscanOperations,
  ...folioReferencedOperations,
  ...madviseOperations,
  ...migrateOperations,
  ...mempolicyOperations,
  ...userfaultfdOperations,
  ...slabOperations,
  ...gupOperations,
  ...compactionOperations,
  ...pageReportingOperations,
  ...hugeMemoryOperations,
  any,
];

/** Operations on longer lists, which workloads use and litmus files do not. */
export const longOperations: readonly LinuxOperation[] = [reclaimList, migrateList];

/** A scenario with its programs spelled out. */
export function worldOf(scenario: Scenario, { long = false }: { readonly long?: boolean } = {}): World {
  const idsOf = (chosen: readonly LinuxOperation[]): Set<string> => new Set(chosen.map(({ id }) => id));
  return {
    scenario,
    programs: programsOf(scenario, alphabet),
    holding: idsOf(operations.filter(({ holdsFrame }) => holdsFrame)),
    truncating: idsOf(operations.filter(({ truncates }) => truncates)),
    long,
  };
}

/** A statement that a thread has begun. */
export interface Began {
  readonly thread: Thread;
  /** Its place in the thread's program, from 0. */
  readonly slot: number;
  readonly statement: Statement;
}

/** The statement that a step of the model is part of; undefined for a step of the hardware. */
export function beganBy({ scenario, programs }: World, step: string): Began | undefined {
  const [, name = '', number = ''] = /^([^ .]+)\.(\d+) /.exec(step) ?? [];
  const thread = scenario.threads.find((one) => one.name === name);
  const slot = programs.get(name)?.[Number(number)];
  if (!thread || !slot) return undefined;
  const isIt = ({ text }: Statement): boolean => step.startsWith(`${prefixOf(thread, Number(number), text)} `);
  const statement = slot.optional ? slot.alternatives.find(isIt) : slot.alternatives[0];
  return statement && { thread, slot: Number(number), statement };
}

/** What the names of the steps begin with that a statement takes; `chosen` is its text where the thread has chosen it. */
export function prefixOf(thread: Thread, slot: number, chosen?: string): string {
  return `${thread.name}.${slot}${chosen === undefined ? '' : ` ${chosen}`}`;
}

/** Everything that a thread of the most general client may do at one place of its program, but for what is excepted. */
function alphabet(scenario: Scenario, thread: Thread, { arguments: args }: Statement, value: number): Statement[] {
  const excepted = args.flatMap((a) => (a.kind === 'flags' ? a.flags : []));
  const pages = scenario.pages.filter((page) => thread.mm === undefined || page.mm === thread.mm);
  const sampling: Sampling = {
    files: scenario.files.map((file) => file.name),
    pages: pages.map((page) => page.name),
    objects: [
      ...pages.filter(({ mapping }) => mapping?.object === 'anon').map(({ name }) => pageArgument(name)),
      ...scenario.files.map(({ name }) => fileArgument(name)),
    ],
    value,
  };
  const who = thread.mm === undefined ? 'kernel' : 'user';
  return operations
    .filter(({ by, name }) => (by === who || by === 'any') && !excepted.includes(name))
    .flatMap((operation) => (operation.samples?.(sampling) ?? []).map((sample) => statementOf(operation, sample, thread)));
}

function statementOf(operation: LinuxOperation, sample: Sample, thread: Thread): Statement {
  const list = sample.arguments.map((argument) => textOf(argument, operation.name.endsWith('_ONCE')));
  return {
    operation: operation.id,
    ...sample,
    text: `${operation.name}(${list.join(', ')})`,
    position: thread.body[0]!.position,
  };
}

function textOf(argument: Argument, accessed: boolean): string {
  switch (argument.kind) {
    case 'page':
      return accessed ? `*${argument.page}` : argument.page;
    case 'file':
      return argument.file;
    case 'integer':
      return argument.integer;
    case 'mm':
      return argument.mm;
    case 'flags':
      return argument.flags.join(' | ');
    case 'value':
    case 'count':
      return String(argument.value);
    case 'anon':
      return 'anon';
  }
}
