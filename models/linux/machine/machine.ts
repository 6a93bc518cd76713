/**
 * The machine that a scenario runs on: every state variable of the model, and nothing that acts.
 *
 * Frames carry what they hold and who wrote it; page tables have one level and one lock for each mm;
 * TLB entries remember frame, W and D. Contents are the values that the scenario names: two frames
 * with the same value cannot be told apart, as on real hardware.
 *
 * Everything is declared for every scenario; the engine keeps in a state only what some step writes.
 *
 * Left out: accessed bits (but where a scenario asks for them), huge pages, large folios, address-space
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
import { contentsOf, kindOf, zeroOrigin, type Contents, type MachinePage, type World } from './contents.js';
import { ghostState } from './ghost-state.js';

/** A CPU. */
export type Cpu = Index<'CPU'>;
/** An address space (`struct mm_struct`). */
export type Mm = Index<'MM'>;
/** A virtual page; it belongs to one address space. */
export type Page = Index<'PAGE'>;
/** A page of a page table; it has a lock of its own. */
export type Table = Index<'TABLE'>;
/** A physical page frame. */
export type Frame = Index<'FRAME'>;
/** A file of one page. */
export type File = Index<'FILE'>;
/** The contents of a page, or the signal that an access ended in. */
export type Content = Index<'CONTENT'>;
/** Whose contents a frame holds. */
export type Origin = Index<'ORIGIN'>;

/** The greatest TLB generation and the greatest LUF timestamp (`luf_ugen`) that a search may count to; more stops it with an error. */
const searched = { generationMax: 63, ugenMax: 31 };

/** The same for long runs. */
const long = { generationMax: 0xffff, ugenMax: 0xffff };

/** The greatest reference count; more stops the search with an error. */
const refsMax = 15;

/** The state of the machine, built once for a scenario. */
export class Machine {
  readonly schema: Schema;
  readonly scenario: Scenario;
  /** Machine options of the scenario, such as `alone`. */
  readonly options: ReadonlySet<string>;
  readonly contents: Contents;
  readonly CPU: IndexType<'CPU'>;
  readonly MM: IndexType<'MM'>;
  readonly TABLE: IndexType<'TABLE'>;
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
  /** In long runs: the free frame that each thread would be handed, which whoever runs the model decides. */
  readonly offered: { at(thread: Index<'THREAD'>): { readonly frame: Frame } } | undefined;
  /** The greatest TLB generation and LUF timestamp. */
  readonly counters: { readonly generationMax: number; readonly ugenMax: number };

  constructor(readonly world: World) {
    this.counters = world.long ? long : searched;
    const schema = new Schema();
    const { scenario } = world;
    this.schema = schema;
    this.scenario = scenario;
    this.options = new Set(scenario.options);
    this.contents = contentsOf(world);
    const { values, origins, frames, pages, anonymous } = this.contents;
    const numbers = Array.from({ length: frames }, (_, i) => String(i));
    this.CPU = schema.index('CPU', Array.from({ length: scenario.cpus }, (_, i) => `CPU${i}`));
    this.MM = schema.index('MM', scenario.mms);
    this.TABLE = schema.index('TABLE', this.options.has('split_ptl') ? pages.map((p) => p.name) : scenario.mms);
    this.PAGE = schema.index('PAGE', pages.map((p) => p.name));
    this.FRAME = schema.index('FRAME', anonymous ? [...numbers, zeroOrigin] : numbers);
    this.FILE = schema.index('FILE', scenario.files.map((f) => f.name));
    this.CONTENT = schema.index('CONTENT', values);
    this.ORIGIN = schema.index('ORIGIN', origins);
    this.THREAD = schema.index('THREAD', scenario.threads.map((t) => t.name));
    this.INTEGER = schema.index('INTEGER', scenario.integers.map((i) => i.name));
    this.zeroPage = anonymous ? member(this.FRAME, frames) : undefined;
    this.state = variables(this);
    this.offered = world.long ? schema.array('offered', [this.THREAD], { frame: optional(this.FRAME) }) : undefined;
  }

