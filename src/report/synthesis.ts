/** Which rules make deferral safe, as text: the structure of the minimal safe sets, what shows it, and what it rests on. */
import { counted, grouped } from './quantity.js';
import { wrap } from './wrap.js';

/** A rule to choose. */
export interface CandidateEntry {
  readonly name: string;
  /** The kernel call that is missing without the rule. */
  readonly call: string;
}

/** A violated property, or the limit that left a search open. */
export interface Shows {
  readonly scenario: string;
  /** Absent where a limit was hit. */
  readonly property?: string;
  /** Steps of the shortest trace. */
  readonly length?: number;
  readonly states: number;
  readonly limit?: string;
  /** The command that prints the trace. */
  readonly command: string;
  /** The file that keeps the trace. */
  readonly saved?: string;
}

/** With all of `given` in, one of `oneOf` is needed: what all candidates but these leave violated, the shortest first. */
export interface DemandEntry {
  readonly given: readonly string[];
  readonly oneOf: readonly string[];
  readonly shownBy: readonly Shows[];
}

/** Demands that have to do with each other, and the minimal choices that meet them. */
export interface PartEntry {
  readonly demands: readonly DemandEntry[];
  readonly choices: readonly (readonly string[])[];
}

/** A minimal safe set that was searched. */
export interface SafeSetEntry {
  readonly members: readonly string[];
  /** The same as a rule expression. */
  readonly rules: string;
  readonly scenarios: readonly { readonly scenario: string; readonly states: number }[];
  /** What is violated without each member. */
  readonly why: readonly { readonly without: string; readonly shows: Shows }[];
  readonly fragile: boolean;
  /** The shares of the flushes without deferral that are saved, by workload, from the least to the greatest of the seeds; absent where nobody counted. */
  readonly saved?: readonly { readonly workload: string; readonly range: readonly [number, number] }[];
}

/** A rule that makes a safe set unsafe. */
export interface HarmEntry {
  readonly rule: string;
  /** The candidates of the safe set. */
  readonly to: readonly string[];
  readonly shows: Shows;
}

/** A scenario that was studied. */
export interface StudyEntry {
  readonly scenario: string;
  readonly arch: string;
  /** Searches made. */
  readonly models: number;
  readonly states: number;
  readonly exact: boolean;
  /** Pairs of models compared. */
  readonly pairs: number;
}

/** A scenario that was left out. */
export interface LeftOutEntry {
  readonly because: 'reference' | 'all candidates';
  readonly shows: Shows;
  /** Whether it is safe with no candidate at all; absent for the reference. */
  readonly safeWithNone?: boolean;
  /** Changes of the base that make it safe with all candidates in. */
  readonly mendedBy: readonly string[];
}

/** The whole answer. */
export interface SynthesisReport {
  readonly complete: boolean;
  /** The base with all candidates taken out. */
  readonly base: string;
  /** The base with all candidates put in. */
  readonly full: string;
  readonly kernel: string;
  readonly reference: string;
  /** Properties that no set is judged by. */
  readonly notJudged: readonly string[];
  readonly candidates: readonly CandidateEntry[];
  /** Scenarios asked about. */
  readonly scenarios: number;
  /** The scenarios judged by; fewer than asked about where it was interrupted. */
  readonly studies: readonly StudyEntry[];
  readonly leftOut: readonly LeftOutEntry[];
  readonly parts: readonly PartEntry[];
  readonly count: number;
  readonly shown: readonly SafeSetEntry[];
  /** Minimal safe sets, the smallest first; not all where they are too many to list. */
  readonly listed: readonly (readonly string[])[];
  readonly harms: readonly HarmEntry[];
  readonly ways: number;
  readonly seed: number;
}

/** How much to print. */
export interface SynthesisOptions {
  /** Every minimal safe set, every scenario that shows a demand, every command. */
  readonly all: boolean;
}

const width = 80;
const choicesShown = 8;

/** The text of an answer, ending with a newline. */
export function synthesisText(report: SynthesisReport, options: SynthesisOptions): string {
  const blocks = [
    headOf(report),
    structureOf(report, options),
    fullText(report),
    idleText(report),
    ...report.shown.map((set, i) => safeSetText(set, { number: i + 1, report, options })),
    options.all ? listText(report) : [],
    monotonicityOf(report),
    leftOutText(report),
    coverageOf(report),
  ];
  return `${blocks.filter((block) => block.length > 0).map((block) => block.join('\n')).join('\n\n')}\n`;
}

