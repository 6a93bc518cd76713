/** Runs a search in slices, so that progress can be shown and a signal can end it. */
import { compile, Search, type Limits, type Model, type Progress } from '../index.js';
import { bytes, duration, grouped } from '../report/quantity.js';
import type { Session } from './session.js';

/** What to search for. */
export interface RunOptions {
  readonly limits: Limits;
  readonly properties?: readonly string[];
  readonly stopAtViolation?: boolean;
}

const slice = 1 << 13;
const progressEveryMs = 200;

/** Searches a model to the end, to a limit, or until a signal arrives. */
export async function run(session: Session, model: Model, options: RunOptions): Promise<Search> {
  const search = new Search(compile(model), { ...options, clock: () => session.clock() });
  let shown = 0;
  while (!search.advance(slice)) {
    const progress = search.progress();
    if (progress.timeMs - shown >= progressEveryMs) {
      shown = progress.timeMs;
      session.terminal.progress(progressText(progress));
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (session.interrupts.code !== undefined) search.interrupt();
  }
  return search;
}

function progressText({ states, depth, frontier, memoryBytes, timeMs }: Progress): string {
  const rate = grouped(states / Math.max(timeMs / 1000, 0.001));
  return [
    `${grouped(states)} states`,
    `${rate}/s`,
    `depth ${depth}`,
    `frontier ${grouped(frontier)}`,
    bytes(memoryBytes),
    duration(Math.round(timeMs / 100) * 100),
  ].join(', ');
}
