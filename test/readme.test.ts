import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { shootdown } from './goldens.js';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('shows a complete model that prints what it says', () => {
    const text = /```ts\n(import \{ bool[\s\S]*?)```/.exec(readme)![1]!;
    const entry = pathToFileURL(join(process.cwd(), 'dist', 'src', 'index.js')).href;
    const { outputText } = ts.transpileModule(text.replace("'shootdown'", `'${entry}'`), {
      compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 },
    });
    const folder = mkdtempSync(join(tmpdir(), 'shootdown-readme-'));
    writeFileSync(join(folder, 'model.mjs'), outputText);
    const printed = execFileSync(process.execPath, [join(folder, 'model.mjs')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(readme).toContain(`It prints \`${printed.trim()}\``);
  });

  it('shows a rule file that does what it says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shootdown-readme-'));
    writeFileSync(join(folder, 'my-fix.ts'), /```ts\n(import type \{ RuleFile[\s\S]*?)```/.exec(readme)![1]!);
    const file = join(folder, 'my-fix.ts');
    const before = shootdown('litmus', 'file-write+iomap', '--rules', 'luf-v12', '--rules', file);
    const after = shootdown('diff', 'luf-v12', 'my-v13', 'file-write', '--rules', file, '--no-cache');
    const under = shootdown('replay', 'counterexamples/file-write+iomap@luf-v12.json', '--under', file);
    rmSync(folder, { recursive: true });
    const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
    expect(flat(before)).toContain('file-write+iomap needs luf_flush_mapping() of iomap_write_begin() (my.iomap) to hold under my-v13');
    expect(after).toContain('1 of 1 scenario answers alike.');
    const blocked = /step 26, load on CPU0 \(P0\), cannot be\s+taken: [^;]*; stopped by my\.iomap/.exec(readme)![0];
    expect(flat(under)).toContain(flat(blocked));
  });

  it('of the scenarios shows one that gives what its Result lines say', () => {
    const scenarios = readFileSync(join('models', 'litmus', 'README.md'), 'utf8');
    const folder = mkdtempSync(join(tmpdir(), 'shootdown-readme-'));
    const file = join(folder, 'sample.litmus');
    writeFileSync(file, /```\n(C sample[\s\S]*?)```/.exec(scenarios)![1]!);
    const printed = shootdown('litmus', file);
    rmSync(folder, { recursive: true });
    expect(printed.match(/^Result .*$/gm)).toEqual(['Result Sometimes: as expected', 'Result Never: as expected']);
  });

  it('shows the counterexample that the program prints', () => {
    const name = 'munmap-map-fixed+after-reclaim@luf-v10-zap.batched';
    const diagram = shootdown('replay', `counterexamples/${name}.json`);
    expect(readme).toContain(diagram.trimEnd());
  });
});