  /** The contents with a value; throws for a value that the scenario never produces. */
  content(value: number | string): Content {
    return member(this.CONTENT, this.contents.values.indexOf(String(value)));
  }

  /** The origin with a name: a file, a page, or one of the kernel's own. */
  origin(name: string): Origin {
    return member(this.ORIGIN, this.contents.origins.indexOf(this.contents.originNamed(name)));
  }

  /** The origin of a page's private or anonymous memory, which its relatives share. */
  ownOrigin(page: string): Origin {
    return this.origin(this.family(page));
  }

  /** The file with a name. */
  file(name: string): File {
    return member(this.FILE, this.FILE.members.indexOf(name));
  }

  /** The page with a name. */
  page(name: string): Page {
    return member(this.PAGE, this.PAGE.members.indexOf(name));
  }

  /** The declaration of the page with a name. */
  pageNamed(name: string): MachinePage {
    return this.contents.pages.find((page) => page.name === name)!;
  }

  /** Names of the pages of one address space. */
  pagesOf(mm: string): string[] {
    return this.contents.pages.filter((page) => page.mm === mm).map((page) => page.name);
  }

  /**
   * Names of the pages that may share a page's private or anonymous memory, or take it over: itself,
   * fork's copies, and where mremap() moves it.
   */
  relativesOf(page: string): string[] {
    return this.PAGE.members.filter((other) => this.family(other) === this.family(page));
  }

  /** The swap slot that the swap entry of a page names, to be asked only where there is one. */
  slotOf(page: string): Page {
    return this.relativesOf(page).length === 1 ? this.page(page) : this.state.pte.at(this.page(page)).slot;
  }

  /** The lock of the anon_vma that a page's private or anonymous memory belongs to. */
  anonVmaOf(page: string): ReturnType<typeof this.state.anonVma.at> {
    return this.state.anonVma.at(this.page(this.family(page)));
  }

  /** The address space is made by a fork(): nothing runs in it before. */
  forked(mm: string | undefined): boolean {
    return [...this.world.programs.values()].some((slots) =>
      slots.some((slot) => slot.alternatives.some((s) => s.operation === 'fork' && s.arguments.some((a) => a.kind === 'mm' && a.mm === mm))),
    );
  }

  /** The page-table page that maps a page, with its lock. */
  tableOf(page: string): ReturnType<typeof this.state.table.at> {
    const name = this.options.has('split_ptl') ? page : this.pageNamed(page).mm;
    return this.state.table.at(this.TABLE.members.indexOf(name));
  }

  /** The kinds of mapping that a page can have in this scenario. */
  kindsOf(page: string): ReadonlySet<'shared' | 'private' | 'anon'> {
    return new Set(this.pageNamed(page).mappings.map(kindOf));
  }

  /** The files that a page can map in this scenario, in the given kind of mapping. */
  filesOf(page: string, kind?: 'shared' | 'private'): string[] {
    const fits = this.pageNamed(page).mappings.filter((m) => m.object !== 'anon' && (kind ?? kindOf(m)) === kindOf(m));
    return [...new Set(fits.map((m) => m.object))];
  }

  /** Some page may map the file: the pages that its rmap may lead to, in the order of the walk. */
  pagesMapping(file: string): string[] {
    return this.PAGE.members.filter((page) => this.filesOf(page).includes(file));
  }

  /** Files may become shorter, so that accesses look at i_size. */
  get truncates(): boolean {
    return this.uses(...this.world.truncating);
  }

  /** Some thread may carry out an operation with one of the ids. */
  uses(...operations: string[]): boolean {
    return [...this.world.programs.values()].some((slots) =>
      slots.some((slot) => slot.alternatives.some((s) => operations.includes(s.operation))),
    );
  }

  /** The integer with a name. */
  integer(name: string): Content {
    return this.state.integer.at(this.INTEGER.members.indexOf(name));
  }

  /** Name of the address space that a page belongs to. */
  mmNameOf(page: string): string {
    return this.pageNamed(page).mm;
  }

