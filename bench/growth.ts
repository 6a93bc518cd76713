/** How time and memory grow with the number of states, in every way to run each checker. */
import type { Sizes } from '../test/classics/luf-core.js';
import { budgetTable, type Budget } from './budgets.js';
import type { Checker } from './checker.js';
import { type Kind, type Point } from './growth-plot.js';
import type { RunLimits } from './measure.js';
import { rumur, rumurExhaustive, rumurHeuristic } from './rumur.js';
import { cpuSeconds, finished, rssBytes, wallSeconds, type Series } from './series.js';
import { compact, reportOf, shootdown, symmetric, symmetricTwoWorkers, twoWorkers } from './shootdown.js';
import { sizeOf, sizeText } from './size.js';
import { spin, spinBreadthFirst, spinPartialOrder, spinQuickly } from './spin.js';
import { grouped, markdown } from './table.js';

/** The lines of the tables and of the plot, in their order. */
export const lines: readonly Checker[] = [
  shootdown,
  twoWorkers,
  symmetric,
  symmetricTwoWorkers,
  spin,
  spinBreadthFirst,
  spinPartialOrder,
  rumur,
  rumurHeuristic,
  rumurExhaustive,
];

/** The sizes, by number of states. */
export const growthSizes: readonly Sizes[] = ['2,1,2', '2,1,3', '2,2,2', '3,1,2', '2,2,3'].map(sizeOf);

const [small, medium, main, , largest] = growthSizes as readonly [Sizes, Sizes, Sizes, Sizes, Sizes];

/** What only a budget asks for. */
export const budgetOnly: readonly (readonly [Checker, Sizes])[] = [
  [compact, main],
  [spinQuickly, small],
];

/** A limit that a run was ended for, in words. */
export const overText = (over: keyof RunLimits, { seconds, bytes }: RunLimits): string =>
  over === 'seconds' ? `over ${seconds} s` : `over ${bytes / 2 ** 30} GiB`;

/** The tables of a growth, in Markdown. */
export function growthTables(all: readonly Series[], sizes: readonly Sizes[], limits: RunLimits): string {
  const table = (title: string, textOf: (series: Series) => string): string => {
    const head = [title, ...sizes.map(sizeText)];
    const rows = lines.map((checker) => [
      checker.name,
      ...sizes.map((size) => {
        const series = all.find((one) => one.checker === checker && sizeText(one.size) === sizeText(size));
        if (!series) return 'not installed';
        return series.over ? overText(series.over, limits) : textOf(series);
      }),
    ]);
    return markdown([head, ...rows]);
  };
  return [
    countTable(all, sizes),
    table('wall s', (series) => wallSeconds(series).toFixed(2)),
    table('CPU s', (series) => cpuSeconds(series).toFixed(2)),
    table('peak RSS MB', (series) => (rssBytes(series) / 1e6).toFixed(0)),
    table('prepare CPU s', (series) => series.prepareSeconds.toFixed(2)),
  ].join('\n\n');
}

/** What was counted; that it fits together has been asserted. */
function countTable(all: readonly Series[], sizes: readonly Sizes[]): string {
  const row = (title: string, checkers: readonly Checker[], what: 'states' | 'transitions'): string[] => [
    title,
    ...sizes.map((size) => {
      const found = checkers.map((checker) => finished(all, checker, size)).find(Boolean);
      return found ? grouped(found.runs[0]![what]) : '';
    }),
  ];
  const exact = lines.filter(({ space }) => space === 'states');
  const orbits = lines.filter(({ space }) => space === 'orbits');
  return markdown([
    ['counted', ...sizes.map(sizeText)],
    row('states', exact, 'states'),
    row('transitions', exact, 'transitions'),
    row('orbits', orbits, 'states'),
    row('transitions from these', orbits, 'transitions'),
    row(spinPartialOrder.name, [spinPartialOrder], 'states'),
    row(rumurHeuristic.name, [rumurHeuristic], 'states'),
  ]);
}

