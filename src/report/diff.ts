/** Two choices of rules compared: the rules that differ, and the scenarios that answer otherwise. */
import { traceJson, type Command, type Json } from './json.js';
import { counted } from './quantity.js';
import type { RuleEntry } from './rules.js';
import { sideBySide, type Parting } from './side-by-side.js';
import { wrap } from './wrap.js';

/** One of the two choices. */
export interface DiffSide {
  readonly rules: string;
  readonly kernel: string;
  /** Rules that only this side has. */
  readonly own: readonly Pick<RuleEntry, 'name' | 'summary' | 'call'>[];
}

/** What a scenario answers under one side; absent where it was not searched. */
export interface DiffAnswer {
  readonly observation: string;
  readonly violations: readonly { readonly property: string; readonly length: number }[];
  readonly limit?: string;
}

/** A scenario that answers otherwise under the two sides. */
export interface DiffRow {
  readonly scenario: string;
  readonly a: DiffAnswer;
  readonly b: DiffAnswer;
  /** Only lengths differ. */
  readonly sameVerdict: boolean;
  readonly parting?: Parting;
}

/** A comparison. */
export interface DiffReport {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly rows: readonly DiffRow[];
  /** Scenarios compared. */
  readonly compared: number;
  /** Scenarios without an answer under one side: a limit, or an interruption. */
  readonly open: readonly string[];
  readonly interrupted: boolean;
  /** On the rules, in sentences: changes of them that change nothing. */
  readonly notes: readonly string[];
}

const width = 80;

/** The text of a comparison, ending with a newline. */
export function diffText(report: DiffReport): string {
  const { a, b, rows, compared, open, notes, interrupted } = report;
  const changed = rows.filter(({ sameVerdict }) => !sameVerdict);
  const moved = rows.filter(({ sameVerdict }) => sameVerdict);
  const answered = compared - open.length;
  const alike = answered - rows.length;
  const blocks = [
    [`A  ${a.rules} (${a.kernel})`, `B  ${b.rules} (${b.kernel})`].join('\n'),
    ...ruleBlocks('Only in A', a),
    ...ruleBlocks('Only in B', b),
    ...(a.own.length + b.own.length === 0 ? ['The rules are the same.'] : []),
    ...(changed.length > 0 ? [[`Verdicts that differ (${changed.length} of ${counted(compared, 'scenario')}):`, ...table(changed)].join('\n')] : []),
    ...(moved.length > 0 ? [[`The same verdicts after other numbers of steps (${moved.length}):`, ...table(moved)].join('\n')] : []),
    ...rows.flatMap(({ scenario, parting }) => (parting ? [`${scenario}, side by side:\n${sideBySide(parting).trimEnd()}`] : [])),
    ...notes.map((note) => wrap(`Note: ${note}`, width).join('\n')),
    ...(open.length > 0 ? [wrap(`${interrupted ? 'Interrupted; not' : 'Not'} decided: ${open.join(', ')}.`, width).join('\n')] : []),
    answered === 0 ? 'No scenario was decided.' : alikeText(alike, answered, open.length > 0),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function alikeText(alike: number, answered: number, some: boolean): string {
  const [the, which] = some ? ['the ', ' that were decided'] : ['', ''];
  return `${alike} of ${the}${counted(answered, 'scenario')}${which} ${alike === 1 ? 'answers' : 'answer'} alike.`;
}

function ruleBlocks(title: string, { own }: DiffSide): string[] {
  if (own.length === 0) return [];
  return [[`${title}:`, ...own.flatMap(({ name, summary, call }) => wrap(`  ${name}: ${summary} (${call})`, width, '      '))].join('\n')];
}

function table(rows: readonly DiffRow[]): string[] {
  const name = Math.max(...rows.map(({ scenario }) => scenario.length));
  const answers = rows.map(({ a, b }) => answerText(a, b).length);
  const left = Math.max(1, ...answers);
  return ['', ...rows.map(({ scenario, a, b }) => `  ${scenario.padEnd(name)}  ${answerText(a, b).padEnd(left)}  ${answerText(b, a)}`)].map((line, i) =>
    i === 0 ? `  ${''.padEnd(name)}  ${'A'.padEnd(left)}  B` : line,
  );
}

/** What comes first, the most severe violation; more where that is the same on the other side. */
function answerText(answer: DiffAnswer, other: DiffAnswer): string {
  const [severe] = answer.violations.map(violationText);
  if (severe === undefined) return answer.limit === undefined ? `holds, ${answer.observation}` : '?';
  const [others] = other.violations.map(violationText);
  if (severe !== others) return severe;
  const observation = answer.observation === other.observation ? [] : [answer.observation];
  return [...answer.violations.map(violationText), ...observation].join(', ');
}

const violationText = ({ property, length }: DiffAnswer['violations'][number]): string => `${property} (${length})`;

/** The same as JSON; the format is published as schemas/diff.schema.json. */
export function diffJson({ command, exitCode }: Command, { a, b, rows, compared, open }: DiffReport): Json {
  const side = ({ rules, kernel, own }: DiffSide): Json => ({ rules, kernel, own: own.map(({ name }) => name) });
  const answer = ({ observation, violations, limit }: DiffAnswer): Json => ({
    observation,
    violations: violations.map(({ property, length }) => ({ property, length })),
    limit: limit ?? null,
  });
  return {
    format: 'shootdown-diff',
    version: 1,
    command,
    exitCode,
    a: side(a),
    b: side(b),
    compared,
    open,
    rows: rows.map((row) => ({
      scenario: row.scenario,
      sameVerdict: row.sameVerdict,
      a: answer(row.a),
      b: answer(row.b),
      parting: row.parting ? { left: traceJson(row.parting.left), right: traceJson(row.parting.right), end: row.parting.end } : null,
    })),
  };
}
