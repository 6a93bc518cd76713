import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResultCache } from '../../src/store/result-cache.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'shootdown-cache-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('the cache of results', () => {
  it('gives back what was put under a key, and nothing under another', () => {
    const cache = new ResultCache(join(folder, 'made', 'when needed'));
    cache.put('a', { states: 3 });
    expect(cache.get('a')).toEqual({ states: 3 });
    expect(cache.get('b')).toBeUndefined();
  });

  it('takes a file that was tampered with or cut short for none', () => {
    const cache = new ResultCache(folder);
    cache.put('a', { verdict: 'violated' });
    const file = join(folder, readdirSync(folder)[0]!);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('violated', 'holds'));
    expect(cache.get('a')).toBeUndefined();
    writeFileSync(file, text.slice(0, -3));
    expect(cache.get('a')).toBeUndefined();
    writeFileSync(file, text);
    expect(cache.get('a')).toEqual({ verdict: 'violated' });
  });

  it('does not take the result of another key for its own', () => {
    const cache = new ResultCache(folder);
    cache.put('a', 1);
    writeFileSync(join(folder, 'b.json'), readFileSync(join(folder, 'a.json')));
    expect(cache.get('b')).toBeUndefined();
  });

  it('goes without where it may not write', () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    const cache = new ResultCache(join(file, 'inside'));
    cache.put('a', 1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('makes keys of the parts, not of how they are joined', () => {
    expect(ResultCache.keyOf('ab', 'c')).not.toBe(ResultCache.keyOf('a', 'bc'));
    expect(ResultCache.keyOf('ab', 'c')).toMatch(/^[0-9a-f]{40}$/);
  });
});
