/** A job of a sweep, done: the search, and its answer as plain data. */
import { anatomy, type Linux } from '../../models/linux/index.js';
import { ModelError, mutantsOf, mutated, type Limits, type Model } from '../index.js';
import type { Instance } from '../litmus/vocabulary.js';
import { traceJson } from '../report/json.js';
import type { Job, MutantName, Result } from '../sweep/job.js';
import { runLitmus, type LitmusRun } from './litmus-run.js';
import { scenarioOfJob } from './client-sizes.js';
import { lostTrace } from './recorded.js';
import { resolved } from './rule-choice.js';
import type { Watcher } from './run.js';

/** What a job is done with. */
export interface JobMeans {
  readonly limits: Limits;
  /** The job's model, if it has been made already. */
  readonly instance?: Instance;
}

/** Does a job; throws a LitmusError or a RuleError for what cannot be built. */
export async function runJob(watcher: Watcher, job: Job, words: Linux, { limits, instance }: JobMeans): Promise<Result> {
  const scenario = scenarioOfJob(job, words);
  const rules = resolved(job.rules, job.source, words);
  const { trace = false, stopAtFirst = false, symmetry = false, arch, mutant } = job;
  const changed = mutant === undefined ? undefined : (model: Model): Model => mutantOf(model, mutant);
  const done = await searched(() => runLitmus(watcher, scenario, rules, { limits, trace, arch, words, stopAtFirst, symmetry, fixesValues: !symmetry, instance, changed }), mutant);
  if (!('subject' in done)) return done;
  const lost = job.recorded === undefined ? undefined : lostTrace(job.recorded, job.source, words, done);
  return { ...resultOf(done, stopAtFirst), ...(symmetry && { observation: '??' as const }), ...(lost !== undefined && { lost }), ...(job.mutants && mutant === undefined && { mutants: takenMutants(done) }) };
}

function resultOf({ subject, outcome, judgement, flags, outOfMemory, expected, found }: LitmusRun, stopped: boolean): Result {
  const { instance } = subject;
  return {
    kernel: instance.base,
    arch: instance.arch,
    asked: instance.asked,
    observation: judgement.observation,
    vacuous: judgement.vacuous,
    violations: outcome.violations
      .filter(({ property }) => flags.includes(property))
      .map(({ property, length }) => ({ property, length })),
    states: outcome.states,
    transitions: outcome.transitions,
    depth: outcome.depth,
    outOfMemory,
    uncovered: outcome.uncovered,
    ...(outcome.limit !== undefined && outcome.limit !== 'violation' && { limit: outcome.limit }),
    ...(expected !== undefined && !stopped && { asExpected: expected }),
    ...(found && { trace: traceJson(found.counterexample) }),
  };
}

/** What a mutant makes of a model can be no model at all: it gives a variable a value that it cannot have. */
async function searched(search: () => Promise<LitmusRun>, mutant: string | undefined): Promise<LitmusRun | Result> {
  try {
    return await search();
  } catch (error) {
    if (mutant === undefined || !(error instanceof ModelError)) throw error;
    return { ...noResult, violations: [{ property: 'the domains of the variables', length: 0 }] };
  }
}

const noResult: Omit<Result, 'violations'> = {
  kernel: '',
  arch: '',
  asked: [],
  observation: '??',
  vacuous: false,
  states: 0,
  transitions: 0,
  depth: 0,
  outOfMemory: 0,
  uncovered: [],
};

/** The model with a mutant's fault; itself where it has no such steps. */
function mutantOf(model: Model, id: string): Model {
  const mutant = mutantsOf(model, anatomy).find((one) => one.id === id);
  return mutant ? mutated(model, mutant) : model;
}

/** The mutants of which some execution takes a changed step. */
function takenMutants({ subject, outcome }: LitmusRun): MutantName[] {
  const mutants = mutantsOf(subject.instance.model, anatomy);
  const taken = mutants.filter(({ sites }) => sites.some((site) => [...site.keys()].some(({ name }) => outcome.fired.get(name)! > 0)));
  return taken.map(({ id, kind, name }) => ({ id, kind, name }));
}
