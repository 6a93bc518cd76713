/** What each thread of `cost` runs: one workload under one choice of rules. */
import type { Workload } from '../../models/linux/index.js';
import { measure, type Measured } from './cost-run.js';
import { isMistake } from './exit.js';
import { resolved } from './rule-choice.js';
import { wordsOf } from './rule-file.js';
import type { Mistaken } from './threads.js';

/** What a thread is given. */
export interface CostTask {
  readonly rules: string;
  readonly ruleFiles: readonly string[];
  readonly workload: Workload;
  readonly seeds: readonly number[];
}

/** Does a task; an error that is nobody's mistake is thrown. */
export default async function work({ rules, ruleFiles, workload, seeds }: CostTask): Promise<Measured | Mistaken> {
  try {
    const words = await wordsOf(ruleFiles);
    return measure(words, resolved(rules, 'rules', words), { workload, seeds });
  } catch (error) {
    if (!isMistake(error)) throw error;
    return { mistake: error.message };
  }
}
