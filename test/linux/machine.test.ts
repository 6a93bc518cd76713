/**
 * What must be true of the machine in every reachable state, seen from outside: recomputed from the
 * page tables, the caches and the places of the threads, by nothing that the kernel paths use.
 */
import { describe, expect, test } from 'vitest';
import type { Schema } from '../../src/index.js';
import { endStates, explore, read, readers, statesOf, type Reader, type Run } from './run.js';

const ruleSets = ['vanilla', 'luf-v10'];

/** Where a thread is: between two operations, or inside one that begins with the given word. */
interface Whereabouts {
  readonly thread: number;
  readonly place: string;
  readonly operation: string | undefined;
}

/** The machine of a run, read from its packed states. */
class Observer {
  readonly frames: number;
  readonly files: number;
  readonly pages: number;
  readonly mms: number;
  private readonly cache = new Map<string, Reader>();
  private readonly places = new Map<string, Whereabouts>();
  /** For each thread, its variables that name a frame. */
  private readonly frameLocals: readonly string[][];
  private readonly kernel: number;

  constructor(readonly run: Run) {
    const { scenario } = run;
    // Nobody counts references to the zero page, which is the last frame where there is one.
    this.frames = this.members('FRAME').filter((frame) => frame !== 'zero page').length;
    this.files = scenario.files.length;
    this.pages = scenario.pages.length;
    this.mms = scenario.mms.length;
    this.kernel = this.members('ORIGIN').indexOf('kernel');
    this.frameLocals = scenario.threads.map(({ name }) =>
      this.variables((v) => v.name.startsWith(`${name}.`) && v.domain.kind === 'optional'),
    );
  }

  of(name: string): Reader {
    const known = this.cache.get(name) ?? readers(this.run.search.program)(name);
    this.cache.set(name, known);
    return known;
  }

  /** The values of every element of a variable. */
  values(name: string, words: Int32Array): number[] {
    return range(this.of(name).length).map((element) => this.of(name).value(words, element));
  }

  /** PTEs and caches that name a frame. */
  mappings(words: Int32Array, frame: number): number {
    // A PTE that move_ptes() has taken and not set again is none, and names its frame.
    const present = range(this.pages).filter(
      (p) => ['present', 'protnone', 'none'].includes(this.of('pte.kind').name(words, p)) && this.of('pte.frame').value(words, p) === frame,
    );
    return present.length + this.caches(words, frame);
  }

  /** Page and swap caches that hold a frame. */
  caches(words: Int32Array, frame: number): number {
    const files = range(this.files).filter((f) => this.of('file.cache').value(words, f) === frame);
    const swaps = range(this.pages).filter((p) => this.of('swap.cache').value(words, p) === frame);
    return files.length + swaps.length;
  }

  isKernels(words: Int32Array, frame: number): boolean {
    return this.of('frame.origin').value(words, frame) === this.kernel;
  }

  whereabouts(words: Int32Array): Whereabouts[] {
    return this.run.scenario.threads.map(({ name }, thread) => {
      const pc = this.of(`${name}.pc`);
      const key = `${name} ${pc.value(words)}`;
      const known = this.places.get(key) ?? this.whereaboutsAt(thread, pc.name(words));
      this.places.set(key, known);
      return known;
    });
  }

  private whereaboutsAt(thread: number, place: string): Whereabouts {
    const statement = /^[^ .]*\.(\d+) /.exec(place)?.[1];
    if (statement === undefined) return { thread, place, operation: undefined };
    const { operation } = this.run.scenario.threads[thread]!.body[Number(statement)]!;
    return { thread, place, operation };
  }

  /** The variables of a thread that name the frame, its gather among them, as one holder of references. */
  naming(words: Int32Array, thread: number, frame: number): string[] {
    const locals = this.frameLocals[thread]!.filter((local) => this.of(local).value(words) === frame);
    const all = this.of('gather.folio').value(words, thread) === frame ? [...locals, 'gather'] : locals;
    return all.length > 0 ? [all.join(' and ')] : [];
  }

  /** Variables of threads that are neither a register nor the program counter. */
  locals(): string[] {
    return this.variables((v) => /^[^:.]+\.(?!pc$)/.test(v.name) && this.isThreads(v.name));
  }

  private isThreads(variable: string): boolean {
    return this.run.scenario.threads.some(({ name }) => variable.startsWith(`${name}.`));
  }

  private variables(which: (variable: Schema['variables'][number]) => boolean): string[] {
    return this.run.instance.model.schema.variables.filter(which).map(({ name }) => name);
  }

