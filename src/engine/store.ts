/**
 * Every state found, in the order found, which is breadth-first order: visited set, frontier and trace store at
 * once. Equality is exact, but for states compacted away; hashes only choose the slot.
 */
import { Arena, digestWords, type Hashes } from './arena.js';
import { segmentBits, segmentStates } from './loops.js';
import { Parents } from './parents.js';
import { Memory } from './memory.js';
import type { StoreOptions } from './store-options.js';
import { known, Slots } from './slots.js';
import { slotsOf, Table, type TableSize } from './table.js';

/** The visited set, the frontier and the predecessors. */
export class Store {
  /** Number of states. */
  size = 0;
  /** Number of states that have been expanded. */
  expanded = 0;
  readonly arena: Arena;
  readonly parents: Parents;
  private starts = 0;
  readonly slots: Slots;
  private readonly words: number;
  private readonly memory: Memory;
  /** Tells other threads of shared memory. */
  private announce: ((part: Part) => void) | undefined;
  /** The first segment that was not digested because it was done with. */
  private nextToDigest = 0;

  constructor(readonly options: StoreOptions) {
    this.words = options.words;
    const hashes: Hashes = { hash: (...at) => this.slots.loops.hash(...at), digest: (...at) => this.slots.loops.digest(...at) };
    this.arena = new Arena(options.words, hashes, options.archive, options.hashCompaction ?? false);
    this.parents = new Parents(options.childrenMax);
    this.memory = new Memory(options.isShared ?? false);
    this.slots = new Slots(options, this.arena, this.memory);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.memory.bytes;
  }

  /** The most bytes that inserting a batch may add, while a table grows the old one included. */
  growth(batch: number): number {
    return this.memory.missing(this.wanted(batch));
  }

  /** The lengths of what inserting a batch may take. */
  private wanted(batch: number): number[] {
    const segments = Math.max(0, Math.ceil((this.size + batch) / segmentStates) - this.arena.segments.length);
    const lengths = Array.from({ length: segments }, () => [this.arena.segmentBytes / 4, this.parents.segmentBytes / 4]).flat();
    return this.mustGrow(batch) ? [slotsOf(this.nextSize(batch)), ...lengths] : lengths;
  }

  /** The segment that holds a state; the state begins at {@link offsetOf} in it. */
  segmentOf(state: number): Int32Array {
    return this.arena.segmentOf(state);
  }

  /** Where a state begins in its segment. */
  offsetOf(state: number): number {
    return (state & (segmentStates - 1)) * this.words;
  }

  /** The words of a state, copied. */
  wordsOf(state: number): Int32Array {
    const offset = this.offsetOf(state);
    return this.segmentOf(state).slice(offset, offset + this.words);
  }

  /** Whether a state has these words. */
  is(state: number, words: Int32Array): boolean {
    return this.arena.equals(state, words, 0, this.slots.loops.hash(words, 0));
  }

  /** The state that a state was first found from; -1 for a start state. */
  parentOf(state: number): number {
    return state < this.starts ? -1 : this.parents.parentOf(state, this.expanded);
  }

  /** Makes room in the table for a batch of insertions, so that none of them has to grow it. */
  reserve(batch: number): void {
    if (this.mustGrow(batch)) this.grow(this.nextSize(batch));
  }

  /**
   * Lists the successors of a batch that are not found, and few others: one that is found only if another state has the
   * same bits of the hash, or if it was digested; none that repeats one of this or of an earlier batch that is still
   * remembered. So whatever is listed has to be put into the store. Returns how many.
   */
  sift(count: number): number {
    const { slots: { loops, table }, arena: { segments } } = this;
    const listed = loops.distinct(count);
    loops.probe(table, listed);
    loops.settle(table, listed);
    loops.touch(segments, listed);
    return loops.unknown(segments, listed);
  }

  /** Adds a state and returns its number, or {@link known}. The caller has reserved room. */
  insert(states: Int32Array, offset: number, hash: number, parent: number): number {
    const { table } = this.slots;
    const slot = this.slots.slotOf(states, offset, hash);
    if (table.slots[slot] !== 0) return known;
    table.count(hash);
    const state = this.append(states, offset, parent);
    table.slots[slot] = table.entry(hash, state);
    return state;
  }