  /** The address space that a page belongs to. */
  mmOf(page: string): Mm {
    return this.mm(this.mmNameOf(page));
  }

  /** The address space with a name. */
  mm(name: string): Mm {
    return member(this.MM, this.MM.members.indexOf(name));
  }

  /** Numbers of the CPUs that ever run threads of an address space. */
  cpusOf(mm: string): number[] {
    return [...new Set(this.scenario.threads.filter((t) => t.mm === mm).map((t) => t.cpu))].sort((a, b) => a - b);
  }

  /** What the threads of a CPU run in: address spaces by name, and `undefined` for kernel threads. */
  contextsOf(cpu: number): (string | undefined)[] {
    return [...new Set(this.scenario.threads.filter((t) => t.cpu === cpu).map((t) => t.mm))];
  }

  /** The CPU goes back and forth between contexts, or waits for an address space that fork() makes. */
  switches(cpu: number): boolean {
    const contexts = this.contextsOf(cpu);
    return contexts.length > 1 || contexts.some((mm) => this.forked(mm));
  }

  /** The set of CPUs with the given numbers. */
  cpus(numbers: readonly number[]): Members<'CPU'> {
    return setFrom(setOf(this.CPU), numbers);
  }

  /** The frame is the zero page. */
  isZeroPage(frame: Frame): Bool | false {
    return this.zeroPage ? frame.is(this.zeroPage) : false;
  }

  private family(page: string): string {
    return this.contents.pages.find((p) => p.name === page)?.family ?? page;
  }
}

