/** This project's engine, in a process of its own as a user would run it. */
import { fileURLToPath } from 'node:url';
import type { Checker, Space } from './checker.js';
import { sizeText } from './size.js';
import type { Report } from './one-search.js';

const script = fileURLToPath(new URL('one-search.js', import.meta.url));

/** What a search has reported. */
export function reportOf(stdout: string): Report {
  return JSON.parse(stdout) as Report;
}

/** Breadth first, with the invariant; nothing is compiled beforehand. */
const shootdownWith = (name: string, space: Space, ...options: readonly string[]): Checker => ({
  name,
  space,
  needs: [],
  describe: () => Promise.resolve(['node', process.version, ...options].join(' ')),
  prepare: () => Promise.resolve([]),
  run: (size) => [process.execPath, script, sizeText(size), ...options],
  counts: (stdout) => {
    const report = reportOf(stdout);
    if (report.verdict !== 'holds') throw new Error(`luf-core is ${report.verdict}`);
    return report;
  },
});

/** Exact, one thread. */
export const shootdown = shootdownWith('Shootdown', 'states');

/** Two threads. */
export const twoWorkers = shootdownWith('Shootdown, 2 workers', 'states', '--workers', '2');

/** One state of each orbit. */
export const symmetric = shootdownWith('Shootdown, symmetry', 'orbits', '--symmetry');

/** Both. */
export const symmetricTwoWorkers = shootdownWith('Shootdown, symmetry, 2 workers', 'orbits', '--symmetry', '--workers', '2');

/** 64 bits of a hash for each expanded state: not exact. */
export const compact = shootdownWith('Shootdown, compact', 'states', '--compact');

/** The plain search in a process that has checked ten other models. */
export const afterTen = shootdownWith('Shootdown, after ten', 'states', '--after-ten');
