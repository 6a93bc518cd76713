/**
 * The words of the states of a search in a file, each where its number says. A state never changes once it is found,
 * so whatever is written again is the same.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { ArchiveError, type Archive } from '../engine/arena.js';

/** A file of states, open for reading and writing. */
export class StateFile implements Archive {
  private readonly descriptor: number;

  /**
   * @param path - created if it is not there; what it holds stays
   * @param words - 32-bit words of a state
   */
  constructor(
    readonly path: string,
    private readonly words: number,
  ) {
    this.descriptor = within(path, () => openSync(path, 'a+'));
    closeSync(this.descriptor);
    this.descriptor = within(path, () => openSync(path, 'r+'));
  }

  /** Bytes of the file. */
  get bytes(): number {
    return fstatSync(this.descriptor).size;
  }

  /** Writes the words of states from one on. */
  write(first: number, words: Int32Array): void {
    const bytes = bytesOf(words);
    within(this.path, () => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.descriptor, bytes, done, bytes.length - done, this.position(first) + done);
      }
    });
  }

  /** Fills in the words of states from one on. */
  read(first: number, into: Int32Array): void {
    // A file is read into memory of this thread only.
    const bytes = new Uint8Array(into.byteLength);
    within(this.path, () => {
      for (let done = 0; done < bytes.length; ) {
        const more = readSync(this.descriptor, bytes, done, bytes.length - done, this.position(first) + done);
        if (more === 0) throw new Error('it is shorter than it was');
        done += more;
      }
    });
    into.set(new Int32Array(bytes.buffer));
  }

  /** Waits until all is on the disk. */
  flush(): void {
    within(this.path, () => fsyncSync(this.descriptor));
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.descriptor);
  }

  private position(first: number): number {
    return first * this.words * 4;
  }
}

/** The bytes of words, in memory that can be written to a file. */
export function bytesOf(words: Int32Array | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return words.buffer instanceof ArrayBuffer ? bytes : Uint8Array.from(bytes);
}

function within<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ArchiveError(`${path}: ${(error as Error).message}`);
  }
}
