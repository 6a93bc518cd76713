/** arch/x86/mm/tlb.c: what a flush does to the TLB of each CPU, and when it gets there. */
import { describe, expect, test } from 'vitest';
import { badAccess, read, verdictOf, Walk } from './run.js';

const [CPU0, CPU1] = [0, 1];

/** P0 on CPU0 may load two pages, P1 on CPU1 unmaps the second one, kswapd on CPU2 reclaims the first. */
const twoPages = read(`
  { file A = 1; file B = 2;
    P0: p = mmap(A, PROT_READ, MAP_SHARED); P0: q = mmap(B, PROT_READ, MAP_SHARED); }
  P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*q); int r2 = READ_ONCE(*q); }
  P1() { munmap(q); }
  kswapd() { reclaim(A); }
  exists (0:r0=1)`);

/** The walk in which CPU0 holds an entry for each page. */
function filled(rules = 'vanilla'): Walk {
  const walk = new Walk(twoPages, rules);
  while (entries(walk, CPU0).length < 2 || !walk.can('P0: load')) walk.take(walk.enabled.find((step) => step.startsWith('P0'))!);
  return walk;
}

/** Pages for which a CPU has a TLB entry. */
function entries(walk: Walk, cpu: number): string[] {
  const frame = walk.of('tlb.frame');
  return ['p', 'q'].filter((_, page) => frame.value(walk.words, cpu * 2 + page) >= 0);
}

/** The TLB generation of the mm, and the one that CPU0 has come to. */
function generations(walk: Walk): number[] {
  return [walk.of('mm.generation').value(walk.words), walk.of('context.generation').value(walk.words, CPU0)];
}

const reclaimed = 'kswapd: try_to_unmap_one()';
const [flushOn0, flushOn1] = ['P1: flush_tlb_func() on CPU0', 'P1: flush_tlb_func() on CPU1'];

describe('a range flush', () => {
  test('clears its page only on a CPU that is behind by this flush alone', () => {
    const walk = filled().until('P1', 'flush_tlb_func()');
    expect([entries(walk, CPU0), generations(walk)]).toEqual([['p', 'q'], [1, 0]]);
    walk.take(flushOn0);
    expect([entries(walk, CPU0), generations(walk)]).toEqual([['p'], [1, 1]]);
  });

  test('clears everything on a CPU that is behind by more, here by a deferred unmap of another page', () => {
    const walk = filled('vanilla - zap.batched').until('kswapd', 'try_to_unmap_one()').take(reclaimed);
    expect([entries(walk, CPU0), generations(walk)]).toEqual([['p', 'q'], [1, 0]]);
    walk.until('P1', 'flush_tlb_func()');
    expect([entries(walk, CPU0), generations(walk)]).toEqual([['p', 'q'], [2, 0]]);
    walk.take(flushOn0);
    expect([entries(walk, CPU0), generations(walk)]).toEqual([[], [2, 2]]);
  });

  test('so heals what reclaim has put off: munmap of one page flushes the entry of the other', () => {
    const scenario = (before: string): ReturnType<typeof read> => read(`
      { file A = 1; file B = 2; int changed = 0; int reclaimed = 0; option no_speculation;
        P0: p = mmap(A, PROT_READ, MAP_SHARED); P0: q = mmap(B, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(reclaimed); ${before} pwrite(A, 2); WRITE_ONCE(changed, 1); }
      kswapd() { reclaim(A); WRITE_ONCE(reclaimed, 1); }
      filter (1:r0=1)
      exists (0:r0=1 /\\ 0:r1=1 /\\ 0:r2=1)`);
    const rules = 'luf-v10 - zap.batched';
    expect(verdictOf(scenario(''), rules)).toBe('Sometimes');
    expect(verdictOf(scenario('int r1 = READ_ONCE(*q); munmap(q);'), rules)).toBe('Never');
    // With no PTE of q there is nothing to flush and nothing heals.
    expect(verdictOf(scenario('munmap(q);'), rules)).toBe('Sometimes');
  });
});

