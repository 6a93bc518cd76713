/** The most general client: every program of so many operations at once, and exactly so many states. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mostGeneralClient, ruleSets } from '../../models/linux/index.js';
import { endStates, explore, violations } from './run.js';

/** CPUs (the last is kswapd's), pages, frames, files, operations of each thread. */
const sizes = [
  [2, 1, 3, 1, 1],
  [2, 1, 3, 1, 2],
] as const;

const clients = sizes.flatMap((numbers) => ['vanilla', 'luf-v10'].map((rules) => ({ numbers, rules })));

describe('the most general client', () => {
  test('has these states, depth, finished and stuck executions, and violations', () => {
    const found = clients.map(({ numbers, rules }) => {
      const [cpus, pages, frames, files, ops] = numbers;
      const run = explore(mostGeneralClient({ cpus, pages, frames, files, ops }), rules);
      const { states, depth } = run.outcome;
      const ends = ['finished', 'out of memory'].map((end) => endStates(run.outcome, end).length);
      return [`${numbers.join()} ${rules}`, [states, depth, ...ends, ...violations(run)].join(' ')];
    });
    expect(Object.fromEntries(found)).toMatchInlineSnapshot(`
      {
        "2,1,3,1,1 luf-v10": "16928 54 194 0",
        "2,1,3,1,1 vanilla": "14350 53 191 0",
        "2,1,3,1,2 luf-v10": "2003200 28 7870 130 coherent-bounded: 19 flush-context: 18 coherent-strict: 19",
        "2,1,3,1,2 vanilla": "2011982 31 10234 130",
      }
    `);
  });

  test('does what it is told of each thread: so many operations, and none of what is excepted', () => {
    const client = mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops: [1, 0, 2] }, { except: ['pwrite'] });
    const { model } = explore(client, 'vanilla', { statesMax: 10 }).instance;
    const threads = new Set(model.steps.map(({ name }) => /^\w+\.\d/.exec(name)?.[0]).filter(Boolean));
    expect([...threads]).toEqual(['P0.0', 'kswapd.0', 'kswapd.1']);
    expect(model.steps.some(({ name }) => name.includes('pwrite('))).toBe(false);
    expect(() => mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops: [1, 2] })).toThrow(RangeError);
  });
});

/** The rows of the table of counterexamples/README.md for a shared read-only mapping. */
const rows = readFileSync('counterexamples/README.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, rules, map]) => map === 'shared' && ruleSets.some(({ name }) => `\`${name}\`` === rules));

describe('the table of the most general client', () => {
  test('has every rule set', () => {
    expect(rows.map(([, rules]) => rules)).toEqual(ruleSets.map(({ name }) => `\`${name}\``));
  });

  const affordable = rows.filter(([, , , states]) => Number(states!.replaceAll(',', '')) < 8_000_000);

  test.each(affordable)('%s%s has the states, the depth and the violations that it says', (_, rules, _map, states, depth, violated) => {
    const run = explore(mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops: 1 }), rules.replaceAll('`', ''), { statesMax: 8_000_000 });
    const found = violations(run).map((violation) => violation.replace(':', '')).filter((violation) => !violation.startsWith('coherent-strict'));
    expect([run.outcome.states.toLocaleString('en'), String(run.outcome.depth), found.join(', ') || 'holds']).toEqual([states, depth, violated]);
  });
});
