/** Which rules to run under: `--rules`, `--with` and `--without`. */
import type { Command } from 'commander';
import { linux, ruleSets } from '../../models/linux/index.js';
import { formatRules, parseRules } from '../litmus/results.js';
import { resolveRules } from '../litmus/resolve.js';
import type { RuleExpression } from '../litmus/scenario.js';

/** The options that {@link addRuleOptions} adds. */
export interface RuleOptions {
  readonly rules?: readonly string[];
  readonly with?: readonly string[];
  readonly without?: readonly string[];
  readonly arch?: string;
}

/** Adds the options for rules and the architecture. */
export function addRuleOptions(command: Command): Command {
  return command
    .option('--rules <expr>', 'rule set, rules added or taken away: "luf-v10 - zap.batched" (repeatable)', collect)
    .option('--with <rule>', 'add a rule (repeatable)', collect)
    .option('--without <rule>', 'take a rule away (repeatable)', collect)
    .option('--arch <name>', `architecture: ${linux.archs.join(', ')}`);
}

/** Collects the values of a repeatable option. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** The expressions asked for, or else the defaults, each with the changes; none of them twice. */
export function chosenRules(options: RuleOptions, defaults: readonly RuleExpression[]): RuleExpression[] {
  const bases = options.rules?.map((text) => resolved(text, '--rules')) ?? defaults;
  const changes = [
    ...(options.with ?? []).map((rule) => change('+', rule, '--with')),
    ...(options.without ?? []).map((rule) => change('-', rule, '--without')),
  ];
  const all = bases.map(({ base, changes: own }) => ({ base, changes: [...own, ...changes] }));
  return all.filter((one, i) => all.findIndex((other) => sameRules(one, other)) === i);
}

/** A rule expression in text; throws a LitmusError, in which `source` stands for the file. */
export function resolved(text: string, source: string): RuleExpression {
  return resolveRules(parseRules(text, source), linux, source);
}

/** The rule set that stands for the kernel as it is. */
export function defaultRules(): RuleExpression {
  return { base: linux.ruleSets[0] ?? '', changes: [] };
}

/** The names of all rules in force, sorted. */
export function rulesInForce({ base, changes }: RuleExpression): string[] {
  const rules = new Set(ruleSets.find(({ name }) => name === base)?.rules);
  for (const { sign, rule } of changes) {
    if (sign === '+') rules.add(rule);
    else rules.delete(rule);
  }
  return [...rules].sort();
}

/** Whether two expressions, however written, choose the same rules on the same kernel. */
export function sameRules(a: RuleExpression, b: RuleExpression): boolean {
  return a.base === b.base && rulesInForce(a).join() === rulesInForce(b).join();
}

/** A rule expression as a part of a file name: `luf-v10-zap.batched`. */
export function rulesInFileName(rules: RuleExpression): string {
  return formatRules(rules).replaceAll(' ', '');
}

function change(sign: '+' | '-', rule: string, option: string): RuleExpression['changes'][number] {
  const word = { base: linux.ruleSets[0] ?? '', changes: [{ sign, rule, position: start }], position: start };
  resolveRules(word, linux, option);
  return { sign, rule };
}

const start = { line: 1, column: 1 };
