/** Recorded counterexamples followed under other rules. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { linux } from '../../models/linux/index.js';
import { followUnder } from '../../src/cli/follow.js';
import { resolved } from '../../src/cli/rule-choice.js';
import { readTrace } from '../../src/cli/trace-file.js';
import { explore, scenarioOf, violations } from '../linux/run.js';
import { mistakes, shootdown } from './shootdown.js';

const traces = readdirSync('counterexamples').filter((file) => file.endsWith('.json'));
const recordedIn = (file: string): ReturnType<typeof readTrace> => readTrace(readFileSync(`counterexamples/${file}`, 'utf8'), file);

function under(file: string, rules: string): ReturnType<typeof followUnder> {
  return followUnder(recordedIn(file), file, resolved(rules, 'rules', linux), linux);
}

describe('a recorded counterexample', () => {
  it('is possible under its own rules, step for step', () => {
    const some = traces.filter((_, i) => i % 12 === 0);
    const outcomes = some.map((file) => {
      const recorded = recordedIn(file);
      const { outcome, inserted, leftOut, way } = under(file, recorded.rules);
      return [outcome, inserted, leftOut, way.trace.steps.length - recorded.trace.steps.length];
    });
    expect(outcomes).toEqual(some.map(() => ['possible', 0, 0, 0]));
    expect(some.length).toBeGreaterThan(20);
  });

  const load = 'cannot be taken: tlb.frame[CPU0][p] != none is false since flush_tlb_func() on CPU0 (P0)';

  it.each([
    ['munmap-map-fixed@luf-v10-zap.batched.json', 'luf-v10', 'blocked', `step 20, load on CPU0 (P0), ${load}; stopped by zap.batched`],
    ['munmap-map-fixed@luf-v10-zap.batched.json', 'vanilla', 'blocked', `step 20, load on CPU0 (P0), ${load}; stopped by zap.batched`],
    ['file-write@luf-v10.json', 'luf-v11', 'blocked', `step 24, load on CPU0 (P0), ${load}; stopped by write.end`],
    ['file-write@luf-v10.json', 'luf-v12', 'blocked', `step 24, load on CPU0 (P0), ${load}; stopped by publish.early and write.begin together`],
    ['file-write@luf-v10.json', 'luf-v10 - wp.pre', 'possible', 'all 24 steps can be taken'],
    // Another frame than the recorded one would be no answer.
    ['realloc@vanilla-reclaim.flush.json', 'luf-v10', 'blocked', `step 16, load on CPU0 (P0), ${load}; stopped by alloc.flush`],
    ['munmap-map-fixed@luf-v10-zap.batched.json', 'luf-v10 + publish.early + zap.endVma', 'blocked', `step 20, load on CPU0 (P0), ${load}; stopped by zap.batched and zap.endVma, each enough without the others`],
    // Both have luf_flush() in a fault, at other places.
    ['poison-on-free@luf-everywhere.json', 'luf-v11', 'possible', 'all 17 steps can be taken, 2 left out'],
    ['lost-write-in-writeback@vanilla+flushBeforeRemove.json', 'luf-v12', 'possible', 'all 37 steps can be taken, 7 more between them, 1 left out'],
  ] as const)('%s under %s is %s: %s', (file, rules, outcome, text) => {
    expect(under(file, rules)).toMatchObject({ outcome, text });
  });

  it('tells which step of the way is which of the trace', () => {
    const { matches, way, inserted, leftOut } = under('lost-write-in-writeback@vanilla+flushBeforeRemove.json', 'luf-v12');
    const found = matches.filter((match) => match !== undefined);
    expect([found.length + leftOut, matches.length - found.length, matches.length]).toEqual([37, inserted, way.trace.steps.length]);
    expect(found).toEqual([...found].sort((a, b) => a - b));
  });

  it('that is still possible under other rules is one that a search finds as well', () => {
    const some = traces.filter((file) => /@luf-v10\.json$/.test(file)).filter((_, i) => i % 5 === 0);
    const checked = some.flatMap((file) => {
      const recorded = recordedIn(file);
      if (recorded.shows.kind !== 'property') return [];
      const { name } = recorded.shows;
      if (under(file, 'luf-v11').outcome !== 'possible') return [];
      return [violations(explore(scenarioOf(recorded.scenario), 'luf-v11')).some((one) => one.startsWith(`${name}:`))];
    });
    expect(checked.length).toBeGreaterThan(2);
    expect(checked.every(Boolean)).toBe(true);
  });
});

describe('replay --under', () => {
  const file = 'counterexamples/file-write@luf-v10.json';

  it('exits with 1 where the trace is still possible and with 0 where it is blocked', () => {
    const possible = shootdown('replay', file, '--under', 'luf-v10 - wp.pre');
    expect(possible.stdout).toContain('still possible under luf-v10 - wp.pre: all 24 steps can be taken.\n\nfile-write under luf-v10 - wp.pre\n');
    expect(possible.code).toBe(1);
    const blocked = shootdown('replay', file, '--under', 'luf-v10 + write.end');
    expect(blocked.stdout).toContain('stopped by write.end.\n\nAs far as it goes:\n');
    expect(blocked.code).toBe(0);
  });

  it('prints JSON by its schema', () => {
    const { stdout } = shootdown('replay', file, '--under', 'luf-v11', '--under', 'luf-v10', '--json');
    expect(mistakes('replay', stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 1, followed: [{ outcome: 'blocked', step: 24, rules: ['write.end'] }, { outcome: 'possible', step: null }] });
  });
});
