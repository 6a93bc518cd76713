/**
 * Programs: what each thread does, operation by operation, with `any(n)` spelled out as up to n
 * operations of any kind, the most general client.
 */
import type { Argument, Scenario, Statement, Thread } from '../../../src/litmus/scenario.js';

/** One place in a program: a statement, or a free choice between several, or none of them. */
export interface Slot {
  readonly alternatives: readonly Statement[];
  /** The thread may end its choices here instead. */
  readonly optional: boolean;
  /** Number of the statement in the thread's body, from 0. */
  readonly statement: number;
}

/** The program of a thread. */
export function programOf(scenario: Scenario, thread: Thread): Slot[] {
  return thread.body.flatMap((statement, number): Slot[] => {
    if (statement.operation !== 'any') return [{ alternatives: [statement], optional: false, statement: number }];
    const count = statement.arguments.find((a) => a.kind === 'count')?.value ?? 1;
    return Array.from({ length: count }, (_, i) => ({
      alternatives: alphabet(scenario, thread, valueFor(scenario, thread, number * 8 + i)),
      optional: true,
      statement: number,
    }));
  });
}

/** Every statement that some thread may carry out. */
export function statementsOf(scenario: Scenario): Statement[] {
  return scenario.threads.flatMap((thread) => programOf(scenario, thread).flatMap((slot) => slot.alternatives));
}

/** A value that no other choice of the scenario writes, so that its writer can be told by it. */
function valueFor(scenario: Scenario, thread: Thread, slot: number): number {
  return 100 + scenario.threads.indexOf(thread) * 16 + slot;
}

function alphabet(scenario: Scenario, thread: Thread, value: number): Statement[] {
  const { position } = thread.body[0]!;
  const make = (operation: string, args: readonly Argument[], text: string, page?: string): Statement => ({
    operation,
    arguments: args,
    text,
    position,
    ...(page === undefined ? {} : { page }),
  });
  const written: Argument = { kind: 'value', value };
  const files = scenario.files.map(({ name }) => ({ name, argument: { kind: 'file', file: name } as const }));
  const pages = scenario.pages.map(({ name, mm }) => ({ name, mm, argument: { kind: 'page', page: name } as const }));
  if (thread.mm === undefined) {
    return [
      ...[...files, ...pages].flatMap(({ name, argument }) =>
        ['reclaim', 'migrate'].map((op) => make(`${op}-${argument.kind}`, [argument], `${op}(${name})`)),
      ),
      make('alloc', [written], `alloc(${value})`),
    ];
  }
  return [
    ...pages.filter((page) => page.mm === thread.mm).flatMap(({ name, argument }) => [
      make('READ_ONCE-page', [argument], `READ_ONCE(*${name})`),
      make('WRITE_ONCE-page', [argument, written], `WRITE_ONCE(*${name}, ${value})`),
      make('munmap', [argument], `munmap(${name})`),
      ...files.flatMap((file) => mappings(make, name, file)),
    ]),
    ...files.flatMap(({ name, argument }) => [
      make('pread', [argument], `pread(${name})`),
      make('pwrite', [argument, written], `pwrite(${name}, ${value})`),
    ]),
  ];
}

type Make = (operation: string, args: readonly Argument[], text: string, page?: string) => Statement;

/** MAP_FIXED of a file, read-only and shared, writable and shared, writable and private. */
function mappings(make: Make, page: string, file: { name: string; argument: Argument }): Statement[] {
  const readOnly = ['PROT_READ'];
  const writable = ['PROT_READ', 'PROT_WRITE'];
  const forms = [
    [readOnly, 'MAP_SHARED'],
    [writable, 'MAP_SHARED'],
    [writable, 'MAP_PRIVATE'],
  ] as const;
  return forms.map(([protection, kind]) =>
    make(
      'mmap-fixed',
      [
        { kind: 'page', page },
        file.argument,
        { kind: 'flags', flags: protection },
        { kind: 'flags', flags: [kind, 'MAP_FIXED'] },
      ],
      `mmap(${page}, ${file.name}, ${protection.join(' | ')}, ${kind} | MAP_FIXED)`,
      page,
    ),
  );
}
