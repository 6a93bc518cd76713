/** Every way to search gives the same answer, and the same trace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shootdown } from './shootdown.js';

const folder = mkdtempSync(join(tmpdir(), 'shootdown-ways-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Check {
  readonly verdict: string;
  readonly states: number;
  readonly violations: unknown;
  readonly counterexample?: { readonly trace: unknown };
}

const ways: readonly (readonly string[])[] = [
  ['--no-symmetry'],
  ['--partial-order'],
  ['--workers', '1'],
  ['--workers', '3'],
  ['--compact'],
  ['--spill', join(folder, 'spill')],
  ['--no-symmetry', '--max-memory', '3M', '--spill', join(folder, 'spill')],
];

describe('every way to search', () => {
  it.each([
    ['file-write', 'luf-v10'],
    ['munmap-map-fixed', 'luf-v10 - zap.batched'],
  ])('gives the same answer to %s under %s', (scenario, rules) => {
    const answer = (...way: readonly string[]): unknown => {
      const { code, stdout, stderr } = shootdown('check', scenario, '--rules', rules, '--json', ...way);
      expect(stderr).toBe('');
      const [check] = (JSON.parse(stdout) as { checks: Check[] }).checks;
      return { code, verdict: check!.verdict, violations: check!.violations, trace: check!.counterexample?.trace };
    };
    const plain = answer();
    for (const way of ways) {
      const found = answer(...way);
      // A compact search has no states to choose the best of the shortest traces among.
      expect(way.includes('--compact') ? { ...(found as object), trace: 0 } : found).toEqual(way.includes('--compact') ? { ...(plain as object), trace: 0 } : plain);
    }
  });
});
