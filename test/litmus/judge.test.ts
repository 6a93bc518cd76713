import { describe, expect, test } from 'vitest';
import { asExpected, judge, type Judgement, type Row } from '../../src/litmus/judge.js';
import { formatHerd, hashOf } from '../../src/litmus/herd.js';
import { observedLocations } from '../../src/litmus/propositions.js';
import { parseRules } from '../../src/litmus/results.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { read } from './toy-vocabulary.js';

/** A test of two registers and the file A. */
function scenarioOf(condition: string): Scenario {
  return read(`C t { file A = 1; int x; }
    P0() { int r0 = READ_ONCE(x); int r1 = READ_ONCE(x); } ${condition}`);
}

const both = scenarioOf('exists (0:r0=1 /\\ 0:r1=1)');
const witness: Row = [1, 1];
const other: Row = [0, 1];

function outcomes(scenario: Scenario, rows: readonly Row[], limitHit = false): Partial<Judgement> {
  const { validation, observation, witnesses, others } = judge(scenario, rows, limitHit);
  return { validation, observation, witnesses, others };
}

describe('judge', () => {
  test.each([
    { quantifier: 'exists', rows: [witness], validation: 'Ok', observation: 'Always' },
    { quantifier: 'exists', rows: [witness, other], validation: 'Ok', observation: 'Sometimes' },
    { quantifier: 'exists', rows: [other], validation: 'No', observation: 'Never' },
    { quantifier: '~exists', rows: [witness], validation: 'No', observation: 'Always' },
    { quantifier: '~exists', rows: [witness, other], validation: 'No', observation: 'Sometimes' },
    { quantifier: '~exists', rows: [other], validation: 'Ok', observation: 'Never' },
    { quantifier: 'forall', rows: [witness], validation: 'Ok', observation: 'Always' },
    { quantifier: 'forall', rows: [witness, other], validation: 'No', observation: 'Sometimes' },
    { quantifier: 'forall', rows: [other], validation: 'No', observation: 'Never' },
  ])('says $validation and $observation for $quantifier over $rows', (one) => {
    const { quantifier, rows, validation, observation } = one;
    const scenario = scenarioOf(`${quantifier} (0:r0=1 /\\ 0:r1=1)`);
    const said = { validation, observation, vacuous: false };
    expect(judge(scenario, rows, false)).toMatchObject(said);
  });

  test.each([
    { quantifier: 'exists', rows: [], validation: '??', observation: '??' },
    { quantifier: 'exists', rows: [other], validation: '??', observation: '??' },
    { quantifier: 'exists', rows: [witness], validation: 'Ok', observation: '??' },
    { quantifier: 'exists', rows: [witness, other], validation: 'Ok', observation: 'Sometimes' },
    { quantifier: '~exists', rows: [other], validation: '??', observation: '??' },
    { quantifier: '~exists', rows: [witness], validation: 'No', observation: '??' },
    { quantifier: 'forall', rows: [witness], validation: '??', observation: '??' },
    { quantifier: 'forall', rows: [other], validation: 'No', observation: '??' },
  ])('says $validation and $observation at a limit for $quantifier over $rows', (one) => {
    const scenario = scenarioOf(`${one.quantifier} (0:r0=1 /\\ 0:r1=1)`);
    const { validation, observation } = one;
    const said = { validation, observation, vacuous: false };
    expect(judge(scenario, one.rows, true)).toMatchObject(said);
  });

  test('sorts rows by value, numbers before faults', () => {
    const rows: Row[] = [['SIGSEGV', 0], [10, 0], [2, 'SIGBUS'], ['SIGBUS', 0], [2, 3]];
    const sorted = [[2, 3], [2, 'SIGBUS'], [10, 0], ['SIGBUS', 0], ['SIGSEGV', 0]];
    expect(judge(both, rows, false).rows).toEqual(sorted);
    expect(judge(both, [...rows].reverse(), false).rows).toEqual(sorted);
  });

  test('drops rows that fail the filter, and calls what is left of nothing vacuous', () => {
    const filtered = scenarioOf('filter (0:r1!=1) exists (0:r0=1 /\\ 0:r1=1)');
    expect(outcomes(filtered, [witness, other, [0, 0]])).toEqual({
      validation: 'No',
      observation: 'Never',
      witnesses: 0,
      others: 1,
    });
    const vacuous = judge(filtered, [witness, other], false);
    expect(vacuous).toMatchObject({ observation: 'Never', rows: [], vacuous: true });
    expect(judge(filtered, [witness], true)).toMatchObject({ observation: '??', vacuous: false });
  });

  test('filters by a location that is not shown, and counts the shown rows once', () => {
    const hidden = scenarioOf('filter (~(A=7)) exists (0:r0=1)');
    expect(observedLocations(hidden)).toEqual([
      { kind: 'register', thread: 'P0', register: 'r0' },
      { kind: 'file', file: 'A' },
    ]);
    const { rows } = judge(hidden, [[1, 7], [0, 1], [0, 2]], false);
    expect(rows).toEqual([[0]]);
  });

  test('compares faults and numbers, with = and with !=', () => {
    const faults = scenarioOf('exists (0:r0=SIGSEGV \\/ 0:r1!=0)');
    expect(outcomes(faults, [['SIGSEGV', 0], ['SIGBUS', 0], [0, 2], [0, 'SIGBUS']])).toMatchObject({
      witnesses: 3,
      others: 1,
    });
  });

  test('refuses a row that is too short', () => {
    expect(() => judge(both, [[1]], false)).toThrow('a row has no value for 0:r1');
  });
});

