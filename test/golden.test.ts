import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, filesIn, replayed, scenarioFolder, scenarioNames, shootdown, traceFolder } from './goldens.js';

const text = (...path: string[]): string => readFileSync(join(...path), 'utf8');

describe('a bundled scenario', () => {
  let found: string;
  beforeAll(() => {
    found = mkdtempSync(join(tmpdir(), 'shootdown-traces-'));
  });
  afterAll(() => rmSync(found, { recursive: true }));

  it.each(scenarioNames())('gives its recorded States rows, verdicts and flags: %s', (name) => {
    expect(blocksOf(name, found)).toBe(text(scenarioFolder, `${name}.expected`));
  });

  it('gives its recorded counterexamples, no more and no less', () => {
    expect(filesIn(found, '.json')).toEqual(filesIn(traceFolder, '.json'));
    for (const file of filesIn(traceFolder, '.json')) {
      expect(text(found, file), file).toBe(text(traceFolder, file));
    }
  });
});

describe('a recorded counterexample', () => {
  it.each(filesIn(traceFolder, '.json'))('is followed step by step to what it shows: %s', (file) => {
    expect(replayed(file)).toBe(text(traceFolder, file.replace(/\.json$/, '.txt')));
  });

  it('is printed so by the program', () => {
    const [file] = filesIn(traceFolder, '.json');
    expect(shootdown('replay', `counterexamples/${file!}`)).toBe(replayed(file!));
  });
});
