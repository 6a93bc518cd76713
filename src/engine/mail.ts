/** The successors that a member of a team has found in a round and the store has not, in memory that all members see. */
import type { Runner } from './runner.js';

/** Words beside those of a state: hash, parent, orbit, properties violated. */
const others = 4;

/** Successors in order. */
export class Mail {
  /** Successors put down since {@link clear}, by the member whose mail it is. */
  count = 0;
  readonly capacity: number;
  readonly words: Int32Array;
  readonly hashes: Int32Array;
  readonly parents: Int32Array;
  /** The numbers of states that the successors stand for. */
  readonly orbits: Int32Array;
  /** The judged properties that a successor violates. */
  readonly violated: Int32Array;
  /**
   * For each member, by position, the slots that it has found for those new states whose hashes are its own; -1 of others.
   * What one of them writes is apart from what others do, since cores that write to neighbouring words wait for each other.
   */
  readonly slots: Int32Array;
  /**
   * @param buffer - memory that {@link Mail.allocate} gave
   * @param size - words of a state
   * @param members - of the team
   */
  constructor(
    buffer: ArrayBufferLike,
    private readonly size: number,
    members: number,
  ) {
    this.capacity = buffer.byteLength / (4 * (size + others + members));
    let from = 0;
    const next = (each: number): Int32Array => {
      const array = new Int32Array(buffer, from, each * this.capacity);
      from += array.byteLength;
      return array;
    };
    this.words = next(size);
    [this.hashes, this.parents, this.orbits, this.violated] = [next(1), next(1), next(1), next(1)];
    this.slots = next(members);
  }

  /** Memory for so many successors. */
  static allocate(capacity: number, size: number, members: number): SharedArrayBuffer {
    return new SharedArrayBuffer(capacity * 4 * (size + others + members));
  }

  /** Whether so many more fit. */
  hasRoom(more: number): boolean {
    return this.count + more <= this.capacity;
  }

  /** Forgets the successors. */
  clear(): void {
    this.count = 0;
  }

  /** Puts down a successor in the buffers of a runner. */
  put({ states, hashes, orbits }: Runner, at: number, parent: number, violated: number): void {
    const { size } = this;
    const [to, from] = [this.count * size, at * size];
    for (let word = 0; word < size; word++) this.words[to + word] = states[from + word]!;
    this.hashes[this.count] = hashes[at]!;
    this.parents[this.count] = parent;
    this.orbits[this.count] = orbits[at]!;
    this.violated[this.count++] = violated;
  }

  /** Takes over the successors of a smaller one. */
  copy({ count, words, hashes, parents, orbits, violated }: Mail): void {
    this.words.set(words.subarray(0, count * this.size));
    this.hashes.set(hashes.subarray(0, count));
    this.parents.set(parents.subarray(0, count));
    this.orbits.set(orbits.subarray(0, count));
    this.violated.set(violated.subarray(0, count));
    this.count = count;
  }
}
