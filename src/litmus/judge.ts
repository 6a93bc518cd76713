/** From the final states of a scenario to herd7's verdict on its condition. */
import type { ConditionValue, Expectation, Location, Observation, Scenario } from './scenario.js';
import { formatLocation, holds, observedLocations } from './propositions.js';

/** One distinct final state: a value for each location. */
export type Row = readonly ConditionValue[];

/** Stands for an answer that a search cut short by a limit cannot give. */
export type Unsettled = '??';

/** What the final states say about the condition. */
export interface Judgement {
  readonly kind: 'Allowed' | 'Forbidden' | 'Required';
  /** Values of `scenario.locations`, in a fixed order of rows. */
  readonly rows: readonly Row[];
  /** Whether the condition, with its quantifier, is true. */
  readonly validation: 'Ok' | 'No' | Unsettled;
  /** Number of rows that satisfy the proposition. */
  readonly witnesses: number;
  /** Number of rows that do not. */
  readonly others: number;
  readonly observation: Observation | Unsettled;
  /** The observations that states not yet seen could still lead to; one if it is settled. */
  readonly possible: readonly Observation[];
  /** True when no execution is left at all, which proves nothing. */
  readonly vacuous: boolean;
}

const KINDS = { exists: 'Allowed', '~exists': 'Forbidden', forall: 'Required' } as const;

/**
 * Judges the final states of a scenario. Each row must have one value for each of
 * `observedLocations(scenario)`; rows that fail the filter are dropped, and `limitHit` says that
 * there may be more rows than these.
 */
export function judge(scenario: Scenario, rows: readonly Row[], limitHit: boolean): Judgement {
  const { quantifier, proposition } = scenario.condition;
  const kept = selectRows(scenario, rows);
  const satisfied = kept.map((row) => holds(proposition, valuesOf(scenario, row)));
  const witnesses = satisfied.filter((satisfies) => satisfies).length;
  const others = kept.length - witnesses;
  const possible = possibleObservations(witnesses, others, limitHit);
  return {
    kind: KINDS[quantifier],
    rows: kept,
    validation: validate(quantifier, witnesses, others, limitHit),
    witnesses,
    others,
    observation: possible.length === 1 ? possible[0] ?? '??' : '??',
    possible,
    vacuous: kept.length === 0 && !limitHit,
  };
}

/** Whether a judgement is what a Result line claims; vacuous is never as claimed. */
export function asExpected(
  { possible, vacuous }: Judgement,
  { observation }: Pick<Expectation, 'observation'>,
): boolean | 'unknown' {
  if (vacuous || !possible.includes(observation)) return false;
  return possible.length === 1 ? true : 'unknown';
}

/** Rows that satisfy the filter, cut down to the scenario's locations, distinct and sorted. */
function selectRows(scenario: Scenario, rows: readonly Row[]): Row[] {
  const { filter, locations } = scenario;
  const selected = new Map<string, Row>();
  for (const row of rows) {
    if (filter !== undefined && !holds(filter, valuesOf(scenario, row))) continue;
    const shown = row.slice(0, locations.length);
    selected.set(shown.join(';'), shown);
  }
  return [...selected.values()].sort(compareRows);
}

function valuesOf(scenario: Scenario, row: Row): (location: Location) => ConditionValue {
  const observed = observedLocations(scenario);
  const values = new Map(observed.map((one, index) => [formatLocation(one), row[index]]));
  return (location) => {
    const value = values.get(formatLocation(location));
    if (value === undefined) throw new Error(`a row has no value for ${formatLocation(location)}`);
    return value;
  };
}

/** Numbers by size, then faults by name, the first location weighing most. */
function compareRows(a: Row, b: Row): number {
  for (const [index, left] of a.entries()) {
    const order = compareValues(left, b[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(a: ConditionValue, b: ConditionValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  return typeof a === 'number' ? -1 : 1;
}

/** More rows can only add witnesses or others: Sometimes stays, the two extremes may not. */
function possibleObservations(
  witnesses: number,
  others: number,
  limitHit: boolean,
): Observation[] {
  if (!limitHit) return [witnesses === 0 ? 'Never' : others === 0 ? 'Always' : 'Sometimes'];
  const possible: Observation[] = [];
  if (witnesses === 0) possible.push('Never');
  possible.push('Sometimes');
  if (others === 0) possible.push('Always');
  return possible;
}

/** One row decides a condition for good; the lack of such a row decides only a whole search. */
function validate(
  quantifier: keyof typeof KINDS,
  witnesses: number,
  others: number,
  limitHit: boolean,
): Judgement['validation'] {
  const decisive = quantifier === 'forall' ? others : witnesses;
  const [found, absent] = quantifier === 'exists' ? ['Ok', 'No'] as const : ['No', 'Ok'] as const;
  if (decisive > 0) return found;
  return limitHit ? '??' : absent;
}
