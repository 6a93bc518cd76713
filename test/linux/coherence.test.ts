/**
 * What counts as incoherent and what does not: the false alarms that the properties must not raise, and
 * the violations that they must find at exactly these lengths.
 */
import { describe, expect, test } from 'vitest';
import { explore, read, rowsOf, scenarioOf, violations, Walk } from './run.js';

/** Violations under each rule set, all properties judged over the whole space. */
const judged = (text: string, rules = 'vanilla'): string[] => violations(explore(read(text), rules));

describe('no property is violated by', () => {
  const upgrade = `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 2); }
    P1() { WRITE_ONCE(*p, 3); int r0 = READ_ONCE(*p); }
    exists (A=2)`;

  test.each(['vanilla', 'luf-v10'])('a PTE made writable without a flush, under %s', (rules) => {
    expect(judged(upgrade, rules)).toEqual([]);
    expect(rowsOf(read(upgrade), rules)).toEqual(['2', '3']);
  });

  test('a store through a read-only entry of a PTE made writable: it walks, and takes no fault', () => {
    const walk = new Walk(read(upgrade));
    walk.until('P0', 'load after').take('P0: load after a table walk').until('P1', 'store after');
    expect([walk.of('tlb.writable').name(walk.words), walk.of('pte.writable').name(walk.words)]).toEqual(['false', 'true']);
    expect(walk.enabled.filter((step) => step.startsWith('P0'))).toEqual(['P0: store after a table walk']);
  });

  const unmapping = `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); WRITE_ONCE(*p, 2); }
    P1() { munmap(p); }
    exists (0:r1=1)`;

  test.each(['vanilla', 'luf-v10'])('a load or a store through an old entry before munmap() returns, under %s', (rules) => {
    expect(judged(unmapping, rules)).toEqual([]);
  });

  test('a load that the test above covers: the PTE is gone, the entry is not, munmap() has not returned', () => {
    const walk = new Walk(read(unmapping));
    walk.until('P0', 'load after').take('P0: load after a table walk').until('P1', 'flush_tlb_func()');
    expect([walk.of('pte.kind').name(walk.words), walk.can('P0: load')]).toEqual(['none', true]);
    walk.until('P1');
    expect(walk.can('P0: load')).toBe(false);
  });

  test.each(['vanilla', 'luf-v10'])('a store through an old entry before migration copies: it is copied, under %s', (rules) => {
    const stores = `
      { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
      P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(*p, 3); int r0 = READ_ONCE(*p); }
      kcompactd() { migrate(A); }
      exists (A=3 /\\ 0:r0=3)`;
    expect([judged(stores, rules), rowsOf(read(stores), rules)]).toEqual([[], ['3,3']]);
    const walk = new Walk(read(stores), rules);
    walk.until('P0', 'store after').take('P0: store after a table walk').until('kcompactd', 'try_to_migrate()');
    expect([walk.of('pte.kind').name(walk.words), walk.can('P0: store')]).toEqual(['migration', true]);
    walk.take('P0: store').until('kcompactd');
    expect(walk.of('frame.content').name(walk.words, walk.of('file.cache').value(walk.words))).toBe('3');
  });

  test.each(['vanilla', 'luf-v10'])('a read-only page reclaimed and read in again, under %s', (rules) => {
    const again = `
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(*p); }
      kswapd() { reclaim(A); reclaim(A); }
      exists (0:r1=1)`;
    expect(judged(again, rules)).toEqual([]);
  });

  test.each(['vanilla', 'luf-v10'])('a file mapped over by itself with the same contents, under %s', (rules) => {
    const same = `
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); p = mmap(p, A, PROT_READ, MAP_SHARED | MAP_FIXED); int r1 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(*p); }
      kswapd() { reclaim(A); }
      exists (0:r1=1)`;
    expect(judged(same, rules)).toEqual([]);
  });
});

describe('a load through a frame that an unfinished reclaim holds isolated', () => {
  test('violates coherent-strict and not coherent-bounded', () => {
    const run = explore(scenarioOf('file-write+during-reclaim'));
    expect(violations(run)).toMatchInlineSnapshot(`
      [
        "coherent-strict: 20",
      ]
    `);
  });

  test.each(['vanilla + flushBeforeRemove', 'vanilla + flushInPTL'])('violates nothing under %s', (rules) => {
    expect(violations(explore(scenarioOf('file-write+during-reclaim'), rules))).toEqual([]);
  });
});

describe('luf-v10', () => {
  test('sends an IPI with interrupts off, where an atomic allocation takes a frame that waits for a flush', () => {
    const atomic = `
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); }
      kswapd() { reclaim(A); alloc_atomic(7); }
      exists (0:r0=1)`;
    expect([judged(atomic), judged(atomic, 'luf-v10')]).toMatchInlineSnapshot(`
      [
        [],
        [
          "flush-context: 17",
        ],
      ]
    `);
  });

  test('hangs where such an allocation spins on a flush that waits for its CPU', () => {
    const spinning = `
      { file A = 1; file B = 2; P0: p = mmap(A, PROT_READ, MAP_SHARED); P0: q = mmap(B, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*q); int r2 = alloc_atomic(8); }
      kswapd() { reclaim(A); reclaim(B); alloc(7); }
      exists (0:r0=1)`;
    expect([judged(spinning), judged(spinning, 'luf-v10')]).toMatchInlineSnapshot(`
      [
        [],
        [
          "deadlock: 35",
          "flush-context: 25",
        ],
      ]
    `);
  });
});
