import { describe, expect, test } from 'vitest';
import { MUNMAP_MAP_FIXED, read, withoutPositions } from './toy-vocabulary.js';

const end = 'exists (x=1)';

describe('resolve', () => {
  test('finds the meaning of the munmap scenario', () => {
    const scenario = read(MUNMAP_MAP_FIXED);
    expect(scenario).toMatchObject({
      name: 'munmap-map-fixed',
      source: 'test.litmus',
      files: [{ name: 'A', value: 1, options: [] }, { name: 'B', value: 2, options: [] }],
      pages: [{ name: 'p', mm: 'mm', mapping: { object: 'A', flags: ['MAP_SHARED'] } }],
      mms: ['mm'],
      cpus: 2,
    });
    expect(withoutPositions(scenario.threads[0]?.body)).toEqual([
      {
        operation: 'READ_ONCE-page',
        arguments: [{ kind: 'page', page: 'p' }],
        register: 'r0',
        text: 'READ_ONCE(*p)',
      },
      { operation: 'munmap-page', arguments: [{ kind: 'page', page: 'p' }], text: 'munmap(p)' },
      {
        operation: 'mmap-page-file-flags-flags',
        arguments: [
          { kind: 'page', page: 'p' },
          { kind: 'file', file: 'B' },
          { kind: 'flags', flags: ['PROT_READ'] },
          { kind: 'flags', flags: ['MAP_SHARED', 'MAP_FIXED'] },
        ],
        page: 'p',
        text: 'p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED)',
      },
      {
        operation: 'READ_ONCE-page',
        arguments: [{ kind: 'page', page: 'p' }],
        register: 'r1',
        text: 'READ_ONCE(*p)',
      },
    ]);
    expect(scenario.threads[0]?.body[1]?.position).toEqual({ line: 20, column: 2 });
    expect(scenario.threads[1]).toMatchObject({ name: 'kswapd', cpu: 1 });
    expect(scenario.threads[1]).not.toHaveProperty('mm');
  });

  test('takes READ_ONCE(*x) and READ_ONCE(x) for the same', () => {
    const texts = ['*x', 'x'].map((x) => read(`C t { int x; } P0() { READ_ONCE(${x}); } ${end}`));
    expect(withoutPositions(texts[0])).toEqual(withoutPositions(texts[1]));
    expect(texts[0]?.threads[0]?.body[0]?.operation).toBe('READ_ONCE-integer');
  });

  test('gives each thread a CPU of its own, in the order of the file, unless it shares one', () => {
    const text = (init: string): string =>
      `C t { int x; ${init} } P0() {} kswapd() {} P1() {} kworker() {} ${end}`;
    const cpusOf = (init: string): number[] => read(text(init)).threads.map(({ cpu }) => cpu);
    expect(cpusOf('')).toEqual([0, 1, 2, 3]);
    expect(cpusOf('cpu P1 = P0;')).toEqual([0, 1, 0, 2]);
    expect(cpusOf('cpu P0 = kworker; cpu P1 = P0;')).toEqual([0, 1, 0, 0]);
    expect(read(text('cpu P0 = kworker; cpu P1 = P0;')).cpus).toBe(2);
  });

  test('lists address spaces in the order of their threads, the empty ones last', () => {
    const text = (init: string): string =>
      `C t { int x; ${init} } kswapd() {} P0() {} P1() {} ${end}`;
    expect(read(text('')).mms).toEqual(['mm']);
    expect(read(text('mm E { } mm Q { P1 }')).mms).toEqual(['mm', 'Q', 'E']);
    expect(read(text('mm R { P1 } mm Q { P0 }')).mms).toEqual(['Q', 'R']);
    const { threads } = read(text('mm R { P1 } mm Q { P0 }'));
    expect(threads.map(({ mm }) => mm)).toEqual([undefined, 'Q', 'R']);
    expect(read(`C t { int x; } kswapd() {} ${end}`).mms).toEqual([]);
  });

  test('lets one thread use the page that another maps in its body', () => {
    const { pages } = read(`C t { int x; file A = 1; } P0() { READ_ONCE(*q); }
      P1() { q = mmap(A, PROT_READ, MAP_SHARED); s = mremap(q); } ${end}`);
    expect(withoutPositions(pages)).toEqual([{ name: 'q', mm: 'mm' }, { name: 's', mm: 'mm' }]);
  });

  test('lets a forked address space use the pages of those before it only', () => {
    const text = (p1: string, p2: string): string => `C t {
      int x; file A = 1; mm Q { P1 } mm R { P2 }
      P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { fork(Q); } P1() { ${p1} fork(R); } P2() { ${p2} } kswapd() { reclaim(p); } ${end}`;
    expect(() => read(text('munmap(p);', 'munmap(p);'))).not.toThrow();
    const own = 'q = mmap(A, PROT_READ, MAP_SHARED);';
    const refusal = 'page `q` belongs to `R`, expected a page of `Q`';
    expect(() => read(text('munmap(q);', own))).toThrow(refusal);
  });

  test('collects the machine of a test', () => {
    const text = `C t { int x; frames = 5; arch arm64; option lazy; option alone; } ${end}`;
    expect(read(text)).toMatchObject({ frames: 5, arch: 'arm64', options: ['lazy', 'alone'] });
    expect(read(`C t { int x; } ${end}`)).not.toHaveProperty('arch');
    expect(read(`C t { int x; } ${end}`)).not.toHaveProperty('frames');
  });

  test('lists the locations of the condition first, then the others, each once', () => {
    const { locations, filter } = read(`C t { int x; file A = 1; }
      P0() { int r0 = READ_ONCE(x); r0 = READ_ONCE(x); } kswapd() { int r0 = READ_ONCE(x); }
      locations [x; [A]; 0:r0; kswapd:r0;]
      filter (kswapd:r0=0)
      exists (P0:r0=1 /\\ (A=2 \\/ 0:r0=SIGBUS))`);
    expect(locations).toEqual([
      { kind: 'register', thread: 'P0', register: 'r0' },
      { kind: 'file', file: 'A' },
      { kind: 'integer', integer: 'x' },
      { kind: 'register', thread: 'kswapd', register: 'r0' },
    ]);
    expect(filter).toMatchObject({ kind: 'compare', equal: true, value: 0 });
  });

  test('ignores parameters that name something and declarations that nothing uses', () => {
    const text = `C t { int x; int y; file A = 1; P0: p = mmap(anon, PROT_READ, MAP_PRIVATE); }
      P0(int *x, int *A, int *p) { int r9; } ${end}`;
    expect(read(text).threads[0]?.body).toEqual([]);
  });
});
