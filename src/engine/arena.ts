/**
 * The words of the states by number, in segments. A segment whose words are not worth their memory any more is
 * digested: of each of its states 64 bits of hashes stay, and the words go to an archive, or nowhere.
 */
import { segmentBits, segmentStates } from './loops.js';

/** Keeps the words of states outside of memory, by the number of their first state. */
export interface Archive {
  /** Keeps the words of the states from this one on; throws an {@link ArchiveError} where it cannot. */
  write(first: number, words: Int32Array): void;
  /** Fills the array with the words of the states from this one on. */
  read(first: number, into: Int32Array): void;
  /** Bytes kept. */
  readonly bytes: number;
}

/** An archive cannot keep what it was given, or give back what it keeps. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

/** Two hashes of a state that are independent of each other: the table's, and another one. */
export interface Hashes {
  readonly hash: (words: Int32Array, offset: number) => number;
  readonly digest: (words: Int32Array, offset: number) => number;
}

/** In place of the words of a digested segment. */
const gone = new Int32Array(0);

/** States in segments of a fixed size, which never move. */
export class Arena {
  /** The words of each segment; none of a digested one. */
  readonly segments: Int32Array[] = [];
  /** For each state of a digested segment its two hashes. */
  private readonly digests: (Int32Array | undefined)[] = [];
  /** Segments digested. */
  private digested = 0;
  /** A digested segment that was read back. */
  private back = { segment: -1, words: gone };
  private readonly one: Int32Array;

  /**
   * @param words - of a state
   * @param hashes - of the states
   * @param archive - where the words of digested segments go, if anywhere
   * @param hashCompaction - take states whose hashes are equal for equal, without asking the archive
   */
  constructor(
    private readonly words: number,
    private readonly hashes: Hashes,
    private readonly archive: Archive | undefined,
    private readonly hashCompaction: boolean,
  ) {
    this.one = new Int32Array(words);
  }

  /** Bytes of a segment's words. */
  get segmentBytes(): number {
    return segmentStates * this.words * 4;
  }

  /** Bytes that digesting a segment frees. */
  get savedBytes(): number {
    return this.segmentBytes - 4 * digestWords;
  }

  /** Whether the words of a segment are not in memory. */
  isDigested(segment: number): boolean {
    return this.digests[segment] !== undefined;
  }

  /** Whether there is any such segment. */
  get hasDigests(): boolean {
    return this.digested > 0;
  }

  /** Adds a segment. */
  add(words: Int32Array): void {
    this.segments.push(words);
    this.digests.push(undefined);
  }

  /** The digest of a segment, where there is one. */
  digestOf(segment: number): Int32Array | undefined {
    return this.digests[segment];
  }

  /** The words of the segment that holds a state, read back from the archive where they are there. */
  segmentOf(state: number): Int32Array {
    const segment = state >>> segmentBits;
    return this.digests[segment] === undefined ? this.segments[segment]! : this.readBack(segment);
  }

  /** Whether a state is the one at an offset of an array, whose hash is given. */
  equals(state: number, states: Int32Array, offset: number, hash: number): boolean {
    const segment = state >>> segmentBits;
    const at = state & (segmentStates - 1);
    const digest = this.digests[segment];
    if (!digest) return same(this.segments[segment]!, at * this.words, states, offset, this.words);
    if (digest[2 * at] !== hash || digest[2 * at + 1] !== this.hashes.digest(states, offset)) return false;
    // A verdict says how likely it is that this hid a state.
    if (this.hashCompaction || !this.archive) return true;
    this.archive.read(state, this.one);
    return same(this.one, 0, states, offset, this.words);
  }

  /** Puts the words of a state, whose segment is there, in their place. */
  put(state: number, states: Int32Array, offset: number): void {
    const segment = this.segments[state >>> segmentBits]!;
    const at = (state & (segmentStates - 1)) * this.words;
    for (let i = 0; i < this.words; i++) segment[at + i] = states[offset + i]!;
  }

  /** The hash of a state. */
  hashOf(state: number): number {
    const segment = state >>> segmentBits;
    const at = state & (segmentStates - 1);
    return this.digests[segment]?.[2 * at] ?? this.hashes.hash(this.segments[segment]!, at * this.words);
  }

  /** Makes a digest of a full segment in memory that is given, and returns the segment's own; an archive, where there is one, has the words then. */
  digest(segment: number, digest: Int32Array): Int32Array {
    const words = this.segments[segment]!;
    this.archive?.write(segment * segmentStates, words);
    for (let i = 0; i < segmentStates; i++) {
      digest[2 * i] = this.hashes.hash(words, i * this.words);
      digest[2 * i + 1] = this.hashes.digest(words, i * this.words);
    }
    this.forget(segment, digest);
    return words;
  }

  /** Takes a digest in place of the words. */
  forget(segment: number, digest: Int32Array): void {
    this.segments[segment] = gone;
    this.digests[segment] = digest;
    this.digested++;
  }

  private readBack(segment: number): Int32Array {
    if (!this.archive) throw new ArchiveError('the states were compacted, and their words are gone');
    if (this.back.segment !== segment) {
      const words = new Int32Array(segmentStates * this.words);
      this.archive.read(segment * segmentStates, words);
      this.back = { segment, words };
    }
    return this.back.words;
  }
}

/** Words of the digest of a segment. */
export const digestWords = 2 * segmentStates;

/** Whether so many words are the same in two arrays. */
export function same(a: Int32Array, from: number, b: Int32Array, offset: number, words: number): boolean {
  for (let i = 0; i < words; i++) {
    if (a[from + i] !== b[offset + i]) return false;
  }
  return true;
}
