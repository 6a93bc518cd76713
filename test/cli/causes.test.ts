import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mistakes, shootdown } from './shootdown.js';

const several = ['check', 'alloc-atomic', '--rules', 'luf-v10', '--all'];
const left = ['pwrite', 'pread', 'fsync', 'mmap', 'munmap', 'mprotect', 'madvise', 'migrate', 'compact', 'change_remote', 'ftruncate', 'writeback', 'alloc', 'numa_hint', 'invalidate'];
const client = ['check', '--cpus', '2', '--ops', '2,1', '--frames', '2', '--rules', 'luf-v10', '--all', ...left.flatMap((name) => ['--except', name])];

const listOf = (text: string): string => /\d+ causes?, told by[^]*?\n\n/.exec(text)?.[0] ?? '';

/** The smallest scenario in which luf-v10 begins a flush with interrupts off. */
const smallest = `C most-general-client+cause-1

{
	arch x86;
	frames = 1;
	file A = 1;
	P0: p = mmap(A, PROT_READ, MAP_SHARED);
}

P0()
{
	READ_ONCE(*p);
	alloc_atomic(2);
}

kswapd()
{
	reclaim(A);
}

exists ([A]=1)
`;

describe('shootdown check --all', () => {
  it('lists the causes of all violations, and shows the trace of the first', () => {
    const { code, stdout } = shootdown(...several);
    expect(listOf(stdout)).toBe(`2 causes, told by the first trace to each violating state:
  1. alloc(8) is stuck before flush_tlb_func(), alloc_atomic(7) is stuck before
     prep_new_page() or check_luf_flush().
     (deadlock, 25 steps, 2 context switches, 8 states)
  2. arch_tlbbatch_flush() of alloc_atomic(7); wrong since
     _raw_spin_lock_irqsave() of alloc_atomic(7).
     (flush-context, 23 steps, 1 context switch, 33 states)

`);
    expect(stdout.match(/^Cause \d:$/gm)).toEqual(['Cause 1:']);
    expect(stdout).toContain('\n25 steps, 2 context switches; v6.9, x86; sequentially consistent.\n');
    expect(code).toBe(1);
  });

  it('saves the trace of the first', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'causes-')), 'trace.json');
    const { stdout } = shootdown(...several, '--cause', '2', '--save-trace', file);
    expect(stdout).toContain(`\nCause 1: shootdown replay ${file}\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ shows: { property: 'deadlock' }, length: 25 });
  });

  it('says nothing of causes where nothing is violated', () => {
    const { code, stdout } = shootdown('check', 'munmap-map-fixed', '--rules', 'luf-v10', '--all');
    expect(stdout).not.toMatch(/cause/i);
    expect(code).toBe(0);
  });

  it('shows the causes asked for by their numbers', () => {
    const numbers = (...options: string[]): string[] => [...(shootdown(...several, ...options).stdout.match(/^Cause \d:$/gm) ?? [])];
    expect(numbers('--cause', '2')).toEqual(['Cause 2:']);
    expect(numbers('--cause', 'all')).toEqual(['Cause 1:', 'Cause 2:']);
    expect(numbers('--cause', '2', '--no-trace')).toEqual([]);
    const { code, stderr } = shootdown(...several, '--cause', '3');
    expect([code, stderr.split('\n')[0]]).toEqual([129, 'error: --cause 3: there are 2 causes']);
  });

  it('says where there are more violations than it may tell apart', () => {
    const { stdout } = shootdown(...several, '--max-violations', '10', '--no-trace');
    expect(stdout).toContain('(flush-context, 23 steps, 1 context switch, 10 states)');
    expect(stdout).toContain('More than 10 violations of flush-context: only the first 10 are told apart and\n  counted.\n');
    expect(shootdown(...several, '--no-trace').stdout).not.toContain('More than');
  });

  it('shrinks the most general client to the smallest scenario that shows the cause, and writes it to a file', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'causes-')), 'new');
    const { stdout, code } = shootdown(...client, '--expect', 'violated', '--save-smallest', folder);
    expect(stdout).toContain('     Smallest scenario: 2 CPUs, 1 page, 1 frame, 1 file, 3 operations; 19 steps,\n     2 context switches;');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`saved as ${join(folder, 'most-general-client+cause-1@luf-v10.litmus')}.`);
    expect(stdout).toContain(`\nCause 1:\n\n${smallest}\nmost-general-client+cause-1 under luf-v10\n`);
    expect(readdirSync(folder)).toEqual(['most-general-client+cause-1@luf-v10.litmus']);
    const file = join(folder, 'most-general-client+cause-1@luf-v10.litmus');
    expect(readFileSync(file, 'utf8')).toBe(smallest);
    expect(code).toBe(0);
    expect(shootdown('check', file, '--rules', 'luf-v10').stdout).toContain('violated: flush-context.');
  });

  it('prints them as JSON that its schema describes', () => {
    const { stdout } = shootdown(...several, '--smallest', '--cause', '2', '--json');
    expect(mistakes('check', stdout)).toEqual([]);
    const { checks: [check] } = JSON.parse(stdout) as { checks: { causes: { groups: { property: string; states: number; smallest: object | null }[] } }[] };
    const { groups, ...rest } = check!.causes;
    expect(rest).toEqual({ violationsMax: 100_000, incomplete: [] });
    expect(groups.map(({ property, states }) => [property, states])).toEqual([['deadlock', 8], ['flush-context', 33]]);
    expect(groups[0]!.smallest).toBeNull();
    expect(groups[1]!.smallest).toMatchObject({ cpus: 2, pages: 1, frames: 1, files: 1, operations: 2, undecided: 0, statesMax: 200_000, trace: { length: 13 } });
    const plain = shootdown('check', 'alloc-atomic', '--rules', 'luf-v10', '--json').stdout;
    expect(mistakes('check', plain)).toEqual([]);
    expect(JSON.parse(plain)).toMatchObject({ checks: [{ causes: null }] });
  });

  it('needs --all for all that belongs to it', () => {
    for (const option of [['--smallest'], ['--cause', '1'], ['--max-violations', '5'], ['--save-smallest', 'x']]) {
      const { code, stderr } = shootdown('check', 'alloc-atomic', ...option);
      expect([code, stderr.split('\n')[0]]).toEqual([129, `error: ${option[0]} needs --all`]);
    }
  });
});
