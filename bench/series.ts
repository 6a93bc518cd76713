/** The runs of one checker on one size. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sizes } from '../test/classics/luf-core.js';
import type { Checker, Run } from './checker.js';
import { measure, measureAll, type Over, type RunLimits } from './measure.js';
import { sizeText } from './size.js';

/** A checker made ready for a size, and its runs so far. */
export interface Series {
  readonly checker: Checker;
  readonly size: Sizes;
  readonly directory: string;
  /** CPU time of what has to be done once before a run, and its time by the clock. */
  readonly prepareSeconds: number;
  readonly prepareWallSeconds: number;
  readonly runs: Run[];
  /** The limit that a run was ended for; there is no run then. */
  over?: Over;
}

/** Longer runs are not repeated. */
const longSeconds = 10;

/** Makes a checker ready in a directory of its own. */
export async function prepare(parent: string, checker: Checker, size: Sizes): Promise<Series> {
  const directory = join(parent, `${checker.name} ${sizeText(size)}`);
  await mkdir(directory);
  let [prepareSeconds, prepareWallSeconds] = [0, 0];
  for (const command of await checker.prepare(directory, size)) {
    const { cpuSeconds, wallSeconds } = await measureAll(directory, command);
    prepareSeconds += cpuSeconds;
    prepareWallSeconds += wallSeconds;
  }
  return { checker, size, directory, prepareSeconds, prepareWallSeconds, runs: [] };
}

/** Runs the series in turns, so that whatever else the machine does disturbs all alike. */
export async function runInTurns(all: readonly Series[], rounds: number, limits: RunLimits): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const series of all) {
      if (round === 0 || (series.runs[0] && series.runs[0].wallSeconds < longSeconds)) await once(series, limits);
    }
  }
}

async function once(series: Series, limits: RunLimits): Promise<void> {
  const { checker, size, directory, runs } = series;
  const measured = await measure(directory, checker.run(size), limits);
  console.error(`${checker.name} ${sizeText(size)}: ${typeof measured === 'string' ? 'over' : `${measured.wallSeconds} s`}`);
  if (typeof measured !== 'string') runs.push({ ...measured, ...checker.counts(measured.stdout) });
  else {
    series.over = measured;
    runs.length = 0;
  }
}

/** The middle of some numbers, of an even count the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The medians of a series' runs. */
export const cpuSeconds = ({ runs }: Series): number => median(runs.map((run) => run.cpuSeconds));
export const wallSeconds = ({ runs }: Series): number => median(runs.map((run) => run.wallSeconds));
export const rssBytes = ({ runs }: Series): number => median(runs.map((run) => run.rssBytes));

/** The series of a checker on a size, unless it could not be run or was over a limit. */
export function finished(all: readonly Series[], checker: Checker, size: Sizes): Series | undefined {
  return all.find((series) => series.checker === checker && sizeText(series.size) === sizeText(size) && series.runs.length > 0);
}
