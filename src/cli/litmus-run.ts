/** One litmus test under one choice of rules: search, rows, judgement, and the trace worth showing. */
import { sameRules, strictProperties, type Linux } from '../../models/linux/index.js';
import { fingerprintOf } from '../engine/fingerprint.js';
import { evaluate } from '../engine/interpret.js';
import { nameOf } from '../engine/domain.js';
import type { Limits, Model, Outcome, Program, Search, Violation } from '../index.js';
import { hashOf } from '../litmus/herd.js';
import { asExpected, judge, type Judgement, type Row } from '../litmus/judge.js';
import { formatCondition } from '../litmus/print.js';
import { observedLocations } from '../litmus/propositions.js';
import type { ConditionValue, Expectation, Proposition, RuleExpression, Scenario } from '../litmus/scenario.js';
import type { Instance } from '../litmus/vocabulary.js';
import { statesOfEnd } from '../report/verdict.js';
import { counterexampleOf, type Found, type Subject } from './counterexample.js';
import { defaultArch, onArch } from './scenarios.js';
import { run, type RunOptions, type Watcher } from './run.js';
import type { Scale } from './scale.js';

/** How to run a test. */
export interface LitmusRunOptions {
  readonly limits: Limits;
  readonly trace: boolean;
  /** Judge no property that Linux itself violates, and stop at the level of the first violation. */
  readonly stopAtFirst?: boolean;
  /** The scenario's model on that architecture, if it has been made already. */
  readonly instance?: Instance | undefined;
  /** What to search in place of the scenario's model. */
  readonly changed?: ((model: Model) => Model) | undefined;
  readonly arch?: string | undefined;
  /** Threads and disks; by default none. */
  readonly scale?: Scale;
  /** Search one of several states that differ only in what is interchangeable and shows in no final value. */
  readonly symmetry?: boolean | undefined;
  /** Whether the condition is to be judged; if not, more is interchangeable. By default it is. */
  readonly fixesValues?: boolean;
  /** The rules that there are. */
  readonly words: Linux;
}

/** A test that has been run. */
export interface LitmusRun {
  readonly subject: Subject;
  readonly program: Program;
  readonly outcome: Outcome;
  readonly limits: Limits;
  readonly judgement: Judgement;
  /** The properties that some execution violates, in the order of severity. */
  readonly flags: readonly string[];
  readonly outOfMemory: number;
  readonly hash: string;
  /** The Result line that speaks of these rules, and whether it is right. */
  readonly expectation?: Expectation;
  readonly expected?: boolean | 'unknown';
  readonly found?: Found;
}

/** A property of our own, after all of the model's: violated as soon as the condition is decided. */
const decided = 'condition';

/** Runs a test; throws a LitmusError for what the model refuses. */
export async function runLitmus(
  watcher: Watcher,
  original: Scenario,
  rules: RuleExpression,
  { limits, trace, arch, words, symmetry = false, fixesValues = true, stopAtFirst = false, instance: made, changed = (model) => model, scale }: LitmusRunOptions,
): Promise<LitmusRun> {
  const scenario = onArch(original, arch);
  const subject: Subject = { scenario, rules, instance: made ?? words.instantiate(scenario, rules) };
  const { instance } = subject;
  if (trace && !stopAtFirst) instance.model.invariant(decided, instance.settled(decisive(scenario)).not(), 'the condition is open');
  const counted = instance.model.properties.map(({ name }) => name).filter((name) => !stopAtFirst || !strictProperties.includes(name));
  const options: RunOptions = {
    limits,
    properties: counted,
    stopAtViolation: stopAtFirst,
    ...(symmetry && { symmetry: 'derived' }),
    fixing: fixesValues ? observedLocations(scenario).map((location) => instance.value(location)) : [],
    ...(scale && { scale }),
  };
  return run(watcher, changed(instance.model), options, (search) => {
    const outcome = search.outcome();
    const judgement = judge(scenario, rowsOf(scenario, instance, search, outcome), outcome.limit !== undefined);
    const expectation = expectationFor(original, rules, instance.arch, words);
    const found = trace ? worthShowing(subject, search, outcome, judgement) : undefined;
    return {
      subject,
      program: search.program,
      outcome,
      limits,
      judgement,
      flags: outcome.violations.map(({ property }) => property).filter((property) => property !== decided),
      outOfMemory: statesOfEnd(outcome, instance.outOfMemory),
      hash: hashOf(scenario, fingerprintOf),
      ...(expectation && { expectation, expected: asExpected(judgement, expectation) }),
      ...(found && { found }),
    };
  });
}

/** Result lines speak of the architecture that the test names, or of the default one. */
export function expectationFor(
  { expectations, arch = defaultArch }: Scenario,
  rules: RuleExpression,
  ran: string,
  { table }: Linux,
): Expectation | undefined {
  return ran === arch ? expectations.find((expectation) => sameRules(expectation.rules, rules, table)) : undefined;
}

/** What one execution decides the condition by: a witness, or for `forall` the opposite. */
export function decisive({ condition: { quantifier, proposition }, filter }: Scenario): Proposition {
  const goal: Proposition = quantifier === 'forall' ? { kind: 'not', of: proposition } : proposition;
  return filter === undefined ? goal : { kind: 'and', of: [goal, filter] };
}

/** The final values of every execution that ran to its end, each combination once. */
function rowsOf(scenario: Scenario, instance: Instance, search: Search, { ends }: Outcome): Row[] {
  const { layout } = search.program;
  const values = observedLocations(scenario).map((location) => instance.value(location));
  const rows = new Map<string, Row>();
  for (const state of ends.find(({ name }) => name === instance.finished)?.states ?? []) {
    const packed = { layout, words: search.store.wordsOf(state) };
    const row = values.map(({ node, domain }) => conditionValue(nameOf(domain, evaluate(node, packed))));
    rows.set(row.join(';'), row);
  }
  return [...rows.values()];
}

function conditionValue(text: string): ConditionValue {
  if (text === 'SIGSEGV' || text === 'SIGBUS') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`a final value is ${text}`);
}

/** The most severe violation that counts, else the decided condition, else a violation that Linux has too. */
function worthShowing(subject: Subject, search: Search, { violations, limit }: Outcome, judgement: Judgement): Found | undefined {
  const { scenario } = subject;
  const deciders = scenario.condition.quantifier === 'forall' ? judgement.others : judgement.witnesses;
  const reachable = deciders > 0 || limit !== undefined;
  const severe = violations.find(({ property }) => property !== decided && !strictProperties.includes(property));
  const condition = violations.find(({ property }) => property === decided && reachable);
  const strict = violations.find(({ property }) => strictProperties.includes(property));
  const violation: Violation | undefined = severe ?? condition ?? strict;
  if (!violation) return undefined;
  const shows = violation.property === decided
    ? ({ kind: 'condition', condition: formatCondition(scenario) } as const)
    : ({ kind: 'property', name: violation.property } as const);
  return counterexampleOf(subject, search, violation, shows);
}
