/** Many jobs as one: answers that are known are remembered, the others are worked out, several at a time. */
import type { Job, Result } from './job.js';

/** Where answers are kept between runs. */
export interface Memory {
  /** The answer to a job that nothing has changed for. */
  recall(job: Job): Result | undefined;
  remember(job: Job, result: Result): void;
}

/** Who does the work, and who is told. */
export interface Means {
  readonly memory?: Memory;
  /** Does a job; undefined where it was called off. */
  readonly work: (job: Job) => Promise<Result | undefined>;
  /** Called whenever one more job is done. */
  readonly progress?: (done: number, of: number, remembered: number) => void;
}

/** What came of a sweep. */
export interface Swept {
  /** In the order of the jobs; undefined for those that were called off. */
  readonly results: readonly (Result | undefined)[];
  /** How many answers were known. */
  readonly remembered: number;
}

/** The answers to all jobs; those of equal content are done once. */
export async function sweep(jobs: readonly Job[], { memory, work, progress }: Means): Promise<Swept> {
  const answers = new Map<string, Promise<Result | undefined>>();
  let [done, remembered] = [0, 0];
  const answer = async (job: Job): Promise<Result | undefined> => {
    const known = memory?.recall(job);
    const result = known ?? (await work(job));
    if (known) remembered++;
    else if (result) memory?.remember(job, result);
    progress?.(++done, jobs.length, remembered);
    return result;
  };
  const once = (job: Job): Promise<Result | undefined> => {
    const key = JSON.stringify(job);
    const earlier = answers.get(key);
    if (earlier) progress?.(++done, jobs.length, remembered);
    const result = earlier ?? answer(job);
    answers.set(key, result);
    return result;
  };
  const results = await Promise.all(jobs.map(once));
  return { results, remembered };
}
