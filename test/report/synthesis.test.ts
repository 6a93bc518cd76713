import { describe, expect, it } from 'vitest';
import { synthesisText, type Shows, type SynthesisReport } from '../../src/report/synthesis.js';

const shows = (scenario: string, more: Partial<Shows> = {}): Shows => ({
  scenario,
  property: 'stale',
  length: 20,
  states: 7,
  command: `shootdown litmus ${scenario} --trace --rules "..."`,
  ...more,
});

const nothingFound: SynthesisReport = {
  complete: true,
  base: 'luf - c',
  full: 'luf + a + b',
  kernel: 'v6.9',
  reference: 'vanilla',
  notJudged: ['strict'],
  candidates: ['a', 'b', 'c', 'd'].map((name) => ({ name, call: `call of ${name}()` })),
  scenarios: 2,
  studies: [
    { scenario: 'one', arch: 'x86', models: 4, states: 1000, exact: true, pairs: 9 },
    { scenario: 'two', arch: 'x86', models: 20, states: 234567, exact: false, pairs: 31 },
  ],
  leftOut: [],
  parts: [],
  count: 1,
  shown: [{ members: [], rules: 'luf - c', scenarios: [{ scenario: 'one', states: 10 }], why: [], fragile: false }],
  listed: [[]],
  harms: [],
  ways: 2,
  seed: 5,
};

const found: SynthesisReport = {
  ...nothingFound,
  parts: [
    { demands: [{ given: [], oneOf: ['a'], shownBy: [shows('one'), shows('two', { length: 22 })] }], choices: [['a']] },
    { demands: [{ given: ['a'], oneOf: ['b', 'c'], shownBy: [shows('two')] }], choices: [['b'], ['c', 'd']] },
  ],
  count: 2,
  shown: [
    {
      members: ['a', 'b'],
      rules: 'luf + a + b',
      scenarios: [{ scenario: 'one', states: 1000 }, { scenario: 'two', states: 2500 }],
      why: [{ without: 'a', shows: shows('one') }, { without: 'b', shows: shows('two', { saved: 'traces/two.json' }) }],
      fragile: true,
    },
  ],
  listed: [['a', 'b'], ['a', 'c', 'd']],
  harms: [{ rule: 'd', to: ['a', 'b'], shows: shows('two', { property: 'deadlock', length: 1 }) }],
};

const text = (report: SynthesisReport, all = false): string => synthesisText(report, { all });