/** The budgets, from what was measured. */
export function budgets(all: readonly Series[]): string {
  const on = (size: Sizes) => (checker: Checker): Series | undefined => finished(all, checker, size);
  const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a / b;
  const least = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined);
    return known.length ? Math.min(...known) : undefined;
  };
  const of = (series: Series | undefined, figure: (series: Series) => number): number | undefined => series && figure(series);
  const spins = [spin, spinBreadthFirst, spinPartialOrder];
  const ours = on(main)(shootdown);
  const decided = (series: Series): number => wallSeconds(series) + series.prepareWallSeconds;
  const verdict = (whose: string, checkers: readonly Checker[]): Budget => ({
    what: `wall clock to a verdict, compilation included, of ${whose}, against ours, ${sizeText(small)}`,
    floor: 3,
    goal: 10,
    unit: 'times',
    measured: ratio(least(checkers.map((checker) => of(on(small)(checker), decided))), of(on(small)(shootdown), decided)),
  });
  const states = (series: Series): number => series.runs[0]!.states;
  const store = (series: Series): number => reportOf(series.runs[0]!.stdout).storeBytes / states(series);
  const two = (size: Sizes): Budget => ({
    what: `two workers against one, wall clock, ${sizeText(size)}`,
    floor: 1.6,
    goal: 1.85,
    unit: 'times',
    measured: ratio(of(on(size)(shootdown), wallSeconds), of(on(size)(twoWorkers), wallSeconds)),
  });
  const list: Budget[] = [
    {
      what: `CPU time of SPIN at its best against ours, ${sizeText(main)}`,
      floor: 1.2,
      goal: 2.5,
      unit: 'times',
      measured: ratio(least(spins.map((checker) => of(on(main)(checker), cpuSeconds))), of(ours, cpuSeconds)),
    },
    {
      what: `CPU time of rumur against ours, ${sizeText(main)}`,
      floor: 15,
      unit: 'times',
      measured: ratio(of(on(main)(rumur), cpuSeconds), of(ours, cpuSeconds)),
    },
    verdict(`SPIN at its best (gcc -O0 included)`, [...spins, spinQuickly]),
    verdict('SPIN with gcc -O3', spins),
    {
      what: `states against orbits, ${sizeText(medium)}`,
      floor: 11,
      unit: 'times',
      measured: ratio(of(on(medium)(shootdown), states), of(on(medium)(symmetric), states)),
    },
    two(main),
    two(largest),
    { what: `bytes a stored state, exact, ${sizeText(main)}`, floor: 50, goal: 32, unit: 'bytes', measured: of(ours, store) },
    {
      what: 'the same, of the peak of the whole process',
      floor: 50,
      goal: 32,
      unit: 'bytes',
      measured: of(ours, (series) => rssBytes(series) / states(series)),
    },
    { what: `bytes a stored state, compact, ${sizeText(main)}`, floor: 16, unit: 'bytes', measured: of(on(main)(compact), store) },
  ];
  return budgetTable(list);
}

const kinds: readonly Kind[] = ['Shootdown', 'SPIN', 'rumur'];

/** The points of the plot. */
export function growthPoints(all: readonly Series[], sizes: readonly Sizes[]): Point[] {
  return lines.flatMap((checker) =>
    sizes.flatMap((size): Point[] => {
      const series = all.find((one) => one.checker === checker && sizeText(one.size) === sizeText(size));
      const states = statesOf(all, size);
      if (!series || states === undefined) return [];
      const line = { line: checker.name, kind: kinds.find((kind) => checker.name.startsWith(kind))!, states };
      if (series.over) return [{ ...line, over: series.over }];
      return [{ ...line, seconds: wallSeconds(series), bytes: rssBytes(series) }];
    }),
  );
}

/** How many states there are, whatever a checker counts. */
function statesOf(all: readonly Series[], size: Sizes): number | undefined {
  const { runs } = lines.map((checker) => finished(all, checker, size)).find((series) => series?.runs[0]!.represented !== undefined) ?? { runs: [] };
  return runs[0]?.represented;
}
