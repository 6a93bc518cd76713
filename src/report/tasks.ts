/** What runs a plan on many machines: the command of one task, a line for GNU parallel, a script for Slurm. */
import type { Limits } from '../engine/outcome.js';
import { counted } from './quantity.js';

/** A plan as those see it who share it. */
export interface Tasks {
  /** The plan's file. */
  readonly plan: string;
  /** A few letters that tell it from other plans. */
  readonly name: string;
  /** The version of the program. */
  readonly program: string;
  /** The folder for the results. */
  readonly results: string;
  readonly jobs: number;
  /** Tasks that share the jobs, numbered from 0. */
  readonly tasks: number;
  /** Of each job. */
  readonly limits: Limits;
}

const mebibyte = 2 ** 20;

/** A search holds its states, the model and the machine that runs the program. */
const besideStatesBytes = 2 ** 30;

/** Memory that a task needs, in MiB; undefined where the plan has no limit. */
export function memoryMebibytes({ limits: { memoryBytesMax } }: Tasks): number | undefined {
  return memoryBytesMax === Infinity ? undefined : Math.ceil((memoryBytesMax + besideStatesBytes) / mebibyte);
}

/** Minutes that a task takes at most, each of its jobs having a minute to build its model; undefined where the plan has no limit. */
export function minutes({ jobs, tasks, limits: { timeMsMax } }: Tasks): number | undefined {
  return timeMsMax === Infinity ? undefined : Math.ceil(jobs / tasks) * Math.ceil(timeMsMax / 60_000 + 1);
}

/** The command of a task; `index` stands for its number in a shell. */
export function taskCommand({ plan, results, tasks }: Tasks, index: string): string {
  return `shootdown run ${inShell(plan)} --shard "${index}/${tasks}" --results ${inShell(results)}`;
}

/** A word that a POSIX shell takes as it is. */
function inShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A shell script with one GNU parallel command. */
export function parallelText(plan: Tasks): string {
  const memory = memoryMebibytes(plan);
  return [
    '#!/bin/sh',
    `# ${counted(plan.jobs, 'job')} in ${counted(plan.tasks, 'task')}. A task is done again with no harm: what has a result is not searched again.`,
    '# More machines: --sshloginfile MACHINES, and the plan, the results and the program where all of them see them.',
    `exec parallel --workdir . --joblog ${plan.name}.log --jobs 100%${memory === undefined ? '' : ` --memfree ${memory}M`} \\`,
    `  ${taskInParallel(plan)} ::: $(seq 0 ${plan.tasks - 1})`,
    '',
  ].join('\n');
}

/** GNU parallel puts the number where `{}` stands and gives the whole to a shell. */
function taskInParallel(plan: Tasks): string {
  return `'${taskCommand(plan, '{}').replaceAll("'", "'\\''")}'`;
}

/** A script for sbatch: a job array with an element for each task. */
export function slurmText(plan: Tasks): string {
  const [memory, time] = [memoryMebibytes(plan), minutes(plan)];
  return [
    '#!/bin/sh',
    `#SBATCH --job-name=shootdown-${plan.name}`,
    `#SBATCH --array=0-${plan.tasks - 1}`,
    '#SBATCH --nodes=1',
    '#SBATCH --ntasks=1',
    '#SBATCH --cpus-per-task=1',
    ...(memory === undefined ? [] : [`#SBATCH --mem=${memory}M`]),
    ...(time === undefined ? [] : [`#SBATCH --time=${time}`]),
    `# ${counted(plan.jobs, 'job')} in ${counted(plan.tasks, 'task')}; some of them again: sbatch --array=3,7 FILE.`,
    `exec ${taskCommand(plan, '$SLURM_ARRAY_TASK_ID')}`,
    '',
  ].join('\n');
}
