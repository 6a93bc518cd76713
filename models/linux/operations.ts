/**
 * Every operation of litmus files, by the kernel file whose path it takes, and what `any(n)` chooses from.
 * A new path is a file in kernel/ and its name here.
 */
import type { Argument, Scenario, Statement, Thread } from '../../src/litmus/scenario.js';
import { filemapOperations } from './kernel/filemap.js';
import { integerOperations } from './kernel/integer.js';
import { migrateOperations } from './kernel/migrate.js';
import { mmapOperations } from './kernel/mmap.js';
import type { LinuxOperation, Sample, Sampling } from './kernel/operation.js';
import { slabOperations } from './kernel/slab.js';
import { userOperations } from './kernel/user.js';
import { vmscanOperations } from './kernel/vmscan.js';
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
  ...filemapOperations,
  ...vmscanOperations,
  ...migrateOperations,
  ...slabOperations,
  any,
];

/** A scenario with its programs spelled out. */
export function worldOf(scenario: Scenario): World {
  const holding = operations.flatMap(({ id, holdsFrame }) => (holdsFrame ? [id] : []));
  return { scenario, programs: programsOf(scenario, alphabet), holding: new Set(holding) };
}

/** Everything that a thread of the most general client may do at one place of its program. */
function alphabet(scenario: Scenario, thread: Thread, value: number): Statement[] {
  const pages = scenario.pages.filter((page) => thread.mm === undefined || page.mm === thread.mm);
  const sampling: Sampling = {
    files: scenario.files.map((file) => file.name),
    pages: pages.map((page) => page.name),
    value,
  };
  const who = thread.mm === undefined ? 'kernel' : 'user';
  return operations
    .filter(({ by }) => by === who || by === 'any')
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
