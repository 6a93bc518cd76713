/** Runs a search in slices, so that progress can be shown and a signal can end it. */
import { compile, Search, type Limits, type Model, type Progress, type SymmetryChoice, type Value } from '../index.js';
import { bytes, duration, grouped } from '../report/quantity.js';
import type { Interrupts } from './interrupts.js';
import type { Terminal } from './terminal.js';

/** Who watches a search: gives it the time, hears of its progress, and can end it. */
export interface Watcher {
  readonly terminal: Pick<Terminal, 'progress'>;
  readonly interrupts: Pick<Interrupts, 'code'>;
  clock(): number;
}

/** What to search for. */
export interface RunOptions {
  readonly limits: Limits;
  readonly properties?: readonly string[];
  readonly stopAtViolation?: boolean;
  readonly sightingsMax?: number;
  readonly symmetry?: SymmetryChoice;
  /** What is read from the states found; see {@link CompileOptions.fixing}. */
  readonly fixing?: readonly Value[];
  /** Asked now and then: true ends the search as if it were interrupted. */
  readonly until?: (search: Search) => boolean;
}

const slice = 1 << 13;
const progressEveryMs = 200;

/** Searches a model to the end, to a limit, or until a signal arrives. */
export async function run(watcher: Watcher, model: Model, options: RunOptions): Promise<Search> {
  const { symmetry, fixing = [] } = options;
  const search = new Search(compile(model, { ...(symmetry && { symmetry }), fixing }), { ...options, clock: () => watcher.clock() });
  let shown = 0;
  while (!search.advance(slice)) {
    const progress = search.progress();
    if (progress.timeMs - shown >= progressEveryMs) {
      shown = progress.timeMs;
      watcher.terminal.progress(progressText(progress));
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (watcher.interrupts.code !== undefined || options.until?.(search)) search.interrupt();
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