function headOf(report: SynthesisReport): string[] {
  const { candidates, base, kernel, notJudged } = report;
  const besides = notJudged.length > 0 ? ` but ${notJudged.join(', ')}` : '';
  const scenarios = counted(report.scenarios, 'scenario');
  const question = `Which of ${counted(candidates.length, 'rule')} make ${base} (${kernel}, taken without them) safe in ${scenarios}?`;
  const safe = `A set of rules is safe if no property${besides} is violated, the whole space searched.`;
  return [...wrap(`${question} ${safe}`, width), '', ...wrap(summaryOf(report), width)];
}

function summaryOf(report: SynthesisReport): string {
  const { complete, leftOut, studies } = report;
  if (!complete) {
    const begun = `with ${counted(studies.length + leftOut.length, 'scenario')} begun`;
    return `Interrupted ${begun}: what follows is right as far as it goes, and there may be more to it.`;
  }
  const open = leftOut.filter(isOpen);
  const hopeless = leftOut.filter(isHopeless);
  const unmended = leftOut.length - hopeless.length - open.length;
  const others = leftOut.length > 0 ? ` for ${theOthers(report)}` : '';
  return [
    ...(hopeless.length > 0 ? [`No set of these rules is safe in all: with all of them in, ${namesOf(hopeless, ({ shows }) => `${shows.scenario} (${violation(shows)})`)} ${hopeless.length === 1 ? 'is' : 'are'} violated.`] : []),
    ...(unmended > 0 ? [`${counted(unmended, 'scenario')} cannot be judged by, as ${report.reference} is not safe there.`] : []),
    ...(open.length > 0 ? [`Of ${namesOf(open, ({ shows }) => shows.scenario)} nothing is known, as a limit was hit.`] : []),
    ...(studies.length > 0 ? [`${familyText(report)}${others}.`] : []),
    ...(isCutShort(report) ? ['Searches that hit a limit count as unsafe, so that smaller sets may be safe.'] : []),
  ].join(' ');
}

const theOthers = ({ studies: { length } }: SynthesisReport): string => `the other ${length === 1 ? 'scenario' : counted(length, 'scenario')}`;

const isOpen = ({ shows }: LeftOutEntry): boolean => shows.property === undefined;

const isHopeless = (entry: LeftOutEntry): boolean => entry.because === 'all candidates' && !isOpen(entry);

/** Whether a limit has decided something of what is told of the scenarios judged by. */
function isCutShort({ parts }: SynthesisReport): boolean {
  return parts.some(({ demands }) => demands.some(({ shownBy }) => shownBy.some(({ property }) => property === undefined)));
}

const namesShown = 3;

function namesOf(entries: readonly LeftOutEntry[], nameOf: (entry: LeftOutEntry) => string): string {
  const names = entries.map(nameOf);
  const more = names.length - namesShown;
  return more > 0 ? `${names.slice(0, namesShown).join(', ')} and ${grouped(more)} more` : [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' and ');
}

function familyText({ count, shown, parts }: SynthesisReport): string {
  if (count === 0) return 'There is no safe set';
  if (parts.length === 0) return 'None of these rules is needed';
  const least = counted(shown[0]?.members.length ?? 0, 'rule');
  return count === 1 ? `There is one minimal safe set, of ${least}` : `There are ${grouped(count)} minimal safe sets, the smallest of ${least}`;
}

/** The parts, what every safe set has first: choices in different parts are independent. */
function structureOf({ parts, candidates }: SynthesisReport, options: SynthesisOptions): string[] {
  const common = parts.filter(({ choices }) => choices.length === 1);
  const open = parts.filter(({ choices }) => choices.length !== 1);
  return [
    ...(common.length > 0 ? ['In every safe set:', ...common.flatMap((part) => partText(part, candidates, options))] : []),
    ...open.flatMap((part) => [...(common.length > 0 || part !== open[0] ? [''] : []), titleOf(part), ...partText(part, candidates, options)]),
  ];
}

function titleOf({ choices }: PartEntry): string {
  return choices.length === 0 ? 'What no set meets:' : `One of these ${counted(choices.length, 'choice')}:`;
}

