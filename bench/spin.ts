/** SPIN, by the flags and the style of model that were fastest of those tried. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sizes } from '../test/classics/luf-core.js';
import type { Checker, Counts, Space } from './checker.js';
import { models } from './directory.js';
import { numbers, says } from './measure.js';

const compiler = ['-DSAFETY', '-DNOBOUNDCHECK'];

/** A stack just deep enough, since a deeper one takes longer to allocate, and a table of 2^24 or 2^26 slots. */
function runtime({ cpus, pages, frames }: Sizes): [stack: string, table: string] {
  return cpus + pages + frames <= 6 && cpus === 2 ? ['-m400000', '-w24'] : ['-m6000000', '-w26'];
}

/** What pan counted; SPIN takes reaching the initial state for a transition. */
export function countsOf(stdout: string): Counts {
  const [errors] = numbers(stdout, /errors: (\d+)$/m);
  const [states] = numbers(stdout, /^ *(\d+) states, stored/m);
  const [transitions] = numbers(stdout, /^ *(\d+) transitions \(= stored\+matched\)$/m);
  if (errors !== 0 || /Search not completed|max search depth too small/.test(stdout)) {
    throw new Error(`SPIN found an error:\n${stdout}`);
  }
  return { states: states!, transitions: transitions! - 1 };
}

/** Exact, without the invariant. */
const spinWith = (name: string, space: Space, ...flags: readonly string[]): Checker => ({
  name,
  space,
  needs: ['spin', 'gcc'],
  describe: async () => {
    const called = `gcc ${[...flags, ...compiler].join(' ')}; pan -m400000 -w24, larger sizes -m6000000 -w26`;
    return `${await says('spin', '-V')}; ${called}; ${await says('gcc', '--version')}`;
  },
  prepare: async (directory, { cpus, pages, frames }) => {
    if (![2, 3].includes(cpus) || ![1, 2].includes(pages) || ![2, 3].includes(frames)) {
      throw new Error('luf-core.pml is for 2 or 3 CPUs, 1 or 2 pages and 2 or 3 frames');
    }
    const order = flags.includes('-DBFS') ? ['-DBREADTH_FIRST'] : [];
    await copyFile(join(models, 'luf-core.pml'), join(directory, 'luf-core.pml'));
    return [
      ['spin', `-DCPUS=${cpus}`, `-DPAGES=${pages}`, `-DFRAMES=${frames}`, ...order, '-a', 'luf-core.pml'],
      // So that it prints large counts with all their digits.
      ['sed', '-i', String.raw`s/%9\.8g \(states\|transitions\)/%9.15g \1/`, 'pan.c'],
      ['gcc', ...flags, ...compiler, '-o', 'pan', 'pan.c'],
    ];
  },
  run: (size) => ['./pan', ...runtime(size)],
  counts: countsOf,
});

/** Depth first, without partial-order reduction. */
export const spin = spinWith('SPIN', 'states', '-O3', '-DNOREDUCE');

/** Breadth first. */
export const spinBreadthFirst = spinWith('SPIN, breadth first', 'states', '-O3', '-DNOREDUCE', '-DBFS');

/** Depth first, with partial-order reduction, as far as it finds any. */
export const spinPartialOrder = spinWith('SPIN, partial order', 'some states', '-O3');

/** Compiled in the shortest time: the fastest to a verdict where the search is short. */
export const spinQuickly = spinWith('SPIN, gcc -O0', 'states', '-O0', '-DNOREDUCE');