  /** The number of a state, or {@link known} when it was never found. */
  find(states: Int32Array, offset: number, hash: number): number {
    const { table } = this.slots;
    const entry = table.slots[this.slots.slotOf(states, offset, hash)]!;
    return entry === 0 ? known : table.stateIn(entry, hash);
  }

  /** The states before this one have been expanded: what comes later is no child of theirs. */
  expandedTo(state: number): void {
    this.beginTo(state);
    this.done();
  }

  /**
   * Whether a batch and so many bytes beside the store fit. Frees memory until they do, if that is possible: digests
   * segments, those done with first and then the last full ones, whose states are expanded last.
   */
  fits(batch: number, others: number): boolean {
    const { memoryBytesMax = Infinity, archive } = this.options;
    if (memoryBytesMax === Infinity) return true;
    const free = memoryBytesMax - others;
    if (this.isDigesting && this.arena.savedBytes > 0) {
      while (!this.fitsIn(free, batch) && this.nextToDigest < this.expanded >>> segmentBits) this.digestNext();
      const current = Math.max(this.expanded >>> segmentBits, this.nextToDigest - 1);
      for (let segment = (this.size >>> segmentBits) - 1; archive && !this.fitsIn(free, batch) && segment > current; segment--) {
        this.digest(segment);
      }
    }
    return this.fitsIn(free, batch);
  }

  /** Whether the store and a batch fit in so many bytes, if need be with memory from the system in place of pieces that are too small. */
  private fitsIn(bytes: number, batch: number): boolean {
    const wanted = this.wanted(batch);
    const { memory } = this;
    if (memory.bytes + memory.missing(wanted) <= bytes) return true;
    if (memory.bytes - memory.spareBytes + wanted.reduce((sum, length) => sum + 4 * length, 0) > bytes) return false;
    memory.trim();
    this.options.collect?.();
    return true;
  }

  private beginTo(state: number): void {
    for (; this.expanded < state; this.expanded++) this.parents.begin(this.expanded, this.size);
  }

  /** Start states. */
  get startStates(): number {
    return this.starts;
  }

  /** Becomes what another store was, from what was written down of it. */
  restore({ states, starts, expanded, words, children }: Written): void {
    this.reserve(states);
    const hashes = new Int32Array(segmentStates);
    for (let segment = 0; segment * segmentStates < states; segment++) {
      this.addSegment();
      const first = segment * segmentStates;
      this.size = Math.min(states, first + segmentStates);
      this.expanded = Math.min(expanded, this.size);
      words(first, this.arena.segments[segment]!.subarray(0, (this.size - first) * this.words));
      children(first, this.parents.bytesOf(segment));
      this.slots.writeHashes(segment, this.size, hashes, 0);
      this.slots.enter(hashes, first, this.size, 0, 1);
      this.done();
      this.fits(segmentStates, 0);
    }
    this.starts = starts;
    this.parents.renew(expanded, starts);
  }

  /** Tells other threads of the memory that they share, and of what comes later as well. */
  share(announce: (part: Part) => void): void {
    this.announce = announce;
    const { arena, parents } = this;
    arena.segments.forEach((words, segment) => {
      announce({ kind: 'segment', words, parents: parents.memoryOf(segment) });
      const digest = arena.digestOf(segment);
      if (digest) announce({ kind: 'digest', segment, digest });
    });
    this.announceTable();
  }

  private announceTable(): void {
    const { size, slots, filled } = this.slots.table;
    this.announce?.({ kind: 'table', size, slots, filled });
  }

  /** Takes over memory that another thread shares. */
  adopt(part: Part): void {
    if (part.kind === 'segment') this.addParts(part.words, part.parents);
    else if (part.kind === 'digest') this.arena.forget(part.segment, part.digest);
    else this.slots.take(new Table(part.size, part.slots, part.filled));
  }