/** What the commands above and below call ALL. */
function fullText({ parts, leftOut, full, studies }: SynthesisReport): string[] {
  if (parts.length === 0 && !leftOut.some(isHopeless)) return [];
  const rests = studies.every(({ exact }) => exact) ? '' : ', as far as no rule does harm (see the check below)';
  const meaning = `What is violated without some rules is so with all the others in: these are the maximal unsafe sets${rests}. ALL in the commands is`;
  return [...wrap(meaning, width), `  ALL=${JSON.stringify(full)}`];
}

/** Candidates that no minimal safe set has. */
function idleText({ parts, candidates, studies }: SynthesisReport): string[] {
  const used = new Set(parts.flatMap(({ choices }) => choices.flat()));
  const idle = candidates.filter(({ name }) => !used.has(name)).map(({ name }) => name);
  return parts.length === 0 || studies.length === 0 || idle.length === 0 ? [] : wrap(`In no minimal set: ${idle.join(', ')}.`, width);
}

function partText({ choices, demands }: PartEntry, candidates: readonly CandidateEntry[], options: SynthesisOptions): string[] {
  const names = choices.length === 1 ? choices[0]! : [];
  const callOf = (name: string): string => candidates.find((candidate) => candidate.name === name)!.call;
  const shown = options.all ? choices : choices.slice(0, choicesShown);
  const more = choices.length - shown.length;
  const heads = choices.length === 1
    ? names.flatMap((name) => wrap(`  ${name}: ${callOf(name)}`, width, '    '))
    : shown.flatMap((choice) => wrap(`  ${choice.length > 0 ? choice.join(' + ') : 'none of them'}`, width, '    '));
  return [
    ...heads,
    ...(more > 0 ? [`  ... ${grouped(more)} more (--all)`] : []),
    ...demands.flatMap((demand) => demandText(demand, options)),
  ];
}

function demandText({ given, oneOf, shownBy }: DemandEntry, { all }: SynthesisOptions): string[] {
  const [first, ...others] = shownBy;
  if (!first) return [];
  const having = given.length > 0 ? `having ${given.join(', ')}` : '';
  const lacking = oneOf.length > 0 ? `without ${oneOf.length > 1 ? 'any of ' : ''}${oneOf.join(', ')}` : 'whatever else is in';
  const also = others.map((shows) => `${shows.scenario} (${violation(shows)})`);
  const rest = all || also.length <= 2 ? also : [...also.slice(0, 2), `${grouped(also.length - 2)} more`];
  return [
    ...wrap(`    ${[having, lacking].filter((part) => part !== '').join(', ')}: ${first.scenario} (${violation(first)})`, width, '      '),
    ...(rest.length > 0 ? wrap(`      also ${rest.join(', ')}`, width, '      ') : []),
    `      ${first.saved === undefined ? first.command : `shootdown replay ${first.saved}`}`,
  ];
}

function violation({ property, length, limit }: Shows): string {
  if (property === undefined) return `open: the limit of ${limit ?? 'the search'} was hit`;
  return `${property}, ${counted(length ?? 0, 'step')}`;
}

function safeSetText(set: SafeSetEntry, { number, report, options }: { number: number; report: SynthesisReport; options: SynthesisOptions }): string[] {
  const states = set.scenarios.reduce((sum, scenario) => sum + scenario.states, 0);
  const callOf = (name: string): string => report.candidates.find((candidate) => candidate.name === name)!.call;
  const { leftOut, studies } = report;
  const others = leftOut.length > 0 ? theOthers(report) : counted(studies.length, 'scenario');
  const name = leftOut.some(isHopeless) ? `Set ${number}, safe in these only` : `Safe set ${number}`;
  const title = `${name}, ${counted(set.members.length, 'rule')}, nothing violated in ${others}, ${grouped(states)} states`;
  return [
    ...wrap(`${title}.`, width),
    ...wrap(`  ${set.rules}`, width, '    '),
    ...(set.saved ? wrap(`  saves ${set.saved.map(savedText).join(', ')} of the flushes made without deferral (modelled: see \`shootdown cost\`)`, width, '    ') : []),
    ...(set.fragile ? ['  Some larger sets are not safe: see below.'] : []),
    ...set.why.flatMap(({ without, shows }) => [
      ...wrap(`  needs ${without} (${callOf(without)}): ${shows.scenario} (${violation(shows)})`, width, '    '),
      ...(number === 1 || options.all ? [`    ${shows.saved === undefined ? shows.command : `shootdown replay ${shows.saved}`}`] : []),
    ]),
  ];
}

