/** From a rule expression to the set of rules in force. */
import type { RuleExpression } from '../../../src/litmus/scenario.js';
import type { RuleSet } from './rule.js';
import { rules, ruleSets } from './rules.js';

/** A rule set with additions and removals carried out. */
export interface ResolvedRules {
  readonly set: RuleSet;
  readonly rules: ReadonlySet<string>;
}

/** The rules of an expression; throws for names that are not in the table, which parsing has checked. */
export function resolveRules(expression: RuleExpression): ResolvedRules {
  const set = ruleSets.find((s) => s.name === expression.base);
  if (!set) throw new RangeError(`unknown rule set ${expression.base}`);
  const inForce = new Set(set.rules);
  for (const { sign, rule } of expression.changes) {
    if (!rules.some((r) => r.name === rule)) throw new RangeError(`unknown rule ${rule}`);
    if (sign === '+') inForce.add(rule);
    else inForce.delete(rule);
  }
  return { set, rules: inForce };
}

/** What the changes of an expression mean in kernel words, for headings. */
export function changesOf(expression: RuleExpression): string[] {
  const { set, rules: inForce } = resolveRules(expression);
  const changed = rules.filter(({ name }) => inForce.has(name) !== set.rules.includes(name));
  return changed.map(({ name, call }) => `${call} ${inForce.has(name) ? 'put in' : 'taken out'}`);
}
