import { describe, expect, it } from 'vitest';
import { assertAgreement, type Counted } from '../../bench/agreement.js';
import { verdictOf, type Budget } from '../../bench/budgets.js';
import type { Space } from '../../bench/checker.js';
import { growthPlot } from '../../bench/growth-plot.js';
import { countsOf as rumurCounts } from '../../bench/rumur.js';
import { sizeOf } from '../../bench/size.js';
import { countsOf as spinCounts } from '../../bench/spin.js';
import { svgOf } from '../../src/cli/cost-plot.js';

const pan = (errors: number, more = ''): string => `${more}
State-vector 52 byte, depth reached 2032915, errors: ${errors}
 51775636 states, stored
3.3570719e+08 states, matched
387482833 transitions (= stored+matched)
`;

describe('what peers print', () => {
  it('is read from pan: less the transition that reaches the initial state', () => {
    expect(spinCounts(pan(0))).toEqual({ states: 51_775_636, transitions: 387_482_832 });
  });

  it('is refused where pan has not seen everything', () => {
    expect(() => spinCounts(pan(1))).toThrow('SPIN found an error');
    expect(() => spinCounts(pan(0, 'error: max search depth too small'))).toThrow('SPIN found an error');
  });

  it('is read from a verifier of rumur', () => {
    const stdout = 'Status:\n\n\tNo error found.\n\nState Space Explored:\n\n\t153116 states, 741552 rules fired in 4s.\n';
    expect(rumurCounts(stdout)).toEqual({ states: 153_116, transitions: 741_552 });
    expect(() => rumurCounts(stdout.replace('No error', 'An error'))).toThrow('rumur found an error');
  });
});

describe('agreement', () => {
  const counted = (name: string, space: Space, states: number, more: { represented?: number; transitions?: number } = {}): Counted => ({
    size: sizeOf('2,1,2'),
    checker: { name, space },
    runs: [{ states, transitions: states, ...more }],
  });
  const all = counted('plain', 'states', 168_404);
  const orbits = counted('symmetric', 'orbits', 42_836, { represented: 168_404 });

  it('is of counts that fit', () => {
    expect(() => assertAgreement([all, orbits, counted('heuristic', 'about orbits', 43_020), counted('reduced', 'some states', 7)])).not.toThrow();
  });

  it.each([
    ['other states', [all, counted('other', 'states', 168_403)], 'other counts 168403 states'],
    ['other transitions', [all, counted('other', 'states', 168_404, { transitions: 1 })], 'and 1 transitions in 2,1,2'],
    ['orbits that are not the published ones', [counted('symmetric', 'orbits', 42_835)], 'published are 42836'],
    ['orbits of fewer states', [all, counted('symmetric', 'orbits', 42_836, { represented: 168_400 })], 'stands for 168400 states of 168404'],
    ['less than orbits', [all, orbits, counted('heuristic', 'about orbits', 42_835)], 'not from 42836 to 168404'],
    ['a reduction that adds states', [all, counted('reduced', 'some states', 168_405)], 'not from 1 to 168404'],
  ])('is not of %s', (_, counts, message) => {
    expect(() => assertAgreement(counts)).toThrow(message);
  });
});

it('budgets are met upwards where they are ratios, downwards where they are bytes', () => {
  const ratio: Budget = { what: '', floor: 1.6, goal: 1.85, unit: 'times', measured: 1.7 };
  const bytes: Budget = { what: '', floor: 50, goal: 32, unit: 'bytes', measured: 18.5 };
  expect([ratio, { ...ratio, measured: 1.5 }, { ...ratio, measured: undefined }, bytes, { ...bytes, measured: 51 }].map(verdictOf)).toEqual([
    'floor met, goal missed',
    'floor missed',
    'not measured',
    'goal met',
    'floor missed',
  ]);
});

it('a plot shows what was ended, too', async () => {
  const line = { line: 'SPIN', kind: 'SPIN' } as const;
  const points = [{ ...line, states: 1e5, seconds: 1, bytes: 1e8 }, { ...line, states: 1e7, over: 'seconds' } as const];
  const svg = await svgOf(growthPlot(points, { seconds: 60, bytes: 2 ** 32 }));
  expect(svg).toContain('ended after 60 s');
  expect(svg.match(/fill="#b3401e"/g)).toHaveLength(1);
});
