import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mistakes, program, shootdown } from './shootdown.js';

describe('the command line', () => {
  it.each<[string, readonly string[]]>([
    ["unknown command 'chek'\n(Did you mean check?)", ['chek']],
    ["unknown option '--ruls'\n(Did you mean --rules?)", ['check', '--ruls', 'x']],
    ["missing required argument 'file-or-name'", ['litmus']],
    ["too many arguments for 'check'", ['check', 'a', 'b']],
    ['--rules:1:1: error: unknown rule set `luf-v9`', ['check', '--rules', 'luf-v9']],
    ['--rules:1:11: error: unknown rule `zap.batchd`', ['check', '--rules', 'luf-v10 - zap.batchd']],
    ['--without:1:1: error: unknown rule `zap.batchd`', ['check', '--without', 'zap.batchd']],
    ['did you mean `zap.batched`?', ['check', '--without', 'zap.batchd']],
    ['no such scenario: munmap-map-fixd is neither a file nor', ['litmus', 'munmap-map-fixd']],
    ['Did you mean munmap-map-fixed?', ['check', 'munmap-map-fixd']],
    ['no such scenario: /nowhere/x.litmus', ['check', '/nowhere/x.litmus']],
    ['cannot read src: it is a directory', ['check', 'src']],
    ['cannot read src: it is a directory', ['replay', 'src']],
    ['cannot read nowhere.json: no such file or directory', ['replay', 'nowhere.json']],
    ['cannot write /nowhere/x: no such file or directory', ['rules', '--output', '/nowhere/x']],
    ['unknown property coherent-strit. Did you mean coherent-strict?', ['check', 'munmap-map-fixed', '--property', 'coherent-strit']],
    ['unknown architecture vax', ['check', '--arch', 'vax']],
    ['Expected a whole number from 1 to 64', ['check', '--workers', '0']],
    ['Expected a size such as 512M', ['check', '--max-memory', 'lots']],
    ['Expected a time such as 90s', ['check', '--timeout', '-1']],
    ['Expected a whole number from 2 to 8', ['check', '--cpus', '1']],
    ['--ops: the most general client takes these; munmap-map-fixed has its own', ['check', 'munmap-map-fixed', '--ops', '2']],
    ['unknown rule set or rule luf-v1', ['rules', 'luf-v1']],
    ['--save-trace must name a folder', ['litmus', 'a', 'b', '--save-trace', '/tmp/x.json']],
    ['--save-trace must name a folder', ['litmus', 'munmap-map-fixed', '--save-trace', '/tmp/x.json']],
  ])('refuses with 129: %s', (message, words) => {
    const { code, stdout, stderr } = shootdown(...words);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/(^|\n)Reproduce: shootdown .*\n$/);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([code, stdout]).toEqual([129, '']);
  });

  it('explains itself', () => {
    for (const name of ['check', 'litmus', 'replay', 'rules', 'model']) {
      const { code, stdout } = shootdown(name, '--help');
      expect(stdout).toMatch(new RegExp(`^Usage: shootdown ${name} `));
      expect(stdout).toContain('\nExamples:\n  shootdown ');
      expect(stdout).toContain('\nExit codes:\n');
      expect(code).toBe(0);
    }
    expect(shootdown('--help').code).toBe(0);
    expect(shootdown().code).toBe(129);
  });

  it('tells its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(shootdown('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('refuses a cache that is no folder, and tells of a result that cannot be written', () => {
    const cached = shootdown('regress', 'realloc', '--cache', 'package.json');
    expect([cached.code, cached.stderr.split('\n')[0]]).toEqual([129, 'error: --cache must name a folder, and package.json is none']);
    const full = shootdown('litmus', 'realloc', '--output', '/dev/full');
    expect([full.code, full.stderr.split('\n')[0]]).toEqual([129, 'error: cannot write /dev/full: no space left']);
  });

  it('ends quietly when its reader goes away', () => {
    const line = `${process.execPath} ${program} model --guards | head -n 1; ${process.execPath} ${program} litmus munmap-map-fixed | head -n 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(stdout).toBe('most-general-client under vanilla (v6.12.117, x86)\nRules luf-v10\n');
    expect(stderr).toBe('');
  });

  it('quotes commands for a shell', () => {
    const { stderr } = shootdown('check', "it's $1", '$HOME x', 'a b', '');
    expect(stderr).toContain(`Reproduce: shootdown check 'it'\\''s $1' '$HOME x' "a b" ''\n`);
  });
});

describe('shootdown rules', () => {
  it('lists rule sets and rules', () => {
    const { code, stdout } = shootdown('rules', 'luf-v10', 'zap.batched');
    expect(stdout).toMatch(/^Rule sets\n\nluf-v10 \(v6\.9\)\n/);
    expect(stdout).toContain('  call:    flush_tlb_batched_pending()\n');
    expect(code).toBe(0);
  });

  it('prints JSON as published', () => {
    expect(mistakes('rules', shootdown('rules', '--json').stdout)).toEqual([]);
  });
});

describe('shootdown model', () => {
  it('prints the ledger', () => {
    const { code, stdout } = shootdown('model', 'munmap-map-fixed', '--rules', 'luf-v10');
    expect(stdout).toMatch(/^munmap-map-fixed under luf-v10 \(v6\.9, x86\)\n\n/);
    expect(stdout).toMatch(/^mm\/rmap\.c\n(.*\n)*? {2}try_to_unmap_one\(\)/m);
    expect(stdout).toMatch(/\nProvenance: source \d+/);
    expect(code).toBe(0);
  });

  it('prints JSON as published', () => {
    expect(mistakes('model', shootdown('model', 'munmap-map-fixed', '--json').stdout)).toEqual([]);
  });
});
