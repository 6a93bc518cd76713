/** Each operation by itself, and next to what runs beside it: the exact set of final values. */
import { describe, expect, test } from 'vitest';
import { badAccess, endStates, explore, read, readers, rowsOf, statesOf, violations } from './run.js';

const [shared, privately] = ['MAP_SHARED', 'MAP_PRIVATE'];
const both = 'PROT_READ | PROT_WRITE';

/** Runs programs over one page mapped so; returns the final values of the locations listed. */
function rows(init: string, threads: string, locations: string, filter = ''): Record<string, string[]> {
  const scenario = read(`{ ${init} } ${threads} locations [${locations}] ${filter} forall (${locations.split(';')[0]}=0)`);
  return Object.fromEntries(['vanilla', 'luf-v10'].map((rules) => [rules, rowsOf(scenario, rules)]));
}

/** The same rows under both rule sets. */
const always = (...expected: string[]): Record<string, string[]> => ({ vanilla: expected, 'luf-v10': expected });

const page = (protection: string, kind: string, object = 'A'): string =>
  `file A = 1; file B = 5; P0: p = mmap(${object}, ${protection}, ${kind});`;

describe('a load', () => {
  test.each([
    { of: 'a shared file page', init: page('PROT_READ', shared), value: '1' },
    { of: 'a private file page', init: page('PROT_READ', privately), value: '1' },
    { of: 'a file page that is not cached', init: page('PROT_READ', shared).replace('= 1', '= 1 (uncached)'), value: '1' },
    { of: 'anonymous memory never written', init: page('PROT_READ', privately, 'anon'), value: '0' },
    { of: 'swapped-out memory', init: `${page('PROT_READ', privately, 'anon')} option swapped;`, value: '0' },
    { of: 'a writable page', init: page('PROT_WRITE', shared), value: '1' },
    { of: 'a page with PROT_NONE', init: page('PROT_NONE', shared), value: 'SIGSEGV' },
    { of: 'anonymous memory with PROT_NONE', init: page('PROT_NONE', privately, 'anon'), value: 'SIGSEGV' },
  ])('of $of returns $value', ({ init, value }) => {
    expect(rows(init, 'P0() { int r0 = READ_ONCE(*p); }', '0:r0;')).toEqual(always(value));
  });

  test('before and after the page is mapped: SIGSEGV, then the file', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); p = mmap(A, PROT_READ, MAP_SHARED); int r1 = READ_ONCE(*p); }';
    expect(rows('file A = 1;', threads, '0:r0; 0:r1;')).toEqual(always('SIGSEGV,1'));
  });
});

describe('a store', () => {
  const threads = 'P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); int r1 = pread(A); }';

  test.each([
    { to: 'a shared file page changes the file', init: page(both, shared), values: '2,2,2' },
    { to: 'a private file page changes the copy alone', init: page(both, privately), values: '2,1,1' },
    { to: 'anonymous memory changes it', init: page(both, privately, 'anon'), values: '2,1,1' },
    { to: 'swapped-out memory changes it', init: `${page(both, privately, 'anon')} option swapped;`, values: '2,1,1' },
    { to: 'a file page that is not cached changes it in the cache', init: page(both, shared).replace('= 1', '= 1 (uncached)'), values: '2,2,2' },
    { to: 'a read-only shared page is SIGSEGV and changes nothing', init: page('PROT_READ', shared), values: '1,1,1' },
    { to: 'a read-only private page is SIGSEGV and changes nothing', init: page('PROT_READ', privately), values: '1,1,1' },
    { to: 'a page with PROT_NONE is SIGSEGV and changes nothing', init: page('PROT_NONE', shared), values: 'SIGSEGV,1,1' },
  ])('to $to', ({ init, values }) => {
    expect(rows(init, threads, '0:r0; 0:r1; A;')).toEqual(always(values));
  });

  test(`to a read-only page ends in ${badAccess}, after which the thread goes on`, () => {
    const { fired } = explore(read(`{ ${page('PROT_READ', shared)} } ${threads} exists (0:r0=1)`)).outcome;
    expect([fired.get(`P0.0 ${badAccess}`), fired.get('P0.0 handle_mm_fault()')]).toEqual([1, 0]);
  });

  test('after a load of the same private page copies it then', () => {
    const loaded = `P0() { int r2 = READ_ONCE(*p); WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); int r1 = pread(A); }`;
    expect(rows(page(both, privately), loaded, '0:r2; 0:r0; 0:r1;')).toEqual(always('1,2,1'));
  });

  test('is seen by another thread at once, through the page and by pread()', () => {
    const seen = `int done = 0; ${page(both, shared)}`;
    const reader = 'P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(done, 1); } P1() { int r0 = READ_ONCE(done); int r1 = READ_ONCE(*p); int r2 = pread(A); }';
    expect(rows(seen, reader, '1:r1; 1:r2;', 'filter (1:r0=1)')).toEqual(always('2,2'));
  });
});

