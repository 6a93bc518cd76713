/** The outcome of a check in words: the verdict, what it covers, and what it does not. */
import type { Limit, Limits, Outcome } from '../engine/outcome.js';
import { bytes, counted, duration, grouped, limitsText, limitText } from './quantity.js';
import { symmetryText, type SymmetryUsed } from './symmetry.js';
import { wrap } from './wrap.js';

/** A property with its meaning. */
export interface Meaning {
  readonly name: string;
  readonly meaning: string;
}

/** One check with all that its verdict depends on. */
export interface CheckReport {
  readonly scenario: string;
  readonly rules: string;
  readonly kernel: string;
  readonly arch: string;
  readonly outcome: Outcome;
  readonly symmetry: SymmetryUsed;
  /** With partial-order reduction, the number of places where steps were taken alone. */
  readonly privatePlaces?: number;
  /** The violations may have shorter ways: only a search with that reduction found them. */
  readonly lengthsOpen?: boolean;
  readonly limits: Limits;
  /** The properties that were judged, in the order of severity. */
  readonly judged: readonly Meaning[];
  /** The model's steps, by the name that they are counted under and the label that people know. */
  readonly steps: readonly { readonly name: string; readonly label: string }[];
  /** Name of the end of executions that count. */
  readonly finished: string;
  /** Name of the end of executions that wait for a frame. */
  readonly outOfMemory: string;
}

const width = 80;
const listedMax = 12;

/** Why `holds` proves nothing; empty when it proves something, or when it is not the verdict. */
export function vacuity({ outcome, finished }: CheckReport): string[] {
  if (outcome.verdict !== 'holds') return [];
  const none = statesOfEnd(outcome, finished) === 0 ? ['no execution finishes'] : [];
  return [...none, ...outcome.uncovered.map((cover) => `${cover} is never reached`)];
}

/** The kinds of step that no execution takes, whichever thread would take them. */
export function neverFired({ outcome, steps }: Pick<CheckReport, 'outcome' | 'steps'>): string[] {
  const fired = new Set(steps.filter(({ name }) => (outcome.fired.get(name) ?? 0) > 0).map(({ label }) => label));
  return [...new Set(steps.map(({ label }) => label))].filter((label) => !fired.has(label));
}

/** Number of distinct states at an end. */
export function statesOfEnd(outcome: Outcome, name: string): number {
  return outcome.ends.find((end) => end.name === name)?.states.length ?? 0;
}

/** The text of a check, ending with a newline. */
export function verdictText(report: CheckReport): string {
  const { scenario, rules, kernel, arch } = report;
  const lines = [
    ...flow(`${scenario} under ${rules} (${kernel}, ${arch}): ${headline(report)}`, '  '),
    ...violationLines(report),
    ...unknownLines(report),
    ...coverage(report),
    ...reservations(report),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(report: CheckReport): string {
  const { outcome, limits, steps } = report;
  switch (outcome.verdict) {
    case 'violated':
      return `violated: ${outcome.violations.map((violation) => violation.property).join(', ')}.`;
    case 'unknown':
      return `no verdict: ${outcome.problem ?? stopped(outcome.limit, limits)}.`;
    case 'holds': {
      const vacuous = vacuity(report);
      if (vacuous.length > 0) return `holds, but vacuously: ${vacuous.join('; ')}.`;
      const silent = neverFired(report).length;
      const labels = new Set(steps.map(({ label }) => label)).size;
      return silent > 0 ? `holds, but ${silent} of ${labels} kinds of step never fired.` : 'holds.';
    }
  }
}

function stopped(limit: Limit | undefined, limits: Limits): string {
  if (limit === undefined || limit === 'interrupted') return 'interrupted';
  return `the limit of ${limitText(limit, limits)} was reached`;
}

function violationLines({ outcome, judged }: CheckReport): string[] {
  return outcome.violations.flatMap(({ property, length }) => {
    const meaning = judged.find(({ name }) => name === property)?.meaning ?? '';
    return flow(`  ${property} (${counted(length, 'step')}): ${meaning}`, '    ');
  });
}

/** What a search that was cut short has shown all the same. */
function unknownLines({ outcome }: CheckReport): string[] {
  if (outcome.verdict !== 'unknown') return [];
  const { depth } = outcome;
  const known = depth > 0 ? `No violation in fewer than ${counted(depth, 'step')}; nothing` : 'Nothing';
  return flow(`${known} is known of what lies beyond.`, '  ');
}

function coverage({ outcome, symmetry, privatePlaces, lengthsOpen, limits, judged }: CheckReport): string[] {
  const { states, transitions, depth, memoryBytes, timeMs, limit } = outcome;
  const extent = limit === undefined ? 'the whole space' : limit === 'violation' ? 'up to the first violation' : 'a part of the space';
  const size = `${counted(states, 'state')}, ${counted(transitions, 'transition')}, depth ${grouped(depth)}`;
  return [
    ...flow(`Searched ${extent}: ${size}.`, '  '),
    ...flow(symmetryText(outcome, symmetry), '  ').filter((line) => line !== ''),
    ...(privatePlaces === undefined ? [] : flow(`Partial order: steps were taken alone at ${counted(privatePlaces, 'place')} where they touch nothing shared.`, '  ')),
    ...(lengthsOpen ? flow('Not the shortest: the search without this reduction reached a limit before the violation.', '  ') : []),
    ...flow(`Used ${bytes(memoryBytes)} and ${duration(timeMs)}; limits: ${limitsText(limits)}.`, '  '),
    ...flow(`Judged: ${judged.map(({ name }) => name).join(', ')}.`, '  '),
  ];
}

/** What keeps a verdict from being plain. */
function reservations(report: CheckReport): string[] {
  const { outcome, outOfMemory } = report;
  const silent = neverFired(report);
  const starved = statesOfEnd(outcome, outOfMemory);
  const lines: string[] = [];
  if (outcome.omission !== undefined) {
    lines.push(`Compact: of states that had been expanded 64 bits of hashes were kept. If hashes are as good as random, the probability that this hid a state is at most ${outcome.omission.toPrecision(2)}.`);
  }
  if (starved > 0) {
    lines.push(`Out of memory: ${counted(starved, 'state')} in which executions wait for a frame for ever.`);
  }
  if (outcome.verdict === 'holds' && silent.length > 0) {
    lines.push('Never fired:', ...silent.slice(0, listedMax).map((label) => `  ${label}`));
    if (silent.length > listedMax) lines.push(`  and ${silent.length - listedMax} more`);
  }
  return lines.flatMap((line) => flow(line, '    '));
}

/** Wraps prose; a number stays with its unit. */
function flow(text: string, hang: string): string[] {
  const bound = text.replace(/(\d) (?=[A-Za-z])/g, '$1\u00a0');
  return wrap(bound, width, hang).map((line) => line.replaceAll('\u00a0', ' '));
}
