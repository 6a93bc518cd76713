/**
 * The hash table of the store: open addressing, linear probing. A slot is 0 while it is empty; else its low `bits`
 * hold a state's number plus one, and the others as many low bits of the state's hash. The place where a search for
 * a state begins comes from the high bits of the hash, so that neighbouring hashes are neighbours in the table.
 */

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
export const numbersOf = ({ power }: TableSize): number => 2 ** (power + spareBits) - 1;

/** Twice as many slots. */
export const doubled = ({ quarters, power }: TableSize): TableSize => ({ quarters, power: power + 1 });

/** The next larger size: a quarter of a power of two more. */
export const larger = ({ quarters, power }: TableSize): TableSize =>
  quarters === 7 ? { quarters: 4, power: power + 1 } : { quarters: quarters + 1, power };

/** A table; plain data, so that threads can share one. */
export class Table {
  /** How the high bits of a hash become a slot: see {@link Table.home}. */
  readonly quarters: number;
  readonly shift: number;
  /** Low bits of a slot that hold a number. */
  readonly bits: number;

  /**
   * @param size - as large as this
   * @param slots - all of them, all empty unless another thread has filled them
   */
  constructor(
    readonly size: TableSize,
    readonly slots: Int32Array,
  ) {
    this.quarters = size.quarters;
    this.shift = 29 - size.power;
    this.bits = size.power + spareBits;
  }

  /** The slot where a search for a state with this hash begins. */
  home(hash: number): number {
    return Math.imul(hash >>> 3, this.quarters) >>> this.shift;
  }

  /** The slot after this one. */
  next(slot: number): number {
    return slot + 1 === this.slots.length ? 0 : slot + 1;
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
