/**
 * Every state found, in the order found, which is breadth-first order: visited set, frontier and trace store at
 * once. Equality is exact, but for states compacted away; hashes only choose the slot.
 */
import { Arena, type Archive, type Hashes } from './arena.js';
import { segmentBits, segmentStates, type StoreLoops } from './loops.js';
import { Parents } from './parents.js';
import { bytesOf, emptyTable, largeFrom, slotsOf, smallest, Table, type TableSize } from './table.js';

/** What was found on inserting a state that was there before. */
export const known = -1;

/** What a store is made for. */
export interface StoreOptions {
  /** 32-bit words of a state. */
  readonly words: number;
  /** The number of states that may be first found from one state. */
  readonly childrenMax: number;
  /** Of the program that makes the states, for a small or a large store. */
  readonly loopsOf: (large: boolean) => StoreLoops;
  /** Bytes that the store should not exceed; its table grows by less when it comes near. */
  readonly memoryBytesMax?: number;
  /** Where the words of states go that memory is too small for. */
  readonly archive?: Archive | undefined;
  /** Keep no words of states that have been expanded, but 64 bits of hashes. */
  readonly hashCompaction?: boolean;
}

/** The visited set, the frontier and the predecessors. */
export class Store {
  /** Number of states. */
  size = 0;
  /** Number of states that have been expanded. */
  expanded = 0;
  readonly arena: Arena;
  readonly parents: Parents;
  private starts = 0;
  /** The slots; another one when the store has grown. */
  table: Table;
  private loops: StoreLoops;
  private readonly words: number;
  /** Gives memory: this thread's own, or shared with others. */
  private allocate: Allocate = (bytes) => new ArrayBuffer(bytes);
  /** Tells other threads of shared memory. */
  private announce: ((part: Part) => void) | undefined;
  /** The first segment that was not digested because it was done with. */
  private nextToDigest = 0;

  constructor(readonly options: StoreOptions) {
    this.words = options.words;
    this.loops = options.loopsOf(false);
    const hashes: Hashes = { hash: (...at) => this.loops.hash(...at), digest: (...at) => this.loops.digest(...at) };
    this.arena = new Arena(options.words, hashes, options.archive, options.hashCompaction ?? false);
    this.parents = new Parents(options.childrenMax);
    this.table = emptyTable(smallest, this.allocate);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.arena.bytes + this.arena.segments.length * this.parents.segmentBytes + bytesOf(this.table.size);
  }

