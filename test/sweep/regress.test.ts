import { describe, expect, it } from 'vitest';
import type { Result, Violated } from '../../src/sweep/job.js';
import { besideKernel, findingsOf, isFault, recordOf, shortest, type Recorded } from '../../src/sweep/regress.js';

const C = (length: number): Violated => ({ property: 'coherent', length });
const D = (length: number): Violated => ({ property: 'deadlock', length });

function resultOf(changes: Partial<Result> = {}): Result {
  const counts = { states: 10, transitions: 20, depth: 5 };
  return { kernel: 'k', arch: 'x', observation: 'Sometimes', vacuous: false, violations: [], outOfMemory: 0, uncovered: [], asked: [], ...counts, ...changes };
}

const recordedAs = (result: Result): Recorded => recordOf({ scenario: 's', rules: 'r' }, result)!;

/** The findings as `kind: text`. */
function told(result: Result, recorded: Result | undefined, more: { tolerated?: string[]; parent?: Result } = {}): string[] {
  const { tolerated = [], parent } = more;
  return findingsOf(result, {
    recorded: recorded && recordedAs(recorded),
    tolerated,
    parent: parent && { ...recordedAs(parent), rules: 'parent' },
  }).map(({ kind, text }) => `${kind}: ${text}`);
}

describe('the findings of a result', () => {
  it('are none where all is as recorded', () => {
    expect(told(resultOf({ violations: [C(4)] }), resultOf({ violations: [C(4)] }))).toEqual([]);
  });

  it('name what is violated now, what is no more, and what has moved', () => {
    expect(told(resultOf({ violations: [C(4)] }), resultOf())).toEqual(['worse: coherent after 4 steps']);
    expect(told(resultOf(), resultOf({ violations: [C(4)] }))).toEqual(['better: coherent is not violated any more']);
    expect(told(resultOf({ violations: [C(5)] }), resultOf({ violations: [C(4)] }))).toEqual(['changed: coherent after 5 steps, before after 4']);
    expect(told(resultOf({ observation: 'Never' }), resultOf())).toEqual(['changed: Never, before Sometimes']);
    expect(told(resultOf({ vacuous: true }), resultOf())).toEqual(['changed: no execution is left to judge']);
  });

  it('tell other counts only where the verdict is the same', () => {
    const counts = 'counts: 11 states, 20 transitions, depth 5; before 10 states, 20 transitions, depth 5';
    expect(told(resultOf({ states: 11 }), resultOf())).toEqual([counts]);
    expect(told(resultOf({ states: 11, violations: [C(4)] }), resultOf())).toEqual(['worse: coherent after 4 steps']);
  });

  it('take nothing for gone and no count for changed where a limit cut the search short', () => {
    const cut = resultOf({ limit: 'states', observation: '??', states: 3 });
    expect(told(cut, resultOf({ violations: [C(4)] }))).toEqual(['open: limit of states reached after 3 states, depth 5']);
    expect(recordOf({ scenario: 's', rules: 'r' }, cut)).toBeUndefined();
  });

  it('compare unknown rules with what Linux does and with what they start from', () => {
    expect(told(resultOf({ violations: [C(4), D(6)] }), undefined, { tolerated: ['deadlock'] })).toEqual(['hole: coherent after 4 steps']);
    expect(told(resultOf({ violations: [C(4)] }), undefined, { parent: resultOf({ violations: [C(3), D(2)] }) })).toEqual([
      'remains: coherent after 4 steps',
      'closed: deadlock, after 2 steps under parent',
    ]);
  });

  it('set holes apart that the kernel has without deferring anything', () => {
    const found = findingsOf(resultOf({ violations: [C(4), D(6)] }), { tolerated: [] });
    expect(besideKernel(found, { violations: [D(5)] }).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'hole: coherent after 4 steps',
      'kernel: deadlock after 6 steps, and after 5 without deferring anything',
    ]);
  });

  it('include Result lines that are wrong and recorded traces that are lost', () => {
    expect(told(resultOf({ asExpected: false, lost: 'step 3: gone' }), resultOf())).toEqual([
      'refuted: the Result line is wrong: Sometimes',
      'lost: the recorded trace cannot be followed: step 3: gone',
    ]);
  });

  it('are faults but for counts and holes that are closed', () => {
    const kinds = ['refuted', 'worse', 'hole', 'remains', 'kernel', 'closed', 'better', 'changed', 'lost', 'counts', 'open'] as const;
    expect(kinds.filter((kind) => !isFault({ kind }))).toEqual(['kernel', 'closed', 'counts']);
  });
});

it('the cell to look at first has the shortest counterexample that is new', () => {
  const cell = (name: string, ...findings: ReturnType<typeof findingsOf>): { name: string; findings: typeof findings } => ({ name, findings });
  const cells = [
    cell('old', { kind: 'remains', text: '', violated: C(2) }),
    cell('long', { kind: 'hole', text: '', violated: C(9) }),
    cell('short', { kind: 'worse', text: '', violated: C(5) }),
  ];
  expect(shortest(cells)?.name).toBe('short');
  expect(shortest(cells.slice(0, 1))).toBeUndefined();
});
