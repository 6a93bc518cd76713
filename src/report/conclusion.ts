/**
 * What follows from one scenario run under several choices of rules: where two of them differ by one
 * rule, what that rule does.
 */

/** One run of the scenario. */
export interface Run {
  /** The rules as written. */
  readonly rules: string;
  /** The kernel that they sit on; runs on different kernels are not compared. */
  readonly kernel: string;
  /** Every rule in force, changes included. */
  readonly inForce: readonly string[];
  /** `Never`, `Sometimes` or `Always`; absent when a limit left it open. */
  readonly observation?: string;
  /** The properties violated. */
  readonly violated: readonly string[];
  /** Whether the whole space was searched. */
  readonly complete: boolean;
}

/** A rule and the kernel call that it stands for. */
export interface RuleCall {
  readonly name: string;
  readonly call: string;
}

/** Two runs that differ by one rule. */
interface Comparison {
  readonly rule: string;
  readonly having: Run;
  readonly lacking: Run;
}

/** One sentence for each pair of runs that differ by one rule and were both searched to the end. */
export function conclusions(scenario: string, runs: readonly Run[], calls: readonly RuleCall[]): string[] {
  const settled = runs.filter((run) => run.complete && run.observation !== undefined);
  const pairs = settled.flatMap((one, i) => settled.slice(i + 1).flatMap((other) => compare(one, other)));
  return pairs.map((pair) => sentence(scenario, pair, nameOf(pair.rule, calls)));
}

function compare(one: Run, other: Run): Comparison[] {
  if (one.kernel !== other.kernel) return [];
  const extra = minus(one, other);
  const missing = minus(other, one);
  const [rule] = [...extra, ...missing];
  if (rule === undefined || extra.length + missing.length !== 1) return [];
  return [extra.length === 1 ? { rule, having: one, lacking: other } : { rule, having: other, lacking: one }];
}

function minus(one: Run, other: Run): string[] {
  return one.inForce.filter((rule) => !other.inForce.includes(rule));
}

function nameOf(rule: string, calls: readonly RuleCall[]): string {
  const call = calls.find(({ name }) => name === rule)?.call;
  return call === undefined ? rule : `${call} (${rule})`;
}

function sentence(scenario: string, { having, lacking }: Comparison, rule: string): string {
  const under = `under ${having.rules}`;
  const fixes = minusNames(lacking.violated, having.violated);
  const breaks = minusNames(having.violated, lacking.violated);
  if (fixes.length > 0 && having.violated.length === 0) {
    return `${scenario} needs ${rule} to hold ${under}: without it, ${list(fixes)} ${isOrAre(fixes)} violated.`;
  }
  if (breaks.length > 0 && lacking.violated.length === 0) {
    return `${rule} is what breaks ${scenario} ${under}: with it, ${list(breaks)} ${isOrAre(breaks)} violated.`;
  }
  if (fixes.length + breaks.length > 0) return partial(scenario, rule, under, { fixes, breaks });
  if (having.observation === lacking.observation) return `${rule} makes no difference to ${scenario} ${under}.`;
  const [now, otherwise] = [having.observation ?? '', lacking.observation ?? ''];
  return `${rule} decides the condition of ${scenario} ${under}: ${now} with it, ${otherwise} without it.`;
}

function partial(
  scenario: string,
  rule: string,
  under: string,
  { fixes, breaks }: { readonly fixes: readonly string[]; readonly breaks: readonly string[] },
): string {
  const parts = [
    ...(fixes.length > 0 ? [`without it, ${list(fixes)} ${isOrAre(fixes)} violated too`] : []),
    ...(breaks.length > 0 ? [`with it, ${list(breaks)} ${isOrAre(breaks)} violated too`] : []),
  ];
  return `${rule} changes what ${scenario} violates ${under}: ${parts.join('; ')}.`;
}

function minusNames(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((name) => !others.includes(name));
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function isOrAre(names: readonly string[]): string {
  return names.length === 1 ? 'is' : 'are';
}
