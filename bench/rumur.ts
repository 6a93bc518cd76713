/** rumur without symmetry reduction, so that its counts are those of the others. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checker } from './checker.js';
import { models } from './directory.js';
import { numbers, says } from './measure.js';

const generator = ['--symmetry-reduction', 'off', '--threads', '1'];
const compiler = ['-std=c11', '-O3', '-march=native'];

/** Exact, breadth first, one thread. */
export const rumur: Checker = {
  name: 'rumur',
  needs: ['rumur', 'gcc'],
  describe: async () => {
    const flags = `rumur ${generator.join(' ')}; gcc ${compiler.join(' ')}`;
    return `${await says('rumur', '--version')}; ${flags}; ${await says('gcc', '--version')}`;
  },
  prepare: async (directory, { cpus, pages, frames }) => {
    const text = await readFile(join(models, 'luf-core.m'), 'utf8');
    const sized = text.replace(/^const C:\d+; V:\d+; F:\d+;$/m, `const C:${cpus}; V:${pages}; F:${frames};`);
    await writeFile(join(directory, 'luf-core.m'), sized);
    return [
      ['rumur', ...generator, 'luf-core.m', '-o', 'luf-core.c'],
      ['gcc', ...compiler, '-o', 'luf-core', 'luf-core.c', '-lpthread'],
    ];
  },
  run: () => ['./luf-core'],
  counts: (stdout) => {
    if (!stdout.includes('No error found')) throw new Error(`rumur found an error:\n${stdout}`);
    const [states, transitions] = numbers(stdout, /^\s*(\d+) states, (\d+) rules fired in/m);
    return { states: states!, transitions: transitions! };
  },
};
