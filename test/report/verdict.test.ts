import { describe, expect, it } from 'vitest';
import { vacuity, verdictText } from '../../src/report/verdict.js';
import { checked } from './shootdown-model.js';

describe('the verdict', () => {
  it('says what a whole search covered, and which steps never fired', () => {
    expect(verdictText(checked({ flushes: true }))).toBe(`\
two-cpus under vanilla (v6.12, x86): holds, but 1 of 7 kinds of step never
  fired.
Searched the whole space: 13 states, 18 transitions, depth 4.
Used 2 KiB and 1.23 s; limits: 5,000 states, 1 min 30 s.
Judged: fresh, deadlock.
Never fired:
  panic
`);
  });

  it('is plain when every step fired', () => {
    const report = checked({ flushes: true });
    expect(verdictText({ ...report, steps: report.steps.filter(({ label }) => label !== 'panic') })).toMatch(
      /^two-cpus under vanilla \(v6.12, x86\): holds\.\nSearched/,
    );
  });

  it('names the violated properties with their meaning', () => {
    const text = verdictText(checked({ flushes: false }));
    expect(text).toContain('two-cpus under vanilla - flush (v6.12, x86): violated: fresh.\n');
    expect(text).toContain('  fresh (4 steps): nobody reads a free frame\n');
  });

  it('says what is known when a limit was reached', () => {
    const report = checked({ flushes: true }, { verdict: 'unknown', limit: 'states', depth: 3, states: 5001 });
    expect(verdictText(report)).toBe(`\
two-cpus under vanilla (v6.12, x86): no verdict: the limit of 5,000 states was
  reached.
No violation in fewer than 3 steps; nothing is known of what lies beyond.
Searched a part of the space: 5,001 states, 18 transitions, depth 3.
Used 2 KiB and 1.23 s; limits: 5,000 states, 1 min 30 s.
Judged: fresh, deadlock.
`);
  });

  it('is vacuous when no execution finishes or a cover is not reached', () => {
    const report = checked({ flushes: true }, { ends: [], uncovered: ['the TLB is filled'] });
    expect(vacuity(report)).toEqual(['no execution finishes', 'the TLB is filled is never reached']);
    expect(verdictText(report)).toMatch(/holds, but vacuously: no execution\s+finishes;/);
  });

  it('counts the ends that are out of memory', () => {
    const ends = [{ name: 'finished', states: [3] }, { name: 'out of memory', states: [1, 2] }];
    expect(verdictText(checked({ flushes: true }, { ends }))).toContain(
      'Out of memory: 2 states in which executions wait for a frame for ever.\n',
    );
  });
});
