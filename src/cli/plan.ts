/** `shootdown plan`: jobs for many machines, and what runs them there. */
import { Command, Option } from 'commander';
import { formatRules } from '../litmus/results.js';
import { counted } from '../report/quantity.js';
import { kubernetesText } from '../report/kubernetes.js';
import { parallelText, slurmText, type Tasks } from '../report/tasks.js';
import { addSizeListOptions, clientsOf, clientWords, scenarioOfJob, type SizeLists } from './client-sizes.js';
import { writeWhole } from '../store/whole-file.js';
import type { Client } from '../sweep/job.js';
import { describe } from './describe.js';
import { exitCodeHelp, exitCodes, InputError } from './exit.js';
import { addLimitOptions, limitsOf, parseCount, type LimitOptions } from './limits.js';
import { jobOf, planName, planOf, planText, type Plan, type PlannedScenario } from './plan-file.js';
import { addRuleOptions, chosenRules, defaultRules, knownRules, resolved, type KnownRules, type RuleOptions } from './rule-choice.js';
import { ruleDefinitions } from './rule-file.js';
import { bundledScenarios, litmusFile, onArch, readScenario } from './scenarios.js';
import { finish, packageVersion, type Session } from './session.js';
import { quoted } from './shell.js';
import { programDigest } from './program-digest.js';

const runners = { parallel: parallelText, slurm: slurmText, kubernetes: kubernetesText } as const;

interface PlanOptions extends RuleOptions, LimitOptions, SizeLists {
  readonly bundled?: boolean;
  readonly output?: string;
  readonly for?: keyof typeof runners;
  readonly tasks: number;
  readonly results: string;
}

const help = `
A job is one scenario under one choice of rules, searched as \`shootdown check\` does: its own
properties are judged, up to the first violation. Scenarios are litmus files, bundled scenarios,
and the most general client in every combination of the sizes given; without any, the client of
the default sizes. The plan holds all that its jobs need: copy it, and the program, to each machine.

Each job is named by a digest of all that its answer depends on: the scenario, the rules, the
limits, the architecture and the program's code. The limits belong to the job; \`run\` takes none.
The memory limit does not depend on this machine. Rules of a rule file are kept as data, so they
must be data: conditions that are functions are refused.

--for prints what runs the plan, with the memory and the time that its limits ask for.

Examples:
  shootdown plan --cpus 2,3 --pages 1,2 --files 1,2 --rules luf-v10 --rules vanilla -o plan.json
  shootdown plan file-write my.litmus --rules ./my-fix.json -o plan.json
  shootdown plan --ops 1,1+1+2 --timeout 2h --max-memory 16G -o plan.json --for slurm > plan.sbatch
  shootdown plan --bundled --rules fixed -o plan.json --for kubernetes --tasks 20 > job.yaml
${exitCodeHelp}`;

/** The command. */
export function planCommand(session: Session): Command {
  const command = new Command('plan')
    .summary('list jobs for many machines')
    .description('Lists independent jobs, scenarios under rules, for `shootdown run` on many machines and `shootdown merge`.')
    .argument('[scenario...]', 'litmus files, or names of bundled scenarios')
    .option('--bundled', 'all bundled scenarios');
  addSizeListOptions(addLimitOptions(addRuleOptions(command), 2 ** 32));
  return command
    .option('-o, --output <file>', 'write the plan to a file (schemas/plan.schema.json)')
    .addOption(new Option('--for <runner>', 'print what runs the plan').choices(Object.keys(runners)))
    .addOption(new Option('--tasks <n>', 'with --for: tasks that share the jobs').argParser(parseCount).default(1000, 'one for each job, at most 1000'))
    .option('--results <folder>', 'with --for: where results are kept', 'results')
    .addHelpText('after', help)
    .action((names: string[], options: PlanOptions) => plan(session, names, options));
}

async function plan(session: Session, names: readonly string[], options: PlanOptions): Promise<void> {
  const { output, for: runner } = options;
  if (runner !== undefined && output === undefined) throw new InputError('--for: the plan must be in a file, expected --output plan.json as well');
  const known = await knownRules(options.rules);
  const rules = chosenRules(known, options, [defaultRules()]).map(formatRules);
  const parts = {
    program: packageVersion(),
    code: programDigest(),
    limits: limitsOf(options),
    ...(options.arch !== undefined && { arch: options.arch }),
    ruleFiles: await Promise.all([...known.files.keys()].map(async (name) => ({ name, definitions: await ruleDefinitions(name) }))),
    scenarios: scenariosOf(names, options, known),
  };
  const made = planOf(parts, rules);
  checkJobs(made, known);
  if (output === undefined) session.terminal.result(planText(made));
  else writePlan(output, made);
  if (output !== undefined) session.terminal.result(runner === undefined ? summary(output, made) : runners[runner](tasksOf(output, made, options)));
  finish(session, exitCodes.asExpected, false);
}

function scenariosOf(names: readonly string[], options: PlanOptions, { linux: words }: KnownRules): PlannedScenario[] {
  const files = [...names, ...(options.bundled ? bundledScenarios() : [])].map((name): PlannedScenario => {
    const { text, source, word } = litmusFile(name);
    return { name: readScenario(text, source, words).name, file: word, litmus: text };
  });
  const asked = clientsOf(options);
  const clients = asked.length > 0 || files.length > 0 ? asked : clientsOf({ cpus: [3] });
  const all = [...files, ...clients.map((client): PlannedScenario => ({ name: clientName(client), client }))];
  const distinct = all.filter((one, i) => all.findIndex((other) => sameScenario(one, other)) === i);
  for (const one of distinct) {
    const other = distinct.find(({ name }) => name === one.name)!;
    if (other !== one) throw new InputError(`two scenarios are called ${one.name}, ${other.file!} and ${one.file!}: expected different names`);
  }
  return distinct;
}

function sameScenario(a: PlannedScenario, b: PlannedScenario): boolean {
  return a.name === b.name && a.litmus === b.litmus;
}

/** `client --cpus 2 --ops 1`, as the options of `check` */
function clientName(client: Client): string {
  return `client ${clientWords(client).join(' ')}`;
}

/** Builds every model once: a mistake is better found here than on many machines. */
function checkJobs(made: Plan, { linux: words }: KnownRules): void {
  for (const planned of made.jobs) {
    const job = jobOf(made, planned);
    words.instantiate(onArch(scenarioOfJob(job, words), job.arch), resolved(job.rules, '--rules', words));
  }
}

function writePlan(output: string, made: Plan): void {
  try {
    writeWhole(output, planText(made));
  } catch (error) {
    throw new InputError(`cannot write ${output}: ${describe(error)}`);
  }
}

function summary(output: string, { jobs, scenarios }: Plan): string {
  const choices = new Set(jobs.map(({ rules }) => rules)).size;
  const words = ['shootdown', 'run', output];
  return [
    `${output}: ${counted(jobs.length, 'job')}, ${counted(scenarios.length, 'scenario')} under ${counted(choices, 'choice')} of rules.`,
    `All jobs:      ${quoted(words)}`,
    `Every fourth:  ${quoted([...words, '--shard', '0/4'])}`,
    `In the end:    ${quoted(['shootdown', 'merge', output, 'results'])}`,
    '',
  ].join('\n');
}

function tasksOf(output: string, made: Plan, { tasks, results }: PlanOptions): Tasks {
  const { jobs, limits, program } = made;
  return { plan: output, name: planName(made), program, results, jobs: jobs.length, tasks: Math.min(tasks, jobs.length), limits };
}
