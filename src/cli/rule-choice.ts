/** Which rules to run under: `--rules`, `--with` and `--without`. */
import type { Command } from 'commander';
import { bundledRules, linux, linuxWith, resolveRules, sameRules, type Linux } from '../../models/linux/index.js';
import { formatRules, parseRules } from '../litmus/results.js';
import { resolveRules as resolveNames } from '../litmus/resolve.js';
import type { RuleExpression } from '../litmus/scenario.js';
import { InputError } from './exit.js';
import { isRuleFile, loadRuleFile, type LoadedRules } from './rule-file.js';

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
    .option('--rules <expr>', 'rule set, rules added or taken away: "luf-v10 - zap.batched"; or a rule file: ./my-fix.ts (repeatable)', collect)
    .option('--with <rule>', 'add a rule (repeatable)', collect)
    .option('--without <rule>', 'take a rule away (repeatable)', collect)
    .option('--arch <name>', `architecture: ${linux.archs.join(', ')}`);
}

/** Collects the values of a repeatable option. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** The rules that a command knows: those of the package, and those of its rule files. */
export interface KnownRules {
  readonly linux: Linux;
  /** What each rule file adds. */
  readonly files: ReadonlyMap<string, Pick<LoadedRules, 'rules' | 'ruleSets'>>;
}

/** Loads the rule files among words of the command line, each once; throws an InputError where one is wrong. */
export async function knownRules(words: readonly string[] = []): Promise<KnownRules> {
  const files = new Map<string, LoadedRules>();
  let table = bundledRules;
  for (const file of new Set(words.filter(isRuleFile))) {
    const loaded = await loadRuleFile(file, table);
    files.set(file, loaded);
    ({ table } = loaded);
  }
  return { linux: files.size > 0 ? linuxWith(table) : linux, files };
}

/**
 * The expressions asked for, or else the defaults, each with the changes; none of them twice. A rule file stands for all
 * rule sets that it adds.
 */
export function chosenRules(known: KnownRules, options: RuleOptions, defaults: readonly RuleExpression[]): RuleExpression[] {
  const words = (options.rules ?? []).filter((word) => known.files.get(word)?.ruleSets.length !== 0);
  const asked = words.flatMap((word) => expressionsOf(known, word, '--rules'));
  const changes = [
    ...(options.with ?? []).map((rule) => change(known.linux, { sign: '+', rule }, '--with')),
    ...(options.without ?? []).map((rule) => change(known.linux, { sign: '-', rule }, '--without')),
  ];
  refuseIdle(known, options, asked, changes);
  const all = (asked.length > 0 ? asked : defaults).map(({ base, changes: own }) => ({ base, changes: [...own, ...changes] }));
  return all.filter((one, i) => all.findIndex((other) => sameRules(one, other, known.linux.table)) === i);
}

/** A file that only defines rules, none of which anything asks for, would be as if it were not there. */
function refuseIdle({ files, linux: words }: KnownRules, { rules = [] }: RuleOptions, asked: readonly RuleExpression[], changes: RuleExpression['changes']): void {
  const named = new Set([...asked.flatMap(({ base, changes: own }) => [base, ...own.map(({ rule }) => rule)]), ...changes.map(({ rule }) => rule)]);
  const idle = rules.find((word) => {
    const file = files.get(word);
    return file && file.ruleSets.length === 0 && !file.rules.some((rule) => named.has(rule));
  });
  if (idle === undefined) return;
  const [rule] = files.get(idle)!.rules;
  throw new InputError(`${idle} defines no rule set, and nothing names its rules: expected \`ruleSets\` in it, or e.g. --rules "${words.ruleSets.at(-1)!} + ${rule!}"`);
}

/** What a word of the command line stands for: the rule sets of a rule file, of which there must be some, or one expression. */
export function expressionsOf({ linux: words, files }: KnownRules, word: string, source: string): RuleExpression[] {
  if (files.get(word)?.ruleSets.length === 0) throw new InputError(`${word} defines no rule set: name the one to take, and give the file with --rules`);
  return files.get(word)?.ruleSets.map((base) => ({ base, changes: [] })) ?? [resolved(word, source, words)];
}

/** A rule expression in text; throws a LitmusError, in which `source` stands for the file. */
export function resolved(text: string, source: string, words: Linux): RuleExpression {
  return resolveNames(parseRules(text, source), words, source);
}

/** The rule set that stands for the kernel as it is. */
export function defaultRules(): RuleExpression {
  return { base: linux.ruleSets[0] ?? '', changes: [] };
}

/** The names of all rules in force, sorted. */
export function rulesInForce(expression: RuleExpression, { table }: Linux): string[] {
  return [...resolveRules(expression, table).rules].sort();
}

/** A rule expression as a part of a file name: `luf-v10-zap.batched`. */
export function rulesInFileName(rules: RuleExpression): string {
  return formatRules(rules).replaceAll(' ', '');
}

type Change = RuleExpression['changes'][number];

function change(words: Linux, { sign, rule }: Change, option: string): Change {
  const word = { base: words.ruleSets[0] ?? '', changes: [{ sign, rule, position: start }], position: start };
  resolveNames(word, words, option);
  return { sign, rule };
}

const start = { line: 1, column: 1 };
