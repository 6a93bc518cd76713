/** Regressions: what a search found against what was recorded of it, what its Result line claims, and what Linux itself does. */
import type { Result, Violated } from './job.js';

/** What a baseline records of one scenario under one choice of rules. */
export interface Recorded {
  readonly scenario: string;
  readonly rules: string;
  readonly kernel: string;
  readonly arch: string;
  readonly observation: string;
  readonly vacuous: boolean;
  readonly violations: readonly Violated[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** What is worth telling of a result. */
export type Finding =
  /** A Result line is wrong, or nothing is left to judge. */
  | { readonly kind: 'refuted'; readonly text: string }
  /** A property is violated that the baseline has not. */
  | { readonly kind: 'worse'; readonly text: string; readonly violated: Violated }
  /** Rules that the baseline does not know violate a property that the reference does not. */
  | { readonly kind: 'hole'; readonly text: string; readonly violated: Violated }
  /** The same where the rules that they start from violate it as well. */
  | { readonly kind: 'remains'; readonly text: string; readonly violated: Violated }
  /** A hole that the kernel under these rules has without deferring anything. */
  | { readonly kind: 'kernel'; readonly text: string; readonly violated: Violated }
  /** Rules that the baseline does not know keep a property that the rules they start from violate. */
  | { readonly kind: 'closed'; readonly text: string }
  /** A property is not violated any more. */
  | { readonly kind: 'better'; readonly text: string }
  /** Another answer or another length, neither better nor worse. */
  | { readonly kind: 'changed'; readonly text: string }
  /** A recorded trace cannot be followed any more. */
  | { readonly kind: 'lost'; readonly text: string }
  /** The same verdict with other numbers of states. */
  | { readonly kind: 'counts'; readonly text: string }
  /** A limit was hit. */
  | { readonly kind: 'open'; readonly text: string };

/** What a result is compared with. */
export interface Expected {
  readonly recorded?: Recorded | undefined;
  /** Properties that the kernel without the feature violates as well, for rules that the baseline does not know. */
  readonly tolerated: readonly string[];
  /** What is recorded of the rule set that such rules start from. */
  readonly parent?: Recorded | undefined;
}

/** Whether a finding is a reason to fail. */
export function isFault({ kind }: Pick<Finding, 'kind'>): boolean {
  return kind !== 'counts' && kind !== 'closed' && kind !== 'kernel';
}

/** The findings of a result; none where all is as it was. */
export function findingsOf(result: Result, expected: Expected): Finding[] {
  const { recorded } = expected;
  const { lost, limit, asExpected, vacuous, observation } = result;
  const refuted = asExpected === false ? [finding('refuted', vacuous ? 'no execution is left to judge' : `the Result line is wrong: ${observation}`)] : [];
  return [
    ...refuted,
    ...(recorded ? against(recorded, result) : holes(result, expected)),
    ...(lost === undefined ? [] : [finding('lost', `the recorded trace cannot be followed: ${lost}`)]),
    ...(limit === undefined ? [] : [finding('open', `limit of ${limit} reached after ${result.states} states, depth ${result.depth}`)]),
  ];
}

/** The finding is a hole of rules that the baseline does not know. */
export function isHole(finding: Finding): finding is Extract<Finding, { kind: 'hole' | 'remains' }> {
  return finding.kind === 'hole' || finding.kind === 'remains';
}

/** The findings with the holes set apart that the kernel has without deferring anything; `kernel` is what was found of that. */
export function besideKernel(findings: readonly Finding[], kernel: Pick<Result, 'violations'>): Finding[] {
  return findings.map((finding) => {
    const own = isHole(finding) && kernel.violations.find(({ property }) => property === finding.violated.property);
    return own ? { ...finding, kind: 'kernel', text: `${finding.text}, and after ${own.length} without deferring anything` } : finding;
  });
}

function holes({ violations, limit }: Result, { tolerated, parent }: Expected): Finding[] {
  const counts = ({ property }: Violated): boolean => !tolerated.includes(property);
  const before = parent?.violations.filter(counts) ?? [];
  const has = (some: readonly Violated[], property: string): boolean => some.some((one) => one.property === property);
  const closed = limit === undefined ? before.filter(({ property }) => !has(violations, property)) : [];
  return [
    ...violations.filter(counts).map((violated): Finding => {
      return { kind: has(before, violated.property) ? 'remains' : 'hole', text: violatedText(violated), violated };
    }),
    ...closed.map(({ property, length }) => finding('closed', `${property}, after ${length} steps under ${parent!.rules}`)),
  ];
}

function against(recorded: Recorded, result: Result): Finding[] {
  const lengths = new Map(recorded.violations.map(({ property, length }) => [property, length]));
  const worse = result.violations.filter(({ property }) => !lengths.has(property));
  const gone = recorded.violations.filter(({ property }) => !result.violations.some((one) => one.property === property));
  const moved = result.violations.filter(({ property, length }) => (lengths.get(property) ?? length) !== length);
  // A search that a limit cut short proves no absence and no count.
  const whole = result.limit === undefined;
  const found: Finding[] = [
    ...worse.map((violated): Finding => ({ kind: 'worse', text: violatedText(violated), violated })),
    ...(whole ? gone.map(({ property }) => finding('better', `${property} is not violated any more`)) : []),
    ...moved.map(({ property, length }) => finding('changed', `${property} after ${length} steps, before after ${lengths.get(property)!}`)),
    ...(whole && result.observation !== recorded.observation ? [finding('changed', `${result.observation}, before ${recorded.observation}`)] : []),
    ...(whole && result.vacuous && !recorded.vacuous ? [finding('changed', 'no execution is left to judge')] : []),
  ];
  return found.length === 0 && whole && !sameCounts(recorded, result) ? [finding('counts', countsText(recorded, result))] : found;
}

function finding<K extends 'refuted' | 'closed' | 'better' | 'changed' | 'lost' | 'counts' | 'open'>(kind: K, text: string): { kind: K; text: string } {
  return { kind, text };
}

function sameCounts(recorded: Recorded, { states, transitions, depth }: Result): boolean {
  return recorded.states === states && recorded.transitions === transitions && recorded.depth === depth;
}

function countsText(recorded: Recorded, result: Result): string {
  const counts = ({ states, transitions, depth }: Pick<Result, 'states' | 'transitions' | 'depth'>): string =>
    `${states} states, ${transitions} transitions, depth ${depth}`;
  return `${counts(result)}; before ${counts(recorded)}`;
}

function violatedText({ property, length }: Violated): string {
  return `${property} after ${length} steps`;
}

/** What a baseline should record of a result; undefined for one that a limit cut short. */
export function recordOf({ scenario, rules }: { readonly scenario: string; readonly rules: string }, result: Result): Recorded | undefined {
  const { kernel, arch, observation, vacuous, violations, states, transitions, depth, limit } = result;
  if (limit !== undefined) return undefined;
  return { scenario, rules, kernel, arch, observation, vacuous, violations, states, transitions, depth };
}

/** The cell with the shortest counterexample that is new: the one to look at first. */
export function shortest<C extends { readonly findings: readonly Finding[] }>(cells: readonly C[]): C | undefined {
  const lengthOf = ({ findings }: C): number =>
    Math.min(...findings.map((one) => ('violated' in one && one.kind !== 'remains' && one.kind !== 'kernel' ? one.violated.length : Infinity)));
  const sorted = cells.filter((cell) => lengthOf(cell) < Infinity).sort((a, b) => lengthOf(a) - lengthOf(b));
  return sorted[0];
}
