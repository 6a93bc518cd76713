import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linux, rules, ruleSets } from '../models/linux/index.js';
import { scenarioNames } from './goldens.js';

// Layers, cycles, dead files and undocumented exports are held by `npm run check`.

function sourcesOf(room: string): { file: string; text: string }[] {
  return readdirSync(join('src', room)).map((name) => {
    const file = join('src', room, name);
    return { file, text: readFileSync(file, 'utf8') };
  });
}

describe('the repository', () => {
  it('keeps the names of the Linux model out of the engine, the litmus format and the reports', () => {
    const names = [...rules, ...ruleSets, ...linux.operations].map(({ name }) => name);
    // mmap() is part of the format's grammar, others are words of every language; comments may quote litmus files.
    const words = [...new Set([...names, 'kswapd', 'folio'])].filter((name) => !['any', 'alloc', 'mmap', 'get', 'put'].includes(name));
    const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const found = ['engine', 'litmus', 'report'].flatMap(sourcesOf).flatMap(({ file, text }) =>
      words.filter((word) => new RegExp(`(?<![\\w.-])${word.replaceAll('.', '\\.')}(?![\\w.-])`).test(code(text))).map((word) => `${file}: ${word}`),
    );
    expect(found).toEqual([]);
  });

  it('asks the question of every scenario in the README of their folder', () => {
    const readme = readFileSync(join('models', 'litmus', 'README.md'), 'utf8');
    expect(scenarioNames().filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('says in the rules table who proposed each rule', () => {
    expect(rules.filter(({ source }) => source === '')).toEqual([]);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });
});
