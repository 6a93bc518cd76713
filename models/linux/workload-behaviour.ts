/**
 * What the threads of a workload do next: readers go through their pages in order (llama.cpp) or at random (XSBench),
 * kswapd works between two watermarks, hints and promotions follow the slow tier. It also decides which free frame an
 * allocation is handed, as the model leaves that open.
 */
import type { Program } from '../../src/index.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { BoundedTlbs } from './bounded-tlbs.js';
import { FreeFrames } from './free-frames.js';
import type { View } from './machine/view.js';
import { kernelThreads, listsOf, pagesOf } from './workload-scenario.js';
import type { ReclaimWorkload, TierWorkload, Workload } from './workloads.js';

type Random = (n: number) => number;

/** The behaviour of a workload, for a simulator. */
export interface WorkloadBehaviour {
  next(actor: number, words: Int32Array, random: Random): number | undefined;
  prepare(words: Int32Array, random: Random, taken?: number): void;
}

/** What a behaviour is built on. */
export interface Stage<W extends Workload = Workload> {
  readonly workload: W;
  readonly scenario: Scenario;
  readonly program: Program;
  readonly view: View;
}

/** What the threads of a workload do. */
export function behaviourOf(stage: Stage): WorkloadBehaviour {
  const { workload } = stage;
  return workload.kind === 'reclaim' ? new Reclaim({ ...stage, workload }) : new Tiers({ ...stage, workload });
}

/** What both kinds of workload have: watermarks, and the choice of frames. */
abstract class Common<W extends Workload> implements WorkloadBehaviour {
  protected readonly frames: FreeFrames;
  protected readonly threads: readonly string[];
  protected readonly workload: W;
  protected readonly view: View;
  private readonly tlbs: BoundedTlbs;
  private awake = false;

  constructor({ workload, scenario, program, view }: Stage<W>) {
    [this.workload, this.view] = [workload, view];
    this.frames = new FreeFrames(program, view, workload);
    this.tlbs = new BoundedTlbs(program, view, { scenario, entries: workload.tlb });
    this.threads = scenario.threads.map(({ name }) => name);
  }

  next(actor: number, words: Int32Array, random: Random): number | undefined {
    const name = this.threads[actor]!;
    if (name === kernelThreads.kswapd) return this.isAwake() ? this.take(words) : undefined;
    return name === kernelThreads.promoter ? this.promote(words) : this.read(actor, words, random);
  }

  prepare(words: Int32Array, random: Random, taken?: number): void {
    this.tlbs.note(words, taken);
    if (!this.frames.note(words, taken)) return;
    this.threads.forEach((name, thread) => {
      this.view.write(words, 'offered.frame', thread, this.offer(this.freeFor(name), random) ?? -1);
    });
  }

  /** kswapd works from the low watermark to the high one. */
  private isAwake(): boolean {
    const free = this.freeFor(kernelThreads.promoter).length;
    if (free < this.workload.low) this.awake = true;
    if (free >= this.workload.high) this.awake = false;
    return this.awake;
  }

  private offer(free: readonly number[], random: Random): number | undefined {
    switch (this.workload.order) {
      case 'oldest':
        return free[0];
      case 'newest':
        return free.at(-1);
      case 'any':
        return free.length > 0 ? free[random(free.length)] : undefined;
    }
  }

  /** The free frames that a thread may have, oldest first; those of the promoter are what the watermarks are about. */
  protected abstract freeFor(thread: string): number[];
  /** The list that kswapd takes, by its number; undefined where there is none. */
  protected abstract take(words: Int32Array): number | undefined;
  protected abstract promote(words: Int32Array): number | undefined;
  /** What a user thread does. */
  protected abstract read(actor: number, words: Int32Array, random: Random): number | undefined;
}

/** llama.cpp: every thread reads all pages of its process in order; kswapd takes the list that was read longest ago. */
class Reclaim extends Common<ReclaimWorkload> {
  private readonly positions = new Map<number, number>();
  private readonly readAt = new Map<number, number>();
  private loads = 0;
  private readonly lists = listsOf(pagesOf(this.workload), this.workload.list);
  private readonly files = pagesOf(this.workload).flat();

  protected freeFor(): number[] {
    return this.frames.between(0, this.workload.frames);
  }

  protected take(words: Int32Array): number | undefined {
    const cached = this.lists.flatMap((list, number) => {
      const pages = list.map((page) => this.files.indexOf(page)).filter((page) => this.view.read(words, 'file.cache', page) >= 0);
      return pages.length === 0 ? [] : [{ number, readAt: Math.max(...pages.map((page) => this.readAt.get(page) ?? -1)) }];
    });
    return cached.sort((a, b) => a.readAt - b.readAt)[0]?.number;
  }

