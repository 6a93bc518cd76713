/** From a rule expression to the set of rules in force. */
import type { RuleExpression } from '../../../src/litmus/scenario.js';
import type { RuleSet, RuleTable } from './rule.js';

/** A rule set with additions and removals carried out. */
export interface ResolvedRules {
  readonly set: RuleSet;
  readonly rules: ReadonlySet<string>;
}

/** The rules in force as a model asks for them: one at a time, so that what a model depends on is known. */
export interface RulesInForce {
  has(rule: string): boolean;
}

/** Rules in force that note, in `asked`, which of them somebody has asked for. */
export class AskedRules implements RulesInForce {
  private readonly noted = new Set<string>();

  constructor(private readonly rules: RulesInForce) {}

  /** Whether the rule is in force. */
  has(rule: string): boolean {
    this.noted.add(rule);
    return this.rules.has(rule);
  }

  /** The rules asked for so far, in this order. */
  get asked(): readonly string[] {
    return [...this.noted];
  }
}

/** The rules of an expression; throws for names that are not in the table, which parsing has checked. */
export function resolveRules(expression: RuleExpression, table: RuleTable): ResolvedRules {
  const set = table.ruleSets.find((s) => s.name === expression.base);
  if (!set) throw new RangeError(`unknown rule set ${expression.base}`);
  const inForce = new Set(set.rules);
  for (const { sign, rule } of expression.changes) {
    if (!table.rules.some((r) => r.name === rule)) throw new RangeError(`unknown rule ${rule}`);
    if (sign === '+') inForce.add(rule);
    else inForce.delete(rule);
  }
  return { set, rules: inForce };
}

/** What the changes of an expression mean in kernel words, for headings. */
export function changesOf(expression: RuleExpression, table: RuleTable): string[] {
  const { set, rules: inForce } = resolveRules(expression, table);
  const changed = table.rules.filter(({ name }) => inForce.has(name) !== set.rules.includes(name));
  return changed.map(({ name, call }) => `${call} ${inForce.has(name) ? 'put in' : 'taken out'}`);
}

/** Whether two expressions, however written, choose the same rules on the same kernel. */
export function sameRules(a: RuleExpression, b: RuleExpression, table: RuleTable): boolean {
  const [one, other] = [a, b].map((expression) => resolveRules(expression, table));
  return a.base === b.base && one!.rules.size === other!.rules.size && [...one!.rules].every((rule) => other!.rules.has(rule));
}
