/** The costs of choices of rules, counted on threads. */
import type { Workload } from '../../models/linux/index.js';
import { grouped } from '../report/quantity.js';
import { against, type Measured, type RuleCost } from './cost-run.js';
import type { CostTask } from './cost-worker.js';
import type { Session } from './session.js';
import { startThreads } from './threads.js';

/** What to count. */
export interface CostsAsked {
  readonly workloads: readonly Workload[];
  /** Rules as expressions. */
  readonly rules: readonly string[];
  /** What the others are compared with; it is run as well. */
  readonly reference: string;
  readonly ruleFiles: readonly string[];
  readonly seeds: readonly number[];
  /** Runs at a time. */
  readonly jobs: number;
}

/** For each workload the costs of the rules, in their order; those that a signal has called off are missing. */
export async function costsOf(session: Session, { workloads, rules, reference, ruleFiles, seeds, jobs }: CostsAsked): Promise<RuleCost[][]> {
  const threads = startThreads<CostTask, Measured>(session, 'cost-worker.js', jobs);
  const all = [...new Set([reference, ...rules])];
  let done = 0;
  const count = async (workload: Workload, one: string): Promise<Measured | undefined> => {
    const measured = await threads.run({ rules: one, ruleFiles, workload, seeds });
    session.terminal.progress(`cost: ${grouped(++done)} of ${grouped(all.length * workloads.length)} counted`);
    return measured;
  };
  try {
    return await Promise.all(workloads.map(async (workload) => {
      const measured = await Promise.all(all.map((one) => count(workload, one)));
      return rules.flatMap((one) => {
        const found = measured[all.indexOf(one)];
        return found ? [against(measured[0], found)] : [];
      });
    }));
  } finally {
    await threads.close();
  }
}
