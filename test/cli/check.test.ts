import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disturbed, mistakes, shootdown, stable } from './shootdown.js';

const broken = ['check', 'munmap-map-fixed', '--rules', 'luf-v10', '--without', 'zap.batched'];

describe('shootdown check', () => {
  it('exits with 0 where every property holds, and says what never happened', () => {
    const { code, stdout, stderr } = shootdown('check', 'munmap-map-fixed', '--rules', 'luf-v10');
    expect(stable(stdout)).toMatch(/^munmap-map-fixed under luf-v10 \(v6\.9, x86\): holds/);
    expect(stable(stdout)).toContain('Searched the whole space: ');
    expect(stable(stdout)).toContain('Used M and T; limits: 50,000,000 states, ');
    expect(stdout).not.toContain('Reproduce');
    expect([code, stderr]).toEqual([0, '']);
  });

  it('prints the counterexample of a violation, and ends with the command', () => {
    const { code, stdout } = shootdown(...broken);
    expect(stdout).toContain('munmap-map-fixed under luf-v10 - zap.batched (v6.9, x86): violated: protection.\n');
    expect(stdout).toContain('\n(luf-v10, with flush_tlb_batched_pending() taken out)\n\n\tCPU0 (P0)  ');
    expect(stdout).toMatch(/\nReproduce: shootdown check munmap-map-fixed --rules luf-v10 --without zap\.batched\n$/);
    expect(code).toBe(1);
  });

  it('leaves the counterexample out when asked', () => {
    expect(shootdown(...broken, '--no-trace').stdout).not.toContain('----');
  });

  it('can be turned around', () => {
    expect(shootdown(...broken, '--expect', 'violated').code).toBe(0);
    expect(shootdown('check', 'munmap-map-fixed', '--expect', 'violated').code).toBe(1);
  });

  it('judges coherent-strict only when asked', () => {
    expect(shootdown('check', 'file-write').code).toBe(0);
    const asked = shootdown('check', 'file-write', '--property', 'coherent-strict');
    expect(asked.stdout).toContain('Judged: coherent-strict.\n');
    expect(asked.code).toBe(1);
  });

  it('stops at the first violation unless told to go on', () => {
    const [first, all] = [shootdown(...broken), shootdown(...broken, '--all')];
    expect(first.stdout).toContain('Searched up to the first violation: ');
    expect(all.stdout).toContain('Searched the whole space: ');
  });

  it('checks the most general client without a scenario', () => {
    const { code, stdout } = shootdown('check', '--cpus', '2', '--pages', '1', '--frames', '3', '--files', '1', '--ops', '1');
    expect(stdout).toMatch(/^most-general-client under vanilla \(v6\.12\.117, x86\): holds/);
    expect(code).toBe(0);
  });

  it('takes several choices of rules, and the worst one decides', () => {
    const { code, stdout } = shootdown('check', 'munmap-map-fixed', '--rules', 'luf-v10', '--rules', 'luf-v10 - zap.batched');
    expect(stdout).toMatch(/^munmap-map-fixed under luf-v10 \(/m);
    expect(stdout).toMatch(/^munmap-map-fixed under luf-v10 - zap\.batched \(/m);
    expect(code).toBe(1);
  });

  it.each([
    ['--max-states', '100', 'the limit of 100 states was reached'],
    ['--max-memory', '1K', 'the limit of 1 KiB of memory was'],
    ['--max-depth', '5', 'the limit of 5 steps was reached'],
    ['--timeout', '0.000001ms', 'was reached'],
  ])('gives no verdict at %s %s', (option, value, words) => {
    const { code, stdout } = shootdown('check', 'munmap-map-fixed', option, value);
    expect(stdout).toMatch(/: no verdict: the limit of/);
    expect(stdout.replace(/\s+/g, ' ')).toContain(words);
    expect(stdout).toMatch(/\nReproduce: shootdown check munmap-map-fixed --/);
    expect(code).toBe(125);
  });

  it('prints JSON as published', () => {
    const { code, stdout, stderr } = shootdown(...broken, '--json');
    expect(mistakes('check', stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'shootdown-check',
      command: 'shootdown check munmap-map-fixed --rules luf-v10 --without zap.batched --json',
      exitCode: 1,
      checks: [{ verdict: 'violated', violations: [{ property: 'protection' }], trace: { format: 'shootdown-trace' } }],
    });
    expect([code, stderr]).toEqual([1, '']);
  });

  it('writes to a file when asked', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'shootdown-')), 'result.json');
    const { stdout } = shootdown('check', 'munmap-map-fixed', '--json', '--output', file);
    expect(stdout).toBe('');
    expect(mistakes('check', readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('prints what is known when it is interrupted', async () => {
    for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
      const words = ['check', '--cpus', '3', '--ops', '3'];
      const finished = await disturbed(words, 3000, (child) => child.kill(signal));
      expect(finished.stdout).toContain('no verdict: interrupted.\n');
      expect(finished.stdout).toMatch(/\nReproduce: shootdown check --cpus 3 --ops 3\n$/);
      expect([finished.code, finished.stderr]).toEqual([code, '']);
    }
  });
});
