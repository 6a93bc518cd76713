/** Sweeps on this machine: jobs on all cores, results kept in a cache, progress on the terminal, Ctrl-C heeded. */
import { availableParallelism, homedir } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { linux } from '../../models/linux/index.js';
import type { Limits } from '../index.js';
import { parseRules } from '../litmus/results.js';
import { grouped } from '../report/quantity.js';
import { ResultCache } from '../store/result-cache.js';
import type { Job, Result } from '../sweep/job.js';
import { isLasting } from '../sweep/plan.js';
import { sweep, type Means, type Memory, type Swept } from '../sweep/sweep.js';
import { isFolder } from './counterexample.js';
import { InputError } from './exit.js';
import { parseCount } from './limits.js';
import { programDigest, searchDigest } from './program-digest.js';
import type { RuleSource } from './rule-file.js';
import type { Session } from './session.js';
import type { Reply, Task } from './sweep-worker.js';
import { startThreads } from './threads.js';

/** The options that {@link addSweepOptions} adds. */
export interface SweepOptions {
  readonly jobs: number;
  /** The folder of the cache; false for none. */
  readonly cache: string | boolean;
}

/** What all jobs of a sweep have in common. */
export interface SweepSettings extends SweepOptions {
  readonly ruleFiles: readonly RuleSource[];
  readonly limits: Limits;
  /** What is done, for the line of progress. */
  readonly what: string;
}

/** Adds the options for the number of searches at a time and for the cache. */
export function addSweepOptions(command: Command): Command {
  return command
    .addOption(new Option('--jobs <n>', 'searches at a time').argParser(parseCount).default(availableParallelism(), 'number of cores'))
    .option('--cache <folder>', 'where results are kept', defaultFolder())
    .option('--no-cache', 'search everything anew');
}

function defaultFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'shootdown');
}

/** What comes of the jobs; a signal calls off those that are left. Throws an InputError for a mistake in one. */
export async function sweepJobs(session: Session, jobs: readonly Job[], settings: SweepSettings): Promise<Swept> {
  const sweeping = startSweeping(session, { ...settings, jobs: Math.max(1, Math.min(settings.jobs, jobs.length)) });
  const progress = (done: number, of: number, remembered: number): void =>
    session.terminal.progress(`${settings.what}: ${grouped(done)} of ${grouped(of)} done, ${grouped(remembered)} from the cache`);
  try {
    return await sweep(jobs, { ...sweeping.means, progress });
  } finally {
    await sweeping.close();
  }
}

/** Threads at work; close them in the end. */
export interface Sweeping {
  readonly means: Means;
  close(): Promise<void>;
}

/** Makes ready to answer jobs that are not all known from the start. */
export function startSweeping(session: Session, settings: Omit<SweepSettings, 'what'>): Sweeping {
  const { ruleFiles, limits } = settings;
  const folder = typeof settings.cache === 'string' ? settings.cache : undefined;
  if (folder !== undefined && existsSync(folder) && !isFolder(folder)) throw new InputError(`--cache must name a folder, and ${folder} is none`);
  const threads = startThreads<Task, Reply>(session, 'sweep-worker.js', settings.jobs);
  const cache = folder === undefined ? {} : { cache: { folder, code: searchDigest() } };
  const work = async (job: Job): Promise<Result | undefined> => (await threads.run({ job, ruleFiles, limits, ...cache }))?.result;
  return {
    means: { ...(folder !== undefined && { memory: memoryIn(folder, ruleFiles, limits) }), work },
    close: () => threads.close(),
  };
}

/**
 * Answers that depend on the texts of the job and of the whole program, and for rules that do not come with it on those
 * of the rule files. A module can depend on anything: its rules are built into the model each time, and the model
 * decides (sweep-worker.ts).
 */
function memoryIn(folder: string, ruleFiles: readonly RuleSource[], limits: Limits): Memory {
  const store = new ResultCache(folder);
  const common = [programDigest(), JSON.stringify(limits)];
  const texts = ruleFiles.every((file) => typeof file !== 'string' || extname(file) === '.json') ? ruleFiles.map((file) => (typeof file === 'string' ? textOf(file) : file.json)) : undefined;
  const keyOf = (job: Job): string | undefined => {
    const further = isBundled(job.rules) ? [] : texts;
    return further && ResultCache.keyOf('job', ...common, ...further, JSON.stringify(job));
  };
  return {
    recall: (job) => {
      const key = keyOf(job);
      return key === undefined ? undefined : (store.get(key) as Result | undefined);
    },
    remember: (job, result) => {
      const key = keyOf(job);
      if (key !== undefined && isLasting(result)) store.put(key, result);
    },
  };
}

const textOf = (file: string): string => readFileSync(file, 'utf8');

/** Whether an expression names nothing but what comes with the package. */
export function isBundled(rules: string): boolean {
  const { base, changes } = parseRules(rules);
  return linux.ruleSets.includes(base) && changes.every(({ rule }) => linux.rules.includes(rule));
}
