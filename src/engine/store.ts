/**
 * The arena: every state found, in the order found, which is breadth-first order. It is visited set,
 * frontier and trace store at once. Equality is exact; hashes only choose the slot.
 */
import { segmentBits, type StoreLoops } from './loops.js';

/** States of one segment. */
export const segmentStates = 1 << segmentBits;

/** A table of so many slots is large; a power of two. */
const largeFrom = 1 << 17;

/** What was found on inserting a state that was there before. */
export const known = -1;

/** The visited set, the frontier and the predecessors, in typed arrays that never move. */
export class Store {
  /** Number of states. */
  size = 0;
  private readonly segments: Int32Array[] = [];
  private readonly parents: Int32Array[] = [];
  private readonly steps: (Uint16Array | Int32Array)[] = [];
  /**
   * Linear probing. A slot is 0 while empty; else its low bits, as many as choose a slot, hold a state's
   * number plus one, and the others the same bits of the state's hash.
   */
  private table: Int32Array;
  private slotMask: number;
  private loops: StoreLoops;

  /**
   * @param words - 32-bit words of a state
   * @param stepsMax - step numbers are below this
   * @param loopsOf - of the program that makes the states, for a small or a large store
   */
  constructor(
    private readonly words: number,
    private readonly stepsMax: number,
    private readonly loopsOf: (large: boolean) => StoreLoops,
  ) {
    const slots = 1 << 12;
    this.table = new Int32Array(slots);
    this.slotMask = slots - 1;
    this.loops = loopsOf(false);
  }

  /** Bytes held, and what the next insertion may add at worst. */
  get bytes(): number {
    const segment = segmentStates * (4 * this.words + 4 + (this.stepsMax > 0xffff ? 4 : 2));
    return this.segments.length * segment + this.table.byteLength;
  }

  /** Bytes that growing needs on top while the old table is not yet freed; 0 unless the next batch may grow it. */
  growth(batch: number): number {
    return this.mustGrow(batch) ? 2 * this.table.byteLength : 0;
  }

  /** The segment that holds a state; the state begins at {@link offsetOf} in it. */
  segmentOf(state: number): Int32Array {
    return this.segments[state >>> segmentBits]!;
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

  /** The state that a state was first found from; -1 for a start state. */
  parentOf(state: number): number {
    return this.parents[state >>> segmentBits]![state & (segmentStates - 1)]!;
  }

  /** The number of the step that a state was first found by. */
  stepOf(state: number): number {
    return this.steps[state >>> segmentBits]![state & (segmentStates - 1)]!;
  }

  /** Makes room in the table for a batch of insertions, so that none of them has to grow it. */
  reserve(batch: number): void {
    while (this.mustGrow(batch)) this.grow();
  }

  /**
   * Lists the successors of a batch that are not found, and few others: none that repeats an earlier
   * one, and one that is found only if another state has the same top bits of the hash. Returns how many.
   */
  sift(count: number): number {
    const { loops, table, slotMask, segments } = this;
    const listed = loops.distinct(count);
    loops.probe(table, slotMask, listed);
    loops.settle(table, slotMask, listed);
    loops.touch(segments, listed);
    return loops.unknown(segments, listed);
  }

  /** Adds a state and returns its number, or {@link known}. The caller has reserved room. */
  insert(states: Int32Array, offset: number, hash: number, parent: number, step: number): number {
    const { table, slotMask } = this;
    const tag = hash & ~slotMask;
    let slot = hash & slotMask;
    for (;;) {
      const entry = table[slot]!;
      if (entry === 0) break;
      if ((entry & ~slotMask) === tag && this.equals((entry & slotMask) - 1, states, offset)) return known;
      slot = (slot + 1) & slotMask;
    }
    const state = this.append(states, offset, parent, step);
    table[slot] = tag | (state + 1);
    return state;
  }

  /** The number of a state, or {@link known} when it was never found. */
  find(states: Int32Array, offset: number, hash: number): number {
    const { table, slotMask } = this;
    for (let slot = hash & slotMask; ; slot = (slot + 1) & slotMask) {
      const entry = table[slot]!;
      if (entry === 0) return known;
      const state = (entry & slotMask) - 1;
      if (((entry ^ hash) & ~slotMask) === 0 && this.equals(state, states, offset)) return state;
    }
  }

  private equals(state: number, states: Int32Array, offset: number): boolean {
    const segment = this.segments[state >>> segmentBits]!;
    const at = (state & (segmentStates - 1)) * this.words;
    for (let i = 0; i < this.words; i++) {
      if (segment[at + i] !== states[offset + i]) return false;
    }
    return true;
  }

  private append(states: Int32Array, offset: number, parent: number, step: number): number {
    const state = this.size;
    const within = state & (segmentStates - 1);
    if (within === 0) this.addSegment();
    const index = state >>> segmentBits;
    const segment = this.segments[index]!;
    const at = within * this.words;
    for (let i = 0; i < this.words; i++) segment[at + i] = states[offset + i]!;
    this.parents[index]![within] = parent;
    this.steps[index]![within] = step;
    // Only now, since no memory may be left for a segment.
    this.size++;
    return state;
  }

  private addSegment(): void {
    this.segments.push(new Int32Array(segmentStates * this.words));
    this.parents.push(new Int32Array(segmentStates));
    this.steps.push(this.stepsMax > 0xffff ? new Int32Array(segmentStates) : new Uint16Array(segmentStates));
  }

  private mustGrow(batch: number): boolean {
    return (this.size + batch) * 5 > (this.slotMask + 1) * 3;
  }

  private grow(): void {
    const table = new Int32Array(2 * this.table.length);
    const slotMask = table.length - 1;
    // The old table may be freed from here on: the states suffice to fill the new one.
    [this.table, this.slotMask] = [table, slotMask];
    if (table.length === largeFrom) this.loops = this.loopsOf(true);
    this.segments.forEach((segment, i) => {
      const first = i * segmentStates;
      this.loops.enter(table, slotMask, segment, first, Math.min(segmentStates, this.size - first));
    });
  }
}
