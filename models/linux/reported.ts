/**
 * What was measured on real machines and printed in the thread, to be compared with what a workload of the model gives.
 * Source: Byungchul Park, [PATCH v10 00/12] LUF, 10 May 2024, for llama.cpp (`perf stat`, per test set); his mail of
 * 22 May 2024 (#8) in that thread for XSBench (/proc/vmstat). LUF is v10 in both.
 */
import { llama, xsbench, type Workload } from './workloads.js';

/** What a ratio is of. */
export type Measure =
  /** Flushes that interrupt other CPUs, for each folio. */
  | 'flushes'
  /** Flushes of a CPU's TLB, its own or by interrupt, and the interrupts sent, as the event tlb:tlb_flush counts them, for each folio. */
  | 'events'
  /** CPUs that a flush interrupts, for each thread of the workload; not a ratio of two rule sets. */
  | 'reach';

/** A ratio that was measured. */
export interface Reported {
  readonly workload: string;
  readonly what: string;
  readonly measure: Measure;
  /** The rules that stand for the kernel before and after; the same twice for {@link Measure} `reach`. */
  readonly before: string;
  readonly after: string;
  /** Before divided by after. */
  readonly ratio: number;
  /** The numbers that it is made of. */
  readonly figures: string;
  readonly source: string;
  /** Why the model's may differ. */
  readonly why: (workload: Workload) => string;
}

const mails = {
  cover: 'Byungchul Park, [PATCH v10 00/12] LUF, 10 May 2024',
  xsbench: 'Byungchul Park, 22 May 2024 (#8 in the thread of v10)',
};

/** The flushes (nr_tlb_remote_flush) and interrupts (nr_tlb_remote_flush_received) of XSBench, and its pages migrated (pgmigrate_success). */
const measured = {
  unbatched: { flushes: 6_200_106, received: 84_362_539, pages: 11_593_079 },
  batched: { flushes: 1_516_807, received: 20_938_785, pages: 17_000_781 },
  luf: { flushes: 85_818, received: 1_036_316, pages: 18_675_500 },
};

/** The threads of XSBench when it was measured. */
const threadsMeasured = 14;

type Run = (typeof measured)['batched'];

const perPage = ({ flushes, pages }: Run): number => flushes / pages;
const figuresOf = ({ flushes, pages }: Run): string => `${grouped(flushes)} for ${grouped(pages)} pages`;
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

const freeList = ({ high, list }: Workload): string =>
  'a flush that is put off lasts until the free list hands the frame out again: ' +
  `at most ${high} frames here, so at most ${high / list} to 1, and thousands between the watermarks of a real machine`;

/** The ratios, in the order in which they are printed. */
export const reported: readonly Reported[] = [
  {
    workload: llama.name,
    what: 'LUF v10 against batching, events tlb:tlb_flush',
    measure: 'events',
    before: 'vanilla',
    after: 'luf-v10',
    ratio: 1_357_543_886 / 69_175_002,
    figures: '1,357,543,886 to 69,175,002',
    source: mails.cover,
    why: freeList,
  },
  {
    workload: xsbench.name,
    what: 'batching (7e12beb8ca2a) against none, flushes a page migrated',
    measure: 'flushes',
    before: 'vanilla + flushInPTL',
    after: 'vanilla',
    ratio: perPage(measured.unbatched) / perPage(measured.batched),
    figures: `${figuresOf(measured.unbatched)} to ${figuresOf(measured.batched)}`,
    source: mails.xsbench,
    why: ({ list }) => `a list has at most ${list} folios here, so at most ${list} to 1, and up to 32 in the kernel (SWAP_CLUSTER_MAX); a promotion that needs a flush is alone in both`,
  },
  {
    workload: xsbench.name,
    what: 'LUF v10 against batching, flushes a page migrated',
    measure: 'flushes',
    before: 'vanilla',
    after: 'luf-v10',
    ratio: perPage(measured.batched) / perPage(measured.luf),
    figures: `${figuresOf(measured.batched)} to ${figuresOf(measured.luf)}`,
    source: mails.xsbench,
    why: (workload) =>
      `${freeList(workload)}; and a page that a hint fault leaves where it is becomes writable again (can_change_pte_writable()), so that the flush of its list is not put off`,
  },
  {
    workload: xsbench.name,
    what: 'CPUs that a flush interrupts, for each thread, batched',
    measure: 'reach',
    before: 'vanilla',
    after: 'vanilla',
    ratio: measured.batched.received / measured.batched.flushes / threadsMeasured,
    figures: `${grouped(measured.batched.received)} received of ${grouped(measured.batched.flushes)} flushes, ${threadsMeasured} threads`,
    source: mails.xsbench,
    why: () => 'every thread has a CPU of its own here and never leaves it',
  },
];
