/**
 * Programs: what each thread does, operation by operation, with `any(n)` spelled out as up to n
 * operations of any kind, the most general client.
 */
import type { Scenario, Statement, Thread } from '../../../src/litmus/scenario.js';

/** One place in a program: a statement, or a free choice between several, or none of them. */
export interface Slot {
  readonly alternatives: readonly Statement[];
  /** The thread may end its choices here instead. */
  readonly optional: boolean;
}

/** The statements that an `any(n)` stands for in a thread, given a value that no other choice writes. */
export type Alphabet = (scenario: Scenario, thread: Thread, any: Statement, value: number) => Statement[];

/** What every thread of a scenario does, by the thread's name. */
export type Programs = ReadonlyMap<string, readonly Slot[]>;

/** The programs of a scenario. */
export function programsOf(scenario: Scenario, alphabet: Alphabet): Programs {
  return new Map(scenario.threads.map((thread) => [thread.name, programOf(scenario, thread, alphabet)]));
}

function programOf(scenario: Scenario, thread: Thread, alphabet: Alphabet): Slot[] {
  return thread.body.flatMap((statement, number): Slot[] => {
    if (statement.operation !== 'any') return [{ alternatives: [statement], optional: false }];
    const count = statement.arguments.find((a) => a.kind === 'count')?.value ?? 1;
    return Array.from({ length: count }, (_, i) => ({
      alternatives: alphabet(scenario, thread, statement, valueFor(scenario, thread, number * 8 + i)),
      optional: true,
    }));
  });
}

/** Every statement that some thread may carry out. */
export function statementsOf(programs: Programs): Statement[] {
  return [...programs.values()].flatMap((slots) => slots.flatMap((slot) => slot.alternatives));
}

/** A value that no other choice of the scenario writes, so that its writer can be told by it. */
function valueFor(scenario: Scenario, thread: Thread, slot: number): number {
  return 100 + scenario.threads.indexOf(thread) * 16 + slot;
}
