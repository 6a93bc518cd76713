/** What the bench prints. */
import { cpuSeconds, median, rssBytes, type Series } from './series.js';
import { reportOf, shootdown } from './shootdown.js';
import { sizeText } from './size.js';

const grouped = (value: number): string => value.toLocaleString('en-US');

/** The table of one size: a line for each checker, then how much less time we take than each other. */
export function tableOf(all: readonly Series[]): string {
  const { size, runs } = all[0]!;
  const { states, transitions } = runs[0]!;
  const agreed = all.length > 1 ? ', the same in every run' : '';
  return [
    `luf-core ${sizeText(size)}: ${grouped(states)} states, ${grouped(transitions)} transitions${agreed}`,
    row(['', 'CPU s', 'runs', 'M states/s', 'peak RSS MB', 'bytes/state', 'prepare s']),
    ...all.map(rowOf),
    ...ratios(all),
    '',
  ].join('\n');
}

function rowOf(series: Series): string {
  const { checker, runs, prepareSeconds } = series;
  const { states } = runs[0]!;
  const seconds = cpuSeconds(series);
  const rss = rssBytes(series);
  return row([
    checker.name,
    seconds.toFixed(2),
    String(runs.length),
    (states / seconds / 1e6).toFixed(2),
    (rss / 1e6).toFixed(0),
    (rss / states).toFixed(1),
    prepareSeconds.toFixed(2),
  ]);
}

const row = ([name, ...cells]: readonly string[]): string =>
  `  ${name!.padEnd(12)}${cells.map((cell) => cell.padStart(13)).join('')}`;

function ratios(all: readonly Series[]): string[] {
  const ours = all.find(({ checker }) => checker === shootdown);
  if (!ours) return [];
  return all
    .filter((series) => series !== ours)
    .map((series) => {
      const ran = cpuSeconds(series) / cpuSeconds(ours);
      const decided = (cpuSeconds(series) + series.prepareSeconds) / cpuSeconds(ours);
      const compiled = `${decided.toFixed(1)} times with compilation`;
      return `  ${series.checker.name} takes ${ran.toFixed(2)} times our CPU time, to a verdict ${compiled}`;
    });
}

/** What ten other models in the same process cost, and what the store itself holds. */
export function engineText(fresh: Series, afterTen: Series): string {
  const seconds = (series: Series): number => median(series.runs.map(({ stdout }) => reportOf(stdout).searchSeconds));
  const { storeBytes, states } = reportOf(fresh.runs[0]!.stdout);
  const size = sizeText(fresh.size);
  return [
    `Compiling and searching ${size} takes ${seconds(fresh).toFixed(2)} s in a fresh process,`,
    `${seconds(afterTen).toFixed(2)} s in one that has checked ten other models; the store holds`,
    `${(storeBytes / states).toFixed(1)} bytes a state.`,
  ].join('\n');
}
