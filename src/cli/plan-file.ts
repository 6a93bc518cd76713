/** Plan files: jobs for many machines, each under a name made of all that its answer depends on. */
import type { Limits } from '../index.js';
import { ResultCache } from '../store/result-cache.js';
import type { Client, Job } from '../sweep/job.js';
import { InputError } from './exit.js';
import { at, count, items, jsonPlace, maybe, object, problemAt, string, wrong, type Place } from './place.js';
import type { RuleSource } from './rule-file.js';
import { isBundled } from './sweep.js';

const head = { format: 'shootdown-plan', version: 1 } as const;

/** A rule file, by the name that it had and what it defines. */
export interface PlannedRules {
  readonly name: string;
  readonly definitions: unknown;
}

/** A scenario: the text of a litmus file, or the most general client. */
export interface PlannedScenario {
  /** What tells it from the others of its plan. */
  readonly name: string;
  /** How to name it on the command line; absent for the most general client. */
  readonly file?: string;
  readonly litmus?: string;
  readonly client?: Client;
}

/** One scenario under one choice of rules. */
export interface PlannedJob {
  /** A digest of the program, the limits, the architecture, the scenario and the rules. */
  readonly id: string;
  readonly scenario: string;
  readonly rules: string;
}

/** All that running its jobs needs besides the program. */
export interface Plan {
  /** The version of the program that made it, and a digest of its code. */
  readonly program: string;
  readonly code: string;
  readonly limits: Limits;
  /** Another architecture than those of the scenarios. */
  readonly arch?: string;
  readonly ruleFiles: readonly PlannedRules[];
  readonly scenarios: readonly PlannedScenario[];
  readonly jobs: readonly PlannedJob[];
}

/** A plan of every scenario under every choice of rules; jobs with equal answers are one. */
export function planOf(parts: Omit<Plan, 'jobs'>, rules: readonly string[]): Plan {
  const jobs = parts.scenarios.flatMap((scenario) =>
    rules.map((text): PlannedJob => ({ id: idOf(parts, scenario, text), scenario: scenario.name, rules: text })));
  return { ...parts, jobs: jobs.filter(({ id }, i) => jobs.findIndex((one) => one.id === id) === i) };
}

function idOf(plan: Omit<Plan, 'jobs'>, { litmus, client }: PlannedScenario, rules: string): string {
  const { code, limits, arch = '', ruleFiles } = plan;
  const further = isBundled(rules) ? [] : ruleFiles.map(({ definitions }) => JSON.stringify(definitions));
  return ResultCache.keyOf('planned job', code, JSON.stringify(limitsJson(limits)), arch, litmus ?? JSON.stringify(client), rules, ...further);
}

/** A name for a plan as a whole: it changes with any of its jobs. */
export function planName({ jobs }: Plan): string {
  return ResultCache.keyOf(...jobs.map(({ id }) => id)).slice(0, 8);
}

/** A planned job as threads do it: stopped at the level of the first violation, as `check` is. */
export function jobOf({ arch, scenarios }: Plan, { scenario: name, rules }: PlannedJob): Job {
  const { file, litmus = '', client } = scenarios.find((one) => one.name === name)!;
  return {
    scenario: name,
    litmus,
    ...(client && { client }),
    source: file ?? name,
    rules,
    ...(arch !== undefined && { arch }),
    stopAtFirst: true,
    symmetry: true,
  };
}

/** The rule files of a plan for whoever loads rules. */
export function ruleSources({ ruleFiles }: Plan): RuleSource[] {
  return ruleFiles.map(({ name, definitions }) => ({ name, json: JSON.stringify(definitions, undefined, 2) }));
}

/** The text of a plan: the same plan always gives the same text. */
export function planText({ program, code, limits, arch, ruleFiles, scenarios, jobs }: Plan): string {
  const parts = { ...head, program, code, limits: limitsJson(limits), arch: arch ?? null, ruleFiles, scenarios };
  const lines = jobs.map(({ id, scenario, rules }) => `    ${JSON.stringify({ id, scenario, rules })}`).join(',\n');
  return `${JSON.stringify(parts, undefined, 2).slice(0, -2)},\n  "jobs": [\n${lines}\n  ]\n}\n`;
}

/** Reads a plan; throws an InputError that names `source`, the line and what was expected there. */
export function readPlan(text: string, source: string): Plan {
  const root = jsonPlace(text, source);
  const [format, version] = [at(root, 'format'), at(root, 'version')];
  if (format.value !== head.format) throw wrong(format, `"${head.format}", which shootdown plan writes`);
  if (version.value !== head.version) throw wrong(version, `version ${head.version}`);
  const arch = at(root, 'arch');
  const plan = {
    program: string(at(root, 'program')),
    code: string(at(root, 'code')),
    limits: limitsAt(at(root, 'limits')),
    ...(arch.value !== null && { arch: string(arch) }),
    ruleFiles: items(at(root, 'ruleFiles')).map((place) => ({ name: string(at(place, 'name')), definitions: at(place, 'definitions').value })),
    scenarios: items(at(root, 'scenarios')).map(scenarioAt),
  };
  return { ...plan, jobs: items(at(root, 'jobs')).map((place) => plannedJob(place, plan)) };
}

function scenarioAt(place: Place): PlannedScenario {
  const [file, litmus, client] = ['file', 'litmus', 'client'].map((key) => maybe(place, key));
  if ((litmus === undefined) === (client === undefined)) throw problemAt(place, 'is no scenario', 'either `litmus` or `client` in it');
  return {
    name: string(at(place, 'name')),
    ...(file && { file: string(file) }),
    ...(litmus && { litmus: string(litmus) }),
    ...(client && { client: object(client) as unknown as Client }),
  };
}

/** The name of a job vouches for all of it: what was changed by hand has another. */
function plannedJob(place: Place, plan: Omit<Plan, 'jobs'>): PlannedJob {
  const [id, name, rules] = [at(place, 'id'), at(place, 'scenario'), string(at(place, 'rules'))];
  const scenario = plan.scenarios.find((one) => one.name === name.value);
  if (!scenario) throw wrong(name, 'the name of one of the scenarios above');
  const right = idOf(plan, scenario, rules);
  if (id.value !== right) throw problemAt(id, 'does not fit what the job depends on', 'a plan as shootdown plan has written it, unchanged');
  return { id: right, scenario: scenario.name, rules };
}

/** Limits as JSON has them: whole numbers, null where there is none. */
function limitsJson({ statesMax, memoryBytesMax, depthMax, timeMsMax }: Limits): Readonly<Record<string, number | null>> {
  const finite = (value: number): number | null => (value === Infinity ? null : Math.ceil(value));
  return { states: finite(statesMax), memoryBytes: finite(memoryBytesMax), depth: finite(depthMax), timeMs: finite(timeMsMax) };
}

function limitsAt(place: Place): Limits {
  const limit = (key: string): number => {
    const inside = at(place, key);
    return inside.value === null ? Infinity : count(inside);
  };
  return { statesMax: limit('states'), memoryBytesMax: limit('memoryBytes'), depthMax: limit('depth'), timeMsMax: limit('timeMs') };
}

/** The job of a plan that a word names: its number, from 0 or from 1, or its id. Throws an InputError. */
export function jobNamed({ jobs }: Plan, word: string, first: 0 | 1): PlannedJob {
  const last = jobs.length - 1 + first;
  const job = /^\d{1,9}$/.test(word) ? jobs[Number(word) - first] : jobs.find(({ id }) => id === word);
  if (!job) throw new InputError(`--job ${word}: expected the number of a job, ${first} to ${last}, or its id`);
  return job;
}
