/** What checkers counted has to fit together; no time is worth comparing before that. */
import type { Counts, Space } from './checker.js';
import type { Series } from './series.js';
import { sizeText } from './size.js';

/** What is looked at: the counts of each run of a checker on a size. */
export type Counted = Pick<Series, 'size'> & {
  readonly checker: { readonly name: string; readonly space: Space };
  readonly runs: readonly Counts[];
};

/** Orbits of renamings of CPUs and frames, as published. */
const published: Readonly<Record<string, number>> = {
  '2,1,2': 42_836,
  '2,1,3': 153_116,
  '2,2,2': 888_332,
  '3,1,2': 4_380_348,
  '2,2,3': 5_641_348,
};

/** Throws unless runs of a size that count the same have counted the same, and the others as much as they can. */
export function assertAgreement(all: readonly Counted[]): void {
  for (const size of new Set(all.map((counted) => sizeText(counted.size)))) {
    const those = all.filter((counted) => sizeText(counted.size) === size);
    const states = same(those, 'states');
    const orbits = same(those, 'orbits');
    const expected = published[size] ?? orbits;
    if (orbits !== undefined && orbits !== expected) throw new Error(`${orbits} orbits in ${size}, published are ${expected}`);
    between(those, 'about orbits', orbits ?? 0, states ?? Infinity);
    between(those, 'some states', 1, states ?? Infinity);
    for (const { checker, represented } of runsOf(those)) {
      if (represented !== undefined && represented !== (states ?? represented)) {
        throw new Error(`what ${checker} counts in ${size} stands for ${represented} states of ${states}`);
      }
    }
  }
}

/** The number of states, if any run has counted them. */
function same(all: readonly Counted[], space: Space): number | undefined {
  const [first, ...others] = runsOf(all.filter(({ checker }) => checker.space === space));
  for (const other of others) {
    if (textOf(other) !== textOf(first!)) {
      throw new Error(`${other.checker} counts ${textOf(other)} in ${other.size}, ${first!.checker} ${textOf(first!)}`);
    }
  }
  return first?.states;
}

function between(all: readonly Counted[], space: Space, least: number, most: number): void {
  for (const { checker, size, states } of runsOf(all.filter((counted) => counted.checker.space === space))) {
    if (states < least || states > most) throw new Error(`${checker} counts ${states} in ${size}, not from ${least} to ${most}`);
  }
}

const runsOf = (all: readonly Counted[]): (Counts & { checker: string; size: string })[] =>
  all.flatMap(({ checker, size, runs }) => runs.map((run) => ({ ...run, checker: checker.name, size: sizeText(size) })));

const textOf = ({ states, transitions }: Counts): string => `${states} states and ${transitions} transitions`;