describe('mapping', () => {
  test('munmap() then a load is SIGSEGV, and again munmap() is nothing', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); munmap(p); int r1 = READ_ONCE(*p); munmap(p); }';
    expect(rows(page('PROT_READ', shared), threads, '0:r0; 0:r1;')).toEqual(always('1,SIGSEGV'));
  });

  test.each([
    { over: 'a mapping', before: '' },
    { over: 'nothing', before: 'munmap(p);' },
  ])('MAP_FIXED over $over shows the new file alone', ({ before }) => {
    const threads = `P0() { int r0 = READ_ONCE(*p); ${before} p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED); int r1 = READ_ONCE(*p); }`;
    expect(rows(page('PROT_READ', shared), threads, '0:r0; 0:r1;')).toEqual(always('1,5'));
  });

  test('MAP_FIXED of anonymous memory starts with zeroes, even over a private copy', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); p = mmap(p, anon, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED); int r0 = READ_ONCE(*p);
      WRITE_ONCE(*p, 3); p = mmap(p, A, PROT_READ, MAP_PRIVATE | MAP_FIXED); int r1 = READ_ONCE(*p); }`;
    expect(rows(page(both, privately), threads, '0:r0; 0:r1; A;')).toEqual(always('0,1,1'));
  });

  test('a second mapping of a file shows the same contents', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); q = mmap(A, PROT_READ, MAP_SHARED); int r0 = READ_ONCE(*q); WRITE_ONCE(*p, 3); int r1 = READ_ONCE(*q); }`;
    expect(rows(page(both, shared), threads, '0:r0; 0:r1; A;')).toEqual(always('2,3,3'));
  });
});

describe('a system call on a file', () => {
  test.each(['', ' (uncached)'])('reads and writes it%s', (options) => {
    const threads = 'P0() { int r0 = pread(A); pwrite(A, 3); int r1 = pread(A); }';
    expect(rows(`file A = 1${options};`, threads, '0:r0; 0:r1; A;')).toEqual(always('1,3,3'));
  });

  test('writes before anything has read the file in', () => {
    expect(rows('file A = 1 (uncached);', 'P0() { pwrite(A, 3); int r0 = pread(A); }', '0:r0; A;')).toEqual(always('3,3'));
  });

  test('serialises writers and returns what one of them wrote', () => {
    const threads = 'P0() { pwrite(A, 2); } P1() { pwrite(A, 3); int r0 = pread(A); }';
    expect(rows('file A = 1 (uncached);', threads, '1:r0; A;')).toEqual(always('2,2', '3,2', '3,3'));
  });

  test('is seen through a mapping', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); pwrite(A, 2); int r1 = READ_ONCE(*p); }';
    expect(rows(page('PROT_READ', shared), threads, '0:r0; 0:r1;')).toEqual(always('1,2'));
  });

  test('is not seen through a private copy', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 3); pwrite(A, 2); int r0 = READ_ONCE(*p); }';
    expect(rows(page(both, privately), threads, '0:r0; A;')).toEqual(always('3,2'));
  });
});

