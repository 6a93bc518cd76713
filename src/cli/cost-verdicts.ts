/** Verdicts over all bundled scenarios, for a table that has one line for each choice of rules. */
import { strictProperties } from '../../models/linux/index.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression } from '../litmus/scenario.js';
import type { RuleVerdict } from '../report/cost.js';
import type { Job, Result } from '../sweep/job.js';
import type { LimitOptions } from './limits.js';
import { limitsOf } from './limits.js';
import type { KnownRules } from './rule-choice.js';
import { bundledScenarios, litmusFile } from './scenarios.js';
import type { Session } from './session.js';
import { sweepJobs, type SweepOptions } from './sweep.js';

/** Searches every bundled scenario under the rules and under vanilla: what Linux itself violates counts for nobody. */
export async function verdictsOf(
  session: Session,
  known: KnownRules,
  rules: readonly RuleExpression[],
  options: SweepOptions & LimitOptions,
): Promise<RuleVerdict[]> {
  const files = bundledScenarios().map((name) => ({ name, ...litmusFile(name) }));
  const reference = known.linux.ruleSets[0]!;
  const jobsUnder = (text: string): Job[] => files.map(({ name, text: litmus, source }) => ({ scenario: name, litmus, source, rules: text }));
  const texts = [reference, ...rules.map(formatRules)];
  const settings = { ...options, ruleFiles: [...known.files.keys()], limits: limitsOf(options), what: 'verdicts' };
  const { results } = await sweepJobs(session, texts.flatMap(jobsUnder), settings);
  const under = (i: number): readonly (Result | undefined)[] => results.slice(i * files.length, (i + 1) * files.length);
  const tolerated = under(0).map((result) => [...strictProperties, ...(result?.violations ?? []).map(({ property }) => property)]);
  return rules.map((_, i) => verdictOf(files.map(({ name }) => name), under(i + 1), tolerated));
}

function verdictOf(
  scenarios: readonly string[],
  results: readonly (Result | undefined)[],
  tolerated: readonly (readonly string[])[],
): RuleVerdict {
  const found = results.map((result, i) => result?.violations.filter(({ property }) => !tolerated[i]!.includes(property)) ?? []);
  const broken = found.filter((violations) => violations.length > 0).length;
  const open = results.filter((result, i) => found[i]!.length === 0 && (!result || result.limit !== undefined)).length;
  const all = found.flatMap((violations, i) => violations.map((violated) => ({ scenario: scenarios[i]!, ...violated })));
  const shortest = all.reduce<(typeof all)[number] | undefined>((least, one) => (least && least.length <= one.length ? least : one), undefined);
  return { scenarios: scenarios.length, broken, open, ...(shortest && { shortest }) };
}
