/**
 * Results on disk, one small file for each, under a name made of all that they depend on. Whatever is wrong with a
 * file, it is as if it were not there.
 */
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeWhole } from './whole-file.js';

/** A folder of results; what cannot be written is not kept. */
export class ResultCache {
  constructor(private readonly folder: string) {}

  /** The name of a result that depends on these texts and on nothing else. */
  static keyOf(...parts: readonly string[]): string {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(`${part.length}:`).update(part);
    return hash.digest('hex').slice(0, 40);
  }

  /** A result that was kept. */
  get(key: string): unknown {
    try {
      const { digest, result } = JSON.parse(readFileSync(this.fileOf(key), 'utf8')) as { digest: string; result: unknown };
      return digest === ResultCache.keyOf(key, JSON.stringify(result)) ? result : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a result; others who read meanwhile see it whole or not at all. */
  put(key: string, result: unknown): void {
    try {
      writeWhole(this.fileOf(key), JSON.stringify({ digest: ResultCache.keyOf(key, JSON.stringify(result)), result }));
    } catch {
      // A cache that is full or may not be written costs time, never an answer.
    }
  }

  private fileOf(key: string): string {
    return join(this.folder, `${key}.json`);
  }
}