  /** Makes room for the words of states up to this number. */
  room(states: number): void {
    while (this.arena.segments.length * segmentStates < states) this.addSegment();
  }

  /** A larger table, still empty, for so many states more, and numbers; see {@link Slots}. */
  emptyTableFor(batch: number, numbers: number): Table {
    return this.slots.empty(this.nextSize(batch, numbers));
  }

  /** Takes a table in place of the old one, which is returned. */
  replaceTable(table: Table): Table {
    const old = this.slots.take(table);
    this.announceTable();
    return old;
  }

  /** Puts the words of some successors, listed by position, in the places of the states from one number on. */
  put(words: Int32Array, which: Int32Array, count: number, first: number): void {
    for (let done = 0; done < count; ) {
      const state = first + done;
      const some = Math.min(count - done, segmentStates - (state & (segmentStates - 1)));
      this.slots.loops.copy(words, which, done, some, this.segmentOf(state), this.offsetOf(state));
      done += some;
    }
  }

  /** So many states were put into the store, and those before `expanded` have been expanded. */
  committed(states: number, expanded: number): void {
    this.size += states;
    this.expanded = expanded;
    this.done();
  }

  /** With hash compaction, gives up the words of what has been expanded. */
  private done(): void {
    while (this.options.hashCompaction && this.arena.savedBytes > 0 && this.nextToDigest < this.expanded >>> segmentBits) this.digestNext();
  }

  private digestNext(): void {
    this.digest(this.nextToDigest++);
  }

  private digest(segment: number): void {
    if (this.arena.isDigested(segment)) return;
    const digest = this.memory.take(digestWords);
    this.memory.giveBack(this.arena.digest(segment, digest));
    this.announce?.({ kind: 'digest', segment, digest });
  }

  private append(states: Int32Array, offset: number, parent: number): number {
    const state = this.size;
    this.room(state + 1);
    this.arena.put(state, states, offset);
    if (parent < 0) this.starts++;
    else {
      this.beginTo(parent + 1);
      this.parents.note(parent);
    }
    // Only now, since no memory may be left for a segment.
    this.size++;
    return state;
  }

  private addSegment(): void {
    const words = this.memory.take(this.arena.segmentBytes / 4, this.isDigesting);
    const parents = this.memory.take(this.parents.segmentBytes / 4);
    this.addParts(words, parents);
    this.announce?.({ kind: 'segment', words, parents });
  }

  private addParts(words: Int32Array, parents: Int32Array): void {
    this.arena.add(words);
    this.parents.add(parents);
  }

  /**
   * Whether the table is too small for so many states more.
   * @param numbers - and for so many numbers
   */
  mustGrow(batch: number, numbers = batch): boolean {
    return this.nextSize(batch, numbers) !== this.slots.table.size;
  }

  private get isDigesting(): boolean {
    return this.options.hashCompaction === true || this.options.archive !== undefined;
  }

  private nextSize(batch: number, numbers = batch): TableSize {
    return this.slots.sizeFor(this.size + batch, this.size + numbers);
  }

  private grow(size: TableSize): void {
    const { slots } = this;
    const table = slots.empty(size);
    slots.hashOwn(this.size, 0, 1);
    const old = slots.take(table);
    slots.enterOwn(this.size, 0, 1);
    if (slots.giveBack(old)) this.options.collect?.();
  }
}

/** What was written down of a store. */
export interface Written {
  readonly states: number;
  readonly starts: number;
  readonly expanded: number;
  /** Fills in the words of the states from one on. */
  readonly words: (first: number, into: Int32Array) => void;
  /** Fills in the numbers of children of the parents from one on, as {@link Parents.bytesOf} has them. */
  readonly children: (first: number, into: Uint8Array) => void;
}

/** Memory of a store that threads share. */
export type Part =
  | { readonly kind: 'segment'; readonly words: Int32Array; readonly parents: Int32Array }
  | { readonly kind: 'digest'; readonly segment: number; readonly digest: Int32Array }
  | { readonly kind: 'table'; readonly size: TableSize; readonly slots: Int32Array; readonly filled: Int32Array };
