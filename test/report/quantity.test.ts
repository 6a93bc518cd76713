import { describe, expect, it } from 'vitest';
import { unlimited } from '../../src/index.js';
import { bytes, counted, duration, grouped, limitsText } from '../../src/report/quantity.js';

describe('quantities', () => {
  it('group thousands', () => {
    expect([0, 999, 1000, 50_000_000].map(grouped)).toEqual(['0', '999', '1,000', '50,000,000']);
  });

  it('put nouns in the plural', () => {
    expect([counted(1, 'state'), counted(2, 'state')]).toEqual(['1 state', '2 states']);
  });

  it('scale bytes', () => {
    expect([0, 1023, 1536, 4 * 2 ** 30].map(bytes)).toEqual(['0 bytes', '1023 bytes', '1.5 KiB', '4 GiB']);
  });

  it('scale times', () => {
    expect([0, 1, 1234, 60_000, 200_000, 3_900_000].map(duration)).toEqual(['0 s', '1 ms', '1.23 s', '1 min', '3 min 20 s', '1 h 5 min']);
  });

  it('leave out limits that are none', () => {
    expect(limitsText(unlimited)).toBe('none');
    expect(limitsText({ ...unlimited, depthMax: 7 })).toBe('7 steps');
  });
});
