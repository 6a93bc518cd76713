/** The process that is measured: searches luf-core of a size, on request after ten other models. */
import { compile, search, unlimited, type Verdict } from '../src/index.js';
import { lufCore } from '../test/classics/luf-core.js';
import { counters } from './counters.js';
import { sizeOf } from './size.js';

/** What a search counted and what it took, the start of the process left out. */
export interface Report {
  readonly verdict: Verdict;
  readonly states: number;
  readonly transitions: number;
  readonly storeBytes: number;
  readonly searchSeconds: number;
}

function report(size: string): Report {
  const before = process.cpuUsage();
  const outcome = search(compile(lufCore(sizeOf(size))), { limits: unlimited });
  const { user, system } = process.cpuUsage(before);
  const { verdict, states, transitions, memoryBytes: storeBytes } = outcome;
  return { verdict, states, transitions, storeBytes, searchSeconds: (user + system) / 1e6 };
}

const [size, other] = process.argv.slice(2);
if (other === 'after-ten') {
  for (let words = 2; words <= 11; words++) search(compile(counters(words)), { limits: unlimited });
}
process.stdout.write(JSON.stringify(report(size!)));