describe('asExpected', () => {
  test.each([
    { rows: [witness, other], limitHit: false, never: false, sometimes: true, always: false },
    { rows: [other], limitHit: false, never: true, sometimes: false, always: false },
    { rows: [witness], limitHit: false, never: false, sometimes: false, always: true },
    { rows: [], limitHit: false, never: false, sometimes: false, always: false },
    { rows: [witness, other], limitHit: true, never: false, sometimes: true, always: false },
    { rows: [other], limitHit: true, never: 'unknown', sometimes: 'unknown', always: false },
    { rows: [witness], limitHit: true, never: false, sometimes: 'unknown', always: 'unknown' },
    { rows: [], limitHit: true, never: 'unknown', sometimes: 'unknown', always: 'unknown' },
  ])('answers for $rows, limit hit: $limitHit', ({ rows, limitHit, never, sometimes, always }) => {
    const judgement = judge(both, rows, limitHit);
    const answers = (['Never', 'Sometimes', 'Always'] as const).map((observation) =>
      asExpected(judgement, { observation }));
    expect(answers).toEqual([never, sometimes, always]);
  });
});

describe('formatHerd', () => {
  const rules = parseRules('luf-v10 - zap.batched');

  test('prints the lines of herd7 in its order', () => {
    const judgement = judge(both, [witness, other], false);
    const block = { scenario: both, rules, judgement, flags: ['foreign-data', 'deadlock'] };
    expect(formatHerd({ ...block, timeMs: 1234, hash: 'abc' })).toBe(`Rules luf-v10 - zap.batched
Test t Allowed
States 2
0:r0=0; 0:r1=1;
0:r0=1; 0:r1=1;
Ok
Witnesses
Positive: 1 Negative: 1
Flag foreign-data
Flag deadlock
Condition exists (0:r0=1 /\\ 0:r1=1)
Observation t Sometimes 1 1
Time t 1.23
Hash=abc
`);
  });

  test('swaps Positive and Negative if forbidden, not the counts of Observation', () => {
    const scenario = scenarioOf('locations [A;] ~exists (0:r0=1)');
    const judgement = judge(scenario, [[0, 1], [2, 1]], false);
    expect(formatHerd({ scenario, rules, judgement, flags: [], timeMs: 0, hash: '' })).toContain(
      `Test t Forbidden
States 2
0:r0=0; [A]=1;
0:r0=2; [A]=1;
Ok
Witnesses
Positive: 2 Negative: 0
Condition ~exists (0:r0=1)
Observation t Never 0 2
`);
  });

  test('prints ?? where a limit leaves the answer open', () => {
    const judgement = judge(both, [other], true);
    const text = formatHerd({ scenario: both, rules, judgement, flags: [], timeMs: 5, hash: '' });
    expect(text).toContain('\n??\nWitnesses\nPositive: 0 Negative: 1\n');
    expect(text).toContain('\nObservation t ?? 0 1\n');
  });
});

describe('hashOf', () => {
  const same = (text: string): string => text;
  const text = 'C t { int x; } P0() { int r0 = READ_ONCE(*x); } exists (0:r0=1)';

  test('does not change with comments and layout', () => {
    const other = `C t (* Result: Never (vanilla)\n why? *)\n{int x=0;}
      P0(int *x) { int r0; r0 = READ_ONCE(x); /* done */ } exists 0:r0=1`;
    expect(hashOf(read(other), same)).toBe(hashOf(read(text), same));
  });

  test('changes with what the test does', () => {
    expect(hashOf(read(text.replace('=1)', '=2)')), same)).not.toBe(hashOf(read(text), same));
  });
});
