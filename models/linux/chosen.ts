/** The operations that a trace has chosen where the scenario left the choice: `any(n)` spelled out. */
import type { Trace } from '../../src/index.js';
import type { Scenario, Statement, Thread } from '../../src/litmus/scenario.js';
import type { World } from './machine/contents.js';
import { beganBy } from './operations.js';

/** The scenario in which every `any(n)` is what the trace has begun in its place. */
export function chosenIn(world: World, trace: Trace): Scenario {
  const { scenario } = world;
  return { ...scenario, threads: scenario.threads.map((thread) => ({ ...thread, body: bodyOf(world, thread, trace) })) };
}

/** The statements that every trace carries out, and of the free choices those that this one has begun. */
function bodyOf(world: World, thread: Thread, { steps }: Trace): Statement[] {
  const begun = new Map(
    steps.flatMap(({ name }) => {
      const began = beganBy(world, name);
      return began?.thread === thread ? [[began.slot, began.statement] as const] : [];
    }),
  );
  return world.programs.get(thread.name)!.flatMap((slot, number) => {
    const statement = slot.optional ? begun.get(number) : slot.alternatives[0];
    return statement ? [statement] : [];
  });
}
