/** What rule sets cost on a workload: runs of the model, flushes counted, and what that comes to for each folio. */
import { workloadModel, type Counts, type Linux, type Workload } from '../../models/linux/index.js';
import { compile } from '../engine/program.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression } from '../litmus/scenario.js';
import { simulate, unjudged } from '../sweep/simulate.js';
import { InputError } from './exit.js';

/** How to run a workload. */
export interface CostSettings {
  readonly workload: Workload;
  /** One run for each; the same seed gives the same counts. */
  readonly seeds: readonly number[];
}

/** One run. */
export interface SeededCounts extends Counts {
  readonly seed: number;
  readonly steps: number;
}

/** What was counted under a choice of rules. */
export interface Measured {
  readonly rules: string;
  readonly kernel: string;
  readonly runs: readonly SeededCounts[];
  /** Flushes that interrupt other CPUs, for each folio, on average over the runs. */
  readonly flushes: number;
  /** Why a run ended before all folios were counted. */
  readonly limit?: string;
}

/** What a choice of rules costs on a workload. */
export interface RuleCost extends Measured {
  /** The share of vanilla's flushes that is saved: 0.9 for nine of ten; negative where there are more, not finite where vanilla has none. */
  readonly saved: number;
  /** The least and the greatest share among the seeds. */
  readonly savedRange: readonly [number, number];
}

/** A run that takes more steps for a folio than this is given up. */
const stepsPerFolioMax = 2_000;

/** What is saved against a reference that was measured with the same seeds. */
export function against(reference: Measured | undefined, measured: Measured): RuleCost {
  const share = (flushes: number, of: number | undefined): number => (of !== undefined && of > 0 ? 1 - flushes / of : NaN);
  const shares = measured.runs.map((run) => share(perFolio([run], ({ flushes }) => flushes), reference?.flushes));
  return { ...measured, saved: share(measured.flushes, reference?.flushes), savedRange: [Math.min(...shares), Math.max(...shares)] };
}

/** Runs a workload under some rules. Throws an InputError for another architecture than x86. */
export function measure(words: Linux, rules: RuleExpression, { workload, seeds }: CostSettings): Measured {
  const { folios } = workload;
  const built = workloadModel(workload, rules, words.table);
  const { model, base, arch } = built;
  if (arch !== 'x86') throw new InputError(`cost counts IPIs, which are x86's; ${arch} flushes by ${arch === 'arm64' ? 'TLBI' : 'other means'}`);
  const program = compile(unjudged(model));
  const limits: string[] = [];
  const runs = seeds.map((seed): SeededCounts => {
    const { actors, behaviour, tally } = built.prepare(program, { folios, warmUp: workload.frames });
    const stepsMax = (folios + workload.frames) * stepsPerFolioMax;
    const ended = simulate(program, { actors, seed, stepsMax, next: (...a) => behaviour.next(...a), prepare: (...a) => { behaviour.prepare(...a); } }, tally);
    if (ended.by !== 'stopped') limits.push(ended.by === 'stuck' ? 'no thread can go on' : `${stepsMax} steps`);
    return { seed, steps: ended.steps, ...tally.counts };
  });
  const [limit] = limits;
  return { rules: formatRules(rules), kernel: base, runs, flushes: perFolio(runs, ({ flushes }) => flushes), ...(limit !== undefined && { limit }) };
}

/** What a number of runs have for each folio, on average over the runs. */
export function perFolio(runs: readonly SeededCounts[], of: (counts: SeededCounts) => number): number {
  return runs.reduce((sum, run) => sum + of(run) / Math.max(1, run.folios), 0) / runs.length;
}