  private members(type: string): readonly string[] {
    return this.run.instance.model.schema.types.find(({ name }) => name === type)!.members;
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Operations that hold mmap_lock for reading somewhere, and those that hold it for writing. */
const reads = (operation = ''): boolean => /^(?:(?:READ|WRITE)_ONCE-page|munmap|madvise)/.test(operation);
const writes = (operation = ''): boolean => /^(?:mmap|mprotect|mremap|fork)/.test(operation);

/**
 * What each place of each thread holds of something that is counted: learned from states in which all
 * other threads' shares are known, a contradiction when a later state does not add up.
 */
class Shares {
  readonly known = new Map<string, number>();
  readonly contradictions: string[] = [];
  /** Takes note that the shares of some holders add up to a total. */
  add(holders: readonly string[], total: number): void {
    const unknown = holders.filter((holder) => !this.known.has(holder));
    const rest = holders.reduce((sum, holder) => sum - (this.known.get(holder) ?? 0), total);
    if (unknown.length === 1) this.known.set(unknown[0]!, rest);
    else if (unknown.length > 1) this.contradictions.push(`nothing tells ${unknown.join(', ')} apart`);
    else if (rest !== 0) this.contradictions.push(`${rest} too many for ${holders.join(', ')}`);
  }

  /** Runs passes over the states until one of them teaches nothing. */
  settle(pass: () => void): void {
    for (let before = -1; before !== this.known.size; ) {
      before = this.known.size;
      this.contradictions.length = 0;
      pass();
    }
  }
}

const small = {
  'a private file page, written and unmapped': `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
    P0() { WRITE_ONCE(*p, 2); munmap(p); }
    P1() { WRITE_ONCE(*p, 3); }
    exists (A=1)`,
  'a private file page, reclaimed and read': `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
    P0() { int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 2); }
    kswapd() { reclaim(A); reclaim(p); }
    exists (0:r0=1)`,
  'anonymous memory, swapped, migrated and unmapped': `
    { int x; P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE); option swapped; }
    P0() { int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 2); munmap(p); }
    kswapd() { reclaim(p); }
    kcompactd() { migrate(p); }
    exists (0:r0=0)`,
  'the zero page, written and unmapped': `
    { int x; P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
    P0() { int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 2); munmap(p); }
    P1() { int r0 = READ_ONCE(*p); }
    kcompactd() { migrate(p); }
    exists (0:r0=0)`,
  'a shared file page in two address spaces': `
    { file A = 1; mm m0 { P0 }; mm m1 { P1 };
      P0: p = mmap(A, PROT_READ, MAP_SHARED); P1: q = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { int r0 = READ_ONCE(*p); munmap(p); }
    P1() { WRITE_ONCE(*q, 2); }
    kswapd() { reclaim(A); }
    exists (0:r0=1)`,
  'system calls on a file that reclaim and migration want': `
    { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
    P0() { int r0 = pread(A); pwrite(A, 2); }
    kswapd() { reclaim(A); }
    kcompactd() { migrate(A); alloc(7); }
    exists (0:r0=1)`,
  'a page that is mapped over': `
    { file A = 1; file B = 2; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { WRITE_ONCE(*p, 3); p = mmap(p, B, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED); int r0 = READ_ONCE(*p); }
    P1() { WRITE_ONCE(*p, 4); }
    kswapd() { reclaim(p); }
    exists (0:r0=2)`,
  'memory that is given up while it is reclaimed': `
    { int x; P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
    P0() { WRITE_ONCE(*p, 2); madvise(p, MADV_FREE); madvise(p, MADV_DONTNEED); }
    kswapd() { reclaim(p); }
    exists (x=1)`,
  'a page that is moved while it is reclaimed': `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); option split_ptl; }
    P0() { WRITE_ONCE(*p, 2); q = mremap(p); int r0 = READ_ONCE(*q); }
    kswapd() { reclaim(p); }
    exists (0:r0=2)`,
  'a page that is protected and unprotected': `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { WRITE_ONCE(*p, 2); mprotect(p, PROT_NONE); mprotect(p, PROT_READ | PROT_WRITE); int r0 = READ_ONCE(*p); }
    kswapd() { reclaim(A); }
    exists (0:r0=2)`,
  'a file that is truncated and written': `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); P0: q = mmap(A, PROT_READ, MAP_SHARED); }
    P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*q); }
    P1() { ftruncate(A); pwrite(A, 3); }
    exists (0:r0=3)`,
  'a write-protect fault under reclaim': `
    { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 2); }
    P1() { int r0 = READ_ONCE(*p); }
    kswapd() { reclaim(A); }
    exists (0:r0=1)`,
};

const locks = ['table.ptl', 'mm.writer', 'mm.readers', 'file.rwsem', 'frame.locked', 'frame.isolated', 'cpu.irqsOff', 'luf.flushing'];

const observed = ruleSets.flatMap((rules) => Object.keys(small).map((name) => ({ rules, name: name as keyof typeof small })));

describe.each(observed)('with $name under $rules', ({ rules, name }) => {
  const observer = new Observer(explore(read(small[name]), rules));
  const states = [...statesOf(observer.run)];

  test('a frame is referenced by what maps, caches or isolates it, and by threads at fixed places', () => {
    const shares = new Shares();
    shares.settle(() => {
      for (const words of states) countReferences(words, shares);
    });
    expect(shares.contradictions).toEqual([]);
    expect([...shares.known.values()].filter((share) => share < 0 || share > 2)).toEqual([]);
  });

  /** The references of each frame that neither a page table, nor a cache, nor isolation explains. */
  function countReferences(words: Int32Array, shares: Shares): void {
    const where = observer.whereabouts(words);
    for (const frame of range(observer.frames)) {
      if (observer.of('frame.use').name(words, frame) !== 'used') continue;
      const isolated = observer.of('frame.isolated').value(words, frame);
      const explained = observer.mappings(words, frame) + isolated + Number(observer.isKernels(words, frame));
      const holders = where.flatMap(({ thread, place, operation }) =>
        operation === undefined ? [] : observer.naming(words, thread, frame).map((local) => `${place} ${local}`),
      );
      // The isolation is one of its owner's references: that local is counted for once.
      shares.add(holders, observer.of('frame.refs').value(words, frame) - explained);
    }
  }

  test('a frame that is not in use has no reference, no PTE and no cache', () => {
    const odd = states.filter((words) =>
      range(observer.frames).some(
        (frame) =>
          observer.of('frame.use').name(words, frame) !== 'used' &&
          observer.of('frame.refs').value(words, frame) + observer.mappings(words, frame) > 0,
      ),
    );
    expect(odd).toHaveLength(0);
  });

  test('a frame is in at most one cache', () => {
    const odd = states.filter((words) => range(observer.frames).some((frame) => observer.caches(words, frame) > 1));
    expect(odd).toHaveLength(0);
  });

  test('mmap_lock counts the accesses and unmappings inside, or has one writer and none of these', () => {
    const odd = states.filter((words) => {
      const where = observer.whereabouts(words);
      return range(observer.mms).some((mm) => {
        const { threads, mms } = observer.run.scenario;
        const here = where.filter(({ thread }) => threads[thread]!.mm === mms[mm]);
        const readersNow = here.filter(({ operation }) => reads(operation)).length;
        const writers = here.filter(({ operation }) => writes(operation)).length;
        const [counted, writer] = [observer.of('mm.readers').value(words, mm), observer.of('mm.writer').value(words, mm)];
        return counted !== readersNow || writer !== writers || (writers > 0 && readersNow > 0);
      });
    });
    expect(odd).toHaveLength(0);
  });

  test('each page-table lock and inode lock is held by the thread at one of its places, never by two', () => {
    for (const lock of ['table.ptl', 'file.rwsem']) {
      for (const element of range(observer.of(lock).length)) {
        const shares = new Shares();
        shares.settle(() => {
          for (const words of states) {
            const places = observer.whereabouts(words).filter(({ operation }) => operation !== undefined);
            shares.add(places.map(({ place }) => place), observer.of(lock).value(words, element));
          }
        });
        expect(shares.contradictions).toEqual([]);
        expect([...shares.known.values()].every((share) => share === 0 || share === 1)).toBe(true);
      }
    }
  });

  test('no lock is held while every thread is between two operations', () => {
    const resting = states.filter((words) => observer.whereabouts(words).every(({ operation }) => operation === undefined));
    const free = (lock: string): number[] => observer.values(lock, states[0]!);
    const held = (lock: string, words: Int32Array): boolean =>
      observer.values(lock, words).some((value, i) => value !== free(lock)[i]);
    const locked = resting.filter((words) => locks.some((lock) => held(lock, words)));
    expect(locked).toHaveLength(0);
    expect(resting.length).toBeGreaterThan(1);
  });

  const { outcome, search, instance } = observer.run;
  const finals = endStates(outcome, instance.finished).map((state) => search.store.wordsOf(state));

  test('at the end of an execution every local is what it was at first', () => {
    const locals = observer.locals();
    const changed = finals.flatMap((words) =>
      locals.filter((local) => observer.of(local).value(words) !== observer.of(local).value(states[0]!)),
    );
    expect([...new Set(changed)]).toEqual([]);
    expect(locals.length).toBeGreaterThan(2);
  });

  test('at the end of an execution every frame in use is mapped, cached or the kernel\'s', () => {
    const lost = finals.filter((words) =>
      range(observer.frames).some((frame) => {
        const use = observer.of('frame.use').name(words, frame);
        return use === 'frozen' || (use === 'used' && observer.mappings(words, frame) === 0 && !observer.isKernels(words, frame));
      }),
    );
    expect(lost).toHaveLength(0);
    expect(finals.length).toBeGreaterThan(0);
  });
});
