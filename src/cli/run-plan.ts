/** `shootdown run`: some jobs of a plan, their results kept in a folder. */
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { answerText } from '../report/merge.js';
import { counted, grouped } from '../report/quantity.js';
import type { Job, Result } from '../sweep/job.js';
import { jobsOfShard, type Shard } from '../sweep/plan.js';
import { sweep, type Memory } from '../sweep/sweep.js';
import { isFolder } from './counterexample.js';
import { exitCodes, InputError, isMistake, mistakeText, worst } from './exit.js';
import { parseCount } from './limits.js';
import { jobNamed, jobOf, readPlan, ruleSources, type Plan, type PlannedJob } from './plan-file.js';
import { makeResultFolder, readResult, resultPath, writeResult } from './result-files.js';
import { collect } from './rule-choice.js';
import { readText } from './scenarios.js';
import { finish, interruption, packageVersion, type Session } from './session.js';
import { programDigest } from './program-digest.js';
import { startSweeping } from './sweep.js';

interface RunPlanOptions {
  readonly job?: readonly string[];
  readonly shard?: string;
  readonly oneBased?: boolean;
  readonly results: string;
  readonly jobs: number;
}

const help = `
A result is a file named by its job, written whole or not at all. A job whose result is there is
not run again, so a command can be repeated at any time, and several may share a folder. Ctrl-C
keeps the results so far; of a search that is cut off nothing is written.

Jobs and shards are numbered from 0, as Slurm arrays and Kubernetes indexes are by default; with
--one-based from 1. Nothing is taken from the environment by itself:
  shootdown run plan.json --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"    # --array=0-23
  shootdown run plan.json --shard "$SLURM_ARRAY_TASK_ID/24" --one-based             # --array=1-24
  shootdown run plan.json --shard "$JOB_COMPLETION_INDEX/24"
SLURM_ARRAY_TASK_COUNT is the number of elements submitted: to submit some of them again, write
the number itself, as \`plan --for slurm\` does.

The limits are those of the plan. A plan made by a program with other code is refused (129).

Examples:
  shootdown run plan.json
  shootdown run plan.json --shard 3/24 --results results
  shootdown run plan.json --job 7 --job 12

Exit codes:
  0    every job asked for has its result, whatever it says: \`merge\` judges
  128  internal error
  129  bad usage, bad plan, or a result that cannot be written
  130  interrupted by Ctrl-C (143: terminated)`;

/** The command. */
export function runCommand(session: Session): Command {
  return new Command('run')
    .summary('run jobs of a plan')
    .description('Runs jobs of a plan that `shootdown plan` has made, and keeps their results for `shootdown merge`.')
    .argument('<plan>', 'the plan')
    .option('--job <number or id>', 'this job (repeatable)', collect)
    .option('--shard <i/n>', 'every n-th job, from the i-th on')
    .option('--one-based', 'jobs and shards are numbered from 1')
    .option('--results <folder>', 'where results are kept', 'results')
    .addOption(new Option('--jobs <n>', 'searches at a time, each within the limits of the plan').argParser(parseCount).default(1))
    .addHelpText('after', help)
    .action((plan: string, options: RunPlanOptions) => runPlan(session, plan, options));
}

async function runPlan(session: Session, file: string, options: RunPlanOptions): Promise<void> {
  const { results: folder } = options;
  const plan = readPlan(readText(file), file);
  refuseOtherProgram(plan, file);
  if (existsSync(folder) && !isFolder(folder)) throw new InputError(`--results must name a folder, and ${folder} is none`);
  const chosen = chosenJobs(plan, options);
  makeResultFolder(folder);
  session.terminal.message(`${file}: ${grouped(chosen.length)} of ${counted(plan.jobs.length, 'job')}\n`);
  const jobs = new Map(chosen.map((planned) => [jobOf(plan, planned), planned]));
  const settings = { jobs: Math.max(1, Math.min(options.jobs, chosen.length)), cache: false, ruleFiles: ruleSources(plan), limits: plan.limits };
  const sweeping = startSweeping(session, settings);
  try {
    const memory = resultsIn(folder, jobs, session, (planned, result) => tell(session, plan, planned, result));
    const { work } = sweeping.means;
    const progress = (done: number, of: number): void => session.terminal.progress(`run: ${done} of ${of} done`);
    const { results, remembered } = await sweep([...jobs.keys()], { memory, work, progress });
    const there = results.filter((result) => result).length;
    session.terminal.result(`${folder}: ${grouped(there)} of ${counted(chosen.length, 'result')}, ${grouped(remembered)} there before\n`);
  } finally {
    await sweeping.close();
  }
  finish(session, worst([exitCodes.asExpected, ...interruption(session)]), false);
}

/** Another program could give other answers under the same names. */
function refuseOtherProgram({ program, code }: Plan, file: string): void {
  const own = programDigest();
  if (code === own) return;
  const other = program === packageVersion() ? `another build of shootdown ${program}` : `shootdown ${program}`;
  throw new InputError(
    `${file} was made by ${other} (code ${code.slice(0, 8)}), and this is ${packageVersion()} (code ${own.slice(0, 8)}): expected the same program: run that one, or make the plan anew with this one`,
  );
}

function chosenJobs(plan: Plan, { job: words, shard, oneBased }: RunPlanOptions): PlannedJob[] {
  const first = oneBased ? 1 : 0;
  if (words && shard !== undefined) throw new InputError('--job and --shard: expected one of them');
  if (words) return [...new Set(words.map((word) => jobNamed(plan, word, first)))];
  if (shard === undefined) return [...plan.jobs];
  return jobsOfShard(plan.jobs.length, shardOf(shard, first)).map((i) => plan.jobs[i]!);
}

function shardOf(text: string, first: 0 | 1): Shard {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(number) - first, of: Number(of) };
  if (Number.isNaN(shard.index) || shard.of < 1) throw new InputError(`--shard ${text}: expected the number of a shard and how many there are, such as ${first}/24`);
  if (shard.index >= 0 && shard.index < shard.of) return shard;
  const hint = first === 0 && shard.index === shard.of ? '; if they are numbered from 1, say --one-based' : '';
  throw new InputError(`--shard ${text}: expected ${first}/${shard.of} to ${shard.of - 1 + first}/${shard.of}${hint}`);
}

/** The results that are there are the memory of a run; `written` hears of every new one. */
function resultsIn(folder: string, jobs: ReadonlyMap<Job, PlannedJob>, session: Session, written: (planned: PlannedJob, result: Result) => void): Memory {
  return {
    recall: (job) => {
      const path = resultPath(folder, jobs.get(job)!.id);
      if (!existsSync(path)) return undefined;
      try {
        return readResult(path).result;
      } catch (error) {
        if (!isMistake(error)) throw error;
        session.terminal.message(`${mistakeText(error)}; searched anew\n`);
        return undefined;
      }
    },
    remember: (job, result) => {
      const planned = jobs.get(job)!;
      writeResult(folder, planned.id, result);
      written(planned, result);
    },
  };
}

function tell(session: Session, { jobs }: Plan, planned: PlannedJob, result: Result): void {
  session.terminal.result(`${jobs.indexOf(planned)}: ${planned.scenario} under ${planned.rules}: ${answerText(result)}\n`);
}