  protected promote(): undefined {
    return undefined;
  }

  protected read(actor: number): number {
    const { pages, threads, loads } = this.workload;
    const before = this.positions.get(actor) ?? 0;
    this.positions.set(actor, (before + 1) % (pages * loads));
    const position = Math.floor(before / loads);
    this.readAt.set(Math.floor(actor / threads) * pages + position, ++this.loads);
    return position;
  }
}

/**
 * XSBench: every thread reads pages at random, most of them among those that are hot now. The pages that are hot are
 * neighbours, and move on by one page at a time. A hot page of the slow tier is hinted, the next access to it promotes it,
 * and kswapd demotes the list of pages that was used longest ago.
 */
class Tiers extends Common<TierWorkload> {
  private loads = 0;
  private hinting = 0;
  private readonly wanted = new Set<number>();
  private readonly usedAt = new Map<number, number>();
  private readonly lists = listsOf(pagesOf(this.workload), this.workload.list);
  private readonly names = pagesOf(this.workload).flat();

  protected freeFor(thread: string): number[] {
    const { fast, frames } = this.workload;
    return thread === kernelThreads.kswapd ? this.frames.between(fast, frames) : this.frames.between(0, fast);
  }

  /** A list whose pages are all in the fast tier, and not hot: the one that was used longest ago. */
  protected take(words: Int32Array): number | undefined {
    const cold = this.lists.flatMap((list, number) => {
      const pages = list.map((name) => this.names.indexOf(name));
      const fits = pages.every((page) => this.isFast(words, page) && !this.isHot(page));
      return fits ? [{ number, usedAt: Math.max(...pages.map((page) => this.usedAt.get(page) ?? -1)) }] : [];
    });
    return cold.sort((a, b) => a.usedAt - b.usedAt)[0]?.number;
  }

  /**
   * Hints and promotions take turns. A hint is a gather of its own here, of one page; in the kernel one gather hints a whole
   * range, so that hardly any promotion falls into one.
   */
  protected promote(words: Int32Array): number | undefined {
    if (this.view.read(words, 'mm.flushPending') > 0) return undefined;
    for (const page of this.wanted) {
      this.wanted.delete(page);
      if (!this.isFast(words, page) && this.isHinted(words, page)) return page;
    }
    return undefined;
  }

  protected read(actor: number, words: Int32Array, random: Random): number | undefined {
    if (actor === 0 && random(this.workload.hintEvery) === 0) {
      const hinted = this.hint(words);
      if (hinted !== undefined) return hinted;
    }
    for (let tried = 0; tried < this.workload.pages; tried++) {
      const page = this.access(words, random);
      if (page !== undefined) return page;
    }
    return undefined;
  }

  /** The page that the thread reads; undefined where its access is a hint fault that has the page promoted. */
  private access(words: Int32Array, random: Random): number | undefined {
    const { hotAccesses, hot, pages } = this.workload;
    const isHot = random(100) < hotAccesses;
    const page = isHot ? (this.firstHot() + random(hot)) % pages : random(pages);
    this.loads++;
    this.usedAt.set(page, this.loads);
    const faults = isHot && this.isHinted(words, page) && !this.isFast(words, page);
    if (faults) this.wanted.add(page);
    return faults ? undefined : page;
  }

  /** task_numa_work(): the next page of the slow tier that has no hint yet. */
  private hint(words: Int32Array): number | undefined {
    const { pages } = this.workload;
    const { promoter } = kernelThreads;
    if (this.view.read(words, `${promoter}.pc`) !== this.view.named(`${promoter}.pc`, 'finished')) return undefined;
    for (let tried = 0; tried < pages; tried++) {
      const page = this.hinting++ % pages;
      if (!this.isFast(words, page) && this.kindOf(words, page) === this.view.named('pte.kind', 'present')) return pages + page;
    }
    return undefined;
  }

  private firstHot(): number {
    return Math.floor(this.loads / this.workload.drift) % this.workload.pages;
  }

  private isHot(page: number): boolean {
    const { hot, pages } = this.workload;
    return (page - this.firstHot() + pages) % pages < hot;
  }

  private isHinted(words: Int32Array, page: number): boolean {
    return this.kindOf(words, page) === this.view.named('pte.kind', 'protnone');
  }

  private kindOf(words: Int32Array, page: number): number {
    return this.view.read(words, 'pte.kind', page);
  }

  private isFast(words: Int32Array, page: number): boolean {
    const frame = this.view.read(words, 'pte.frame', page);
    return frame >= 0 && frame < this.workload.fast;
  }
}
