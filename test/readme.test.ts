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
    const text = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
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
