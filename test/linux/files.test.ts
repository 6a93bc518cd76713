/** Truncation, writeback, direct writes and contents that change on a server: final values, and no false alarm. */
import { describe, expect, test } from 'vitest';
import { explore, read, rowsOf, violations } from './run.js';

const both = 'PROT_READ | PROT_WRITE';
const shared = `P0: p = mmap(A, ${both}, MAP_SHARED);`;
const privately = `P0: p = mmap(A, ${both}, MAP_PRIVATE);`;

/** Final values of the locations under vanilla, LUF v10 and LUF v12, which must agree; violations under vanilla. */
function rows(init: string, threads: string, locations: string): string[] {
  const scenario = read(`{ ${init} } ${threads} locations [${locations}] forall (${locations.split(';')[0]}=0)`);
  const found = ['vanilla', 'luf-v10', 'luf-v12'].map((rules) => rowsOf(scenario, rules));
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
  return found[0]!;
}

/** What a scenario violates under vanilla with changes, but for what it always may. */
function violated(text: string, rules = 'vanilla'): string[] {
  return violations(explore(read(text), rules)).map((v) => v.split(':')[0]!).filter((name) => name !== 'coherent-strict');
}

describe('ftruncate()', () => {
  test('leaves nothing to read, and accesses end in SIGBUS until a write', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); ftruncate(A); int r0 = pread(A); int r1 = READ_ONCE(*p);
      pwrite(A, 3); int r2 = pread(A); int r3 = READ_ONCE(*p); }`;
    expect(rows(`file A = 1; ${shared}`, threads, '0:r0; 0:r1; 0:r2; 0:r3; A;')).toEqual(['0,SIGBUS,3,3,3']);
  });

  test('takes private copies away', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); ftruncate(A); int r0 = READ_ONCE(*p); pwrite(A, 3); int r1 = READ_ONCE(*p);
      WRITE_ONCE(*p, 4); int r2 = READ_ONCE(*p); ftruncate(A); int r3 = READ_ONCE(*p); }`;
    expect(rows(`file A = 1; ${privately}`, threads, '0:r0; 0:r1; 0:r2; 0:r3; A;')).toEqual(['SIGBUS,3,4,SIGBUS,0']);
  });

  test('takes swapped-out private copies away', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(x, 1); int r0 = READ_ONCE(y); ftruncate(A); int r1 = READ_ONCE(*p); }
      kswapd() { int r0 = READ_ONCE(x); reclaim(p); WRITE_ONCE(y, 1); }`;
    const scenario = read(`{ file A = 1; int x; int y; ${privately} } ${threads} filter (0:r0=1 /\\ kswapd:r0=1) forall (0:r1=SIGBUS)`);
    expect(rowsOf(scenario)).toEqual(['SIGBUS']);
  });

  test('of a file that is not cached lets a read in flight cache nothing of it', () => {
    const threads = 'P0() { int r0 = pread(A); } P1() { ftruncate(A); int r0 = pread(A); }';
    expect(rows('file A = 1 (uncached);', threads, '0:r0; 1:r0; A;')).toEqual(['0,0,0', '1,0,0']);
  });
});

describe('fsync()', () => {
  test('leaves a page that can be stored to and written back again', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); fsync(A); int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 3); fsync(A); fsync(A); }';
    expect(rows(`file A = 1; ${shared}`, threads, '0:r0; A;')).toEqual(['2,3']);
  });

  test('and then drop_caches leaves the file as it was written', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); fsync(A); munmap(p); WRITE_ONCE(x, 1); }
      kworker() { int r0 = READ_ONCE(x); invalidate(A); }`;
    const scenario = read(`{ file A = 1; int x; ${shared} } ${threads} filter (kworker:r0=1) forall (A=2)`);
    const run = explore(scenario);
    expect([rowsOf(scenario), violations(run)]).toEqual([['2'], []]);
    expect([...run.outcome.fired].filter(([name]) => name.startsWith('kworker.1 mapping_evict_folio()')).map(([, times]) => times > 0)).toContain(true);
  });

  test('beside migration and a second address space keeps the last store', () => {
    const init = `file A = 1; mm M { P1 }; ${shared} P1: q = mmap(A, ${both}, MAP_SHARED);`;
    const threads = `P0() { WRITE_ONCE(*p, 2); fsync(A); WRITE_ONCE(*p, 3); } P1() { WRITE_ONCE(*q, 4); }
      kcompactd() { migrate(A); writeback(A); }`;
    expect(violated(`{ ${init} } ${threads} exists (A=3)`)).toEqual([]);
  });
});

