/** Digests of the compiled program, on which an answer that is kept depends. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ResultCache } from '../store/result-cache.js';
import { packageRoot } from './session.js';

/** The folders of the compiled program that decide what a job's answer is, and those that decide it once the model is built. */
const allCode = ['src', 'models'];
const searchCode = ['src/engine', 'src/litmus', 'src/cli/job-run.js', 'src/cli/litmus-run.js', 'src/cli/recorded.js'];

const textOf = (file: string): string => readFileSync(file, 'utf8');

const digests = new Map<readonly string[], string>();

/** The digest of all that decides an answer. */
export function programDigest(): string {
  return digestOf(allCode);
}

/** The digest of what decides an answer once the model is built. */
export function searchDigest(): string {
  return digestOf(searchCode);
}

function digestOf(parts: readonly string[]): string {
  const root = join(packageRoot, 'dist');
  const known = digests.get(parts) ?? ResultCache.keyOf(...parts.flatMap((part) => filesUnder(join(root, part))).map(textOf));
  digests.set(parts, known);
  return known;
}

function filesUnder(path: string): string[] {
  if (path.endsWith('.js')) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inside = join(path, entry.name);
    return entry.isDirectory() ? filesUnder(inside) : entry.name.endsWith('.js') ? [inside] : [];
  });
}
