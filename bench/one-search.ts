/** The process that is measured: searches luf-core of a size, on request after ten other models. */
import { parseArgs } from 'node:util';
import { helpersOf } from '../src/cli/helpers.js';
import { compile, search, unlimited, type Verdict } from '../src/index.js';
import { lufCore } from '../test/classics/luf-core.js';
import { counters } from './counters.js';
import { sizeOf } from './size.js';

/** What a search counted and what it took, the start of the process left out. */
export interface Report {
  readonly verdict: Verdict;
  readonly states: number;
  readonly transitions: number;
  readonly represented: number;
  readonly storeBytes: number;
  readonly searchSeconds: number;
}

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1' },
    symmetry: { type: 'boolean', default: false },
    compact: { type: 'boolean', default: false },
    'after-ten': { type: 'boolean', default: false },
  },
});

function report(size: string): Report {
  const before = process.cpuUsage();
  const model = lufCore(sizeOf(size));
  // The scalarsets of luf-core.m; pages and files are told apart by their numbers.
  const interchangeable = model.schema.types.filter(({ name }) => name === 'CPU' || name === 'FRAME');
  const program = compile(model, asked.symmetry ? { symmetry: interchangeable } : {});
  const helpers = Number(asked.workers) > 1 ? { helpers: helpersOf(Number(asked.workers) - 1) } : {};
  const outcome = search(program, { limits: unlimited, hashCompaction: asked.compact, ...helpers });
  const { user, system } = process.cpuUsage(before);
  const { verdict, states, transitions, represented, memoryBytes: storeBytes } = outcome;
  return { verdict, states, transitions, represented, storeBytes, searchSeconds: (user + system) / 1e6 };
}

if (asked['after-ten']) {
  for (let words = 2; words <= 11; words++) search(compile(counters(words)), { limits: unlimited });
}
process.stdout.write(JSON.stringify(report(positionals[0]!)));
