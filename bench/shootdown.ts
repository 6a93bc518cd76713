/** This project's engine, in a process of its own as a user would run it. */
import { fileURLToPath } from 'node:url';
import type { Checker } from './checker.js';
import { sizeText } from './size.js';
import type { Report } from './one-search.js';

const script = fileURLToPath(new URL('one-search.js', import.meta.url));

/** What a search has reported. */
export function reportOf(stdout: string): Report {
  return JSON.parse(stdout) as Report;
}

/** Exact, breadth first, with the invariant; nothing is compiled beforehand. */
export const shootdown: Checker = {
  name: 'Shootdown',
  needs: [],
  describe: () => Promise.resolve(`node ${process.version}, no flags`),
  prepare: () => Promise.resolve([]),
  run: (size) => [process.execPath, script, sizeText(size)],
  counts: (stdout) => {
    const report = reportOf(stdout);
    if (report.verdict !== 'holds') throw new Error(`luf-core is ${report.verdict}`);
    return report;
  },
};

/** The same search in a process that has checked ten other models. */
export const afterTen: Checker = {
  ...shootdown,
  name: 'after ten',
  run: (size) => [process.execPath, script, sizeText(size), 'after-ten'],
};
