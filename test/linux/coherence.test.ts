/**
 * What counts as incoherent and what does not: the false alarms that the properties must not raise, and
 * the violations that they must find at exactly these lengths.
 */
import { describe, expect, test } from 'vitest';
import { strictProperties } from '../../models/linux/index.js';
import { bundled, explore, instantiate, read, rowsOf, scenarioOf, violations, Walk } from './run.js';

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

describe('vanilla', () => {
  test.each(bundled)('holds every property but coherent-strict on %s', (name) => {
    const { outcome } = explore(scenarioOf(name), 'vanilla', { stopUnless: strictProperties });
    expect([outcome.verdict, outcome.limit, outcome.violations, outcome.uncovered]).toEqual(['holds', undefined, [], []]);
  });

  test('violates coherent-strict on these bundled scenarios, at these lengths', () => {
    const found = bundled.map((name) => [name, violationOf(name, 'vanilla', 'coherent-strict')]);
    expect(Object.fromEntries(found)).toMatchInlineSnapshot(`
      {
        "file-write": 20,
        "file-write+during-reclaim": 20,
        "init-on-free": null,
        "munmap-map-fixed": null,
        "munmap-map-fixed+after-reclaim": null,
        "munmap-map-fixed+alone": null,
        "poison-on-free": null,
        "realloc": null,
        "second-mapping": 22,
        "second-mapping+writable-mmap": 24,
        "store-and-reclaim": 23,
        "wp-fault": null,
        "wp-fault+shared": null,
        "wp-fault+shared+during-reclaim": 19,
        "write-fault": 22,
        "write-fault+during-reclaim": 22,
        "write-fault+swap": 25,
        "write-fault+swap+during-reclaim": 25,
      }
    `);
  });
});

/** The length of a shortest trace to a violation; null where there is none. */
function violationOf(name: string, rules: string, property: string): number | null {
  const stopUnless = explorable.filter((other) => other !== property);
  const { outcome } = explore(scenarioOf(name), rules, { stopUnless });
  return outcome.violations[0]?.length ?? null;
}

const explorable = instantiate(scenarioOf('init-on-free')).model.properties.map(({ name }) => name);

describe('luf-v10', () => {
  test.each(['file-write', 'second-mapping', 'write-fault', 'write-fault+swap'])('violates coherent-bounded on %s', (name) => {
    expect(violationOf(name, 'luf-v10', 'coherent-bounded')).not.toBeNull();
  });

  test('violates properties on these bundled scenarios, at these lengths of a shortest trace', () => {
    const found = bundled.map((name) => [name, violations(explore(scenarioOf(name), 'luf-v10', { stopUnless: strictProperties }))]);
    expect(Object.fromEntries(found)).toMatchInlineSnapshot(`
      {
        "file-write": [
          "coherent-bounded: 24",
        ],
        "file-write+during-reclaim": [
          "coherent-bounded: 24",
        ],
        "init-on-free": [
          "foreign-data: 15",
        ],
        "munmap-map-fixed": [],
        "munmap-map-fixed+after-reclaim": [],
        "munmap-map-fixed+alone": [],
        "poison-on-free": [
          "foreign-data: 15",
        ],
        "realloc": [],
        "second-mapping": [
          "coherent-bounded: 26",
        ],
        "second-mapping+writable-mmap": [
          "coherent-bounded: 29",
        ],
        "store-and-reclaim": [
          "coherent-bounded: 27",
        ],
        "wp-fault": [],
        "wp-fault+shared": [],
        "wp-fault+shared+during-reclaim": [
          "coherent-bounded: 23",
        ],
        "write-fault": [
          "coherent-bounded: 26",
        ],
        "write-fault+during-reclaim": [
          "coherent-bounded: 26",
        ],
        "write-fault+swap": [
          "coherent-bounded: 30",
        ],
        "write-fault+swap+during-reclaim": [
          "coherent-bounded: 30",
        ],
      }
    `);
  });

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
      { file A = 1; file B = 2; cpu kworker = P0;
        P0: p = mmap(A, PROT_READ, MAP_SHARED); P0: q = mmap(B, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*q); }
      kworker() { alloc_atomic(8); }
      kswapd() { reclaim(A); reclaim(B); alloc(7); }
      exists (0:r0=1)`;
    expect([judged(spinning), judged(spinning, 'luf-v10')]).toMatchInlineSnapshot(`
      [
        [],
        [
          "deadlock: 33",
          "flush-context: 17",
        ],
      ]
    `);
  });
});
