import { describe, expect, it } from 'vitest';
import type { TraceStep } from '../../src/index.js';
import type { Counterexample } from '../../src/report/counterexample.js';
import { sideBySide, type Parting } from '../../src/report/side-by-side.js';

/** A trace of steps `CPU label`, each with lines after `:`. */
function traceOf(rules: string, ...texts: readonly string[]): Counterexample {
  const steps = texts.map((text): TraceStep => {
    const [actor = '', label = '', ...lines] = text.split('|');
    return { name: label, label, actor, lines, fingerprint: '' };
  });
  return {
    ...{ scenario: 's', litmus: '', rules, ruleSet: rules, changes: [], kernel: '', arch: '', actors: [], assumptions: [], steps: [] },
    shows: { kind: 'property', name: 'coherence' },
    trace: { model: 's', start: { number: 0, fingerprint: '' }, steps },
  };
}

/** The rows of two traces, columns apart by one space. */
function rows(left: readonly string[], right: readonly string[], matches: Parting['matches'], end: string): string[] {
  const text = sideBySide({ left: traceOf('old', ...left), right: traceOf('new', ...right), matches, end });
  return text.split('\n').slice(3, -1).map((line) => line.replace(/ {2,}/g, ' '));
}

describe('traces side by side', () => {
  it('put steps that are alike in one row and mark those that only one has', () => {
    expect(rows(['CPU0 (P0)|a', 'CPU1 (P1)|b', 'CPU0 (P0)|c|reads 1'], ['CPU0 (P0)|a', 'CPU1 (P1)|flush()', 'CPU0 (P0)|c|reads 2'], [0, undefined, 2], 'another end')).toEqual([
      '0 P0 a | 0 P0 a',
      ' > 1 P1 flush()',
      '1 P1 b <',
      '0 P0 reads 1 | 0 P0 reads 2',
      '[ coherence is violated ] | [ another end ]',
    ]);
  });

  it('put what stops the right one beside the rest of the left one', () => {
    expect(rows(['CPU0|a', 'CPU0|b', 'CPU0|c'], ['CPU0|a'], [0], 'stopped')).toEqual([
      '0 a | 0 a',
      '0 b < [ stopped ]',
      '0 c <',
      '[ coherence is violated ] <',
    ]);
  });

  it('leave out all but four alike steps before what differs and two after it, and tell how many', () => {
    const steps = Array.from({ length: 20 }, (_, i) => `CPU0|s${i}`);
    const right = [...steps.slice(0, 7), 'CPU0|new', ...steps.slice(7)];
    const matches = right.map((step) => (step === 'CPU0|new' ? undefined : steps.indexOf(step)));
    expect(rows(steps, right, matches, 'possible')).toEqual([
      '(3 steps alike) |',
      ...[3, 4, 5, 6].map((i) => `0 s${i} | 0 s${i}`),
      ' > 0 new',
      ...[7, 8].map((i) => `0 s${i} | 0 s${i}`),
      '(7 steps alike) |',
      ...[16, 17, 18, 19].map((i) => `0 s${i} | 0 s${i}`),
      '[ coherence is violated ] | [ possible ]',
    ]);
  });
});