/** Declares every state variable. */
function variables({ schema, counters, CPU, MM, TABLE, PAGE, FRAME, FILE, CONTENT, ORIGIN, THREAD, INTEGER }: Machine) {
  const entry = { frame: optional(FRAME), writable: bool, dirty: bool };
  const generation = range(0, counters.generationMax);
  const ugen = range(0, counters.ugenMax);
  const few = range(0, 7);
  return {
    frame: schema.array('frame', [FRAME], {
      // `frozen`: in no cache and without a reference, on the way to the free list or isolated from it.
      use: oneOf('free', 'used', 'frozen'),
      content: CONTENT,
      origin: ORIGIN,
      refs: range(0, refsMax),
      locked: bool,
      dirty: bool,
      // PG_writeback: being written to disk.
      writeback: bool,
      // MADV_FREE: anonymous memory that reclaim may discard (swapbacked is off).
      lazyfree: bool,
      // PageAnonExclusive is off: fork has made another page table map it.
      forked: bool,
      // Isolated from the LRU by a reclaim or a migration that has not finished.
      isolated: bool,
      // LUF v10's and v11's generation tag of a free frame, relative to the flush that it waits for.
      tag: oneOf('none', 'pending', 'flushing'),
      // LUF v12's batch of a free frame (its luf_key): CPUs to flush, and when the unmap was.
      lufCpus: setOf(CPU),
      lufUgen: ugen,
    }),
    // For a swap entry the contents are in swap[page]; a migration entry names the old frame.
    pte: schema.array('pte', [PAGE], {
      kind: oneOf('none', 'present', 'protnone', 'swap', 'migration'),
      ...entry,
      // Whose swap slot a swap entry names, where relatives share slots.
      slot: optional(PAGE),
      // _PAGE_UFFD_WP.
      uffdWp: bool,
      // _PAGE_ACCESSED, kept where the scenario asks how old pages are.
      young: bool,
      // The mark of the rule pteMarker: a flush of what this entry mapped is put off.
      marked: bool,
    }),
    tlb: schema.array('tlb', [CPU, PAGE], entry),
    vma: schema.array('vma', [PAGE], {
      kind: oneOf('none', 'shared', 'private', 'anon'),
      file: optional(FILE),
      readable: bool,
      writable: bool,
      // VM_MAYWRITE.
      mayWrite: bool,
      // An rmap walk comes to it before the page that mremap() moves here, or has moved.
      first: bool,
      // The mark of the rule vmaFlag.
      marked: bool,
    }),
    // The page-table lock, one for each page-table page.
    table: schema.array('table', [TABLE], {
      ptl: bool,
      // A folio whose PTE is cleared and whose rmap goes later, with the lock still held (tlb_delay_rmap(), wp_page_copy()).
      delayed: optional(FRAME),
    }),
    mm: schema.array('mm', [MM], {
      // mmap_lock: one writer or some readers.
      writer: bool,
      readers: few,
      // fork() has made it: its threads may run.
      born: bool,
      // mm->tlb_flush_batched: pending differs from flushed.
      batched: bool,
      // mm->tlb_flush_pending: mmu_gathers under way.
      flushPending: few,
      // mm_cpumask().
      cpumask: setOf(CPU),
      // mm->context.tlb_gen.
      generation,
      // The mark of the rule taskFlag, for every thread of the mm.
      marked: bool,
      // LUF v12's mm->luf_batch.
      lufCpus: setOf(CPU),
      lufUgen: ugen,
      // MMF_HUGE_ZERO_PAGE: the mm holds a reference to the huge zero page.
      hugeZero: bool,
    }),
    // huge_zero_folio and huge_zero_refcount.
    hugeZero: schema.variable('hugeZero', { frame: optional(FRAME), count: range(0, refsMax) }),
    cpu: schema.array('cpu', [CPU], {
      // The thread that runs with interrupts off; nothing else runs on the CPU meanwhile.
      irqsOff: optional(THREAD),
      // cpu_tlbstate.loaded_mm, none for init_mm; is_lazy.
      mm: optional(MM),
      lazy: bool,
      // The mm that a switch with interrupts off is on its way to; whether it has read that one's generation, and
      // found that the CPU has to flush.
      next: optional(MM),
      chosen: bool,
      needFlush: bool,
      // LUF v12's ugen_done.
      ugenDone: ugen,
    }),
    // cpu_tlbstate.ctxs[].tlb_gen for each mm.
    context: schema.array('context', [CPU, MM], { generation }),
    // TLBIs that a CPU has issued and another one has not carried out yet (arm64).
    tlbi: schema.array('tlbi', [CPU, CPU, PAGE], { pending: bool }),
    file: schema.array('file', [FILE], {
      cache: optional(FRAME),
      disk: CONTENT,
      rwsem: bool,
      // i_size is 0.
      empty: bool,
      // invalidate_lock, held by a truncation.
      invalidating: bool,
      // Marks of the rules pcMarker and inodeFlag: a flush for the folio that was here is put off.
      cacheMarked: bool,
      inodeMarked: bool,
      // LUF v12's mapping->luf_batch.
      lufCpus: setOf(CPU),
      lufUgen: ugen,
      // i_mmap_rwsem: one writer or some readers.
      rmapWriter: bool,
      rmapReaders: few,
    }),
    // Swap cache and swap slot of a page's private or anonymous memory.
    // shared: fork() has copied entries of it, or of the folio before (pte_swp_exclusive() is off).
    swap: schema.array('swap', [PAGE], { cache: optional(FRAME), slot: CONTENT, shared: bool }),
    // The anon_vma lock of a family of pages: one writer or some readers.
    anonVma: schema.array('anonVma', [PAGE], { rmapWriter: bool, rmapReaders: few }),
    integer: schema.array('integer', [INTEGER], CONTENT),
    // LUF v10's and v11's global batch (luf_ubc, luf_on_flushing); v12's clock (luf_ugen).
    luf: schema.variable('luf', { pending: setOf(CPU), flushing: bool, ugen }),
    // What the mmu_gather of the thread holds until it is flushed.
    gather: schema.array('gather', [THREAD], { folio: optional(FRAME) }),
    // Unmaps put off since a flush_tlb_batched_pending() of the thread read mm->tlb_flush_batched.
    snapshot: schema.array('snapshot', [THREAD], { mm: optional(MM) }),
    ...ghostState(schema, { PAGE, FILE, CONTENT, ORIGIN, THREAD }),
  };
}