  /** The most bytes that inserting a batch may add, while a table grows the old one included. */
  growth(batch: number): number {
    const segments = Math.ceil((this.size + batch) / segmentStates) - this.arena.segments.length;
    const table = this.mustGrow(batch) ? bytesOf(this.nextSize(batch)) : 0;
    return Math.max(0, segments) * (this.arena.segmentBytes + this.parents.segmentBytes) + table;
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
    return this.arena.equals(state, words, 0, this.loops.hash(words, 0));
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
   * Lists the successors of a batch that are not found, and few others: none that repeats an earlier one, and one that
   * is found only if another state has the same bits of the hash, or if it was digested. Returns how many.
   */
  sift(count: number): number {
    const { loops, table, arena: { segments } } = this;
    const listed = loops.distinct(count);
    loops.probe(table, listed);
    loops.settle(table, listed);
    loops.touch(segments, listed);
    return loops.unknown(segments, listed);
  }

  /** Adds a state and returns its number, or {@link known}. The caller has reserved room. */
  insert(states: Int32Array, offset: number, hash: number, parent: number): number {
    const { table } = this;
    const slot = this.slotOf(states, offset, hash);
    if (table.slots[slot] !== 0) return known;
    table.count(hash);
    const state = this.append(states, offset, parent);
    table.slots[slot] = table.entry(hash, state);
    return state;
  }

  /** The number of a state, or {@link known} when it was never found. */
  find(states: Int32Array, offset: number, hash: number): number {
    const entry = this.table.slots[this.slotOf(states, offset, hash)]!;
    return entry === 0 ? known : this.table.stateIn(entry, hash);
  }

  /** The states before this one have been expanded: what comes later is no child of theirs. */
  expandedTo(state: number): void {
    this.beginTo(state);
    this.done();
  }

  /**
   * Frees memory, if that is possible, until so many bytes fit: digests segments, those done with first and then
   * the last full ones, whose states are expanded last. Returns whether they fit.
   */
  relieve(bytes: number): boolean {
    const { memoryBytesMax = Infinity, archive, hashCompaction = false } = this.options;
    const fits = (): boolean => this.bytes + bytes <= memoryBytesMax;
    if ((archive || hashCompaction) && this.arena.savedBytes > 0) {
      while (!fits() && this.nextToDigest < this.expanded >>> segmentBits) this.digestNext();
      const current = Math.max(this.expanded >>> segmentBits, this.nextToDigest - 1);
      for (let segment = (this.size >>> segmentBits) - 1; archive && !fits() && segment > current; segment--) {
        this.digest(segment);
      }
    }
    return fits();
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
    for (let segment = 0; segment * segmentStates < states; segment++) {
      this.addSegment();
      const first = segment * segmentStates;
      this.size = Math.min(states, first + segmentStates);
      this.expanded = Math.min(expanded, this.size);
      words(first, this.arena.segments[segment]!.subarray(0, (this.size - first) * this.words));
      children(first, this.parents.bytesOf(segment));
      this.enter(segment, states, 0, 1);
      this.done();
      this.relieve(this.arena.segmentBytes + this.parents.segmentBytes);
    }
    this.starts = starts;
    this.parents.renew(expanded, starts);
  }

  /** Moves everything to memory that other threads can share, and tells of it; of what comes later as well. */
  share(announce: (part: Part) => void): void {
    this.allocate = (bytes) => new SharedArrayBuffer(bytes);
    this.announce = announce;
    for (const part of this.parts()) this.announce(part);
  }

  private parts(): Part[] {
    const { arena, parents, table } = this;
    const shared = <A extends Int32Array | Uint8Array>(array: A): A => {
      const copy = new (array.constructor as new (buffer: ArrayBufferLike) => A)(this.allocate(array.byteLength));
      copy.set(array);
      return copy;
    };
    const segments = arena.segments.map((_, i): Part => {
      const buffer = shared(new Uint8Array(parents.bufferOf(i))).buffer;
      parents.replace(i, buffer);
      return { kind: 'segment', words: arena.replace(i, shared), parents: buffer };
    });
    const digests = arena.segments.flatMap((_, segment): Part[] => {
      const digest = arena.replaceDigest(segment, shared);
      return digest ? [{ kind: 'digest', segment, digest }] : [];
    });
    const [slots, filled] = [shared(table.slots), shared(table.filled)];
    this.table = new Table(table.size, slots, filled);
    return [...segments, ...digests, { kind: 'table', size: table.size, slots, filled }];
  }

  /** Takes over memory that another thread shares. */
  adopt(part: Part): void {
    if (part.kind === 'segment') this.addParts(part.words, part.parents);
    else if (part.kind === 'digest') this.arena.forget(part.segment, part.digest);
    else this.takeTable(new Table(part.size, part.slots, part.filled));
  }

  /** Makes room for the words of states up to this number. */
  room(states: number): void {
    while (this.arena.segments.length * segmentStates < states) this.addSegment();
  }

  /** Takes a larger table, still empty, for so many states more: whoever shares the store fills it by {@link enterOwn}. */
  replaceTableFor(batch: number, numbers: number): void {
    this.replaceTable(this.nextSize(batch, numbers));
  }

  /** Enters the first states in a table without them, those only whose regions belong to one of several members. */
  enterOwn(states: number, member: number, members: number): void {
    for (let segment = 0; segment * segmentStates < states; segment++) this.enter(segment, states, member, members);
  }

  /**
   * Takes the slot for a state that may be new and belongs to this thread; returns it, or {@link known}. States from
   * `base` on are in no segment yet, and `mail` compares with them.
   * @param number - what the slot gets to hold for now
   */
  claim(mail: Unnumbered, at: number, hash: number, number: number, base: number): number {
    const { table, arena } = this;
    for (let slot = table.home(hash); ; slot = table.next(slot, hash)) {
      const entry = table.slots[slot]!;
      if (entry === 0) {
        table.count(hash);
        table.slots[slot] = table.entry(hash, number);
        return slot;
      }
      const state = table.stateIn(entry, hash);
      if (state < 0) continue;
      if (state < base ? arena.equals(state, mail.words, at * this.words, hash) : mail.equals(state - base, at)) return known;
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
    const digest = this.arena.digest(segment, this.allocate);
    this.announce?.({ kind: 'digest', segment, digest });
  }

  /** The slot that holds a state, or the empty one where it belongs. */
  private slotOf(states: Int32Array, offset: number, hash: number): number {
    const { table, arena } = this;
    for (let slot = table.home(hash); ; slot = table.next(slot, hash)) {
      const entry = table.slots[slot]!;
      if (entry === 0) return slot;
      const state = table.stateIn(entry, hash);
      if (state >= 0 && arena.equals(state, states, offset, hash)) return slot;
    }
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
    const words = new Int32Array(this.allocate(this.arena.segmentBytes));
    const parents = this.allocate(this.parents.segmentBytes);
    this.addParts(words, parents);
    this.announce?.({ kind: 'segment', words, parents });
  }

  private addParts(words: Int32Array, parents: ArrayBufferLike): void {
    this.arena.add(words);
    this.parents.add(parents);
  }

  /**
   * Whether the table is too small for so many states more.
   * @param numbers - and for so many numbers
   */
  mustGrow(batch: number, numbers = batch): boolean {
    return this.nextSize(batch, numbers) !== this.table.size;
  }

  /** Near its limit, or where every byte counts, a store fills its table more and has it grow by less. */
  private get isTight(): boolean {
    const { memoryBytesMax = Infinity, hashCompaction } = this.options;
    return hashCompaction === true || this.bytes + 2 * bytesOf(this.table.size) > memoryBytesMax / 2;
  }

  private nextSize(batch: number, numbers = batch): TableSize {
    return this.table.sizeFor(this.size + batch, this.size + numbers, this.isTight);
  }

  private grow(size: TableSize): void {
    this.replaceTable(size);
    this.enterOwn(this.size, 0, 1);
  }

  /** Enters the states of a segment, as far as there are so many in all, in a table without them. */
  private enter(segment: number, states: number, member: number, members: number): void {
    const { arena, loops, table } = this;
    const first = segment * segmentStates;
    const count = Math.min(segmentStates, states - first);
    const regions = table.regionMask + 1;
    const [from, to] = [member, member + 1].map((number) => Math.ceil((number * regions) / members));
    if (arena.isDigested(segment)) this.enterDigested(first, count, from!, to!);
    else loops.enter(table, arena.segments[segment]!, first, count, from!, to!);
  }

  /** Takes an empty table for the old one, which may be freed from here on: the states suffice to fill the new one. */
  private replaceTable(size: TableSize): void {
    const table = emptyTable(size, this.allocate);
    this.takeTable(table);
    this.announce?.({ kind: 'table', size, slots: table.slots, filled: table.filled });
  }

  private takeTable(table: Table): void {
    const wasLarge = slotsOf(this.table.size) >= largeFrom;
    if (!wasLarge && slotsOf(table.size) >= largeFrom) this.loops = this.options.loopsOf(true);
    this.table = table;
  }

  private enterDigested(first: number, count: number, from: number, to: number): void {
    const { table, arena } = this;
    for (let state = first; state < first + count; state++) {
      const hash = arena.hashOf(state);
      const region = table.regionOf(hash);
      if (region < from || region >= to) continue;
      table.count(hash);
      let slot = table.home(hash);
      while (table.slots[slot] !== 0) slot = table.next(slot, hash);
      table.slots[slot] = table.entry(hash, state);
    }
  }
}

/** States that have no number yet, by their positions. */
export interface Unnumbered {
  readonly words: Int32Array;
  /** Whether the state at a position among those of all threads is the same as one at a position here. */
  equals(position: number, at: number): boolean;
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

type Allocate = (bytes: number) => ArrayBufferLike;

/** Memory of a store that threads share. */
export type Part =
  | { readonly kind: 'segment'; readonly words: Int32Array; readonly parents: ArrayBufferLike }
  | { readonly kind: 'digest'; readonly segment: number; readonly digest: Int32Array }
  | { readonly kind: 'table'; readonly size: TableSize; readonly slots: Int32Array; readonly filled: Int32Array };