describe('the text of a synthesis', () => {
  it('has what every set has, the choices, what shows it, the smallest set, and what it rests on', () => {
    expect(text(found)).toBe(`Which of 4 rules make luf - c (v6.9, taken without them) safe in 2 scenarios? A
set of rules is safe if no property but strict is violated, the whole space
searched.

There are 2 minimal safe sets, the smallest of 2 rules.

In every safe set:
  a: call of a()
    without a: one (stale, 20 steps)
      also two (stale, 22 steps)
      shootdown litmus one --trace --rules "..."

One of these 2 choices:
  b
  c + d
    having a, without any of b, c: two (stale, 20 steps)
      shootdown litmus two --trace --rules "..."

What is violated without some rules is so with all the others in: these are the
maximal unsafe sets, as far as no rule does harm (see the check below). ALL in
the commands is
  ALL="luf + a + b"

Safe set 1, 2 rules, nothing violated in 2 scenarios, 3,500 states.
  luf + a + b
  Some larger sets are not safe: see below.
  needs a (call of a()): one (stale, 20 steps)
    shootdown litmus one --trace --rules "..."
  needs b (call of b()): two (stale, 20 steps)
    shootdown replay traces/two.json

Some rules make safe sets unsafe (checked in 1 scenario on all models, in 1
scenario on 31 pairs of models, among them 2 random ways each from no rule to
all (seed 5)):
  d, put in where there is a, b: two (deadlock, 1 step)
So a safe set is safe as it stands, and need not be with a rule more. That these
are all minimal safe sets, and that those not shown are safe, rests on this
check.

Searched: 24 models of 2 scenarios, 235,567 states.
`);
  });

  it('lists all minimal safe sets when asked to', () => {
    expect(text(found, true)).toContain('All minimal safe sets:\n  a b\n  a c d\n');
    expect(text({ ...found, count: 1500 }, true)).toContain('  a c d\n  ... 1,498 more\n');
    expect(text(found)).not.toContain('All minimal');
  });

  it('names eight choices and counts the rest', () => {
    const choices = Array.from({ length: 11 }, (_, i) => [`r${i}`]);
    const part = { demands: [], choices };
    expect(text({ ...found, parts: [part] })).toContain('  r7\n  ... 3 more (--all)\n');
    expect(text({ ...found, parts: [part] }, true)).toContain('  r10\n');
  });

  it('says so where no rule is needed, and what the check of more rules was', () => {
    expect(text(nothingFound)).toContain('\nNone of these rules is needed.\n');
    expect(text(nothingFound)).toContain('No rule makes a safe set unsafe: checked in 1 scenario on all models, in 1\nscenario on 31 pairs');
  });

  it('says so where no set is safe, and with what in, and what would mend it', () => {
    const leftOut: SynthesisReport['leftOut'] = [
      { because: 'all candidates', shows: shows('bad'), safeWithNone: true, mendedBy: ['- x', '+ y'] },
      { because: 'reference', shows: shows('worse'), mendedBy: [] },
    ];
    const told = text({ ...nothingFound, leftOut, scenarios: 4 });
    expect(told).toContain('safe in 4 scenarios?');
    expect(told).toContain(`No set of these rules is safe in all: with all of them in, bad (stale, 20 steps)
is violated. 1 scenario cannot be judged by, as vanilla is not safe there. None
of these rules is needed for the other 2 scenarios.
`);
    expect(told).toContain(`Left out, as vanilla itself is not safe there:
  worse (stale, 20 steps)
    shootdown litmus worse --trace --rules "..."

Left out, as not even all 4 rules make them safe:
  bad (stale, 20 steps, though it is with none); mended by - x, or by + y in the
    base
    shootdown litmus bad --trace --rules "..."
`);
  });

  it('tells what a set saves where that was counted, and which rules no set has', () => {
    const [first] = found.shown;
    const saved = [{ workload: 'toy', range: [0.38, 0.471] as const }, { workload: 'other', range: [0.1, 0.1] as const }];
    const told = text({ ...found, candidates: [...found.candidates, { name: 'e', call: 'e()' }], shown: [{ ...first!, saved }] });
    expect(told).toContain("  saves 38 to 47% on toy, 10% on other of the flushes made without deferral");
    expect(told).toContain('\nIn no minimal set: e.\n');
  });

  it('says that it was interrupted, and where a limit was hit', () => {
    expect(text({ ...found, complete: false })).toContain('Interrupted with 2 scenarios begun: what follows is right as far as it goes, and\nthere may be more to it.');
    const { property, length, ...open } = shows('huge', { limit: 'states' });
    expect([property, length]).toEqual(['stale', 20]);
    const part = { demands: [{ given: [], oneOf: ['a'], shownBy: [open] }], choices: [['a']] };
    const told = text({ ...found, parts: [part] });
    expect(told).toContain('without a: huge (open: the limit of states was hit)');
    expect(told).toContain('limit count as unsafe');
    expect(text(found)).not.toContain('hit a limit');
  });

  it('claims nothing of scenarios that a limit has left open', () => {
    const { property, length, ...open } = shows('huge', { limit: 'time' });
    expect([property, length]).toEqual(['stale', 20]);
    const told = text({ ...nothingFound, studies: [], count: 0, shown: [], leftOut: [{ because: 'all candidates', shows: open, mendedBy: [] }], scenarios: 1 });
    expect(told).not.toContain('No set');
    expect(told).toContain('Of huge nothing is known, as a limit was hit.');
    expect(told).toContain('Left out, as a limit was hit under the reference or with all rules in:\n  huge (open: the limit of time was hit)');
  });
});
