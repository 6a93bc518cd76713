import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = (folder: string, command: string, ...words: string[]): string =>
  execFileSync(command, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('the package, packed and installed in an empty folder', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shootdown-package-'));
    // The tests have built it already; building again would pull dist away from under other tests.
    const packed = run(process.cwd(), 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed.trim()}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs a bundled scenario by name and another by path', () => {
    copyFileSync(join('models', 'litmus', 'realloc.litmus'), join(folder, 'mine.litmus'));
    const printed = run(folder, 'npx', 'shootdown', 'litmus', 'munmap-map-fixed', 'mine.litmus');
    expect(printed).toContain('Observation munmap-map-fixed Sometimes 1 1');
    expect(printed).toContain('Observation realloc Never 0 1');
    expect(printed).not.toContain('not as expected');
  });

  it('offers the engine and the Linux model as libraries', () => {
    writeFileSync(
      join(folder, 'use.mjs'),
      `import { compile, search, unlimited } from 'shootdown';
      import { linux, parseRules, readScenario } from 'shootdown/linux';
      const text = \`C t
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(*p); }
      kswapd() { reclaim(A); }
      exists (0:r0=1)\`;
      const { model } = linux.instantiate(readScenario(text, 't.litmus'), parseRules('luf-v10'));
      console.log(search(compile(model), { limits: unlimited }).verdict);`,
    );
    expect(run(folder, process.execPath, 'use.mjs').trim()).toBe('holds');
  });
});
