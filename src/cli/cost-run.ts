/** What rule sets cost on a workload: runs of the model, flushes counted, and what that comes to for each folio. */
import { workloadModel, type Counts, type FrameOrder, type Linux, type Workload } from '../../models/linux/index.js';
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
  /** Folios to count, instead of the workload's own number. */
  readonly folios?: number;
  readonly order?: FrameOrder;
  /** Asked between runs; true calls off those that are left. */
  readonly calledOff?: () => boolean;
  /** Told what is run next. */
  readonly progress?: (rules: string) => void;
}

/** One run. */
export interface SeededCounts extends Counts {
  readonly seed: number;
  readonly steps: number;
}

/** What a choice of rules costs on a workload. */
export interface RuleCost {
  readonly rules: string;
  readonly kernel: string;
  readonly runs: readonly SeededCounts[];
  /** Flushes that interrupt other CPUs, for each folio, on average over the runs. */
  readonly flushes: number;
  /** The share of vanilla's flushes that is saved: 0.9 for nine of ten; negative where there are more, not finite where vanilla has none. */
  readonly saved: number;
  /** Why a run ended before all folios were counted. */
  readonly limit?: string;
}

/** A run that takes more steps for a folio than this is given up. */
const stepsPerFolioMax = 2_000;

/** The costs of some rules on a workload, in their order; fewer where it was called off. Throws an InputError for another architecture than x86. */
export function costOf(words: Linux, rules: readonly RuleExpression[], settings: CostSettings): RuleCost[] {
  const reference = formatRules({ base: words.ruleSets[0]!, changes: [] });
  const texts = rules.map(formatRules);
  const all = texts.includes(reference) ? rules : [{ base: words.ruleSets[0]!, changes: [] }, ...rules];
  const measured = all.flatMap((one) => (settings.calledOff?.() ? [] : [measure(words, one, settings)]));
  const vanilla = measured.find((one) => one.rules === reference);
  return measured
    .filter((one) => texts.includes(one.rules))
    .map((one) => ({ ...one, saved: vanilla && vanilla.flushes > 0 ? 1 - one.flushes / vanilla.flushes : NaN }));
}

function measure(words: Linux, rules: RuleExpression, settings: CostSettings): Omit<RuleCost, 'saved'> {
  const text = formatRules(rules);
  settings.progress?.(text);
  const workload = { ...settings.workload, ...(settings.order && { order: settings.order }) };
  const folios = settings.folios ?? workload.folios;
  const built = workloadModel(workload, rules, words.table);
  const { model, base, arch } = built;
  if (arch !== 'x86') throw new InputError(`cost counts IPIs, which are x86's; ${arch} flushes by ${arch === 'arm64' ? 'TLBI' : 'other means'}`);
  const program = compile(unjudged(model));
  const limits: string[] = [];
  const runs = settings.seeds.map((seed): SeededCounts => {
    const { actors, behaviour, tally } = built.prepare(program, { folios, warmUp: workload.frames });
    const stepsMax = (folios + workload.frames) * stepsPerFolioMax;
    const ended = simulate(program, { actors, seed, stepsMax, next: (...a) => behaviour.next(...a), prepare: (...a) => { behaviour.prepare(...a); } }, tally);
    if (ended.by !== 'stopped') limits.push(ended.by === 'stuck' ? 'no thread can go on' : `${stepsMax} steps`);
    return { seed, steps: ended.steps, ...tally.counts };
  });
  const [limit] = limits;
  return { rules: text, kernel: base, runs, flushes: perFolio(runs, ({ flushes }) => flushes), ...(limit !== undefined && { limit }) };
}

/** What a number of runs have for each folio, on average over the runs. */
export function perFolio(runs: readonly SeededCounts[], of: (counts: SeededCounts) => number): number {
  return runs.reduce((sum, run) => sum + of(run) / Math.max(1, run.folios), 0) / runs.length;
}
