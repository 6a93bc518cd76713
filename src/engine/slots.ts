/**
 * Where a store finds its states: the slots of its table, and how the table grows. It grows by one larger; every thread
 * that helps does its share of the work, and all wait for each other in between:
 *
 *   empty     the new table is there, still empty; if there is no memory for it, nothing has changed
 *   hashOwn   the hashes of all states are written down, in the slots of the old table, which is of no use any more
 *   take      the new table takes its place
 *   enterOwn  the states are entered by their hashes
 *   giveBack  nobody reads the old table any more
 */
import type { Arena } from './arena.js';
import { segmentStates, type StoreLoops } from './loops.js';
import type { Memory } from './memory.js';
import type { StoreOptions } from './store-options.js';
import { bytesOf, emptyTable, largeFrom, slotsOf, smallest, type Table, type TableSize } from './table.js';

/** What was found on inserting a state that was there before. */
export const known = -1;

const nothing: Int32Array = new Int32Array(0);

/** The table, and what it takes to use it. */
export class Slots {
  /** Another one when it has grown. */
  table: Table;
  /** Of the program, for a small or a large table. */
  loops: StoreLoops;
  /** Hashes of all states by number, while the table grows. */
  private written = nothing;

  constructor(
    private readonly options: StoreOptions,
    private readonly arena: Arena,
    private readonly memory: Memory,
  ) {
    this.loops = options.loopsOf(false);
    this.table = emptyTable(smallest, memory);
  }

  /** The size that so many states need, and numbers up to another one; the table's own if that is enough. */
  sizeFor(states: number, numbers: number): TableSize {
    return this.table.sizeFor(states, numbers, this.isTight);
  }

  /** The slot that holds a state, or the empty one where it belongs. */
  slotOf(states: Int32Array, offset: number, hash: number): number {
    const { table, arena } = this;
    for (let slot = table.home(hash); ; slot = table.next(slot, hash)) {
      const entry = table.slots[slot]!;
      if (entry === 0) return slot;
      const state = table.stateIn(entry, hash);
      if (state >= 0 && arena.equals(state, states, offset, hash)) return slot;
    }
  }

  /**
   * Takes slots for those of some successors that are new; all of them belong to this thread. Returns how many are new.
   * States from `base` on are in no segment yet.
   * @param which - their positions, so many
   * @param slots - where their slots are put down, from a place on; {@link known} for states that are not new
   * @param first - what the slot of a successor gets to hold for now is this number and its position
   */
  claim(successors: Unnumbered, which: Int32Array, count: number, slots: Int32Array, at: number, first: number, base: number): number {
    const { table } = this;
    const { slots: T, bits } = table;
    const { hashes } = successors;
    const tagMask = -1 << bits;
    table.touch(hashes, which, count);
    let fresh = 0;
    for (let j = 0; j < count; j++) {
      const i = which[j]!;
      const hash = hashes[i]!;
      const tag = hash << bits;
      let slot = table.home(hash);
      let entry = T[slot]!;
      while (entry !== 0 && (((entry ^ tag) & tagMask) !== 0 || !this.isSuccessor((entry & ~tagMask) - 1, successors, i, base))) {
        slot = table.next(slot, hash);
        entry = T[slot]!;
      }
      slots[at + i] = entry === 0 ? slot : known;
      if (entry !== 0) continue;
      table.count(hash);
      T[slot] = tag | (first + i + 1);
      fresh++;
    }
    return fresh;
  }

  private isSuccessor(state: number, successors: Unnumbered, i: number, base: number): boolean {
    if (state >= base) return successors.equals(state - base, i);
    return this.arena.equals(state, successors.words, i * this.options.words, successors.hashes[i]!);
  }

  /** Writes down the hashes of the first states in the slots of the table, which is of no use from here on; those of one of several members. */
  hashOwn(states: number, member: number, members: number): void {
    for (let segment = member; segment * segmentStates < states; segment += members) {
      this.writeHashes(segment, states, this.table.slots, segment * segmentStates);
    }
  }

  /** An empty table of a size. Throws the RangeError of V8 where there is no memory. */
  empty(size: TableSize): Table {
    return emptyTable(size, this.memory);
  }

  /** Takes a table in place of the old one, which is returned. */
  take(table: Table): Table {
    const old = this.table;
    if (slotsOf(old.size) < largeFrom && slotsOf(table.size) >= largeFrom) this.loops = this.options.loopsOf(true);
    this.written = old.slots;
    this.table = table;
    return old;
  }

  /** Enters the first states in a table without them, those only whose regions belong to one of several members. */
  enterOwn(states: number, member: number, members: number): void {
    this.enter(this.written, 0, states, member, members);
    this.written = nothing;
  }

  /** Gives back a table that was replaced, and that no thread reads any more; returns whether the system is to have it, and not the store. */
  giveBack({ slots, filled }: Table): boolean {
    this.memory.giveBack(filled);
    // As it grows by little, a table is too large for what is stored until it grows again.
    const { isTight } = this;
    if (isTight) this.memory.release(slots);
    else this.memory.giveBack(slots);
    return isTight;
  }

  /** Writes down the hashes of the states of a segment, as far as there are so many in all, from a place on. */
  writeHashes(segment: number, states: number, into: Int32Array, at: number): void {
    const { arena, loops } = this;
    const first = segment * segmentStates;
    const count = Math.min(segmentStates, states - first);
    if (arena.isDigested(segment)) for (let i = 0; i < count; i++) into[at + i] = arena.hashOf(first + i);
    else loops.hashes(arena.segments[segment]!, count, into, at);
  }

  /** Enters states from one up to another by their hashes in a table without them, those of a member. */
  enter(hashes: Int32Array, first: number, end: number, member: number, members: number): void {
    const regions = this.table.regionMask + 1;
    const [from, to] = [member, member + 1].map((number) => Math.ceil((number * regions) / members));
    this.loops.enter(this.table, hashes, 0, first, end - first, from!, to!);
  }

  /** Near the limit of memory, or where every byte counts, the table is filled more and grows by less. */
  private get isTight(): boolean {
    const { memoryBytesMax = Infinity, hashCompaction } = this.options;
    return hashCompaction === true || this.memory.bytes + 2 * bytesOf(this.table.size) > memoryBytesMax / 2;
  }
}

/** States that have no number yet, by their positions. */
export interface Unnumbered {
  readonly words: Int32Array;
  readonly hashes: Int32Array;
  /** Whether the state at a position among those of all threads is the same as one at a position here. */
  equals(position: number, at: number): boolean;
}
