/** `shootdown merge`: the results that many machines have left, as one table. */
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Command } from 'commander';
import { mergeJson } from '../report/merge-json.js';
import { mergeMarkdown } from '../report/merge-markdown.js';
import { mergeText, type MergedAnswer, type MergedJob, type MergeReport, type UnusedFile } from '../report/merge.js';
import type { Result } from '../sweep/job.js';
import { agree, moreOf, verdictOf } from '../sweep/plan.js';
import { clientWords } from './client-sizes.js';
import { describe } from './describe.js';
import { exitCodeHelp, exitCodes, InputError, isMistake, worst, type ExitCode } from './exit.js';
import { readPlan, type Plan, type PlannedJob } from './plan-file.js';
import { readResult, resultExtension } from './result-files.js';
import { readText } from './scenarios.js';
import { commandOf, finish, type Session } from './session.js';
import { quoted } from './shell.js';
import { isBundled } from './sweep.js';

interface MergeOptions {
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
One row for each job, in the order of the plan, whatever the order of folders and files. Jobs
without a result are named with the command that runs them; then there is no verdict (125),
whatever the others say. A file that is damaged, or answers no job of the plan, is named and not
used. A job found twice must have the same answer, or both files are named as bad input (129);
of answers that time or memory cut short, which differ from machine to machine, the one that
says more is taken, as long as the other does not refute it.

Examples:
  shootdown merge plan.json results
  shootdown merge plan.json results-of-*/ --output results.md
  shootdown merge plan.json results --json
${exitCodeHelp}`;

/** The command. */
export function mergeCommand(session: Session): Command {
  return new Command('merge')
    .summary('make one table of the results of a plan')
    .description('Makes one table of the results that `shootdown run` has left in some folders.')
    .argument('<plan>', 'the plan')
    .argument('<folder...>', 'folders of results')
    .option('--json', 'print JSON (schemas/merge.schema.json)')
    .option('--output <file>', 'write the result to a file; as Markdown where its name ends in .md')
    .addHelpText('after', help)
    .action((plan: string, folders: string[], options: MergeOptions) => merge(session, { file: plan, folders }, options));
}

/** What to merge. */
interface Sources {
  readonly file: string;
  readonly folders: readonly string[];
}

function merge(session: Session, { file, folders }: Sources, options: MergeOptions): void {
  const plan = readPlan(readText(file), file);
  const found = gather(plan, folders);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const jobs = plan.jobs.map((job, number) => mergedJob(plan, job, number, found.answers.get(job.id)));
  const lost = jobs.filter(({ answer }) => !answer);
  const code = lost.length > 0 ? exitCodes.noVerdict : worst(jobs.map(codeOf));
  const report: MergeReport = {
    command: commandOf(session),
    exitCode: code,
    plan: file,
    limits: plan.limits,
    jobs,
    repeated: found.repeated,
    unused: found.unused,
    ...(lost.length > 0 && { missing: missingCommand(lost, jobs.length, { file, folders }) }),
  };
  session.terminal.result(textOf(report, options));
  finish(session, code, options.json ?? isMarkdown(options));
}

function textOf(report: MergeReport, options: MergeOptions): string {
  if (options.json) return `${JSON.stringify(mergeJson(report), undefined, 2)}\n`;
  return isMarkdown(options) ? mergeMarkdown(report) : mergeText(report);
}

function isMarkdown({ output = '' }: MergeOptions): boolean {
  return extname(output) === '.md';
}

function missingCommand(lost: readonly MergedJob[], all: number, { file, folders }: Sources): string {
  const some = lost.length === all ? [] : lost.flatMap(({ number }) => ['--job', String(number)]);
  return quoted(['shootdown', 'run', file, ...some, '--results', folders[0]!]);
}

interface Gathered {
  readonly answers: ReadonlyMap<string, Result>;
  readonly repeated: number;
  readonly unused: readonly UnusedFile[];
}

interface Copy {
  readonly file: string;
  readonly id: string;
  readonly result: Result;
}

/** The results in some folders; throws an InputError that names the files that contradict each other. */
function gather({ jobs }: Plan, folders: readonly string[]): Gathered {
  const known = new Set(jobs.map(({ id }) => id));
  const unused: UnusedFile[] = [];
  const copies = new Map<string, Copy[]>();
  for (const file of filesIn(folders)) {
    const copy = readCopy(file);
    if ('why' in copy) unused.push(copy);
    else if (!known.has(copy.id)) unused.push({ file, why: 'answers no job of this plan' });
    else copies.set(copy.id, [...(copies.get(copy.id) ?? []), copy]);
  }
  const quarrels = [...copies.values()].flatMap(quarrelIn);
  if (quarrels.length > 0) throw new InputError(`results disagree, expected one answer to a job: ${quarrels.join('; ')}`);
  const all = [...copies.values()];
  return {
    answers: new Map(all.map((some) => [some[0]!.id, best(some).result])),
    repeated: all.reduce((sum, { length }) => sum + length - 1, 0),
    unused,
  };
}

/** Result files, each once, sorted; what is written at this moment has another name. */
function filesIn(folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) => {
    try {
      return readdirSync(folder).filter((name) => extname(name) === resultExtension && !name.startsWith('.')).map((name) => join(folder, name));
    } catch (error) {
      throw new InputError(`cannot read ${folder}: ${describe(error)}`);
    }
  });
  return [...new Set(files)].sort();
}

function readCopy(file: string): Copy | UnusedFile {
  try {
    return { file, ...readResult(file) };
  } catch (error) {
    if (!isMistake(error)) throw error;
    return { file, why: error.message };
  }
}

function best(copies: readonly Copy[]): Copy {
  return copies.reduce((a, b) => (moreOf(a.result, b.result) === a.result ? a : b));
}

function quarrelIn(copies: Copy[]): string[] {
  const one = best(copies);
  const other = copies.find(({ result }) => !agree(one.result, result));
  return other ? [[one.file, other.file].sort().join(' and ')] : [];
}

function mergedJob(plan: Plan, job: PlannedJob, number: number, result: Result | undefined): MergedJob {
  const { id, scenario, rules } = job;
  return { number, id, scenario, rules, ...(result && { answer: answerOf(result) }), command: commandFor(plan, job) };
}

function answerOf(result: Result): MergedAnswer {
  const { kernel, arch, violations, states, transitions, depth, limit } = result;
  const verdict = verdictOf(result);
  return { kernel, arch, verdict, violations, vacuous: verdict === 'holds' ? vacuityOf(result) : [], states, transitions, depth, ...(limit !== undefined && { limit }) };
}

function vacuityOf({ vacuous, uncovered }: Result): string[] {
  return [...(vacuous ? ['no execution finishes'] : []), ...uncovered.map((cover) => `${cover} is never reached`)];
}

/** The command that searches the same with `check` and prints the trace. */
function commandFor({ scenarios, ruleFiles, arch }: Plan, { scenario: name, rules }: PlannedJob): string {
  const { file, client } = scenarios.find((one) => one.name === name)!;
  const files = isBundled(rules) ? [] : ruleFiles.flatMap((one) => ['--rules', one.name]);
  return quoted(['shootdown', 'check', ...(client ? clientWords(client) : [file ?? name]), '--rules', rules, ...files, ...(arch === undefined ? [] : ['--arch', arch])]);
}

function codeOf({ answer }: MergedJob): ExitCode {
  if (answer?.verdict === 'unknown') return exitCodes.noVerdict;
  return answer?.verdict === 'holds' && answer.vacuous.length === 0 ? exitCodes.asExpected : exitCodes.violated;
}
