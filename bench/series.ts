/** The runs of one checker on one size. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sizes } from '../test/classics/luf-core.js';
import type { Checker, Run } from './checker.js';
import { measure } from './measure.js';
import { sizeText } from './size.js';

/** A checker made ready for a size, and its runs so far. */
export interface Series {
  readonly checker: Checker;
  readonly size: Sizes;
  readonly directory: string;
  readonly rounds: number;
  /** CPU time of what has to be done once before a run. */
  readonly prepareSeconds: number;
  readonly runs: Run[];
}

/** Makes a checker ready in a directory of its own. */
export async function prepare(parent: string, checker: Checker, size: Sizes, rounds: number): Promise<Series> {
  const directory = join(parent, `${checker.name} ${sizeText(size)}`);
  await mkdir(directory);
  let prepareSeconds = 0;
  for (const command of await checker.prepare(directory, size)) {
    prepareSeconds += (await measure(directory, command)).cpuSeconds;
  }
  return { checker, size, directory, rounds, prepareSeconds, runs: [] };
}

/** Runs the series in turns, so that whatever else the machine does disturbs all alike. */
export async function runInTurns(all: readonly Series[]): Promise<void> {
  const rounds = Math.max(...all.map((series) => series.rounds));
  for (let round = 0; round < rounds; round++) {
    for (const series of all) {
      if (round < series.rounds) series.runs.push(await once(series));
    }
  }
}

async function once({ checker, size, directory }: Series): Promise<Run> {
  const measured = await measure(directory, checker.run(size));
  return { ...measured, ...checker.counts(measured.stdout) };
}

/** Throws unless all runs of a size have counted the same; no time is worth comparing before that. */
export function assertAgreement(all: readonly Series[]): void {
  const counts = new Map<string, string>();
  for (const { checker, size, runs } of all) {
    for (const { states, transitions } of runs) {
      const counted = `${states} states and ${transitions} transitions`;
      const others = counts.get(sizeText(size)) ?? counted;
      if (counted !== others) throw new Error(`${checker.name} counts ${counted} in ${sizeText(size)}, others ${others}`);
      counts.set(sizeText(size), counted);
    }
  }
}

/** The middle of some numbers, of an even count the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median CPU time of a series' runs. */
export const cpuSeconds = (series: Series): number => median(series.runs.map((run) => run.cpuSeconds));
