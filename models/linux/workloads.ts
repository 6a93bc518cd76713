/**
 * Workloads shaped after the two of the thread: llama.cpp, which reads huge mappings of read-only files under reclaim,
 * and XSBench, whose memory is promoted and demoted between two tiers. They are data: how many of what, how often. The
 * machine model bounds their size, so that every ratio is one of small numbers.
 *
 * Left out: everything that is not reclaim, migration, NUMA hints or a load. There is no time: threads take turns at random.
 */

/** In which order free frames are handed out; the buddy allocator with its per-CPU lists lies between these. */
export const frameOrders = ['oldest', 'newest', 'any'] as const;

/** One of {@link frameOrders}: the frame that has been free longest, or for the shortest time, or any. */
export type FrameOrder = (typeof frameOrders)[number];

/** What all workloads have. */
interface WorkloadShape {
  readonly name: string;
  /** What it imitates. */
  readonly summary: string;
  /** Processes, each on CPUs of its own. */
  readonly processes: number;
  /** Threads of each process, each on a CPU of its own. */
  readonly threads: number;
  /** Pages that each process maps; every thread of it reads them all. */
  readonly pages: number;
  /** Physical frames. */
  readonly frames: number;
  /** Folios that one call of reclaim or migration takes; SWAP_CLUSTER_MAX is 32. */
  readonly list: number;
  /** TLB entries of each CPU. */
  readonly tlb: number;
  /** kswapd wakes when fewer frames are free than this; in tiers, frames of the fast one. */
  readonly low: number;
  /** kswapd sleeps when this many are free. */
  readonly high: number;
  /** Folios to count, once as many frames as there are have been through it. */
  readonly folios: number;
  /** Which free frame is handed out. */
  readonly order: FrameOrder;
}

/** Files read under reclaim. */
export interface ReclaimWorkload extends WorkloadShape {
  readonly kind: 'reclaim';
  /** Loads of a page before a thread goes on to the next one. */
  readonly loads: number;
}

/** Anonymous memory in two tiers. */
export interface TierWorkload extends WorkloadShape {
  readonly kind: 'tiers';
  /** Of the frames, those of the fast tier: the first ones. */
  readonly fast: number;
  /** Of 100 accesses, those that go to the `hot` pages that are hot now. */
  readonly hotAccesses: number;
  readonly hot: number;
  /** One page becomes hot, and another stops being so, after this many loads. */
  readonly drift: number;
  /** Of so many operations of the first thread one is a NUMA hint, if a page of the slow tier can have one. */
  readonly hintEvery: number;
}

/** A workload. */
export type Workload = ReclaimWorkload | TierWorkload;

/** llama.cpp: `-t 15` for three models of 70 GB each on a machine of 140 GB. */
export const llama: ReclaimWorkload = {
  name: 'llama.cpp',
  kind: 'reclaim',
  loads: 32,
  summary: 'processes that read all of a file mapping again and again, in order, with less memory than files',
  processes: 3,
  threads: 2,
  pages: 16,
  frames: 44,
  tlb: 4,
  list: 4,
  low: 4,
  high: 30,
  folios: 400,
  order: 'oldest',
};

/** XSBench: 14 threads that look up nuclides in tables larger than the fast tier. */
export const xsbench: TierWorkload = {
  name: 'XSBench',
  kind: 'tiers',
  summary: 'a process that reads memory in two tiers at random, hot pages being promoted and cold ones demoted',
  processes: 1,
  threads: 4,
  pages: 32,
  frames: 66,
  fast: 32,
  tlb: 4,
  list: 4,
  low: 4,
  high: 20,
  folios: 200,
  hotAccesses: 90,
  hot: 8,
  drift: 100,
  hintEvery: 24,
  order: 'oldest',
};

/** Every workload. */
export const workloads: readonly Workload[] = [llama, xsbench];
