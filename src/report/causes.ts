/** Counterexamples by cause: a list of causes, and the smallest machine that shows each. */
import { contextSwitches, type Counterexample } from './counterexample.js';
import { diagram } from './diagram.js';
import { traceJson, type Json } from './json.js';
import { counted, grouped } from './quantity.js';
import { wrap } from './wrap.js';

/** A trace, and whether no other of its length with its cause is known to have fewer context switches. */
export interface Shortest {
  readonly counterexample: Counterexample;
  readonly ranked: boolean;
}

/** Sizes of a machine with its program. */
export interface MachineSizes {
  readonly cpus: number;
  readonly pages: number;
  readonly frames: number;
  readonly files: number;
  /** Of all threads together. */
  readonly operations: number;
}

/** A scenario that shows a cause, and of which nothing can be left out. */
export interface Smallest extends Shortest {
  readonly sizes: MachineSizes;
  /** Smaller ones of which a limit of {@link Smallest.statesMax} states, or another one, left open whether they show it. */
  readonly undecided: number;
  readonly statesMax: number;
  /** The file that the scenario was written to. */
  readonly saved?: string;
}

/** All violations with one cause. */
export interface CauseEntry extends Shortest {
  readonly property: string;
  /** The cause in a sentence without its full stop. */
  readonly text: string;
  /** Violating states. */
  readonly states: number;
  readonly smallest?: Smallest;
}

/** The causes that a search has found. */
export interface CausesReport {
  readonly entries: readonly CauseEntry[];
  /** Numbers of the entries, from 1, that are shown with their diagrams. */
  readonly shown: readonly number[];
  /** The smallest machine of each entry shown was looked for. */
  readonly shrunk: boolean;
  /** Violations that were collected of each property at most. */
  readonly sightingsMax: number;
  /** Properties that have more. */
  readonly uncollected: readonly string[];
}

const width = 80;
const hang = ' '.repeat(5);

/** The list of causes, ending with a newline; empty without any. */
export function causesText({ entries, shown, shrunk, sightingsMax, uncollected }: CausesReport): string {
  if (entries.length === 0) return '';
  const limit = uncollected.map(
    (property) => `More than ${counted(sightingsMax, 'violation')} of ${property}: only the first ${grouped(sightingsMax)} are told apart and counted.`,
  );
  const lines = [
    `${counted(entries.length, 'cause')}, told by the first trace to each violating state:`,
    ...entries.flatMap((entry, i) => [...entryLines(entry, i + 1), ...machineLines(entry, shrunk && shown.includes(i + 1))]),
    ...limit.flatMap((line) => wrap(line, width, '  ')),
  ];
  return `${lines.join('\n')}\n`;
}

function entryLines(entry: CauseEntry, number: number): string[] {
  const about = `${entry.property}, ${traceText(entry)}, ${counted(entry.states, 'state')}`;
  return [...wrap(`  ${number}. ${entry.text}.`, width, hang), ...wrap(`${hang}(${about})`, width, hang)];
}

function machineLines({ smallest }: CauseEntry, sought: boolean): string[] {
  if (!sought) return [];
  const text = smallest ? `Smallest scenario: ${sizesText(smallest)}.` : 'Smallest scenario: not found; the operations of the trace alone were not seen to show it.';
  return wrap(hang + text, width, hang);
}

function traceText({ counterexample: { trace } }: Shortest): string {
  const switches = contextSwitches(trace);
  return `${counted(trace.steps.length, 'step')}, ${switches} context ${switches === 1 ? 'switch' : 'switches'}`;
}

function sizesText({ sizes, undecided, statesMax, saved, ...shortest }: Smallest): string {
  const { cpus, pages, frames, files, operations } = sizes;
  const machine = [counted(cpus, 'CPU'), counted(pages, 'page'), counted(frames, 'frame'), counted(files, 'file'), counted(operations, 'operation')];
  const open = undecided > 0 ? `; ${counted(undecided, 'smaller one')} not decided within ${counted(statesMax, 'state')}` : '';
  return `${machine.join(', ')}; ${traceText(shortest)}${open}${saved === undefined ? '' : `; saved as ${saved}`}`;
}

/** The diagrams of the entries that are shown: of the smallest machine with its scenario where there is one. */
export function causeDiagrams({ entries, shown }: CausesReport): string[] {
  return shown.map((number) => {
    const { smallest, ...entry } = entries[number - 1]!;
    const { counterexample, ranked } = smallest ?? entry;
    const note = ranked ? '' : 'Shortest, but another one as short may have fewer context switches.\n';
    const scenario = smallest ? `${counterexample.litmus}\n` : '';
    return `Cause ${number}:\n\n${scenario}${diagram(counterexample)}${note}`;
  });
}

/** The causes as JSON. */
export function causesJson({ entries, sightingsMax, uncollected }: CausesReport): Json {
  return {
    violationsMax: sightingsMax === Infinity ? null : sightingsMax,
    incomplete: uncollected,
    groups: entries.map(({ property, text, states, counterexample, smallest }) => ({
      property,
      cause: text,
      states,
      trace: traceJson(counterexample),
      smallest: smallest ? smallestJson(smallest) : null,
    })),
  };
}

function smallestJson({ sizes, undecided, statesMax, counterexample }: Smallest): Json {
  const { cpus, pages, frames, files, operations } = sizes;
  return { cpus, pages, frames, files, operations, undecided, statesMax, trace: traceJson(counterexample) };
}
