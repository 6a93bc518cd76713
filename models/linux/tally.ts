/**
 * What is counted of a run on x86, as the kernel's own counters do: nr_tlb_remote_flush for every flush that interrupts
 * another CPU, nr_tlb_remote_flush_received for every interrupt that a CPU handles, local flushes apart; and, which the
 * kernel cannot know, the TLB entries that are stale.
 */
import type { Program, StepInstance } from '../../src/index.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { View } from './machine/view.js';
import { kernelThreads } from './workload-scenario.js';

/** Counts of one run. */
export interface Counts {
  /** Folios that reclaim has freed, or that migration has moved: promoted and demoted ones. */
  readonly folios: number;
  /** Of these, those that left the fast tier. */
  readonly demoted: number;
  /** Flushes that interrupt other CPUs (nr_tlb_remote_flush), those for NUMA hints not counted. */
  readonly flushes: number;
  /** Interrupts sent, to one CPU each. */
  readonly sent: number;
  /** Interrupts handled (nr_tlb_remote_flush_received). */
  readonly received: number;
  /** Flushes that concern no other CPU than the one that asks for them. */
  readonly local: number;
  /** Flushes for NUMA hints that interrupt other CPUs: one for each page here, where the kernel gathers a whole range. */
  readonly hints: number;
  /** Stale TLB entries, of all CPUs, on average and at most. */
  readonly staleMean: number;
  readonly staleMax: number;
}

/** What a step instance is to the counters. */
type Kind = 'send' | 'receive' | 'reclaimed' | 'migrated' | 'none';

interface Counted {
  readonly kind: Kind;
  readonly thread: string;
  /** Number of the thread's own CPU. */
  readonly cpu: number;
  /** The CPU that acts is another one. */
  readonly elsewhere: boolean;
  /** The step is part of a NUMA hint. */
  readonly hints: boolean;
}

/** How much to count. */
export interface TallyLimits {
  /** Folios to count. */
  readonly folios: number;
  /** Folios that go by before anything is counted. */
  readonly warmUp: number;
}

/** Stale entries are counted after every so many steps. */
const sampling = 16;

const nothing = { folios: 0, demoted: 0, flushes: 0, sent: 0, received: 0, local: 0, hints: 0, staleMax: 0 };

/** Counts the steps of a run, once the warm-up is over. */
export class Tally {
  private readonly steps: readonly Counted[];
  private readonly view: View;
  private count = { ...nothing };
  private warming: number;
  private stepsTaken = 0;
  private samples = 0;
  private staleSum = 0;

  constructor(
    program: Program,
    private readonly scenario: Scenario,
    private readonly limits: TallyLimits,
  ) {
    this.view = new View(program.layout);
    this.warming = limits.warmUp;
    this.steps = program.instances.map((instance) => countedOf(instance, scenario));
  }

  /** A step was taken; false once all folios are counted. */
  taken(instance: number, _before: Int32Array, after: Int32Array): boolean {
    const step = this.steps[instance]!;
    if (step.kind === 'send') this.sent(step, after);
    else if (step.kind === 'receive') this.received(step);
    else if (step.kind !== 'none') this.folio(step);
    if (++this.stepsTaken % sampling === 0) this.sample(after);
    return this.count.folios < this.limits.folios;
  }

  /** The counts so far. */
  get counts(): Counts {
    return { ...this.count, staleMean: this.samples === 0 ? 0 : this.staleSum / this.samples };
  }

  private sent({ thread, cpu, hints }: Counted, after: Int32Array): void {
    const mask = this.view.read(after, `${thread}.ipis`);
    const others = ones(mask & ~(1 << cpu));
    if (mask === 0) return;
    if (others === 0) this.count.local++;
    else if (hints) this.count.hints++;
    else {
      this.count.flushes++;
      this.count.sent += others;
    }
  }

  private received({ elsewhere, hints }: Counted): void {
    if (elsewhere && !hints) this.count.received++;
  }

  private folio({ thread, kind }: Counted): void {
    this.count.folios++;
    if (kind === 'migrated' && thread === kernelThreads.kswapd) this.count.demoted++;
    if (this.warming === 0 || this.count.folios < this.warming) return;
    this.warming = 0;
    this.count = { ...nothing };
    this.samples = this.staleSum = 0;
  }

  private sample(words: Int32Array): void {
    const stale = this.staleIn(words);
    this.samples++;
    this.staleSum += stale;
    this.count.staleMax = Math.max(this.count.staleMax, stale);
  }

  /** TLB entries that the page table does not lead to any more. */
  private staleIn(words: Int32Array): number {
    const { cpus, pages } = this.scenario;
    const present = this.view.named('pte.kind', 'present');
    let stale = 0;
    for (let page = 0; page < pages.length; page++) {
      const frame = this.view.read(words, 'pte.kind', page) === present ? this.view.read(words, 'pte.frame', page) : -1;
      for (let cpu = 0; cpu < cpus; cpu++) {
        const entry = this.view.read(words, 'tlb.frame', cpu * pages.length + page);
        if (entry >= 0 && entry !== frame) stale++;
      }
    }
    return stale;
  }
}

function ones(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}

function countedOf({ step, name }: StepInstance, { threads }: Scenario): Counted {
  const thread = threads.find((one) => name.startsWith(`${one.name}.`))!;
  const operation = Number(/^[^.]*\.(\d+)/.exec(name)?.[1]);
  return {
    kind: kindOf(step.label, step.says.flatMap(({ text }) => text)),
    thread: thread.name,
    cpu: thread.cpu,
    elsewhere: !step.actor.startsWith(`CPU${thread.cpu} `),
    hints: thread.body[operation]?.operation === 'numa_hint',
  };
}

function kindOf(label: string, says: readonly unknown[]): Kind {
  if (label === 'flush_tlb_mm_range()' || label === 'arch_tlbbatch_flush()') return 'send';
  if (label === 'flush_tlb_func()') return 'receive';
  if (says.includes('__remove_mapping()')) return 'reclaimed';
  return says.includes('migrate_folio()') ? 'migrated' : 'none';
}
