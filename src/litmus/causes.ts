/** The violations that a search has collected, by cause: many states, few reasons. */
import type { Violation } from '../engine/outcome.js';
import type { Search } from '../engine/search.js';
import { historyOf } from '../engine/trace.js';
import type { Cause, Instance } from './vocabulary.js';

/** All violations with one cause. */
export interface CauseGroup {
  readonly cause: Cause;
  /** Distinct states that violate the property or from which a step does. */
  readonly states: number;
  /** Those with the shortest traces, the first found first. */
  readonly shortest: readonly [Violation, ...Violation[]];
}

/**
 * The violations that the search has collected, grouped: the most severe property first, then the shortest
 * trace. A state is told by the path by which it was first found.
 */
export function groupByCause(search: Search, instance: Instance): CauseGroup[] {
  const groups = new Map<string, { cause: Cause; states: number; shortest: [Violation, ...Violation[]]; last: number }>();
  for (const violation of search.outcome().sightings) {
    const cause = causeOfViolation(search, violation, instance);
    const group = groups.get(cause.key);
    if (!group) {
      groups.set(cause.key, { cause, states: 1, shortest: [violation], last: violation.state });
      continue;
    }
    // Several steps from one state come one after the other.
    if (group.last !== violation.state) group.states++;
    group.last = violation.state;
    if (violation.length === group.shortest[0].length) group.shortest.push(violation);
  }
  const severity = instance.model.properties.map(({ name }) => name);
  const rank = ({ cause }: CauseGroup): number => severity.indexOf(cause.property);
  const found = [...groups.values()].map(({ cause, states, shortest }) => ({ cause, states, shortest }));
  return found.sort((a, b) => rank(a) - rank(b) || a.shortest[0].length - b.shortest[0].length);
}

/** The cause of a violation, told by the path by which its state was first found. */
export function causeOfViolation(search: Search, violation: Violation, instance: Instance): Cause {
  return instance.causeOf(search.program, historyOf(search, violation));
}
