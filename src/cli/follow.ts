/** A recorded counterexample followed under other rules: is this very trace still possible, and if not, what stops it? */
import type { Linux } from '../../models/linux/index.js';
import { follow, type Followed } from '../engine/follow.js';
import { compile, type Program, type StepInstance } from '../index.js';
import { nodeText } from '../engine/print.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression } from '../litmus/scenario.js';
import type { FollowedUnder } from '../report/follow.js';
import { describePath, type Subject } from './counterexample.js';
import { retrace, shownTest, subjectOf, type Retraced, type ShownTest } from './recorded.js';
import { stoppingRules, stoppingText, type StoppingRules } from './stopping-rules.js';
import type { RecordedTrace } from './trace-file.js';

/** Enough for every recorded trace; a trace that needs more is `open`. */
const pairsMax = 200_000;

/** Follows a trace under other rules; throws a ReplayError where it cannot be followed under its own. */
export function followUnder(recorded: RecordedTrace, file: string, rules: RuleExpression, words: Linux): Omit<FollowedUnder, 'under'> {
  const source = retrace(recorded, file, words);
  const attempt = attemptUnder(recorded, source, rules, words);
  const { outcome, matched, matches, inserted, leftOut } = attempt.followed;
  const passes = (others: RuleExpression): boolean => attemptUnder(recorded, source, others, words).followed.outcome === 'possible';
  const stopped = outcome === 'blocked' || outcome === 'changed' ? stoppingRules(source.subject.rules, rules, words, passes) : undefined;
  return {
    outcome,
    text: textOf(recorded, attempt, stopped),
    ...(outcome === 'blocked' && { step: matched + 1 }),
    rules: stopped?.rules.map(({ rule }) => rule) ?? [],
    inserted,
    leftOut,
    matches,
    way: describePath(attempt.subject, attempt, attempt.followed.path, recorded.shows),
  };
}

interface Attempt {
  readonly subject: Subject;
  readonly program: Program;
  readonly followed: Followed;
}

/**
 * Follows the trace, where rules may have added and taken away steps of a kernel function. Where that is blocked, they may
 * have moved such a step: then steps are told apart by their places as well.
 */
function attemptUnder(recorded: RecordedTrace, source: Retraced, rules: RuleExpression, words: Linux): Attempt {
  const subject = subjectOf({ ...recorded, rules: formatRules(rules) }, 'trace', words);
  const shows = shownTest(recorded, subject);
  const program = compile(subject.instance.model);
  const attempt = (kindOf: KindOf): Followed => followBy(kindOf, source, program, shows);
  const followed = attempt(keyOf);
  if (followed.outcome !== 'blocked') return { subject, program, followed };
  const further = attempt((instance) => `${keyOf(instance)} ${placeOf(instance)}`);
  return { subject, program, followed: isBetter(further, followed) ? further : followed };
}

/** Whether a second attempt says more: the trace is possible after all, or is blocked by more than the way an operation goes. */
function isBetter(second: Followed, first: Followed): boolean {
  if (second.outcome === 'possible') return true;
  return isElsewhere(first) && second.outcome === 'blocked' && !isElsewhere(second) && second.matched > first.matched;
}

/** Steps of a kind that one model has more of may have been added by its rules. */
type KindOf = (instance: StepInstance) => string;

function followBy(kindOf: KindOf, { program: before, path }: Retraced, program: Program, shows: ShownTest): Followed {
  const taken = path.steps.map((number) => before.instances[number]!);
  const [choices, theirs] = [choicesOf(before), choicesOf(program)];
  const keyIn = (own: Choices) => (instance: StepInstance): string => {
    const key = keyOf(instance);
    return choices.most.get(key) === theirs.most.get(key) ? `${key}, choice ${own.numbers.get(instance)!}` : key;
  };
  const [old, now] = [before, program].map((one) => counts(one.instances.map(kindOf)));
  const more = (instance: StepInstance, some: Counts, others: Counts): boolean => (some.get(kindOf(instance)) ?? 0) > (others.get(kindOf(instance)) ?? 0);
  return follow(program, path.start, {
    keys: taken.map(keyIn(choices)),
    keyOf: keyIn(theirs),
    mayInsert: (instance) => !instance.step.spontaneous && more(instance, now!, old!),
    mayLeaveOut: (position) => more(taken[position]!, old!, now!),
    shows: (state, violated) => shows(program, state, violated),
    pairsMax,
  });
}

