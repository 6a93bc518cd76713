/**
 * The hash table of the store: open addressing, linear probing. A slot is 0 while it is empty; else its low `bits`
 * hold a state's number plus one, and the others as many low bits of the state's hash. The place where a search for
 * a state begins comes from the high bits of the hash, so that neighbouring hashes are neighbours in the table.
 */

import type { Memory } from './memory.js';

/** The size of a table: `quarters` (4 to 7) times 2 to the `power`, so that it can grow by a quarter. */
export interface TableSize {
  readonly quarters: number;
  readonly power: number;
}

/** The least size. */
export const smallest: TableSize = { quarters: 4, power: 10 };

/** A table has at most 2 to the power and so many bits of slots. */
const spareBits = 3;

/** Bytes of a slot. */
const slotBytes = 4;

/** The number of slots. */
export const slotsOf = ({ quarters, power }: TableSize): number => quarters * 2 ** power;

/** Bytes of a table. */
export const bytesOf = (size: TableSize): number => slotBytes * slotsOf(size);

/** The numbers that a slot can hold are below this. */
const numbersOf = ({ power }: TableSize): number => 2 ** (power + spareBits) - 1;

/** Twice as many slots. */
const doubled = ({ quarters, power }: TableSize): TableSize => ({ quarters, power: power + 1 });

/** The next larger size: a quarter of a power of two more. */
const larger = ({ quarters, power }: TableSize): TableSize =>
  quarters === 7 ? { quarters: 4, power: power + 1 } : { quarters: quarters + 1, power };

/** A large table has so many regions: a search never leaves that of its hash, so that threads can write to different ones. */
const regionsOfLarge = 64;

/** A table of so many slots is large; its regions are large enough to be filled alike. */
export const largeFrom = 1 << 17;

/** How full a table may be: where memory is plenty, and where it is not. */
const fill = { loose: 0.6, tight: 0.75 };

/** A region may be so full; then the table grows. */
const crowded = 0.9;

/** A table, in memory that threads can share. */
export class Table {
  /** How the high bits of a hash become a slot: see {@link Table.home}. */
  readonly quarters: number;
  readonly shift: number;
  /** Low bits of a slot that hold a number. */
  readonly bits: number;
  /** Slots of a region. */
  readonly regionSize: number;
  /** The greatest number of a region, as a mask of the high bits of a hash. */
  readonly regionMask: number;
  /** Bits of that mask. */
  private readonly regionBits: number;

  /**
   * @param size - as large as this
   * @param slots - all of them, all empty unless another thread has filled them
   * @param filled - for each region how many of its slots are not empty
   */
  constructor(
    readonly size: TableSize,
    readonly slots: Int32Array,
    readonly filled: Int32Array,
  ) {
    const regions = regionsOf(size);
    this.quarters = size.quarters;
    this.shift = 29 - size.power;
    this.bits = size.power + spareBits;
    this.regionSize = slots.length / regions;
    this.regionMask = regions - 1;
    this.regionBits = 31 - Math.clz32(regions);
  }

  /** The slot where a search for a state with this hash begins. */
  home(hash: number): number {
    return Math.imul(hash >>> 3, this.quarters) >>> this.shift;
  }

  /** The slot where it goes on after another one. */
  next(slot: number, hash: number): number {
    const end = (this.regionOf(hash) + 1) * this.regionSize;
    return slot + 1 === end ? end - this.regionSize : slot + 1;
  }

  /** The region of the states with this hash. */
  regionOf(hash: number): number {
    return (hash >>> 26) & this.regionMask;
  }

  /** The member, of several, that the states with this hash belong to: each has some of the regions. */
  ownerOf(hash: number, members: number): number {
    return Math.imul(this.regionOf(hash), members) >>> this.regionBits;
  }

  /** Reads the slots where searches for some hashes begin, so that their cache misses overlap; what it returns means nothing. */
  touch(hashes: Int32Array, which: Int32Array, count: number): number {
    const { slots, quarters, shift } = this;
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= slots[Math.imul(hashes[which[i]!]! >>> 3, quarters) >>> shift]!;
    return sum;
  }

  /**
   * The size that so many states need, and numbers up to another one; the table's own if that is enough.
   * @param isTight - fill the table more, and have it grow by less
   */
  sizeFor(states: number, numbers: number, isTight: boolean): TableSize {
    const next = isTight ? larger : doubled;
    const suffices = (size: TableSize): boolean => states <= (isTight ? fill.tight : fill.loose) * slotsOf(size) && numbers < numbersOf(size);
    let size = this.isCrowded ? next(this.size) : this.size;
    while (!suffices(size)) size = next(size);
    return size;
  }

  /** Whether some region is so full that a larger table is better. */
  private get isCrowded(): boolean {
    return this.filled.some((count) => count > crowded * this.regionSize);
  }

  /**
   * Counts one more state with this hash. Throws a RangeError instead of filling the last slot of a region, without which
   * a search would not end: hashes that are so unlike random ones need more memory than there is.
   */
  count(hash: number): void {
    const region = this.regionOf(hash);
    if (this.filled[region]! + 1 >= this.regionSize) throw new RangeError('array length: a region of the table is full');
    this.filled[region]!++;
  }

  /** What a slot holds of a state. */
  entry(hash: number, state: number): number {
    return (hash << this.bits) | (state + 1);
  }

  /** The number in a slot that is not empty, if the slot has the same bits of the hash; else -1. */
  stateIn(entry: number, hash: number): number {
    const tag = -1 << this.bits;
    return ((entry ^ (hash << this.bits)) & tag) === 0 ? (entry & ~tag) - 1 : -1;
  }
}

/** An empty table. */
export function emptyTable(size: TableSize, memory: Memory): Table {
  return new Table(size, memory.take(slotsOf(size), true), memory.take(regionsOf(size)));
}

/** The number of regions of a table. */
function regionsOf(size: TableSize): number {
  return slotsOf(size) < largeFrom ? 1 : regionsOfLarge;
}
