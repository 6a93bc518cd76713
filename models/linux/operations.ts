/**
 * The operations of litmus files and the kernel path behind each. A new path is a file in kernel/ and
 * an entry here.
 */
import type { Argument, Statement } from '../../src/litmus/scenario.js';
import type { Operation } from '../../src/litmus/vocabulary.js';
import type { Effect } from '../../src/index.js';
import { mappingOf } from './machine/contents.js';
import type { Content, File } from './machine/machine.js';
import { read, write } from './kernel/filemap.js';
import type { Hooks } from './kernel/hooks.js';
import { migrateFile, migratePage } from './kernel/migrate.js';
import { mmap, munmap } from './kernel/mmap.js';
import type { Path } from './kernel/path.js';
import { alloc } from './kernel/slab.js';
import { load, store } from './kernel/user.js';
import { reclaimFile, reclaimPage } from './kernel/vmscan.js';

const protections = ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'];
const kinds = ['MAP_SHARED', 'MAP_PRIVATE'];

/** What an operation is built from besides its path. */
export interface Call {
  readonly statement: Statement;
  readonly hooks: Hooks;
  /** Effects that put a value into the statement's register, none without one. */
  readonly deliver: (value: Content) => Effect[];
}

/** An operation with the path that it takes. */
export interface LinuxOperation extends Operation {
  readonly write: (path: Path, call: Call) => void;
  /** The line that opens the operation in a diagram, for system calls. */
  readonly header?: (statement: Statement) => string;
}

/** Every operation. */
export const operations: readonly LinuxOperation[] = [
  {
    id: 'READ_ONCE-page',
    name: 'READ_ONCE',
    parameters: ['page'],
    result: 'register',
    by: 'user',
    usage: 'r0 = READ_ONCE(*p)',
    write: (path, { statement, hooks, deliver }) => load(path, pageIn(statement), deliver, hooks),
  },
  {
    id: 'READ_ONCE-integer',
    name: 'READ_ONCE',
    parameters: ['integer'],
    result: 'register',
    by: 'any',
    usage: 'r0 = READ_ONCE(x)',
    write: (path, { statement, deliver }) => readInteger(path, integerIn(statement), deliver),
  },
  {
    id: 'WRITE_ONCE-page',
    name: 'WRITE_ONCE',
    parameters: ['page', 'value'],
    result: 'none',
    by: 'user',
    usage: 'WRITE_ONCE(*p, 2)',
    write: (path, { statement, hooks, deliver }) =>
      store(path, pageIn(statement), valueIn(path, statement), deliver, hooks),
  },
  {
    id: 'WRITE_ONCE-integer',
    name: 'WRITE_ONCE',
    parameters: ['integer', 'value'],
    result: 'none',
    by: 'any',
    usage: 'WRITE_ONCE(x, 1)',
    write: (path, { statement }) => writeInteger(path, integerIn(statement), valueIn(path, statement)),
  },
  {
    id: 'mmap',
    name: 'mmap',
    parameters: ['file', { flags: protections }, { flags: kinds, forbidden: ['MAP_FIXED'] }],
    result: 'page',
    by: 'user',
    usage: 'p = mmap(A, PROT_READ, MAP_SHARED)',
    header: mmapText,
    write: (path, call) => map(path, call, false),
  },
  {
    id: 'mmap-anon',
    name: 'mmap',
    parameters: ['anon', { flags: protections }, { flags: ['MAP_PRIVATE'], forbidden: ['MAP_FIXED'] }],
    result: 'page',
    by: 'user',
    usage: 'p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE)',
    header: mmapText,
    write: (path, call) => map(path, call, false),
  },
  {
    id: 'mmap-fixed',
    name: 'mmap',
    parameters: ['page', 'file', { flags: protections }, { flags: [...kinds, 'MAP_FIXED'], required: ['MAP_FIXED'] }],
    result: 'page',
    by: 'user',
    usage: 'p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED)',
    header: mmapText,
    write: (path, call) => map(path, call, true),
  },
  {
    id: 'mmap-fixed-anon',
    name: 'mmap',
    parameters: ['page', 'anon', { flags: protections }, { flags: ['MAP_PRIVATE', 'MAP_FIXED'], required: ['MAP_FIXED'] }],
    result: 'page',
    by: 'user',
    usage: 'p = mmap(p, anon, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED)',
    header: mmapText,
    write: (path, call) => map(path, call, true),
  },
  {
    id: 'munmap',
    name: 'munmap',
    parameters: ['page'],
    result: 'none',
    by: 'user',
    usage: 'munmap(p)',
    header: ({ text }) => text,
    write: (path, { statement, hooks }) => munmap(path, pageIn(statement), hooks),
  },
  {
    id: 'pread',
    name: 'pread',
    parameters: ['file'],
    result: 'register',
    by: 'user',
    usage: 'r0 = pread(A)',
    header: ({ text }) => text,
    write: (path, { statement, hooks, deliver }) => read(path, fileIn(path, statement), deliver, hooks.rules),
  },
  {
    id: 'pwrite',
    name: 'pwrite',
    parameters: ['file', 'value'],
    result: 'none',
    by: 'user',
    usage: 'pwrite(A, 2)',
    header: ({ text }) => text,
    write: (path, { statement, hooks }) => write(path, fileIn(path, statement), valueIn(path, statement), hooks),
  },
  {
    id: 'reclaim-file',
    name: 'reclaim',
    parameters: ['file'],
    result: 'none',
    by: 'kernel',
    usage: 'reclaim(A)',
    write: (path, { statement, hooks }) => reclaimFile(path, nameIn(statement), hooks),
  },
  {
    id: 'reclaim-page',
    name: 'reclaim',
    parameters: ['page'],
    result: 'none',
    by: 'kernel',
    usage: 'reclaim(p)',
    write: (path, { statement, hooks }) => reclaimPage(path, pageIn(statement), hooks),
  },
  {
    id: 'migrate-file',
    name: 'migrate',
    parameters: ['file'],
    result: 'none',
    by: 'kernel',
    usage: 'migrate(A)',
    write: (path, { statement, hooks }) => migrateFile(path, nameIn(statement), hooks),
  },
  {
    id: 'migrate-page',
    name: 'migrate',
    parameters: ['page'],
    result: 'none',
    by: 'kernel',
    usage: 'migrate(p)',
    write: (path, { statement, hooks }) => migratePage(path, pageIn(statement), hooks),
  },
  {
    id: 'alloc',
    name: 'alloc',
    parameters: ['value'],
    result: 'none',
    by: 'kernel',
    usage: 'alloc(7)',
    write: (path, { statement, hooks }) => alloc(path, valueIn(path, statement), false, hooks),
  },
  {
    id: 'alloc_atomic',
    name: 'alloc_atomic',
    parameters: ['value'],
    result: 'none',
    by: 'kernel',
    usage: 'alloc_atomic(7)',
    write: (path, { statement, hooks }) => alloc(path, valueIn(path, statement), true, hooks),
  },
  {
    id: 'any',
    name: 'any',
    parameters: ['count'],
    result: 'none',
    by: 'any',
    usage: 'any(2)',
    write: () => {
      throw new Error('any(n) is spelled out before a path is written');
    },
  },
];

