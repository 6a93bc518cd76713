/** rumur, with and without symmetry reduction. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checker, Counts, Space } from './checker.js';
import { models } from './directory.js';
import { numbers, says } from './measure.js';

const compiler = ['-std=c11', '-O3', '-march=native'];

/** What a verifier made by rumur counted. */
export function countsOf(stdout: string): Counts {
  if (!stdout.includes('No error found')) throw new Error(`rumur found an error:\n${stdout}`);
  const [states, transitions] = numbers(stdout, /^\s*(\d+) states, (\d+) rules fired in/m);
  return { states: states!, transitions: transitions! };
}

/** Exact, breadth first, one thread. */
function rumurWith(name: string, space: Space, ...options: readonly string[]): Checker {
  const generator = ['--threads', '1', ...options];
  return {
    name,
    space,
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
    counts: countsOf,
  };
}

/** Without symmetry reduction. */
export const rumur = rumurWith('rumur', 'states', '--symmetry-reduction', 'off');

const symmetry = (how: string): string[] => ['--scalarset-schedules', 'off', '--symmetry-reduction', how];

/** Sorts: some states of an orbit may be taken for different ones. */
export const rumurHeuristic = rumurWith('rumur, symmetry by sorting', 'about orbits', ...symmetry('heuristic'));

/** Tries every renaming. */
export const rumurExhaustive = rumurWith('rumur, symmetry', 'orbits', ...symmetry('exhaustive'));