describe('contents that change behind the page cache', () => {
  test('are seen through a mapping once the client has revalidated', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(x); int r2 = READ_ONCE(*p); } kworker() { change_remote(A, 5); WRITE_ONCE(x, 1); }';
    const scenario = read(`{ file A = 1; int x; P0: p = mmap(A, PROT_READ, MAP_SHARED); } ${threads} filter (0:r1=1) forall (0:r2=5)`);
    expect(rowsOf(scenario)).toEqual(['5']);
  });

  test('lose against a store that is still in the page cache', () => {
    expect(rows(`file A = 1; ${shared}`, 'P0() { WRITE_ONCE(*p, 2); } kworker() { change_remote(A, 5); }', 'A;')).toEqual(['2']);
  });

  test('are written with O_DIRECT, beside stores through a mapping', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); } P1() { pwrite(A, 3); }';
    expect(violated(`{ file A = 1 (direct); ${shared} } ${threads} exists (A=3)`)).toEqual([]);
  });
});

/** Each of these was once a false alarm of the model, found by the most general client. */
describe('vanilla Linux is not accused', () => {
  // A gather that has cleared a PTE and not flushed yet holds the frame, as an unfinished reclaim does.
  test.each(['munmap(p)', 'madvise(p, MADV_DONTNEED)'])('of %s in flight while the file changes on the server', (unmap) => {
    const threads = `P0() { int r0 = READ_ONCE(*p); } P1() { ${unmap}; } kworker() { change_remote(A, 2); }`;
    const text = `{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); } ${threads} exists (0:r0=1)`;
    expect(violated(text)).toEqual([]);
    expect(violated(text, 'vanilla - zap.flush')).toContain('coherent-bounded');
  });

  // wp_page_copy() takes the rmap of the old folio away after the flush, so invalidation waits for its lock.
  test('of wp_page_copy() in flight while the file changes on the server', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); } P1() { WRITE_ONCE(*p, 3); } kworker() { change_remote(A, 2); }';
    const text = `{ file A = 1; ${privately} } ${threads} exists (0:r0=1)`;
    expect(violated(text)).toEqual([]);
    expect(violated(text, 'vanilla - wp.clearFlush')).toEqual(['coherent-bounded']);
  });

  // A fault may read a hole in before the file grows again, and finds the folio within i_size afterwards.
  test('of zeroes that are read while a truncated file grows on the server', () => {
    const threads = `P0() { int r0 = READ_ONCE(*p); } P1() { ftruncate(A); int r0 = READ_ONCE(*p); }
      kworker() { invalidate(A); change_remote(A, 2); }`;
    expect(violated(`{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); } ${threads} exists (1:r0=0)`)).toEqual([]);
  });

  // Once truncation has taken a private copy away, a read fault that began before it maps the file's folio.
  test('of a read fault that meets the truncation of a private copy', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); } P1() { WRITE_ONCE(*p, 3); ftruncate(A); }';
    expect(violated(`{ file A = 1; ${privately} } ${threads} exists (0:r0=1)`)).toEqual([]);
  });

  // The VMA of a munmap() that has cleared a dirty PTE is still found by unmap_mapping_folio().
  test('of a store during munmap() of a dirty page that is invalidated', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 3); } P1() { munmap(p); } kworker() { change_remote(A, 2); }';
    expect(violated(`{ file A = 1; ${shared} } ${threads} exists (A=3)`)).toEqual([]);
  });
});
