import { describe, expect, it } from 'vitest';
import { explore, read } from './run.js';

const violated = (text: string, rules = 'vanilla'): string[] =>
  explore(read(text), rules).outcome.violations.map((v) => v.property).filter((name) => name !== 'coherent-strict');

/** Each of these was once a false alarm of the model; the comment says what it had wrong. */
describe('vanilla Linux is not accused', () => {
  // The swap cache outlived munmap(), and the next swap-out of the page found no branch to take.
  it('of a deadlock where a page is mapped again after it was swapped in and unmapped', () => {
    const text = `{
      int done = 0;
      P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE);
      option swapped, no_speculation;
    }
    P0() {
      int r0 = READ_ONCE(*p);
      munmap(p);
      p = mmap(p, anon, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED);
      WRITE_ONCE(*p, 2);
      WRITE_ONCE(done, 1);
    }
    kswapd() { int r0 = READ_ONCE(done); reclaim(p); }
    filter (kswapd:r0=1) exists (kswapd:r0=1)`;
    expect(violated(text)).toEqual([]);
  });

  // Other threads of a CPU went on, and flushed, while one of them had interrupts off.
  it('of a flush with interrupts off by a thread that cannot run then', () => {
    const text = `{
      file A = 1;
      P0: p = mmap(A, PROT_READ, MAP_SHARED);
      cpu kworker = P0;
    }
    P0() { int r0 = READ_ONCE(*p); munmap(p); }
    P1() { int r0 = READ_ONCE(*p); }
    kworker() { alloc_atomic(7); }
    exists (0:r0=1 /\\ 1:r0=1)`;
    expect(violated(text)).toEqual([]);
  });

  // What a munmap() in flight takes away was judged as gone already: the most general client found it.
  it('of reading an unmapped page while munmap() meets the window of a reclaim', () => {
    const text = `{
      file A = 1;
      P0: p = mmap(A, PROT_READ, MAP_SHARED);
    }
    P0() { int r0 = READ_ONCE(*p); }
    P1() { pwrite(A, 2); munmap(p); }
    kswapd() { reclaim(A); }
    exists (0:r0=1)`;
    expect(violated(text)).toEqual([]);
    expect(violated(text, 'vanilla - reclaim.flush')).toEqual(['coherent-bounded']);
  });

  it('of the same where the private copy of a page is taken away', () => {
    const text = `{
      file A = 1;
      P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    }
    P0() { WRITE_ONCE(*p, 2); munmap(p); }
    P1() { int r0 = READ_ONCE(*p); }
    kswapd() { reclaim(A); }
    exists (1:r0=1)`;
    expect(violated(text)).toEqual([]);
  });
});
