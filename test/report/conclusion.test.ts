import { describe, expect, it } from 'vitest';
import { conclusions, type Run } from '../../src/report/conclusion.js';

const calls = [{ name: 'zap.batched', call: 'flush_tlb_batched_pending()' }];
const base: Run = {
  rules: 'luf-v10',
  kernel: 'v6.9',
  inForce: ['a', 'zap.batched'],
  observation: 'Never',
  violated: [],
  complete: true,
};
const without: Run = { ...base, rules: 'luf-v10 - zap.batched', inForce: ['a'] };
const broken: Run = { ...without, observation: 'Sometimes', violated: ['protection'] };

describe('what follows', () => {
  it('names the rule that makes a scenario hold, in either order', () => {
    const sentence =
      'munmap-map-fixed needs flush_tlb_batched_pending() (zap.batched) to hold under luf-v10: ' +
      'without it, protection is violated.';
    expect(conclusions('munmap-map-fixed', [base, broken], calls)).toEqual([sentence]);
    expect(conclusions('munmap-map-fixed', [broken, base], calls)).toEqual([sentence]);
  });

  it('names the rule that breaks it', () => {
    expect(conclusions('s', [{ ...base, violated: ['a', 'b'] }, without], [])).toEqual([
      'zap.batched is what breaks s under luf-v10: with it, a and b are violated.',
    ]);
  });

  it('says when a rule decides only the condition, or only some properties', () => {
    expect(conclusions('s', [base, { ...without, observation: 'Always' }], [])).toEqual([
      'zap.batched decides the condition of s under luf-v10: Never with it, Always without it.',
    ]);
    expect(conclusions('s', [{ ...base, violated: ['x'] }, { ...without, violated: ['x', 'y'] }], [])).toEqual([
      'zap.batched changes what s violates under luf-v10: without it, y is violated too.',
    ]);
  });

  it('says when a rule makes no difference', () => {
    expect(conclusions('s', [base, without], calls)).toEqual([
      'flush_tlb_batched_pending() (zap.batched) makes no difference to s under luf-v10.',
    ]);
  });

  it('says nothing of two rules at once, of other kernels, or of searches cut short', () => {
    expect(conclusions('s', [base, { ...without, inForce: [] }], [])).toEqual([]);
    expect(conclusions('s', [base, { ...without, kernel: 'v6.12' }], [])).toEqual([]);
    expect(conclusions('s', [base, { ...broken, complete: false }], [])).toEqual([]);
  });
});
