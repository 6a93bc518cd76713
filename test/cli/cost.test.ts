/** `shootdown cost` as a user runs it. */
import { describe, expect, it } from 'vitest';
import { disturbed, mistakes, shootdown } from './shootdown.js';

const quick = ['cost', '--workload', 'llama.cpp', '--no-verdicts', '--folios', '20', '--rules', 'vanilla', '--seeds', '1'];

describe('shootdown cost', () => {
  it('prints JSON of the published schema', () => {
    const { code, stdout } = shootdown(...quick, '--json');
    expect(code).toBe(0);
    expect(mistakes('cost', stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ seeds: [1], workloads: [{ workload: 'llama.cpp', rows: [{ rules: 'vanilla', saved: 0, runs: [{ folios: 20 }] }] }] });
  }, 60_000);

  it('stops at once when it is interrupted, and prints what it has', async () => {
    const { code, stdout } = await disturbed(['cost', '--no-verdicts', '--workload', 'XSBench'], 3000, (child) => child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(stdout).toContain('Interrupted: what is missing was not run.');
  }, 60_000);

  it('refuses what it cannot count', () => {
    expect(shootdown('cost', '--arch', 'arm64')).toMatchObject({
      code: 129,
      stderr: expect.stringContaining('--arch arm64: cost counts IPIs, which flushes of arm64 do not send as those of x86 do; expected x86') as string,
    });
    expect(shootdown('cost', '--workload', 'llama').stderr).toContain('unknown workload llama. Known: llama.cpp, XSBench.');
    expect(shootdown('cost', '--no-verdicts', '--plot', 'x.svg').stderr).toContain('--plot needs the verdicts: expected no --no-verdicts');
  }, 60_000);
});
