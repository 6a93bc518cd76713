/**
 * The operations of litmus files as kernel paths bring them: how one is written, the steps it takes, and
 * how the most general client uses it. A path's file exports its operations; operations.ts names them.
 */
import type { Argument, Statement } from '../../../src/litmus/scenario.js';
import type { Operation } from '../../../src/litmus/vocabulary.js';
import type { Effect } from '../../../src/index.js';
import type { Content } from '../machine/machine.js';
import type { Path } from './path.js';

/** What an operation is built from besides its path. */
export interface Call {
  readonly statement: Statement;
  /** Effects that put a value into the statement's register, none without one. */
  readonly deliver: (value: Content) => Effect[];
}

/** What the most general client can name in a thread. */
export interface Sampling {
  readonly files: readonly string[];
  /** Pages of the thread's address space; for a kernel thread all pages. */
  readonly pages: readonly string[];
  /** Objects with folios of their own at the start: pages of anonymous memory, and files. */
  readonly objects: readonly Argument[];
  /** A value that nothing else writes. */
  readonly value: number;
}

/** Arguments for one use of an operation, and the page that it maps. */
export interface Sample {
  readonly arguments: readonly Argument[];
  readonly page?: string;
}

/** An operation with the path that it takes. */
export interface LinuxOperation extends Operation {
  /** Writes the steps, from the place `start` to the place `end`. */
  readonly write: (path: Path, call: Call) => void;
  /** The line that opens the operation in a diagram, for system calls. */
  readonly header?: (statement: Statement) => string;
  /** Its uses in the most general client; absent where it takes no part. */
  readonly samples?: (sampling: Sampling) => Sample[];
  /** Makes files shorter: accesses beyond their end end in SIGBUS. */
  readonly truncates?: boolean;
  /** Keeps a frame that is neither page cache nor a page's own memory: the machine gets one more. */
  readonly holdsFrame?: boolean;
}

/** The header that repeats the statement. */
export const asWritten = ({ text }: Statement): string => text;

/** An argument that names a file. */
export const fileArgument = (file: string): Argument => ({ kind: 'file', file });
/** An argument that names a page. */
export const pageArgument = (page: string): Argument => ({ kind: 'page', page });
/** An argument that is a value to write. */
export const valueArgument = (value: number): Argument => ({ kind: 'value', value });
/** An argument of flags. */
export const flagsArgument = (...flags: string[]): Argument => ({ kind: 'flags', flags });

/** Samples of an operation that takes a file. */
export const eachFile = ({ files }: Sampling): Sample[] => files.map((file) => ({ arguments: [fileArgument(file)] }));
/** Samples of an operation that takes a page. */
export const eachPage = ({ pages }: Sampling): Sample[] => pages.map((page) => ({ arguments: [pageArgument(page)] }));

function find<K extends Argument['kind']>(statement: Statement, kind: K): Extract<Argument, { kind: K }> {
  return statement.arguments.find((a): a is Extract<Argument, { kind: K }> => a.kind === kind)!;
}

/** Name of the statement's page, in the address space of the thread. */
export const pageIn = (path: Path, statement: Statement): string => path.task.pageNamed(find(statement, 'page').page);
/** Name of the statement's file. */
export const fileIn = (statement: Statement): string => find(statement, 'file').file;
/** Name of the statement's integer. */
export const integerIn = (statement: Statement): string => find(statement, 'integer').integer;
/** Name of the statement's address space. */
export const mmIn = (statement: Statement): string => find(statement, 'mm').mm;
/** Flags of the statement. */
export const flagsIn = (statement: Statement): readonly string[] => find(statement, 'flags').flags;
/** The value that the statement writes. */
export const valueIn = (path: Path, statement: Statement): Content => path.machine.content(find(statement, 'value').value);
