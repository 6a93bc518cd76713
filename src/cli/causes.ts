/** `check --all`: the violations by cause, and the smallest machine that shows each. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { groupByCause } from '../litmus/causes.js';
import type { CauseEntry, CausesReport, Smallest } from '../report/causes.js';
import { counterexampleOfCause, type Subject } from './counterexample.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { parseCount } from './limits.js';
import { collect, rulesInFileName } from './rule-choice.js';
import type { Watcher } from './run.js';
import { smallestOf, type Searched } from './smallest.js';
import { makeFolder } from '../store/folder.js';

/** The options that {@link addCauseOptions} adds. */
export interface CauseOptions {
  readonly all?: boolean;
  readonly maxViolations?: number;
  readonly cause?: readonly string[];
  readonly smallest?: boolean;
  readonly saveSmallest?: string;
}

const violationsMax = 100_000;

/** Adds the options. */
export function addCauseOptions(command: Command): Command {
  return command
    .option('--all', 'search on after the first violation, and list the causes of all')
    .option('--max-violations <n>', `with --all: violations of each property that are told apart (${violationsMax})`, parseCount)
    .option('--cause <n>', 'with --all: show the cause of this number in the list, or every one: all (repeatable; 1)', parseCause)
    .option('--smallest', 'with --all: shrink the scenario to the smallest one that shows each cause')
    .option('--save-smallest <folder>', 'with --all: the same, and write them to a folder as litmus files');
}

function parseCause(text: string, previous?: readonly string[]): string[] {
  if (text !== 'all' && !/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a number of at least 1, or all.');
  return collect(text, previous);
}

/** Throws an InputError for options that need another one, and makes the folder. */
export function checkCauseOptions({ all, maxViolations, cause, smallest, saveSmallest }: CauseOptions): void {
  const given = { '--max-violations': maxViolations, '--cause': cause, '--smallest': smallest, '--save-smallest': saveSmallest };
  const [stray] = Object.entries(given).flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (!all && stray !== undefined) throw new InputError(`${stray} needs --all`);
  if (saveSmallest === undefined) return;
  try {
    makeFolder(saveSmallest);
  } catch (error) {
    throw new InputError(`cannot write ${saveSmallest}: ${describe(error)}`);
  }
}

/** How many violations a search must collect of each property. */
export function violationsWanted({ all, maxViolations = violationsMax }: CauseOptions): number {
  return all ? maxViolations : 0;
}

/** The causes of everything that a search has collected; throws an InputError for a number of `--cause` that there is not. */
export async function causesOf(watcher: Watcher, searched: Searched, options: CauseOptions): Promise<CausesReport> {
  const { subject, search } = searched;
  const groups = groupByCause(search, subject.instance);
  const shown = shownOf(groups.length, options);
  const shrunk = isShrunk(options);
  const entries: CauseEntry[] = [];
  for (const [i, group] of groups.entries()) {
    const { cause, states } = group;
    const found = counterexampleOfCause(subject, search, group);
    const sought = { cause, number: i + 1, trace: found.counterexample.trace };
    const smallest = shrunk && shown.includes(i + 1) ? await smallestOf(watcher, searched, sought) : undefined;
    const saved = smallest && options.saveSmallest !== undefined ? { saved: save(options.saveSmallest, subject, smallest) } : {};
    entries.push({ property: cause.property, text: cause.text, states, ...found, ...(smallest && { smallest: { ...smallest, ...saved } }) });
  }
  return { entries, shown, shrunk, sightingsMax: violationsWanted(options), uncollected: search.outcome().uncollected };
}

/** The numbers of the causes to show: the first by default, and all where each is to be shrunk. */
function shownOf(count: number, options: CauseOptions): number[] {
  const { cause } = options;
  const every = Array.from({ length: count }, (_, i) => i + 1);
  if (cause?.includes('all') ?? isShrunk(options)) return every;
  const numbers = [...new Set((cause ?? ['1']).map(Number))];
  const beyond = cause && numbers.find((number) => number > count);
  if (beyond !== undefined) throw new InputError(`--cause ${beyond}: there are ${count} causes`);
  return numbers.filter((number) => number <= count);
}

function isShrunk({ smallest = false, saveSmallest }: CauseOptions): boolean {
  return smallest || saveSmallest !== undefined;
}

function save(folder: string, { rules }: Subject, { counterexample: { scenario, litmus } }: Smallest): string {
  const path = join(folder, `${scenario}@${rulesInFileName(rules)}.litmus`);
  try {
    writeFileSync(path, litmus);
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${describe(error)}`);
  }
  return path;
}
