/** A barrier for threads that share memory: each waits until all have come. */

/** Words of the shared memory that a barrier needs. */
export const barrierWords = 2;

/** Loads before a thread goes to sleep: others come soon, or not for long. */
const spins = 4000;

/** A barrier in two words of shared memory, which are 0 at first: those who have come, and how often all have. */
export class Barrier {
  constructor(
    private readonly words: Int32Array,
    private readonly at: number,
    private readonly parties: number,
  ) {}

  /** Comes and waits for the others. */
  wait(): void {
    const { words, at } = this;
    const generation = Atomics.load(words, at + 1);
    if (this.comes()) return;
    for (let i = 0; i < spins; i++) if (Atomics.load(words, at + 1) !== generation) return;
    while (Atomics.load(words, at + 1) === generation) Atomics.wait(words, at + 1, generation);
  }

  /** Comes, and lets the others go on if it is the last; returns whether it is. */
  comes(): boolean {
    const { words, at } = this;
    if (Atomics.add(words, at, 1) + 1 < this.parties) return false;
    Atomics.store(words, at, 0);
    Atomics.add(words, at + 1, 1);
    Atomics.notify(words, at + 1);
    return true;
  }
}
