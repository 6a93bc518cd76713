/** What each thread of a sweep runs: one job at a time, answered from the cache where an equal model has been searched. */
import type { Instance, Linux } from '../../models/linux/index.js';
import { identityOf } from '../engine/identity.js';
import type { Limits } from '../index.js';
import { ResultCache } from '../store/result-cache.js';
import type { Job, Result } from '../sweep/job.js';
import { isLasting } from '../sweep/plan.js';
import { scenarioOfJob } from './client-sizes.js';
import { isMistake } from './exit.js';
import { followUnder } from './follow.js';
import { runJob } from './job-run.js';
import { lostTrace } from './recorded.js';
import { wordsOf, type RuleSource } from './rule-file.js';
import { resolved } from './rule-choice.js';
import { onArch } from './scenarios.js';
import type { Mistaken } from './threads.js';
import { readTrace } from './trace-file.js';

/** What a thread is given: the job, and what all jobs of the sweep have in common. */
export interface Task {
  readonly job: Job;
  readonly ruleFiles: readonly RuleSource[];
  readonly limits: Limits;
  /** Where to look for equal models: the folder of the cache, and a digest of the code that searches. */
  readonly cache?: { readonly folder: string; readonly code: string };
}

/** What a thread gives back. */
export interface Reply {
  readonly result: Result;
}

/** Does a task; an error that is nobody's mistake is thrown. */
export default async function work(task: Task): Promise<Reply | Mistaken> {
  try {
    return { result: await answer(task, await wordsOf(task.ruleFiles)) };
  } catch (error) {
    if (!isMistake(error)) throw error;
    return { mistake: error.message };
  }
}

async function answer({ job, limits, cache }: Task, words: Linux): Promise<Result> {
  const { follow, ...search } = job;
  const found = await searched({ job: search, limits, ...(cache && { cache }) }, words);
  return { ...found, ...(follow !== undefined && { followed: followed(follow, job, words) }) };
}

function followed(text: string, { source, rules }: Job, words: Linux): NonNullable<Result['followed']> {
  const recorded = readTrace(text, source);
  const { outcome, text: why } = followUnder(recorded, source, resolved(rules, source, words), words);
  const { shows } = recorded;
  return { outcome, text: why, shows: shows.kind === 'property' ? shows.name : shows.condition, recorded: recorded.rules };
}

async function searched({ job, limits, cache }: Pick<Task, 'job' | 'limits' | 'cache'>, words: Linux): Promise<Result> {
  const watcher = { clock: () => performance.now(), terminal: { progress: () => undefined, message: () => undefined }, interrupts: { code: undefined } };
  // What a trace and a mutant are called is no part of a model's identity.
  if (cache === undefined || job.trace || job.mutants || job.mutant !== undefined) return runJob(watcher, job, words, { limits });
  const instance = instanceOf(job, words);
  const [store, key] = [new ResultCache(cache.folder), keyOf(job, instance, limits, cache.code)];
  const known = store.get(key) as Result | undefined;
  if (known) return { ...known, asked: instance.asked, ...lostIn(job, words) };
  const { lost, ...result } = await runJob(watcher, job, words, { limits, instance });
  if (isLasting(result)) store.put(key, result);
  return { ...result, ...(lost !== undefined && { lost }) };
}

function lostIn({ recorded, source }: Job, words: Linux): Pick<Result, 'lost'> {
  const lost = recorded === undefined ? undefined : lostTrace(recorded, source, words);
  return lost === undefined ? {} : { lost };
}

function instanceOf(job: Job, words: Linux): Instance {
  return words.instantiate(onArch(scenarioOfJob(job, words), job.arch), resolved(job.rules, job.source, words));
}

/** Depends on the model itself, whatever the code that built it; the rules count by it, but for the Result line that speaks of them. */
function keyOf(job: Job, { model, base, arch }: Instance, limits: Limits, code: string): string {
  const { rules, ...rest } = job;
  const texts = [JSON.stringify({ ...rest, recorded: undefined }), ...(job.stopAtFirst ? [] : [rules]), JSON.stringify(limits)];
  return ResultCache.keyOf('model', code, identityOf(model), base, arch, ...texts);
}