function savedText({ workload, range }: NonNullable<SafeSetEntry['saved']>[number]): string {
  const [least, most] = range.map((share) => (share * 100).toFixed(0));
  return `${least === most ? '' : `${least!} to `}${most!}% on ${workload}`;
}

function listText({ listed, count }: SynthesisReport): string[] {
  if (listed.length === 0) return [];
  const left = count - listed.length;
  return [
    'All minimal safe sets:',
    ...listed.flatMap((set) => wrap(`  ${set.join(' ') || 'no rule'}`, width, '    ')),
    ...(left > 0 ? [`  ... ${grouped(left)} more`] : []),
  ];
}

function monotonicityOf(report: SynthesisReport): string[] {
  const { studies, harms, ways, seed } = report;
  if (studies.length === 0) return [];
  const exact = studies.filter((study) => study.exact);
  const others = studies.filter((study) => !study.exact);
  const pairs = others.reduce((sum, study) => sum + study.pairs, 0);
  const sampled = `in ${counted(others.length, 'scenario')} on ${counted(pairs, 'pair')} of models, among them ${counted(ways, 'random way')} each from no rule to all (seed ${seed})`;
  const how = [
    ...(exact.length > 0 ? [`in ${counted(exact.length, 'scenario')} on all models`] : []),
    ...(others.length > 0 ? [sampled] : []),
  ].join(', ');
  const follows = others.length > 0 ? ' That these are all minimal safe sets, and that those not shown are safe, rests on this check.' : '';
  const found = harms.length === 0 ? `No rule makes a safe set unsafe: checked ${how}.` : `Some rules make safe sets unsafe (checked ${how}):`;
  return [
    ...wrap(found + (harms.length === 0 ? follows : ''), width),
    ...harms.flatMap(({ rule, to, shows }) =>
      wrap(`  ${rule}, put in ${to.length > 0 ? `where there is ${to.join(', ')}` : 'alone'}: ${shows.scenario} (${violation(shows)})`, width, '    ')),
    ...(harms.length > 0 ? wrap(`So a safe set is safe as it stands, and need not be with a rule more.${follows}`, width) : []),
  ];
}

function leftOutText({ leftOut, reference, candidates }: SynthesisReport): string[] {
  const out = (which: (entry: LeftOutEntry) => boolean, title: string): string[] => {
    const entries = leftOut.filter(which);
    return entries.length === 0 ? [] : [...wrap(title, width), ...entries.flatMap(leftOutLine)];
  };
  const sections = [
    out((entry) => !isOpen(entry) && !isHopeless(entry), `Left out, as ${reference} itself is not safe there:`),
    out(isOpen, 'Left out, as a limit was hit under the reference or with all rules in:'),
    out(isHopeless, `Left out, as not even ${candidates.length === 1 ? 'the rule makes' : `all ${counted(candidates.length, 'rule')} make`} them safe:`),
  ];
  return sections.filter((section) => section.length > 0).flatMap((section, i) => (i > 0 ? ['', ...section] : section));
}

function leftOutLine({ shows, mendedBy, safeWithNone }: LeftOutEntry): string[] {
  const none = safeWithNone ? ', though it is with none' : '';
  const mends = mendedBy.length > 0 ? `; mended by ${mendedBy.join(', or by ')} in the base` : '';
  return [...wrap(`  ${shows.scenario} (${violation(shows)}${none})${mends}`, width, '    '), `    ${shows.command}`];
}

function coverageOf({ studies, leftOut }: SynthesisReport): string[] {
  const models = studies.reduce((sum, study) => sum + study.models, 0);
  const states = studies.reduce((sum, study) => sum + study.states, 0);
  const left = leftOut.length > 0 ? `; ${counted(leftOut.length, 'scenario')} left out` : '';
  return wrap(`Searched: ${counted(models, 'model')} of ${counted(studies.length, 'scenario')}, ${grouped(states)} states${left}.`, width);
}
