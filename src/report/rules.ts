/** Rule sets and rules as text: what each flushes, when, where in the kernel, and who proposed it. */
import { wrap } from './wrap.js';

/** A rule, in the words of its model. */
export interface RuleEntry {
  readonly name: string;
  readonly summary: string;
  readonly flushes: string;
  readonly when: string;
  readonly place: string;
  readonly source: string;
  readonly provenance: string;
  /** The kernel call that is missing without the rule. */
  readonly call: string;
}

/** A rule set, in the words of its model. */
export interface RuleSetEntry {
  readonly name: string;
  readonly base: string;
  readonly summary: string;
  readonly rules: readonly string[];
}

const width = 80;

/** Which rule sets and rules to show. */
export type Wanted = (entry: { readonly name: string }) => boolean;

/** The text of the rule sets, then of the rules, ending with a newline. */
export function rulesText(
  ruleSets: readonly RuleSetEntry[],
  rules: readonly RuleEntry[],
  wanted: Wanted = () => true,
): string {
  const sets = ruleSets.filter(wanted).map(ruleSetText);
  const single = rules.filter(wanted).map((rule) => ruleText(rule, ruleSets));
  const blocks = [
    ...(sets.length > 0 ? ['Rule sets', ...sets] : []),
    ...(single.length > 0 ? ['Rules', ...single] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** A place where a rule can insert a flush, in the words of its model. */
export interface HookEntry {
  readonly place: string;
  readonly when: string;
  readonly about: string;
}

/** The text of the hooks, ending with a newline. */
export function hooksText(hooks: Readonly<Record<string, HookEntry>>): string {
  const blocks = Object.entries(hooks).map(([name, { place, when, about }]) =>
    [name, ...fact('place', place), ...fact('when', when), ...fact('about', `a ${about}`)].join('\n'),
  );
  return `Hooks\n\n${blocks.join('\n\n')}\n`;
}

function ruleSetText({ name, base, summary, rules }: RuleSetEntry): string {
  return [
    `${name} (${base})`,
    ...wrap(`  ${summary}`, width, '  '),
    ...wrap(`  rules: ${rules.join(', ') || 'none'}`, width, '         '),
  ].join('\n');
}

function ruleText(rule: RuleEntry, ruleSets: readonly RuleSetEntry[]): string {
  const { name, summary, flushes, when, place, source, provenance, call } = rule;
  const sets = ruleSets.filter((set) => set.rules.includes(name)).map((set) => set.name);
  const facts: readonly [string, string][] = [
    ['flushes', `${flushes}, ${when}`],
    ['place', place],
    ['call', call],
    ['from', `${source} (${provenance})`],
    ['in', sets.join(', ') || 'no rule set'],
  ];
  return [
    name,
    ...wrap(`  ${summary}`, width, '  '),
    ...facts.flatMap(([key, text]) => fact(key, text)),
  ].join('\n');
}

function fact(key: string, text: string): string[] {
  const column = ' '.repeat(11);
  const [first = '', ...rest] = wrap(text, width - column.length);
  return [`  ${`${key}:`.padEnd(9)}${first}`, ...rest.map((line) => column + line)];
}
