/** Runs a search in slices, so that progress can be shown and a signal can end it. */
import { compile, type Limits, type Model, type Progress, type Search, type SymmetryChoice, type Value } from '../index.js';
import { bytes, duration, grouped } from '../report/quantity.js';
import type { Interrupts } from './interrupts.js';
import { Means, type Scale } from './scale.js';
import type { Terminal } from './terminal.js';

/** Who watches a search: gives it the time, hears of its progress, and can end it. */
export interface Watcher {
  readonly terminal: Pick<Terminal, 'progress' | 'message'>;
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
  readonly partialOrder?: boolean;
  /** What is read from the states found; see {@link CompileOptions.fixing}. */
  readonly fixing?: readonly Value[];
  /** Asked now and then: true ends the search as if it were interrupted. */
  readonly until?: (search: Search) => boolean;
  /** Threads, disks and checkpoints; by default none. */
  readonly scale?: Scale;
}

const slice = 1 << 13;
const progressEveryMs = 200;

/** Milliseconds. */
const defaultCheckpointEvery = 300_000;

/**
 * Searches a model to the end, to a limit, or until a signal arrives, and gives the search to `use` before what it
 * has on disk is gone.
 */
export async function run<T>(watcher: Watcher, model: Model, { scale = {}, until, symmetry, partialOrder = false, fixing = [], ...options }: RunOptions, use: (search: Search) => T): Promise<Awaited<T>> {
  const program = compile(model, { ...(symmetry && { symmetry }), partialOrder, fixing });
  const means = new Means(program, scale);
  try {
    const search = means.begin({ ...options, clock: () => watcher.clock() });
    if (search.isOver) watcher.terminal.message('The search had come to its end already: nothing is searched now.\n');
    await advance(watcher, search, means, { until, every: scale.checkpointEvery ?? defaultCheckpointEvery });
    return await use(search);
  } finally {
    means.close();
  }
}

interface Pace {
  readonly until: RunOptions['until'];
  /** Milliseconds from one checkpoint to the next. */
  readonly every: number;
}

async function advance(watcher: Watcher, search: Search, means: Means, { until, every }: Pace): Promise<void> {
  let shown = search.progress().timeMs;
  let saved = shown;
  let told: string | undefined;
  const save = (): void => {
    const problem = means.save(search);
    if (problem !== undefined && problem !== told) watcher.terminal.message(`${problem}\n`);
    told = problem;
    saved = search.progress().timeMs;
  };
  // A search that has just begun can be gone on with, too.
  if (means.checkpoint) save();
  while (!search.advance(slice)) {
    const progress = search.progress();
    if (progress.timeMs - shown >= progressEveryMs) {
      shown = progress.timeMs;
      watcher.terminal.progress(progressText(progress, means.diskBytes, remainingMs(search, progress)));
    }
    if (means.checkpoint && progress.timeMs - saved >= every) save();
    await new Promise((resolve) => setImmediate(resolve));
    if (watcher.interrupts.code !== undefined || until?.(search)) search.interrupt();
  }
  if (means.checkpoint) save();
}

function progressText({ states, depth, frontier, memoryBytes, timeMs }: Progress, diskBytes: number, leftMs: number | undefined): string {
  const rate = grouped(states / Math.max(timeMs / 1000, 0.001));
  return [
    `${grouped(states)} states`,
    `${rate}/s`,
    `depth ${depth}`,
    `frontier ${grouped(frontier)}`,
    bytes(memoryBytes),
    ...(diskBytes > 0 ? [`${bytes(diskBytes)} on disk`] : []),
    duration(Math.round(timeMs / 100) * 100),
    ...(leftMs === undefined ? [] : [`about ${duration(Math.round(leftMs / 1000) * 1000)} left if levels go on shrinking`]),
  ].join(', ');
}

/** Levels that have each to be smaller than the one before for a guess. */
const shrinkingLevels = 8;

/** A guess of less is not worth showing. */
const guessMinMs = 5000;

/** How long the search will take at this rate if levels go on shrinking as the last ones did; nothing while they do not. */
function remainingMs({ levels }: Search, { states, frontier, timeMs }: Progress): number | undefined {
  const sizes = levels.slice(1).map((end, i) => end - levels[i]!);
  const last = sizes.slice(-shrinkingLevels);
  if (last.length < shrinkingLevels || last.some((size, i) => i > 0 && size >= last[i - 1]!)) return undefined;
  const ratio = (last.at(-1)! / last[0]!) ** (1 / (shrinkingLevels - 1));
  const left = ((frontier / (1 - ratio)) * timeMs) / states;
  return left < guessMinMs ? undefined : left;
}
