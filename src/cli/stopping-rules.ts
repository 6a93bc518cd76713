/** Which of the rules that differ keep a trace from being followed to its end: found by taking differences back. */
import { resolveRules, type Linux } from '../../models/linux/index.js';
import type { RuleExpression } from '../litmus/scenario.js';

/** A rule in which two choices differ: in force under one of them only. */
type Difference = RuleExpression['changes'][number];

/** The rules that stop a trace. */
export interface StoppingRules {
  /**
   * `together`: it takes all of them; taking back any one is enough to let the trace through. `each`: any one of them is
   * enough to stop it; only with all of them taken back it passes.
   */
  readonly how: 'together' | 'each';
  readonly rules: readonly Difference[];
}

/** The rules that stop a trace recorded under `from`; none where no group of differences lets it pass. */
export function stoppingRules(from: RuleExpression, rules: RuleExpression, { table }: Linux, passes: (rules: RuleExpression) => boolean): StoppingRules {
  const [before, now] = [from, rules].map((expression) => resolveRules(expression, table).rules);
  const all = table.rules.flatMap(({ name }): Difference[] => {
    if (before!.has(name) === now!.has(name)) return [];
    return [{ sign: now!.has(name) ? '+' : '-', rule: name }];
  });
  const passesWithout = (some: readonly Difference[]): boolean =>
    passes({ ...rules, changes: [...rules.changes, ...some.map(({ sign, rule }): Difference => ({ sign: sign === '+' ? '-' : '+', rule }))] });
  const alone = all.filter((one) => passesWithout([one]));
  if (alone.length > 0) return { how: 'together', rules: alone };
  return { how: 'each', rules: passesWithout(all) ? leastGroup(all, passesWithout) : [] };
}

/** A group that is enough to take back and has no superfluous member; another one may be smaller. */
function leastGroup(all: readonly Difference[], isEnough: (some: readonly Difference[]) => boolean): readonly Difference[] {
  return all.reduce((group, one) => {
    const rest = group.filter((other) => other !== one);
    return isEnough(rest) ? rest : group;
  }, all);
}

/** The same as the end of a sentence. */
export function stoppingText({ how, rules }: StoppingRules): string {
  const names = rules.map(({ sign, rule }) => (sign === '+' ? rule : `the lack of ${rule}`));
  if (names.length === 0) return '; no rule that differs stops it';
  if (names.length === 1) return `; stopped by ${names[0]!}`;
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
  return how === 'together' ? `; stopped by ${list} together` : `; stopped by ${list}, each enough without the others`;
}
