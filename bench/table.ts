/** What the bench prints, in Markdown. */
import { markdownTable } from 'markdown-table';
import { cpuSeconds, median, rssBytes, type Series } from './series.js';
import { reportOf, shootdown } from './shootdown.js';
import { sizeText } from './size.js';

/** A count, its digits in groups of three. */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** A table whose first row is its head; columns of numbers are set to the right. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const numeric = (column: number): boolean => rows.slice(1).every((row) => /^(-?[\d.,]+x?|over .*|not installed|)$/.test(row[column]!));
  const align = rows[0]!.map((_, column) => (numeric(column) ? 'r' : 'l'));
  return markdownTable(rows.map((row) => [...row]), { align, alignDelimiters: false });
}

/** Equal work: a row for each checker on each size. */
export function equalTable(all: readonly Series[]): string {
  const head = ['size (CPUs, pages, frames)', 'checker', 'CPU s', 'runs', 'M states/s', 'peak RSS MB', 'bytes/state', 'prepare s'];
  return markdown([head, ...all.map((series, i) => rowOf(series, all[i - 1]))]);
}

function rowOf(series: Series, above: Series | undefined): string[] {
  const { checker, runs, prepareSeconds, size } = series;
  const { states, transitions } = runs[0]!;
  const seconds = cpuSeconds(series);
  const counted = `${sizeText(size)}: ${grouped(states)} states, ${grouped(transitions)} transitions`;
  return [
    above && sizeText(above.size) === sizeText(size) ? '' : counted,
    checker.name,
    seconds.toFixed(2),
    String(runs.length),
    (states / seconds / 1e6).toFixed(2),
    (rssBytes(series) / 1e6).toFixed(0),
    (rssBytes(series) / states).toFixed(1),
    prepareSeconds.toFixed(2),
  ];
}

/** How much less time we take than the others, a sentence for each. */
export function ratios(all: readonly Series[]): string[] {
  return all.flatMap((series) => {
    const ours = all.find(({ checker, size }) => checker === shootdown && sizeText(size) === sizeText(series.size));
    if (!ours || series === ours) return [];
    const ran = cpuSeconds(series) / cpuSeconds(ours);
    const decided = (cpuSeconds(series) + series.prepareSeconds) / cpuSeconds(ours);
    const { checker, size } = series;
    return `On ${sizeText(size)} ${checker.name} takes ${ran.toFixed(2)} times our CPU time, with compilation ${decided.toFixed(1)} times.`;
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