describe('a flush', () => {
  test('does nothing on a CPU that another flush has brought up to date', () => {
    const walk = filled().until('kswapd', 'try_to_unmap_one()').take(reclaimed);
    // munmap(q) begins flush_tlb_batched_pending(), a flush of the whole mm.
    walk.until('P1', 'flush_tlb_func()');
    expect(generations(walk)).toEqual([2, 0]);
    walk.until('kswapd', 'flush_tlb_func()').take('kswapd: flush_tlb_func() on CPU0');
    expect([entries(walk, CPU0), generations(walk)]).toEqual([[], [2, 2]]);
    walk.take('P0: load after a table walk');
    expect(entries(walk, CPU0)).toEqual(['q']);
    walk.take(flushOn0);
    expect([entries(walk, CPU0), generations(walk)]).toEqual([['q'], [2, 2]]);
  });

  test('of the whole mm clears every entry on a CPU that is behind', () => {
    const walk = filled().until('kswapd', 'try_to_unmap_one()').take(reclaimed).until('P1', 'flush_tlb_func()');
    walk.take(flushOn0);
    expect([entries(walk, CPU0), generations(walk)]).toEqual([[], [2, 2]]);
  });

  test('reaches a CPU only when the CPU handles the IPI', () => {
    const walk = filled().until('P1', 'flush_tlb_func()');
    expect([walk.can('P0: load'), walk.can(`P0: ${badAccess}`)]).toEqual([true, false]);
    walk.take(flushOn0);
    expect([walk.can('P0: load'), walk.can(`P0: ${badAccess}`)]).toEqual([false, true]);
  });

  test.each([
    { first: flushOn0, last: flushOn1 },
    { first: flushOn1, last: flushOn0 },
  ])('ends when the last CPU has handled it, the own one by a call: $last', ({ first, last }) => {
    const walk = filled().until('P1', 'flush_tlb_func()').take(first);
    expect(walk.enabled.filter((step) => step.startsWith('P1'))).toEqual([last]);
    expect(walk.take(last).enabled.filter((step) => step.startsWith('P1'))).toEqual(['P1: tlb_batch_pages_flush()']);
  });

  test('lets a CPU fill its TLB again before it has ended', () => {
    const walk = filled().until('kswapd', 'try_to_unmap_one()').take(reclaimed).until('P1', 'flush_tlb_func()');
    walk.take(flushOn0, 'MMU: speculative TLB fill on CPU0');
    expect([entries(walk, CPU0), walk.can(flushOn1)]).toEqual([['q'], true]);
  });

  test('waits for a CPU with interrupts off', () => {
    const walk = new Walk(
      read(`
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = alloc_atomic(7); }
      P1() { munmap(p); }
      exists (0:r0=1)`),
    );
    const holds = (): boolean => walk.of('tlb.frame').value(walk.words, CPU0) >= 0;
    walk.until('P0', '_raw_spin_lock_irqsave()').take('P0: _raw_spin_lock_irqsave()').until('P1', 'flush_tlb_func()').take(flushOn1);
    expect([walk.enabled.filter((step) => step.startsWith('P1')), holds()]).toEqual([[], true]);
    walk.until('P0', 'alloc_slab_page()');
    expect([walk.can(flushOn0), holds()]).toEqual([false, true]);
    walk.take('P0: alloc_slab_page()');
    expect(walk.can(flushOn0)).toBe(true);
    expect([walk.take(flushOn0).can('P1: tlb_batch_pages_flush()'), holds()]).toEqual([true, false]);
  });
});

describe('the TLB entries of one address space', () => {
  test('are not flushed by the munmap of another', () => {
    const walk = new Walk(
      read(`
      { file A = 1; mm m0 { P0 }; mm m1 { P1 };
        P0: p = mmap(A, PROT_READ, MAP_SHARED); P1: q = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(*q); munmap(q); }
      exists (0:r0=1)`),
    );
    walk.until('P0', 'load after').take('P0: load after a table walk').until('P1', 'load after').take('P1: load after a table walk');
    walk.until('P1', 'flush_tlb_func()');
    expect([entries(walk, CPU0), entries(walk, CPU1), walk.can(flushOn0)]).toEqual([['p'], ['q'], false]);
    walk.until('P1');
    expect([entries(walk, CPU0), entries(walk, CPU1), walk.can('P0: load')]).toEqual([['p'], [], true]);
    expect(walk.of('mm.generation').name(walk.words, 0)).toBe('0');
    expect(walk.of('mm.generation').name(walk.words, 1)).toBe('1');
  });

  test('are all flushed by a reclaim of what they map', () => {
    const walk = new Walk(
      read(`
      { file A = 1; mm m0 { P0 }; mm m1 { P1 };
        P0: p = mmap(A, PROT_READ, MAP_SHARED); P1: q = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(*q); int r1 = READ_ONCE(*q); }
      kswapd() { reclaim(A); }
      exists (0:r0=1)`),
    );
    walk.until('P0', 'load after').take('P0: load after a table walk').until('P1', 'load after').take('P1: load after a table walk');
    walk.until('kswapd', 'flush_tlb_func()');
    expect(walk.of('kswapd.tlb_ubc').name(walk.words)).toBe('{CPU0, CPU1}');
    walk.take('kswapd: flush_tlb_func() on CPU0');
    expect([entries(walk, CPU0), entries(walk, CPU1)]).toEqual([[], ['q']]);
    expect(entries(walk.take('kswapd: flush_tlb_func() on CPU1'), CPU1)).toEqual([]);
  });
});

describe('reclaim', () => {
  test('puts the flush off where another CPU runs the mm', () => {
    const walk = filled().until('kswapd', 'try_to_unmap_one()').take(reclaimed);
    expect(walk.of('pte.kind').name(walk.words)).toBe('none');
    expect(walk.of('kswapd.tlb_ubc').name(walk.words)).toBe('{CPU0, CPU1}');
    expect([walk.of('mm.batched').name(walk.words), generations(walk)]).toEqual(['true', [1, 0]]);
  });

  test('flushes under the page-table lock on the only CPU of the mm', () => {
    const walk = new Walk(
      read(`
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); madvise(p, MADV_PAGEOUT); }
      exists (0:r0=1)`),
    );
    const seen = (): string[] => [...['table.ptl', 'pte.kind'].map((name) => walk.of(name).name(walk.words)), entries(walk, CPU0).join()];
    walk.until('P0', 'flush_tlb_func()');
    expect(seen()).toEqual(['true', 'none', 'p']);
    walk.take('P0: flush_tlb_func() on CPU0');
    expect(seen()).toEqual(['false', 'none', '']);
    expect([walk.of('mm.batched').name(walk.words), walk.of('P0.tlb_ubc').name(walk.words)]).toEqual(['false', '{}']);
  });
});
