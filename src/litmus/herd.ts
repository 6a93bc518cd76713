/** The result of a scenario in the lines and the order of herd7, for the tools that read those. */
import type { RuleExpression, Scenario } from './scenario.js';
import type { Judgement, Row } from './judge.js';
import { formatCondition, print } from './print.js';
import { formatLocation } from './propositions.js';
import { formatRules } from './results.js';

/** All that one block of output says. */
export interface HerdBlock {
  readonly scenario: Scenario;
  readonly rules: RuleExpression;
  readonly judgement: Judgement;
  /** Names of the properties that some execution violates. */
  readonly flags: readonly string[];
  readonly timeMs: number;
  /** See {@link hashOf}. */
  readonly hash: string;
}

/** The block of one check, ending with a newline. */
export function formatHerd({ scenario, rules, judgement, flags, timeMs, hash }: HerdBlock): string {
  const { name } = scenario;
  const { kind, rows, validation, witnesses, others, observation } = judgement;
  // herd counts what confirms the condition: for a forbidden one, the rows that are no witness.
  const [positive, negative] = kind === 'Forbidden' ? [others, witnesses] : [witnesses, others];
  const lines = [
    `Rules ${formatRules(rules)}`,
    `Test ${name} ${kind}`,
    `States ${rows.length}`,
    ...rows.map((row) => formatRow(scenario, row)),
    validation,
    'Witnesses',
    `Positive: ${positive} Negative: ${negative}`,
    ...flags.map((flag) => `Flag ${flag}`),
    `Condition ${formatCondition(scenario)}`,
    `Observation ${name} ${observation} ${witnesses} ${others}`,
    `Time ${name} ${(timeMs / 1000).toFixed(2)}`,
    `Hash=${hash}`,
  ];
  return `${lines.join('\n')}\n`;
}

function formatRow({ locations }: Scenario, row: Row): string {
  return locations.map((location, index) => `${formatLocation(location)}=${row[index]};`).join(' ');
}

/** Fingerprint of what a scenario asks; comments, spacing and the file's name do not change it. */
export function hashOf(scenario: Scenario, digest: (text: string) => string): string {
  return digest(print({ ...scenario, question: '', expectations: [] }));
}
