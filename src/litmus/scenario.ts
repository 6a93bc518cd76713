/**
 * A scenario after its names have been resolved: what a litmus file means, without positions in the
 * grammar but with the position of each statement, so that a vocabulary can still point at it.
 */

/** A place in a litmus file; line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file and the page of it that the page cache may hold. */
export interface FileDeclaration {
  readonly name: string;
  /** Contents on disk (and, unless `uncached`, in the page cache) at the start. */
  readonly value: number;
  /** `uncached`, `iomap` and whatever else the vocabulary allows. */
  readonly options: readonly string[];
}

/** Ordinary coherent memory for handshakes between threads; never paged. */
export interface IntegerDeclaration {
  readonly name: string;
  readonly value: number;
}

/** What a page maps: a file's page or anonymous memory, with the flags of mmap(2). */
export interface Mapping {
  /** Name of the file, or `anon`. */
  readonly object: string;
  readonly protection: readonly string[];
  readonly flags: readonly string[];
}

/** A virtual page of one address space, named for the pointer that holds its address. */
export interface PageDeclaration {
  readonly name: string;
  /** Name of the address space. */
  readonly mm: string;
  /** Present when the init block maps the page. */
  readonly mapping?: Mapping;
  readonly position: Position;
}

/** One argument of an operation. */
export type Argument =
  | { readonly kind: 'page'; readonly page: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'integer'; readonly integer: string }
  | { readonly kind: 'anon' }
  | { readonly kind: 'mm'; readonly mm: string }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'flags'; readonly flags: readonly string[] };

/** One operation of a thread, in program order. */
export interface Statement {
  /** {@link Operation.id} of the operation's form that was chosen. */
  readonly operation: string;
  readonly arguments: readonly Argument[];
  /** Register that receives the result. */
  readonly register?: string;
  /** Page on the left-hand side: the one that the operation maps. */
  readonly page?: string;
  /** The statement as people read it, for example `munmap(p)`; registers left out. */
  readonly text: string;
  readonly position: Position;
}

/** A user thread of an address space, or a kernel thread. */
export interface Thread {
  readonly name: string;
  /** Name of the address space; absent for a kernel thread. */
  readonly mm?: string;
  /** Index of the CPU that the thread runs on, from 0. */
  readonly cpu: number;
  readonly body: readonly Statement[];
}

/** A value in a condition or a row. */
export type ConditionValue = number | 'SIGSEGV' | 'SIGBUS';

/** Something that has a final value. */
export type Location =
  | { readonly kind: 'register'; readonly thread: string; readonly register: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'integer'; readonly integer: string };

/** A proposition over final values. */
export type Proposition =
  | { readonly kind: 'compare'; readonly location: Location; readonly equal: boolean; readonly value: ConditionValue }
  | { readonly kind: 'not'; readonly of: Proposition }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Proposition[] };

/** The final condition. */
export interface Condition {
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly proposition: Proposition;
}

/** A rule set by name, with rules added and taken away in the order written. */
export interface RuleExpression {
  readonly base: string;
  readonly changes: readonly { readonly sign: '+' | '-'; readonly rule: string }[];
}

/** herd's three outcomes of a condition. */
export type Observation = 'Never' | 'Sometimes' | 'Always';

/** One `Result:` line's claim about one rule expression. */
export interface Expectation {
  readonly observation: Observation;
  readonly rules: RuleExpression;
  readonly position: Position;
}

/** A whole litmus test, every name resolved. */
export interface Scenario {
  readonly name: string;
  /** Name of the file that it was read from, for messages. */
  readonly source: string;
  /** Prose of the leading comment without its Result lines; may be empty. */
  readonly question: string;
  readonly expectations: readonly Expectation[];
  readonly arch?: string;
  /** Machine options such as `alone`. */
  readonly options: readonly string[];
  /** Physical frames, when the file fixes them. */
  readonly frames?: number;
  readonly framesPosition?: Position;
  readonly files: readonly FileDeclaration[];
  readonly integers: readonly IntegerDeclaration[];
  readonly pages: readonly PageDeclaration[];
  /** Address spaces in order of first use; at least one when there is a user thread. */
  readonly mms: readonly string[];
  readonly threads: readonly Thread[];
  /** Number of CPUs that the threads use. */
  readonly cpus: number;
  readonly filter?: Proposition;
  /** Locations of the condition, then those of the `locations` line, each once. */
  readonly locations: readonly Location[];
  readonly condition: Condition;
}
