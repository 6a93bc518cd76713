/**
 * A search on disk, to be gone on with after whatever ends the process. A folder holds
 *
 *   states           the words of all states, by number
 *   children         how many states were first found from each, by number
 *   checkpoint.json  all else, and a hash of each part of the other two
 *
 * The first two only grow: what checkpoint.json speaks of is never written over with anything else, and
 * checkpoint.json itself is replaced in one step. So a checkpoint is whole at any moment. Since a state has the same number
 * however a search is done, two processes that go on with one write the same bytes to the same places.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveError } from '../engine/arena.js';
import { fingerprintOfBytes } from '../engine/fingerprint.js';
import { segmentStates } from '../engine/loops.js';
import type { Search } from '../engine/search.js';
import type { Resumed, Snapshot } from '../engine/snapshot.js';
import { bytesOf, StateFile } from './state-file.js';
import { writeWhole } from './whole-file.js';

/** What the contents of a file can be wrong in. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** What a search was for: it can only be gone on with for the same. */
export type Purpose = Readonly<Record<string, string>>;

/** What is in checkpoint.json. */
interface Contents {
  readonly version: number;
  readonly purpose: Purpose;
  readonly words: number;
  /** Bytes that the number of children of a state takes. */
  readonly childBytes: number;
  readonly snapshot: Snapshot;
  /** Hashes of the states and of the numbers of children, one a segment; the last one of what there is of it. */
  readonly hashes: { readonly states: readonly string[]; readonly children: readonly string[] };
}

/** A folder that holds a checkpoint, or will. */
export class Checkpoint {
  /** The states; a search may leave them here when memory is too small for them. */
  readonly states: StateFile;
  private readonly children: StateFile;
  private readonly hashes: { states: string[]; children: string[] } = { states: [], children: [] };
  private contents: Contents | undefined;

  /**
   * Opens a folder; throws an ArchiveError where that is impossible.
   * @param words - of a state
   */
  constructor(
    private readonly folder: string,
    private readonly words: number,
    private readonly purpose: Purpose,
  ) {
    this.states = new StateFile(join(folder, 'states'), words);
    this.children = new StateFile(join(folder, 'children'), 1);
  }

  /** Whether the folder has a checkpoint. */
  static isIn(folder: string): boolean {
    return existsSync(join(folder, name));
  }

  /** What is written down, checked; throws a CheckpointError that says why it is of no use. */
  resume(): Resumed {
    const contents = this.read();
    this.contents = contents;
    const check = (what: 'states' | 'children', first: number, bytes: Uint8Array): void => {
      const segment = first / segmentStates;
      const hash = fingerprintOfBytes(bytes);
      if (hash !== contents.hashes[what][segment]) {
        throw new CheckpointError(`${join(this.folder, what)} is not what was written: another hash from state ${first} on`);
      }
      this.hashes[what][segment] = hash;
    };
    const { expanded } = contents.snapshot;
    return {
      snapshot: contents.snapshot,
      words: (first, into) => {
        this.readOrRefuse(() => this.states.read(first, into));
        check('states', first, bytesOf(into));
      },
      children: (first, into) => {
        const parents = Math.min(segmentStates, expanded - first);
        if (parents <= 0) return;
        const size = parents * contents.childBytes;
        const words = new Int32Array(Math.ceil(size / 4));
        this.readOrRefuse(() => this.children.read((first * contents.childBytes) / 4, words));
        const bytes = new Uint8Array(words.buffer, 0, size);
        check('children', first, bytes);
        into.set(bytes);
      },
    };
  }

  /** Writes the search down; throws an ArchiveError where that is impossible, and what was there stays. */
  save(search: Search): void {
    const { store } = search;
    const snapshot = search.snapshot();
    const from = this.contents?.snapshot;
    for (const first of segments(from?.states ?? 0, snapshot.states)) {
      const words = store.segmentOf(first).subarray(0, Math.min(segmentStates, snapshot.states - first) * this.words);
      this.states.write(first, words);
      this.hashes.states[first / segmentStates] = fingerprintOfBytes(bytesOf(words));
    }
    const childBytes = store.parents.childBytes;
    for (const first of segments(from?.expanded ?? 0, snapshot.expanded)) {
      const bytes = store.parents.bytesOf(first / segmentStates).slice(0, Math.min(segmentStates, snapshot.expanded - first) * childBytes);
      const words = new Int32Array(Math.ceil(bytes.length / 4));
      new Uint8Array(words.buffer).set(bytes);
      this.children.write((first * childBytes) / 4, words);
      this.hashes.children[first / segmentStates] = fingerprintOfBytes(bytes);
    }
    this.states.flush();
    this.children.flush();
    const contents: Contents = { version, purpose: this.purpose, words: this.words, childBytes, snapshot, hashes: this.hashes };
    this.replace(JSON.stringify(contents));
    this.contents = contents;
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.states.bytes + this.children.bytes;
  }

  /** Closes the files. */
  close(): void {
    this.states.close();
    this.children.close();
  }

  private read(): Contents {
    const path = join(this.folder, name);
    const contents = parsed(path);
    if (contents.version !== version) throw new CheckpointError(`${path} has the version ${contents.version}; expected ${version}`);
    for (const [what, value] of Object.entries(this.purpose)) {
      const other = contents.purpose[what];
      if (other !== value) throw new CheckpointError(`${path} is of another search: its ${what} is ${other ?? 'missing'}, not ${value}`);
    }
    if (contents.words !== this.words) throw new CheckpointError(`${path} has states of ${contents.words} words; expected ${this.words}`);
    return contents;
  }

  private readOrRefuse(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw new CheckpointError((error as Error).message);
    }
  }

  private replace(text: string): void {
    const gone = [this.states, this.children].find(({ path }) => !existsSync(path));
    if (gone) throw new ArchiveError(`${gone.path} is gone`);
    try {
      writeWhole(join(this.folder, name), text);
    } catch (error) {
      throw new ArchiveError((error as Error).message);
    }
  }
}

const name = 'checkpoint.json';
const version = 1;

/** The first states of the segments from the one of a state to that before another. */
function segments(from: number, to: number): number[] {
  const first = Math.floor(from / segmentStates);
  return Array.from({ length: Math.ceil(to / segmentStates) - first }, (_, i) => (first + i) * segmentStates);
}

function parsed(path: string): Contents {
  try {
    const contents = JSON.parse(readFileSync(path, 'utf8')) as Contents;
    if (!Array.isArray(contents.snapshot.levels) || !Array.isArray(contents.hashes.states)) throw new Error('parts of it are missing');
    return contents;
  } catch (error) {
    throw new CheckpointError(`${path} is no checkpoint: ${(error as Error).message}`);
  }
}