describe('reclaim', () => {
  test('of a clean file page leaves its contents on disk', () => {
    const threads = 'P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); } kswapd() { reclaim(A); reclaim(A); }';
    expect(rows(page('PROT_READ', shared), threads, '0:r0; 0:r1; A;')).toEqual(always('1,1,1'));
  });

  test('of a dirty file page keeps it', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); } kswapd() { reclaim(A); reclaim(p); }';
    expect(rows(page(both, shared), threads, '0:r0; A;')).toEqual(always('2,2'));
    const scenario = read(`{ ${page(both, shared)} int done = 0; } P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(done, 1); }
      kswapd() { int r0 = READ_ONCE(done); reclaim(A); } filter (kswapd:r0=1) exists (A=2)`);
    const { fired } = explore(scenario).outcome;
    expect([...fired].filter(([name, times]) => name.includes('__remove_mapping()') && times > 0)).toEqual([]);
  });

  test('of anonymous memory swaps it out, and the next load swaps the value in', () => {
    const init = `${page(both, privately, 'anon')} int stored = 0; int swapped = 0;`;
    const threads = `P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(stored, 1); int r0 = READ_ONCE(swapped); int r1 = READ_ONCE(*p); WRITE_ONCE(*p, 3); int r2 = READ_ONCE(*p); }
      kswapd() { int r0 = READ_ONCE(stored); reclaim(p); WRITE_ONCE(swapped, 1); }`;
    const filter = 'filter (0:r0=1 /\\ kswapd:r0=1)';
    expect(rows(init, threads, '0:r1; 0:r2;', filter)).toEqual(always('2,3'));
    const { fired } = explore(read(`{ ${init} } ${threads} ${filter} exists (0:r1=2)`)).outcome;
    expect(fired.get('kswapd.1 pageout()')).toBeGreaterThan(0);
    expect(fired.get('P0.3 __read_swap_cache_async()')).toBeGreaterThan(0);
  });

  test('of a private copy swaps the copy out, not the file', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); int r1 = pread(A); } kswapd() { reclaim(p); }`;
    expect(rows(page(both, privately), threads, '0:r0; 0:r1;')).toEqual(always('2,1'));
  });

  test('of what nobody maps or caches does nothing', () => {
    const threads = 'kswapd() { reclaim(A); reclaim(A); migrate(A); }';
    expect(rows('file A = 1 (uncached);', threads, 'A;')).toEqual(always('1'));
  });
});

describe('migration', () => {
  test('of a file page keeps its contents under loads and write(2)', () => {
    const threads = `P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); } P1() { pwrite(A, 2); } kcompactd() { migrate(A); }`;
    expect(rows(page('PROT_READ', shared), threads, '0:r0; 0:r1; A;')).toEqual(always('1,1,2', '1,2,2', '2,2,2'));
  });

  test('of a shared page keeps the last store', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 3); } kcompactd() { migrate(p); }';
    expect(rows(page(both, shared), threads, '0:r0; A;')).toEqual(always('2,3'));
  });

  test.each(['A', 'anon'])('of private memory of %s keeps the last store', (object) => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 3); int r1 = READ_ONCE(*p); } kcompactd() { migrate(p); migrate(p); }';
    expect(rows(page(both, privately, object), threads, '0:r0; 0:r1; A;')).toEqual(always('2,3,1'));
  });

  test('and reclaim of the same page leave each other alone', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); } kcompactd() { migrate(p); } kswapd() { reclaim(p); }';
    expect(rows(page(both, privately, 'anon'), threads, '0:r0; A;')).toEqual(always('2,1'));
  });
});

describe('an allocation', () => {
  test.each(['alloc', 'alloc_atomic'])('by %s takes a free frame and no other', (operation) => {
    const scenario = read(`{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); } kworker() { ${operation}(7); ${operation}(8); } exists (0:r0=1)`);
    for (const rules of ['vanilla', 'luf-v10']) {
      expect([rowsOf(scenario, rules), violations(explore(scenario, rules))]).toEqual([['1'], []]);
    }
  });

  test.each([
    { program: 'a kernel allocation', init: page('PROT_READ', shared).replace(' file B = 5;', ''), threads: 'kworker() { alloc(7); } P0() { int r0 = READ_ONCE(*p); }', stuck: 1, finished: 0 },
    { program: 'two writers of anonymous memory', init: `int x; P0: p = mmap(anon, ${both}, ${privately});`, threads: 'P0() { WRITE_ONCE(*p, 2); } P1() { WRITE_ONCE(*p, 3); }', stuck: 4, finished: 2 },
    { program: 'a private copy', init: page(both, privately).replace(' file B = 5;', ''), threads: 'P0() { WRITE_ONCE(*p, 2); }', stuck: 1, finished: 0 },
  ])('with one frame runs out of memory, which is no deadlock: $program', ({ init, threads, stuck, finished }) => {
    const run = explore(read(`{ ${init} frames = 1; } ${threads} forall (${init.includes('file A') ? 'A=1' : 'x=0'})`));
    expect(endStates(run.outcome, 'out of memory')).toHaveLength(stuck);
    expect(endStates(run.outcome, 'finished')).toHaveLength(finished);
    expect([run.outcome.verdict, run.outcome.violations]).toEqual(['holds', []]);
  });

  test('with one frame succeeds where reclaim gives one back', () => {
    const run = explore(read(`{ file A = 1; frames = 1; } P0() { } kswapd() { reclaim(A); alloc(7); } exists (A=1)`));
    expect([endStates(run.outcome, 'out of memory').length, endStates(run.outcome, 'finished').length]).toEqual([0, 1]);
  });
});

describe('two address spaces', () => {
  const two = 'file A = 1; int done = 0; mm m0 { P0 }; mm m1 { P1 };';
  const mapped = (protection: string): string =>
    `${two} P0: p = mmap(A, ${protection}, MAP_SHARED); P1: q = mmap(A, PROT_READ, MAP_SHARED);`;

  test('share what they map: a store in one is seen in the other', () => {
    const threads = 'P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(done, 1); } P1() { int r0 = READ_ONCE(done); int r1 = READ_ONCE(*q); }';
    expect(rows(mapped(both), threads, '1:r0; 1:r1;')).toEqual(always('0,1', '0,2', '1,2'));
  });

  test('do not share what is private: a copy in one is not seen in the other', () => {
    const init = `${two} P0: p = mmap(A, ${both}, MAP_PRIVATE); P1: q = mmap(A, PROT_READ, MAP_SHARED);`;
    const threads = 'P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(done, 1); int r0 = READ_ONCE(*p); } P1() { int r0 = READ_ONCE(done); int r1 = READ_ONCE(*q); }';
    expect(rows(init, threads, '0:r0; 1:r0; 1:r1;')).toEqual(always('2,0,1', '2,1,1'));
  });

  test('unmap for themselves', () => {
    const threads = `P0() { int r0 = READ_ONCE(*p); munmap(p); WRITE_ONCE(done, 1); int r1 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(done); int r1 = READ_ONCE(*q); }`;
    expect(rows(mapped('PROT_READ'), threads, '0:r1; 1:r0; 1:r1;')).toEqual(always('SIGSEGV,0,1', 'SIGSEGV,1,1'));
  });

  test('are both unmapped from by reclaim and migration', () => {
    const threads = `P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(done, 1); } P1() { int r0 = READ_ONCE(done); int r1 = READ_ONCE(*q); } kcompactd() { migrate(A); }`;
    expect(rows(mapped(both), threads, '1:r0; 1:r1; A;')).toEqual(always('0,1,2', '0,2,2', '1,2,2'));
  });

  test('may share a CPU, which then runs one or the other', () => {
    const run = explore(read(`{ ${mapped('PROT_READ')} cpu P1 = P0; } P0() { int r0 = READ_ONCE(*p); } P1() { int r0 = READ_ONCE(*q); } exists (A=1)`));
    expect(violations(run)).toEqual([]);
    const loaded = readers(run.search.program)('cpu.mm');
    expect(new Set([...statesOf(run)].map((words) => loaded.name(words)))).toEqual(new Set(['m0', 'none', 'm1']));
  });
});
