/**
 * The machine that a scenario runs on: every state variable of the model, and nothing that acts.
 *
 * Frames carry what they hold and who wrote it; page tables have one level and one lock for each mm;
 * TLB entries remember frame, W and D. Contents are the values that the scenario names: two frames
 * with the same value cannot be told apart, as on real hardware.
 *
 * Left out: accessed bits, huge pages, large folios, more than one page-table page a mm, address-space
 * identifiers that run out, NUMA, memory cgroups, the order of the LRU lists.
 */
import {
  bool,
  member,
  oneOf,
  optional,
  range,
  Schema,
  setFrom,
  setOf,
  type Bool,
  type Index,
  type IndexType,
  type Members,
} from '../../../src/index.js';
import type { Scenario } from '../../../src/litmus/scenario.js';
import { contentsOf, zeroOrigin, type Contents } from './contents.js';

/** A CPU. */
export type Cpu = Index<'CPU'>;
/** An address space (`struct mm_struct`). */
export type Mm = Index<'MM'>;
/** A virtual page; it belongs to one address space. */
export type Page = Index<'PAGE'>;
/** A physical page frame. */
export type Frame = Index<'FRAME'>;
/** A file of one page. */
export type File = Index<'FILE'>;
/** The contents of a page, or the signal that an access ended in. */
export type Content = Index<'CONTENT'>;
/** Whose contents a frame holds. */
export type Origin = Index<'ORIGIN'>;

/** The greatest TLB generation that a run may count to; more stops the search with an error. */
const generationMax = 63;

/** The greatest reference count; more stops the search with an error. */
const refsMax = 15;

/** The state of the machine, built once for a scenario. */
export class Machine {
  readonly schema: Schema;
  readonly contents: Contents;
  readonly CPU: IndexType<'CPU'>;
  readonly MM: IndexType<'MM'>;
  readonly PAGE: IndexType<'PAGE'>;
  readonly FRAME: IndexType<'FRAME'>;
  readonly FILE: IndexType<'FILE'>;
  readonly CONTENT: IndexType<'CONTENT'>;
  readonly ORIGIN: IndexType<'ORIGIN'>;
  readonly THREAD: IndexType<'THREAD'>;
  readonly INTEGER: IndexType<'INTEGER'>;
  readonly state: ReturnType<typeof variables>;
  /** The zero page, which read faults of anonymous memory map; absent without anonymous mappings. */
  readonly zeroPage: Frame | undefined;

  constructor(
    readonly scenario: Scenario,
    /** Machine options of the scenario, such as `alone`. */
    readonly options: ReadonlySet<string>,
  ) {
    const schema = new Schema();
    this.schema = schema;
    this.contents = contentsOf(scenario, options);
    const { values, origins, frames, anonymous } = this.contents;
    const numbers = Array.from({ length: frames }, (_, i) => String(i));
    this.CPU = schema.index('CPU', Array.from({ length: scenario.cpus }, (_, i) => `CPU${i}`));
    this.MM = schema.index('MM', scenario.mms);
    this.PAGE = schema.index('PAGE', scenario.pages.map((p) => p.name));
    this.FRAME = schema.index('FRAME', anonymous ? [...numbers, zeroOrigin] : numbers);
    this.FILE = schema.index('FILE', scenario.files.map((f) => f.name));
    this.CONTENT = schema.index('CONTENT', values);
    this.ORIGIN = schema.index('ORIGIN', origins);
    this.THREAD = schema.index('THREAD', scenario.threads.map((t) => t.name));
    this.INTEGER = schema.index('INTEGER', scenario.integers.map((i) => i.name));
    this.zeroPage = anonymous ? member(this.FRAME, frames) : undefined;
    this.state = variables(this);
  }

  /** The contents with a value; throws for a value that the scenario never produces. */
  content(value: number | string): Content {
    return member(this.CONTENT, this.contents.values.indexOf(String(value)));
  }

  /** The origin with a name: a file, a page, or one of the kernel's own. */
  origin(name: string): Origin {
    return member(this.ORIGIN, this.contents.origins.indexOf(name));
  }

  /** The file with a name. */
  file(name: string): File {
    return member(this.FILE, this.FILE.members.indexOf(name));
  }

  /** The page with a name. */
  page(name: string): Page {
    return member(this.PAGE, this.PAGE.members.indexOf(name));
  }

