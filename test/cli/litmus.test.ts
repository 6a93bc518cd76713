import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mistakes, shootdown, shootdownIn, stable } from './shootdown.js';

const folder = mkdtempSync(join(tmpdir(), 'shootdown-'));
const bundled = readFileSync('models/litmus/munmap-map-fixed.litmus', 'utf8');

/** Writes a litmus file and returns its name within the folder. */
function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('shootdown litmus', () => {
  it('prints one block for each choice of rules, and what follows', () => {
    const { code, stdout } = shootdown('litmus', 'munmap-map-fixed', '--rules', 'luf-v10 - zap.batched', '--rules', 'luf-v10');
    const text = stable(stdout).replace(/Hash=[0-9a-f]{16}/g, 'Hash=H');
    expect(text).toBe(`\
Rules luf-v10 - zap.batched
Test munmap-map-fixed Allowed
States 2
0:r0=1; 0:r1=1;
0:r0=1; 0:r1=2;
Ok
Witnesses
Positive: 1 Negative: 1
Flag protection
Condition exists (0:r0=1 /\\ 0:r1=1)
Observation munmap-map-fixed Sometimes 1 1
Time munmap-map-fixed 0.00
Hash=H
Result Sometimes: as expected

Rules luf-v10
Test munmap-map-fixed Allowed
States 1
0:r0=1; 0:r1=2;
No
Witnesses
Positive: 0 Negative: 1
Condition exists (0:r0=1 /\\ 0:r1=1)
Observation munmap-map-fixed Never 0 1
Time munmap-map-fixed 0.00
Hash=H
Result Never: as expected

What follows:
- munmap-map-fixed needs flush_tlb_batched_pending() (zap.batched) to hold under
  luf-v10: without it, protection is violated.
`);
    expect(code).toBe(0);
  });

  it('runs every choice of rules that the file names', () => {
    const { stdout } = shootdown('litmus', 'munmap-map-fixed');
    const text = readFileSync('models/litmus/munmap-map-fixed.litmus', 'utf8');
    const named = [...text.matchAll(/Result: \w+ \((.*)\)/g)].flatMap(([, choices]) => choices!.split(', '));
    expect(stdout.match(/^Rules .*/gm)?.sort()).toEqual(named.map((choice) => `Rules ${choice}`).sort());
  });

  it('draws the race', () => {
    const { stdout } = shootdown('litmus', 'munmap-map-fixed', '--trace', '--rules', 'luf-v10 - zap.batched');
    expect(stdout).toContain('\nViolates protection:\n\nmunmap-map-fixed under luf-v10 - zap.batched\n');
    expect(stdout).toMatch(/\d+ steps, 2 context switches; v6\.9, x86; sequentially consistent\.\n/);
    expect(stdout).toMatch(/\n(Reproduce: shootdown litmus munmap-map-fixed --trace --rules "luf|Replay: ).*\n$/);
  });

  it('draws how the condition is decided where nothing is violated', () => {
    const file = written('plain.litmus', bundled.replace('exists (0:r0=1 /\\ 0:r1=1)', 'exists (0:r1=2)'));
    const { stdout } = shootdownIn(folder, 'litmus', file, '--trace', '--rules', 'vanilla');
    expect(stdout).toContain('Decides the condition:');
  });

  it('exits with 1 where a Result line is wrong, and says which', () => {
    const file = written('wrong.litmus', bundled.replace('Result: Never (luf-v10, vanilla)', 'Result: Sometimes (vanilla)'));
    const { code, stdout } = shootdownIn(folder, 'litmus', file, '--rules', 'vanilla');
    expect(stdout).toContain('Result Sometimes: not as expected (wrong.litmus:4)\n');
    expect(stdout).toMatch(/\nReproduce: shootdown litmus wrong\.litmus --rules vanilla\n$/);
    expect(code).toBe(1);
  });

  it('only reports rules that no Result line speaks of', () => {
    const { code, stdout } = shootdown('litmus', 'munmap-map-fixed', '--rules', 'luf-v10 - zap.batched - wp.pre');
    expect(stdout).not.toContain('Result');
    expect(code).toBe(0);
  });

  it('knows rules that are written in another way', () => {
    const { stdout } = shootdown('litmus', 'munmap-map-fixed', '--rules', 'luf-v10 + wp.pre - zap.batched');
    expect(stdout).toContain('Result Sometimes: as expected\n');
  });

  it('adds and takes away rules of all that the file names', () => {
    const { stdout } = shootdown('litmus', 'wp-fault', '--without', 'wp.pre');
    const named = stdout.match(/^Rules .*/gm)!;
    expect(named.filter((line) => !/^Rules (?!.*wp\.pre)|- wp\.pre/.test(line))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
    expect(named).toContain('Rules luf-v10 - wp.pre');
    expect(named).not.toContain('Rules luf-v10');
  });

  it('gives no verdict when a limit was reached', () => {
    const { code, stdout } = shootdown('litmus', 'munmap-map-fixed', '--rules', 'vanilla', '--max-states', '50');
    expect(stdout).toContain('\n??\n');
    expect(stdout).toContain('Limit of 50 states reached after');
    expect(code).toBe(125);
  });

  it('runs the other files when one is malformed', () => {
    const file = written('bad.litmus', 'C bad\n{\n\tfile A = 1\n}\nexists (0:r0=1)\n');
    const { code, stdout, stderr } = shootdownIn(folder, 'litmus', file, 'munmap-map-fixed', '--rules', 'vanilla');
    expect(stderr).toMatch(/^bad\.litmus:4:1: error: .*expected .*\nReproduce: shootdown litmus bad\.litmus .*\n$/);
    expect(stdout).toContain('Observation munmap-map-fixed Never 0 1');
    expect(code).toBe(129);
  });

  it('prints JSON as published', () => {
    const { code, stdout } = shootdown('litmus', 'munmap-map-fixed', 'file-write', '--json', '--trace');
    expect(mistakes('litmus', stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, tests: [{ scenario: 'munmap-map-fixed' }, { scenario: 'file-write' }] });
    expect(code).toBe(0);
  });

  it('saves traces that replay follows', () => {
    const traces = mkdtempSync(join(tmpdir(), 'shootdown-'));
    const { code } = shootdown('litmus', 'munmap-map-fixed', '--save-trace', traces);
    expect(code).toBe(0);
    const files = readdirSync(traces).sort();
    expect(files).toContain('munmap-map-fixed@luf-v10-zap.batched.json');
    for (const file of files) expect(shootdownIn(traces, 'replay', file).code).toBe(0);
  });
});
