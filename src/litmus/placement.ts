/** Where threads run: which address space they use and which CPU they share. */
import type { DeclarationSyntax, TestSyntax, WordSyntax } from './syntax.js';
import { LitmusError, quote } from './error.js';
import { unknownName } from './suggest.js';

/** Address space of the user threads that no declaration places. */
const DEFAULT_MM = 'mm';

/** A thread before its body is resolved. */
export interface Placed {
  readonly name: string;
  readonly mm?: string;
  readonly cpu: number;
}

/** All threads of a test on their CPUs. */
export interface Placement {
  /** In the order of the file. */
  readonly threads: readonly Placed[];
  readonly mms: readonly string[];
  readonly cpus: number;
}

/** The declarations of one kind. */
export function declarationsOf<K extends DeclarationSyntax['kind']>(
  test: TestSyntax,
  kind: K,
): Extract<DeclarationSyntax, { kind: K }>[] {
  return test.declarations.filter(
    (one): one is Extract<DeclarationSyntax, { kind: K }> => one.kind === kind,
  );
}

/** `P` and a number name a user thread, every other name a kernel thread. */
export function isUserThread(name: string): boolean {
  return /^P[0-9]+$/.test(name);
}

/** Places every thread; throws a LitmusError at a thread that is unknown or placed twice. */
export function place(test: TestSyntax): Placement {
  checkThreads(test);
  const declared = placeInMms(test);
  const cpus = placeOnCpus(test);
  const threads = test.threads.map(({ name: { text: name } }): Placed => {
    const cpu = cpus.get(name) ?? 0;
    return isUserThread(name) ? { name, mm: declared.get(name) ?? DEFAULT_MM, cpu } : { name, cpu };
  });
  const used = threads.flatMap(({ mm }) => (mm === undefined ? [] : [mm]));
  const mms = new Set([...used, ...declarationsOf(test, 'mm').map(({ name }) => name.text)]);
  return { threads, mms: [...mms], cpus: new Set(cpus.values()).size };
}

function checkThreads(test: TestSyntax): void {
  const seen = new Set<string>();
  for (const { name } of test.threads) {
    if (seen.has(name.text)) {
      throw twice(test, name, 'is written twice', 'one body for each thread');
    }
    seen.add(name.text);
  }
}

/** Throws unless the test has the thread. */
export function checkThread(test: TestSyntax, thread: WordSyntax): void {
  const known = test.threads.map(({ name }) => name.text);
  if (!known.includes(thread.text)) throw unknownName(test.source, thread, 'thread', known);
}

/** Throws unless the test has the thread and it has an address space. */
export function checkUserThread(test: TestSyntax, thread: WordSyntax): void {
  checkThread(test, thread);
  if (isUserThread(thread.text)) return;
  const problem = `${quote(thread.text)} is a kernel thread and has no address space`;
  throw new LitmusError(test.source, thread.position, problem, 'a user thread such as `P0`');
}

function placeInMms(test: TestSyntax): Map<string, string> {
  const mmOf = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, threads } of declarationsOf(test, 'mm')) {
    if (seen.has(name.text)) {
      throw twice(test, name, 'is declared twice', 'all threads of an address space in one place');
    }
    seen.add(name.text);
    for (const thread of threads) {
      checkUserThread(test, thread);
      const earlier = mmOf.get(thread.text);
      if (earlier !== undefined) {
        const problem = `is already in ${quote(earlier)}`;
        throw twice(test, thread, problem, 'one address space for each thread');
      }
      mmOf.set(thread.text, name.text);
    }
  }
  return mmOf;
}

/** CPU index of every thread; threads that share a CPU share the index of the first of them. */
function placeOnCpus(test: TestSyntax): Map<string, number> {
  const partner = new Map<string, string>();
  const groupOf = (thread: string): string => {
    let last = thread;
    for (let of = partner.get(last); of !== undefined; of = partner.get(last)) last = of;
    return last;
  };
  for (const { thread, of } of declarationsOf(test, 'cpu')) {
    checkThread(test, thread);
    checkThread(test, of);
    if (partner.has(thread.text)) {
      throw twice(test, thread, 'is placed twice', 'one CPU for each thread');
    }
    if (groupOf(thread.text) === groupOf(of.text)) {
      const problem = `is on the CPU of ${quote(of.text)} already`;
      throw twice(test, thread, problem, 'a thread that runs elsewhere');
    }
    partner.set(thread.text, of.text);
  }
  return numbered(test.threads.map(({ name }) => [name.text, groupOf(name.text)]));
}

function numbered(groups: readonly (readonly [string, string])[]): Map<string, number> {
  const order = [...new Set(groups.map(([, group]) => group))];
  return new Map(groups.map(([thread, group]) => [thread, order.indexOf(group)]));
}

function twice(test: TestSyntax, word: WordSyntax, problem: string, expected: string): LitmusError {
  return new LitmusError(test.source, word.position, `${quote(word.text)} ${problem}`, expected);
}
