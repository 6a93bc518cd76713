/**
 * Which state each state was first found from, in a byte a state. States are numbered in the order found, so the
 * states first found from one parent follow each other, and the parents do too: how many each has is enough.
 */
import { segmentBits, segmentStates } from './loops.js';

/** Parents in a block, whose first child is written down. */
const block = 256;
const blocksInSegment = segmentStates / block;

/** The children of the parents of one segment. */
interface Offspring {
  /** All of it. */
  readonly memory: Int32Array;
  /** The first child of the parents of each block, or of a later one. */
  readonly first: Int32Array;
  /** How many children each parent has. */
  readonly counts: Uint8Array | Uint16Array;
}

/** Parents by the numbers of their children. */
export class Parents {
  private readonly segments: Offspring[] = [];
  private readonly wide: boolean;

  /** @param childrenMax - the number of children that a parent may have */
  constructor(private readonly childrenMax: number) {
    this.wide = childrenMax > 0xff;
  }

  /** Bytes for the parents of a segment. */
  get segmentBytes(): number {
    return blocksInSegment * 4 + segmentStates * this.childBytes;
  }

  /** Bytes that the number of children of one parent takes. */
  get childBytes(): number {
    return this.wide ? 2 : 1;
  }

  /** Adds a segment in memory that is 0, or that another thread has added. */
  add(memory: Int32Array): void {
    this.segments.push(this.offspringIn(memory));
  }

  /** The memory of a segment. */
  memoryOf(segment: number): Int32Array {
    return this.segments[segment]!.memory;
  }

  private offspringIn(memory: Int32Array): Offspring {
    const { buffer, byteOffset } = memory;
    const from = byteOffset + blocksInSegment * 4;
    const counts = this.wide ? new Uint16Array(buffer, from, segmentStates) : new Uint8Array(buffer, from, segmentStates);
    return { memory, first: memory.subarray(0, blocksInSegment), counts };
  }

  /** The numbers of children of the parents of a segment, as bytes; what is put there is followed by {@link renew}. */
  bytesOf(segment: number): Uint8Array {
    const { counts } = this.segments[segment]!;
    return new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  }

  /** Writes down the first children of the blocks, which the numbers of children tell; the first child of all is given. */
  renew(expanded: number, first: number): void {
    let child = first;
    for (let parent = 0; parent < expanded; parent++) {
      this.begin(parent, child);
      child += this.childrenOf(parent);
    }
  }

  /** The parent has one more child. */
  note(parent: number): void {
    const { counts } = this.segments[parent >>> segmentBits]!;
    const at = parent & (segmentStates - 1);
    if (counts[at] === this.childrenMax) throw new RangeError(`state ${parent} has too many children`);
    counts[at]!++;
  }

  /** The parents from here on have their children from this number on, if they have any. */
  begin(parent: number, child: number): void {
    if ((parent & (block - 1)) === 0) this.segments[parent >>> segmentBits]!.first[(parent & (segmentStates - 1)) / block] = child;
  }

  /**
   * The parent of a state.
   * @param expanded - parents from here on have no children yet
   */
  parentOf(state: number, expanded: number): number {
    let parent = this.blockOf(state, expanded) * block;
    for (let child = this.firstOf(parent / block); ; parent++) {
      child += this.childrenOf(parent);
      if (state < child) return parent;
    }
  }

  /** How many states were first found from a state. */
  childrenOf(parent: number): number {
    return this.segments[parent >>> segmentBits]!.counts[parent & (segmentStates - 1)]!;
  }

  /** The last block of parents whose children begin at a state or before it. */
  private blockOf(state: number, expanded: number): number {
    let [low, high] = [0, Math.floor((expanded - 1) / block)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.firstOf(middle) <= state) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private firstOf(at: number): number {
    return this.segments[Math.floor(at / blocksInSegment)]!.first[at % blocksInSegment]!;
  }
}
