/** The most general client: every program of so many operations at once, and exactly so many states. */
import { describe, expect, test } from 'vitest';
import { mostGeneralClient, strictProperties } from '../../models/linux/index.js';
import { endStates, explore, violations } from './run.js';

/** CPUs (the last is kswapd's), pages, frames, files, operations of each thread. */
const sizes = [
  [2, 1, 3, 1, 1],
  [2, 1, 3, 1, 2],
  [3, 1, 3, 1, 1],
] as const;

const clients = sizes.flatMap((numbers) => ['vanilla', 'luf-v10'].map((rules) => ({ numbers, rules })));

/** Searches the client of a size for everything but coherent-strict, to the first violation or the end. */
function client([cpus, pages, frames, files, ops]: (typeof sizes)[number], rules: string) {
  return explore(mostGeneralClient({ cpus, pages, frames, files, ops }), rules, { stopUnless: strictProperties });
}

describe('the most general client', () => {
  test('has this verdict, with these states, depth, finished and stuck executions, and violations', () => {
    const found = clients.map(({ numbers, rules }) => {
      const run = client(numbers, rules);
      const { verdict, states, depth } = run.outcome;
      const ends = ['finished', 'out of memory'].map((end) => endStates(run.outcome, end).length);
      return [`${numbers.join()} ${rules}`, [verdict, states, depth, ...ends, ...violations(run)].join(' ')];
    });
    expect(Object.fromEntries(found)).toMatchInlineSnapshot(`
      {
        "2,1,3,1,1 luf-v10": "holds 3429 28 43 0",
        "2,1,3,1,1 vanilla": "holds 2770 23 43 0",
        "2,1,3,1,2 luf-v10": "holds 295850 61 1921 8",
        "2,1,3,1,2 vanilla": "holds 189041 56 1410 8",
        "3,1,3,1,1 luf-v10": "violated 235376 26 164 0 coherent-bounded: 27",
        "3,1,3,1,1 vanilla": "holds 241919 43 441 0",
      }
    `);
  });
});
