/**
 * Memory for the parts of a store. What is given back is given out again: memory that the system has not yet filled
 * with zeros costs far more than to fill it with zeros again.
 */

/** Words of a slab. So much memory comes from the system at once, which fills it with zeros where it is touched, and by whom. */
const slabWords = 1 << 23;

/** Before so many bytes are held, pieces come from the system one by one. */
const slabsFrom = 1 << 23;

/** Pieces begin at multiples of so many words, since cores that write to neighbouring words wait for each other. */
const line = 16;

const none: Int32Array = new Int32Array(0);

/** Memory of this thread, or memory that threads can share. */
export class Memory {
  /** Bytes given out, and those given back that are kept. */
  bytes = 0;
  private free: Int32Array[] = [];
  private slab = none;

  constructor(private readonly isShared: boolean) {}

  /**
   * Gives out so many words, all 0. Throws the RangeError of V8 where there is no memory.
   * @param apart - as memory that can be returned to the system
   */
  take(length: number, apart = false): Int32Array {
    const needed = Math.ceil(length / line) * line;
    const at = placeOf(needed, this.free);
    const piece = at < 0 ? this.fresh(needed, apart) : cut(this.free, at, needed).fill(0);
    return piece.subarray(0, length);
  }

  /** Takes back what was given out. */
  giveBack({ buffer, byteOffset, length }: Int32Array): void {
    this.free.push(new Int32Array(buffer, byteOffset, Math.ceil(length / line) * line));
  }

  /** Returns what was given out to the system, unless it is part of something larger. */
  release(piece: Int32Array): void {
    this.giveBack(piece);
    if (isApart(this.free.at(-1)!)) this.bytes -= this.free.pop()!.byteLength;
  }

  /** Bytes that were given back, and that {@link trim} would return to the system. */
  get spareBytes(): number {
    return this.free.reduce((bytes, piece) => bytes + (isApart(piece) ? piece.byteLength : 0), 0);
  }

  /** Returns what was given back to the system. */
  trim(): void {
    this.bytes -= this.spareBytes;
    this.free = this.free.filter((piece) => !isApart(piece));
  }

  /** The bytes that would have to be added for pieces of these lengths. */
  missing(lengths: readonly number[]): number {
    const free = [...this.free];
    return lengths.reduce((bytes, length) => {
      const needed = Math.ceil(length / line) * line;
      const at = placeOf(needed, free);
      if (at < 0) return bytes + needed * 4;
      cut(free, at, needed);
      return bytes;
    }, 0);
  }

  private fresh(length: number, apart: boolean): Int32Array {
    const piece = apart || length > slabWords / 8 || this.bytes < slabsFrom ? this.allocate(length) : this.cutFromSlab(length);
    // Only now, since there may be no memory.
    this.bytes += length * 4;
    return piece;
  }

  private cutFromSlab(length: number): Int32Array {
    if (this.slab.length < length) this.slab = this.allocate(slabWords);
    const piece = this.slab.subarray(0, length);
    this.slab = this.slab.subarray(length);
    return piece;
  }

  private allocate(length: number): Int32Array {
    return new Int32Array(this.isShared ? new SharedArrayBuffer(length * 4) : new ArrayBuffer(length * 4));
  }
}

/** Whether a piece is not part of something larger. */
const isApart = ({ byteLength, buffer }: Int32Array): boolean => byteLength === buffer.byteLength;

/** The smallest piece that has so many words; -1 if there is none. */
function placeOf(length: number, pieces: readonly Int32Array[]): number {
  let best = -1;
  pieces.forEach((piece, i) => {
    if (piece.length >= length && (best < 0 || piece.length < pieces[best]!.length)) best = i;
  });
  return best;
}

/** Takes so many words from a piece. */
function cut(pieces: Int32Array[], at: number, length: number): Int32Array {
  const piece = pieces[at]!;
  if (piece.length > length) pieces[at] = piece.subarray(length);
  else pieces.splice(at, 1);
  return piece.subarray(0, length);
}