function find<K extends Argument['kind']>(statement: Statement, kind: K): Extract<Argument, { kind: K }> {
  return statement.arguments.find((a): a is Extract<Argument, { kind: K }> => a.kind === kind)!;
}

const pageIn = (statement: Statement): string => find(statement, 'page').page;
const nameIn = (statement: Statement): string => find(statement, 'file').file;
const integerIn = (statement: Statement): string => find(statement, 'integer').integer;
const fileIn = (path: Path, statement: Statement): File => path.machine.file(nameIn(statement));
const valueIn = (path: Path, statement: Statement): Content => path.machine.content(find(statement, 'value').value);

/** mmap() with what matters for a race: object, PROT_WRITE, MAP_FIXED. */
function mmapText({ arguments: args, page }: Statement): string {
  const { object, protection, flags } = mappingOf(args);
  const fixed = flags.includes('MAP_FIXED');
  const shown = [...protection.filter((p) => p === 'PROT_WRITE'), ...flags.filter((f) => f !== 'MAP_SHARED')];
  return fixed ? `mmap(${[page, object, ...shown].join(', ')})` : `${page} = mmap(${[object, ...shown].join(', ')})`;
}

function map(path: Path, { statement, hooks }: Call, fixed: boolean): void {
  mmap(path, statement.page!, mappingOf(statement.arguments), fixed, hooks);
}

function readInteger(path: Path, name: string, deliver: (value: Content) => Effect[]): void {
  const value = path.machine.integer(name);
  path.step({
    at: 'start',
    to: 'end',
    kernel: 'user load of an integer',
    after: 'the integer is ordinary coherent memory',
    then: deliver(value),
    says: [{ text: [`reads ${name}: `, value] }],
  });
}

function writeInteger(path: Path, name: string, value: Content): void {
  path.step({
    at: 'start',
    to: 'end',
    kernel: 'user store to an integer',
    after: 'the integer is ordinary coherent memory',
    then: [path.machine.integer(name).becomes(value)],
    says: [{ text: [`writes ${name} := `, value] }],
  });
}
