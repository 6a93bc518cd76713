/**
 * Proof that the scenarios bite: each mutant of the model is searched in one scenario after the other that takes a step which
 * it changes, the smallest first, until one tells it from the original.
 */
import type { Job, MutantName, Result } from './job.js';

/** A scenario under rules, unchanged. */
export interface Original {
  readonly job: Job;
  readonly result: Result;
}

/** What became of a mutant. */
export interface Fate {
  readonly mutant: MutantName;
  /**
   * `killed`: another verdict. `counted`: the same verdicts, other numbers of states. `same`: nothing tells it from the
   * original. `open`: called off, or limits left some searches open and no other told it.
   */
  readonly outcome: 'killed' | 'counted' | 'same' | 'open';
  /** The scenario and rules that tell it apart. */
  readonly by?: Pick<Job, 'scenario' | 'rules'>;
  /** What is different there. */
  readonly how?: string;
  /** Searches made. */
  readonly searches: number;
}

/** The mutants of some originals, each once. */
export function mutantsIn(originals: readonly Original[]): MutantName[] {
  return [...new Map(originals.flatMap(({ result }) => (result.mutants ?? []).map((mutant) => [mutant.id, mutant] as const))).values()];
}

/** Searches a mutant where it matters until its fate is known; `search` gives nothing once it is called off. */
export async function fateOf(
  mutant: MutantName,
  originals: readonly Original[],
  search: (job: Job) => Promise<Result | undefined>,
): Promise<Fate> {
  const places = originals
    .filter(({ result }) => result.mutants?.some(({ id }) => id === mutant.id))
    .sort((a, b) => a.result.states - b.result.states);
  let [searches, open] = [0, false];
  let counted: Pick<Fate, 'by' | 'how'> | undefined;
  for (const { job, result } of places) {
    const found = await search({ ...job, mutant: mutant.id });
    if (!found) return { mutant, outcome: 'open', searches };
    searches++;
    const by = { scenario: job.scenario, rules: job.rules };
    const how = difference(result, found);
    if (how !== undefined) return { mutant, outcome: 'killed', by, how, searches };
    if (found.limit !== undefined) open = true;
    else if (countsOf(found) !== countsOf(result)) counted ??= { by, how: `${countsOf(found)}, not ${countsOf(result)}` };
  }
  if (counted) return { mutant, outcome: 'counted', ...counted, searches };
  return { mutant, outcome: open ? 'open' : 'same', searches };
}

/** What two verdicts differ in; undefined where they agree, as far as a search that a limit cut short can tell. */
function difference(before: Result, after: Result): string | undefined {
  const [was, is] = [before, after].map(({ violations }) => violations.map(({ property }) => property));
  const added = is!.filter((property) => !was!.includes(property));
  if (added.length > 0) return `violates ${added.join(', ')}`;
  if (after.limit !== undefined) return undefined;
  const gone = was!.filter((property) => !is!.includes(property));
  if (gone.length > 0) return `does not violate ${gone.join(', ')}`;
  if (after.vacuous !== before.vacuous) return after.vacuous ? 'no execution is left to judge' : 'has executions to judge';
  if (after.observation !== before.observation) return `${after.observation}, not ${before.observation}`;
  const unmet = after.uncovered.filter((cover) => !before.uncovered.includes(cover));
  return unmet.length > 0 ? `never reaches ${unmet.join(', ')}` : undefined;
}

function countsOf({ states, transitions, depth }: Result): string {
  return `${states} states, ${transitions} transitions, depth ${depth}`;
}
