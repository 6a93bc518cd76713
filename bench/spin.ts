/** SPIN, by the flags and the style of model that were fastest of those tried. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checker } from './checker.js';
import { models } from './directory.js';
import { numbers, says } from './measure.js';

const compiler = ['-O3', '-DSAFETY', '-DNOREDUCE', '-DNOBOUNDCHECK'];
// A table of 2^24 slots, and a stack just deep enough: a deeper one takes longer to allocate.
const runtime = ['-m400000', '-w24'];

/** Exact, depth first, without partial-order reduction and without the invariant. */
export const spin: Checker = {
  name: 'SPIN',
  needs: ['spin', 'gcc'],
  describe: async () => {
    const flags = `gcc ${compiler.join(' ')}; pan ${runtime.join(' ')}`;
    return `${await says('spin', '-V')}; ${flags}; ${await says('gcc', '--version')}`;
  },
  prepare: async (directory, { cpus, pages, frames }) => {
    if (cpus !== 2 || frames !== 2) throw new Error('luf-core.pml is for 2 CPUs and 2 frames');
    await copyFile(join(models, 'luf-core.pml'), join(directory, 'luf-core.pml'));
    return [
      ['spin', `-DPAGES=${pages}`, '-a', 'luf-core.pml'],
      ['gcc', ...compiler, '-o', 'pan', 'pan.c'],
    ];
  },
  run: () => ['./pan', ...runtime],
  counts: (stdout) => {
    const [errors] = numbers(stdout, /errors: (\d+)$/m);
    const [states] = numbers(stdout, /^ *(\d+) states, stored$/m);
    const [transitions] = numbers(stdout, /^ *(\d+) transitions \(= stored\+matched\)$/m);
    if (errors !== 0 || stdout.includes('Search not completed')) throw new Error(`SPIN found an error:\n${stdout}`);
    // SPIN counts reaching the initial state as a transition.
    return { states: states!, transitions: transitions! - 1 };
  },
};
