/** What a round of a team is in numbers, and the shared memory that says so. */
import { barrierWords } from './barrier.js';

/** What the members do next. */
export const phases = { stop: 0, gather: 1, expand: 2, hash: 3, enter: 4, settle: 5, commit: 6, collect: 7 } as const;

/** A value of {@link phases}. */
export type Phase = (typeof phases)[keyof typeof phases];

/** Parents of a chunk. */
export const chunkParents = 512;

/** Chunks of a round at most. */
const chunksMax = 64;

/** Parents of a round at most. */
export const roundParents = chunkParents * chunksMax;

/** Words of the memory that members share beside the store. */
export const at = { barrier: 0, phase: barrierWords, head: 3, end: 4, next: 5, base: 6, told: 7, stride: 8, chunks: 9 } as const;

/** Of a chunk: who expanded it, where its successors are in that member's mail, how many, and how many of them are new. */
export const ofChunk = { member: 0, first: 1, count: 2, fresh: 3, words: 4 } as const;

/** Words of {@link Control}. */
export const controlWords = at.chunks + chunksMax * ofChunk.words;

/** The memory that tells members what to do. */
export class Control {
  constructor(readonly words: Int32Array) {}

  /** Begins a round: parents from one state to another, and new states from a number on. */
  begin(head: number, end: number, base: number): void {
    const { words } = this;
    words.fill(0, at.chunks);
    [words[at.head], words[at.end], words[at.base], words[at.next]] = [head, end, base, 0];
  }

  /** What to do next, and how many messages there have been. */
  order(phase: Phase, told: number): void {
    this.words[at.phase] = phase;
    this.words[at.told] = told;
  }

  /** The phase that was ordered. */
  get phase(): Phase {
    return this.words[at.phase] as Phase;
  }

  /** The number of messages that were told before it. */
  get told(): number {
    return this.words[at.told]!;
  }

  /** The number of successors in the mail of the member that has most, which tells those of members apart from now on. */
  stretch(): number {
    const { words } = this;
    let stride = 1;
    for (let record: number = at.chunks; record < controlWords; record += ofChunk.words) {
      stride = Math.max(stride, words[record + ofChunk.first]! + words[record + ofChunk.count]!);
    }
    return (words[at.stride] = stride);
  }

  /** Successors of the round, or those of them that are new. */
  total(of: 'count' | 'fresh'): number {
    const { words } = this;
    let total = 0;
    for (let number = 0; number * chunkParents < words[at.end]! - words[at.head]!; number++) {
      total += words[at.chunks + number * ofChunk.words + ofChunk[of]]!;
    }
    return total;
  }
}
