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

  /** Waits for the others; `check`, called now and then while it waits, may throw. */
  wait(check?: () => void): void {
    const { words, at } = this;
    const generation = Atomics.load(words, at + 1);
    if (Atomics.add(words, at, 1) + 1 === this.parties) {
      Atomics.store(words, at, 0);
      Atomics.add(words, at + 1, 1);
      Atomics.notify(words, at + 1);
      return;
    }
    for (let i = 0; i < spins; i++) if (Atomics.load(words, at + 1) !== generation) return;
    while (Atomics.load(words, at + 1) === generation) {
      Atomics.wait(words, at + 1, generation, 1000);
      check?.();
    }
  }
}