type Counts = ReadonlyMap<string, number>;

function counts(kinds: readonly string[]): Counts {
  const found = new Map<string, number>();
  for (const kind of kinds) found.set(kind, (found.get(kind) ?? 0) + 1);
  return found;
}

/** A step by thread, operation, kernel function, arguments and CPU: what stays where rules move it to another place of its path. */
function keyOf({ step, name }: StepInstance): string {
  return `${step.actor}: ${name.replace(/ #\d+/, '')}`;
}

/** Steps of one key that begin at one place: which frame is taken, for example. */
interface Choices {
  /** The number of a step among those at its place. */
  readonly numbers: ReadonlyMap<StepInstance, number>;
  /** How many there are at most at one place, by key. */
  readonly most: ReadonlyMap<string, number>;
}

function choicesOf({ instances }: Program): Choices {
  const numbers = new Map<StepInstance, number>();
  const [most, found] = [new Map<string, number>(), new Map<string, number>()];
  for (const instance of instances) {
    const [key, place] = [keyOf(instance), instance.step.when.map(nodeText).find((text) => atPlace.test(text))];
    const number = (found.get(`${key} ${place}`) ?? 0) + 1;
    found.set(`${key} ${place}`, number);
    numbers.set(instance, number);
    most.set(key, Math.max(number, most.get(key) ?? 0));
  }
  return { numbers, most };
}

const atPlace = /^\w+\.pc == (.*?)(?:\.\d+)?$/;

/** The place in its operation where a step begins, without the number that depends on the steps before it. */
function placeOf({ step }: StepInstance): string {
  return step.when.flatMap((test) => atPlace.exec(nodeText(test))?.[1] ?? []).join();
}

/** The next step begins at a place where its operation is not. */
function isElsewhere({ outcome, obstacle }: Followed): boolean {
  return outcome === 'blocked' && atPlace.test(obstacle?.conjunct ?? '');
}

function textOf(recorded: RecordedTrace, { followed, program }: Attempt, stopped: StoppingRules | undefined): string {
  const { outcome, matched, inserted, leftOut } = followed;
  const between = [...(inserted > 0 ? [`${inserted} more between them`] : []), ...(leftOut > 0 ? [`${leftOut} left out`] : [])].join(', ');
  const by = stopped ? stoppingText(stopped) : '';
  switch (outcome) {
    case 'possible':
      return `all ${recorded.trace.steps.length} steps can be taken${between && `, ${between}`}`;
    case 'changed':
      return `all steps can be taken${between && `, ${between}`}, but they do not show it any more${by}`;
    case 'open':
      return `followed for ${matched} of ${recorded.trace.steps.length} steps when the limit of ${pairsMax} states was reached`;
    case 'blocked':
      return `${obstacleText(recorded, followed, program)}${by}`;
  }
}

function obstacleText(recorded: RecordedTrace, followed: Followed, program: Program): string {
  const { matched, obstacle, path } = followed;
  const { label, actor } = recorded.trace.steps[matched]!;
  const step = `step ${matched + 1}, ${label} on ${actor},`;
  if (obstacle?.conjunct === undefined) return `${step} is no step under these rules`;
  const changed = obstacle.changedBy === undefined ? undefined : program.instances[path.steps[obstacle.changedBy]!]?.step;
  if (isElsewhere(followed)) return `${step} cannot be taken: the operation goes another way${changed ? ` after ${changed.label}` : ''}`;
  const since = changed === undefined ? '' : ` since ${changed.label} on ${changed.actor}`;
  return `${step} cannot be taken: ${obstacle.conjunct} is false${since}`;
}