  /** Names of the pages of one address space. */
  pagesOf(mm: string): string[] {
    return this.scenario.pages.filter((page) => page.mm === mm).map((page) => page.name);
  }

  /** The integer with a name. */
  integer(name: string): Content {
    return this.state.integer.at(this.INTEGER.members.indexOf(name));
  }

  /** The address space that a page belongs to. */
  mmOf(page: string): Mm {
    return this.mm(this.scenario.pages.find((p) => p.name === page)!.mm);
  }

  /** The address space with a name. */
  mm(name: string): Mm {
    return member(this.MM, this.MM.members.indexOf(name));
  }

  /** Numbers of the CPUs that run threads of an address space: its mm_cpumask, which does not change here. */
  cpusOf(mm: string): number[] {
    return [...new Set(this.scenario.threads.filter((t) => t.mm === mm).map((t) => t.cpu))].sort((a, b) => a - b);
  }

  /** The set of CPUs with the given numbers. */
  cpus(numbers: readonly number[]): Members<'CPU'> {
    return setFrom(setOf(this.CPU), numbers);
  }

  /** The frame is the zero page. */
  isZeroPage(frame: Frame): Bool | false {
    return this.zeroPage ? frame.is(this.zeroPage) : false;
  }
}

/** Declares every state variable. */
function variables({ schema, CPU, MM, PAGE, FRAME, FILE, CONTENT, ORIGIN, THREAD, INTEGER }: Machine) {
  const entry = { frame: optional(FRAME), writable: bool, dirty: bool };
  const generation = range(0, generationMax);
  return {
    frame: schema.array('frame', [FRAME], {
      // `frozen`: taken out of its cache with no reference left, on the way to the allocator.
      use: oneOf('free', 'used', 'frozen'),
      content: CONTENT,
      origin: ORIGIN,
      refs: range(0, refsMax),
      locked: bool,
      dirty: bool,
      // Isolated from the LRU by a reclaim or a migration that has not finished.
      isolated: bool,
      // LUF's generation tag of a free frame, relative to the flush that it waits for.
      tag: oneOf('none', 'pending', 'flushing'),
    }),
    // For a swap entry the contents are in swap[page]; a migration entry names the old frame.
    pte: schema.array('pte', [PAGE], { kind: oneOf('none', 'present', 'swap', 'migration'), ...entry }),
    tlb: schema.array('tlb', [CPU, PAGE], entry),
    vma: schema.array('vma', [PAGE], {
      kind: oneOf('none', 'shared', 'private', 'anon'),
      file: optional(FILE),
      readable: bool,
      writable: bool,
    }),
    mm: schema.array('mm', [MM], {
      // mmap_lock: one writer or some readers.
      writer: bool,
      readers: range(0, 7),
      // The page-table lock; one page-table page a mm.
      ptl: bool,
      // mm->tlb_flush_batched: pending differs from flushed.
      batched: bool,
      // mm->context.tlb_gen.
      generation,
    }),
    // irqsOff: the thread that runs with interrupts off; nothing else runs on the CPU meanwhile.
    // generation: cpu_tlbstate.ctxs[].tlb_gen of the mm that the CPU runs.
    cpu: schema.array('cpu', [CPU], { irqsOff: optional(THREAD), generation }),
    file: schema.array('file', [FILE], { cache: optional(FRAME), disk: CONTENT, rwsem: bool }),
    // Swap cache and swap slot of a page's private or anonymous memory.
    swap: schema.array('swap', [PAGE], { cache: optional(FRAME), slot: CONTENT }),
    integer: schema.array('integer', [INTEGER], CONTENT),
    // LUF v10's global batch (luf_ubc, luf_on_flushing).
    luf: schema.variable('luf', { pending: setOf(CPU), flushing: bool }),
    // What loads may return, kept beside the machine: see ghost.ts.
    // superseded: what a write(2) in flight has overwritten, legal until it returns.
    shown: schema.array('shown', [FILE], { legal: setOf(CONTENT), superseded: setOf(CONTENT) }),
    own: schema.array('own', [PAGE], { copied: bool, legal: setOf(CONTENT), mapped: setOf(ORIGIN) }),
    inflight: schema.array('inflight', [THREAD], {
      page: optional(PAGE),
      // What the VMA mapped, whether or not the page had been copied from it.
      object: optional(FILE),
      // Whose current contents, and which values, the operation replaces.
      file: optional(FILE),
      values: setOf(CONTENT),
      copying: bool,
    }),
  };
}
