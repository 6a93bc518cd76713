/**
 * Schedules that were run on booted kernels, and the same kernels with partial fixes: the table of
 * models/litmus/README.md ("Deferral on a booted kernel"), cell by cell.
 *
 * P0 is the main thread, which gives its page to reclaim by MADV_PAGEOUT; P1 reads it before and after; P2
 * writes, in the process or in another one. What was run is one order of operations, each finished before
 * the next one begins.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/litmus/scenario.js';
import { read, verdictOf } from './run.js';

/** Linux v6.12 that puts the flush of clean read-only unmaps off until a frame of theirs is allocated again. */
const deferring = 'vanilla + luf.reclaim + elig.pteWrite + elig.pteDirty + alloc.flush + exit.flush';

/** The columns of the table. */
const kernels: Readonly<Record<string, string>> = {
  'v6.12': 'vanilla',
  deferring,
  hidden: `${deferring} - zap.batched`,
  never: `${deferring} - zap.batched - alloc.flush`,
  '`mmap.flush`': `${deferring} - zap.batched + mmap.flush`,
  '`write.start`': `${deferring} + write.start`,
  '`fault.start`': `${deferring} + fault.start`,
};

const readOnly = 'P0: p = mmap(A, PROT_READ, MAP_SHARED);';
const observe = 'int r0 = READ_ONCE(*p); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p);';
const pageout = 'madvise(p, MADV_PAGEOUT);';

/** P0 reclaims and changes what p maps; P1 looks. */
function mapped(change: string): Scenario {
  return read(`
    { file A = 1; file B = 5; int changed; ${readOnly} }
    P0() { ${pageout} ${change} p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED); WRITE_ONCE(changed, 1); }
    P1() { ${observe} }
    filter (1:r0=1 /\\ 1:r1=1)
    exists (1:r2=1)`);
}

/** P0 reclaims, P2 writes after that, P1 looks. */
function written(init: string, write: string, stale = '1'): Scenario {
  return read(`
    { file A = 1; int reclaimed; int changed; ${init} }
    P0() { ${pageout} WRITE_ONCE(reclaimed, 1); }
    P1() { ${observe} }
    P2() { int r0 = READ_ONCE(reclaimed); ${write} WRITE_ONCE(changed, 1); }
    filter (1:r0=1 /\\ 1:r1=1 /\\ 2:r0=1)
    exists (1:r2=${stale})`);
}

const itself = read(`
  { file A = 1; int reclaimed; int changed; mm m0 { P0 P1 }; mm m1 { P2 }; ${readOnly} }
  P0() { int r0 = READ_ONCE(*p); ${pageout} WRITE_ONCE(reclaimed, 1); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p); }
  P1() { int r0 = READ_ONCE(*p); }
  P2() { int r0 = READ_ONCE(reclaimed); pwrite(A, 2); WRITE_ONCE(changed, 1); }
  filter (0:r0=1 /\\ 0:r1=1 /\\ 2:r0=1)
  exists (0:r2=1)`);

const other = 'mm m0 { P0 P1 }; mm m1 { P2 };';

/** The rows of the table. */
const schedules: Readonly<Record<string, Scenario>> = {
  'munmap(), mmap(MAP_FIXED) of another file': mapped('munmap(p);'),
  'mmap(MAP_FIXED) of another file': mapped(''),
  'pwrite() by another process': written(`${other} ${readOnly}`, 'pwrite(A, 2);'),
  'the same, and the reclaiming thread looks': itself,
  'store to a private mapping': written('P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE);', 'WRITE_ONCE(*p, 2);'),
  'store through a second, shared mapping': written(`${readOnly} P0: q = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED);`, 'WRITE_ONCE(*q, 2);'),
  'another process takes the frame': written(`${other} ${readOnly}`, 'int r1 = alloc_atomic(7);', '7'),
};

function rowsOfReadme(): string[][] {
  const [, section = ''] = readFileSync('models/litmus/README.md', 'utf8').split('## Deferral on a booted kernel');
  const rows = section.split('\n## ')[0]!.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

describe('on the schedules of the booted kernel', () => {
  const [head = [], , ...rows] = rowsOfReadme();

  it('the table has these schedules and these kernels', () => {
    expect([head.slice(1), rows.map(([name]) => name)]).toEqual([Object.keys(kernels), Object.keys(schedules)]);
  });

  it.each(rows)('%s: the model says what the table says, and what was seen', (name, ...cells) => {
    const found = Object.values(kernels).map((rules) => verdictOf(schedules[name]!, rules));
    expect(found).toEqual(cells.map((cell) => (cell.startsWith('stale') ? 'Sometimes' : 'Never')));
    // Where the kernel was booted the cell also has how many iterations read stale data.
    const seen = cells.flatMap((cell) => [...cell.matchAll(/^(stale|no), (\d+) of \d+$/g)]);
    expect(seen.filter(([, verdict, count]) => (verdict === 'stale') !== (count !== '0'))).toEqual([]);
    expect(seen.length).toBeGreaterThan(1);
  });
});
