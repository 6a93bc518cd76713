/** `shootdown diff`: two choices of rules compared, rule by rule and scenario by scenario. */
import { Command } from 'commander';
import { idleChanges, resolveRules, strictProperties, type Linux } from '../../models/linux/index.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression } from '../litmus/scenario.js';
import { diffJson, diffText, type DiffAnswer, type DiffReport, type DiffRow, type DiffSide } from '../report/diff.js';
import type { Parting } from '../report/side-by-side.js';
import type { Job, Result } from '../sweep/job.js';
import { describePath } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { followUnder } from './follow.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './limits.js';
import { retrace } from './recorded.js';
import { collect, expressionsOf, knownRules } from './rule-choice.js';
import { bundledScenarios, litmusFile, onArch, readScenario } from './scenarios.js';
import { commandOf, finish, interruption, type Session } from './session.js';
import { addSweepOptions, sweepJobs, type SweepOptions, type SweepSettings } from './sweep.js';
import { readTrace } from './trace-file.js';

interface DiffOptions extends LimitOptions, SweepOptions {
  readonly rules?: readonly string[];
  readonly arch?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
A and B are rules: a rule set with changes, or a rule file that defines one rule set. All bundled
scenarios are searched under both, or those named. The first one that violates something under one
of them only is shown side by side: its counterexample on the left, and on the right what the other
rules make of it, from the step where the two part. With --trace all of them are shown.

Examples:
  shootdown diff luf-v11 luf-v12
  shootdown diff luf-v12 ./my-fix.ts
  shootdown diff luf-v10 "luf-v10 + write.begin" file-write
${exitCodeHelp}
Here 1 means that a scenario answers otherwise or violates something else; other numbers of steps alone are 0.`;

/** The command. */
export function diffCommand(session: Session): Command {
  const command = new Command('diff')
    .summary('compare two choices of rules')
    .description('Compares two choices of rules: the rules that differ, the scenarios that answer otherwise, and where their traces part.')
    .argument('<A>', 'rules: "luf-v10 + write.begin", or a rule file')
    .argument('<B>', 'rules to compare them with')
    .argument('[scenario...]', 'litmus files, or names of bundled scenarios; default: all that are bundled')
    .option('--rules <file>', 'rule file with rules that A or B name (repeatable)', collect)
    .option('--arch <name>', 'architecture')
    .option('--trace', 'show the traces of every scenario that differs');
  return addSweepOptions(addLimitOptions(command))
    .option('--json', 'print JSON (schemas/diff.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((a: string, b: string, names: string[], options: DiffOptions) => diff(session, [a, b], names, options));
}

async function diff(session: Session, sides: readonly [string, string], names: readonly string[], options: DiffOptions): Promise<void> {
  const known = await knownRules([...(options.rules ?? []), ...sides]);
  const { linux: words } = known;
  const [a, b] = sides.map((word, i) => single(expressionsOf(known, word, i === 0 ? 'A' : 'B'), word));
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const jobs = (names.length > 0 ? names : bundledScenarios()).map((name) => pairOf(name, [a!, b!], words, options));
  const settings = { ...options, ruleFiles: [...known.files.keys()], limits: limitsOf(options), what: 'diff' };
  const { results } = await sweepJobs(session, jobs.flat(), settings);
  const pairs = jobs.map((pair, i) => ({ pair, found: [results[2 * i], results[2 * i + 1]] as const }));
  const rows = await withPartings(session, pairs.flatMap(({ pair, found }) => rowOf(pair, found)), { words, settings, all: options.trace ?? false });
  const open = pairs.filter(({ found }) => !found[0] || !found[1] || isOpen(found[0], found[1])).map(({ pair }) => pair[0].scenario);
  const report: DiffReport = { a: sideOf(a!, b!, words), b: sideOf(b!, a!, words), rows, compared: pairs.length, open, interrupted: interruption(session).length > 0, notes: [a!, b!].flatMap((side) => idleChanges(side, words.table)) };
  const code = worst([codeOf(report), ...interruption(session)]);
  session.terminal.result(options.json ? `${JSON.stringify(diffJson({ command: commandOf(session), exitCode: code }, report), undefined, 2)}\n` : diffText(report));
  finish(session, code, options.json ?? false);
}

function single([only, more]: readonly RuleExpression[], word: string): RuleExpression {
  if (more !== undefined) throw new InputError(`${word} defines several rule sets: name the one to compare, and give the file with --rules`);
  return only!;
}

type Pair = readonly [Job, Job];

function pairOf(name: string, sides: readonly RuleExpression[], words: Linux, { arch }: DiffOptions): Pair {
  const { text, source } = litmusFile(name);
  const scenario = onArch(readScenario(text, source, words), arch);
  const [a, b] = sides.map((rules): Job => ({ scenario: scenario.name, litmus: text, source, rules: formatRules(rules), ...(arch !== undefined && { arch }) }));
  return [a!, b!];
}

function sideOf(side: RuleExpression, other: RuleExpression, { table }: Linux): DiffSide {
  const [mine, theirs] = [side, other].map((expression) => resolveRules(expression, table));
  const own = table.rules.filter(({ name }) => mine!.rules.has(name) && !theirs!.rules.has(name));
  return { rules: formatRules(side), kernel: mine!.set.base, own };
}

interface Compared extends DiffRow {
  readonly pair: Pair;
}

/** Whether the first has been searched to its end and does not violate something that the second does. */
function keeps({ limit, violations }: DiffAnswer, { violations: others }: DiffAnswer): boolean {
  return limit === undefined && others.some(({ property }) => violations.every((one) => one.property !== property));
}

/** What a search that a limit cut short has not found may be there: then only what the other one lacks tells them apart. */
function isOpen(one: DiffAnswer, other: DiffAnswer): boolean {
  const cut = one.limit !== undefined || other.limit !== undefined;
  return cut && !keeps(one, other) && !keeps(other, one);
}

/** A row, where the two answers differ. */
function rowOf(pair: Pair, [one, other]: readonly [Result | undefined, Result | undefined]): Compared[] {
  if (!one || !other || isOpen(one, other)) return [];
  const names = ({ violations }: Result): string => violations.map(({ property }) => property).join();
  const lengths = ({ violations }: Result): string => violations.map(({ length }) => length).join();
  const sameVerdict = one.observation === other.observation && names(one) === names(other);
  if (sameVerdict && lengths(one) === lengths(other)) return [];
  return [{ scenario: pair[0].scenario, a: answerOf(one), b: answerOf(other), sameVerdict, pair }];
}

function answerOf({ observation, violations, limit }: Result): DiffAnswer {
  return { observation, violations, ...(limit !== undefined && { limit }) };
}

/** Which side of a row, 0 or 1, violates something that counts and that the other does not; undefined where neither does. */
function worseSide({ a, b }: DiffRow): 0 | 1 | undefined {
  const [one, other] = [a, b].map((answer) => ({ ...answer, violations: answer.violations.filter(({ property }) => !strictProperties.includes(property)) }));
  if (keeps(other!, one!)) return 0;
  return keeps(one!, other!) ? 1 : undefined;
}

interface Showing {
  readonly words: Linux;
  readonly settings: SweepSettings;
  readonly all: boolean;
}

/** Adds the traces side by side to the first row that has them, or to all. */
async function withPartings(session: Session, rows: readonly Compared[], { words, settings, all }: Showing): Promise<DiffRow[]> {
  const candidates = rows.filter((row) => worseSide(row) !== undefined);
  const shown = all ? candidates : candidates.slice(0, 1);
  const { results } = await sweepJobs(session, shown.map((row) => ({ ...row.pair[worseSide(row)!], trace: true })), { ...settings, what: 'traces' });
  return rows.map((row) => {
    const trace = results[shown.indexOf(row)]?.trace;
    return trace ? { ...row, parting: partingOf(JSON.stringify(trace), row.pair[worseSide(row) === 0 ? 1 : 0], words) } : row;
  });
}

function partingOf(text: string, { source, rules }: Job, words: Linux): Parting {
  const recorded = readTrace(text, source);
  const { subject, program, path } = retrace(recorded, source, words);
  const [other] = [expressionsOf({ linux: words, files: new Map() }, rules, 'rules')[0]!];
  const { outcome, text: why, way, matches } = followUnder(recorded, source, other, words);
  const end = outcome === 'possible' ? 'the same trace is possible' : why;
  return { left: describePath(subject, { program }, path, recorded.shows), right: way, matches, end };
}

function codeOf({ rows, open }: DiffReport): ExitCode {
  if (rows.some(({ sameVerdict }) => !sameVerdict)) return exitCodes.violated;
  return open.length > 0 ? exitCodes.noVerdict : exitCodes.asExpected;
}
