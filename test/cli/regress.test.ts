/** `shootdown regress` as it is used: with a rule file, in a bisection, from the cache, watched and interrupted. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disturbed, mistakes, program, shootdown, shootdownIn } from './shootdown.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'shootdown-regress-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const fix = (rules: string): string => JSON.stringify({ ruleSets: [{ name: 'my-v13', rules }] });
const good = 'luf-v10 + publish.early + write.begin';
const bad = 'luf-v10 + publish.early';
const cache = (): string[] => ['--cache', join(folder, 'cache')];

interface Json {
  readonly exitCode: number;
  readonly remembered: number;
  readonly cells: readonly { readonly scenario: string; readonly rules: string; readonly findings: readonly { readonly kind: string; readonly text: string }[] }[];
  readonly trace: { readonly scenario: string; readonly length: number } | null;
}

describe('shootdown regress', () => {
  it('finds the bundled scenarios as they are recorded, and answers from the cache the second time', () => {
    const words = ['regress', 'realloc', 'munmap-map-fixed', '--json', ...cache()];
    const [first, second] = [shootdown(...words), shootdown(...words)];
    expect([first.code, second.code, first.stderr]).toEqual([0, 0, '']);
    expect(mistakes('regress', first.stdout)).toEqual([]);
    const [one, two] = [first, second].map(({ stdout }) => JSON.parse(stdout) as Json);
    expect(one!.cells.every(({ findings }) => findings.length === 0)).toBe(true);
    expect([one!.remembered, two!.remembered]).toEqual([0, one!.cells.length]);
    expect(two!.cells).toEqual(one!.cells);
  });

  it('finds the holes of a fix: new ones, old ones that remain, and those that are closed', () => {
    writeFileSync(join(folder, 'fix.json'), fix(good));
    const { code, stdout } = shootdownIn(folder, 'regress', 'file-write', 'second-mapping', 'realloc', '--rules', './fix.json', '--json', ...cache());
    const { cells, trace } = JSON.parse(stdout) as Json;
    expect(cells.map(({ scenario, findings }) => [scenario, ...findings.map(({ kind, text }) => `${kind}: ${text}`)])).toEqual([
      ['file-write', 'closed: coherent-bounded, after 24 steps under luf-v10'],
      ['second-mapping', 'remains: coherent-bounded after 26 steps'],
      ['realloc'],
    ]);
    expect([code, trace]).toEqual([1, null]);
  });

  it('shows the shortest new counterexample', () => {
    writeFileSync(join(folder, 'worse.json'), fix('fixed - alloc.flush'));
    const { code, stdout } = shootdownIn(folder, 'regress', 'realloc', 'file-write', '--rules', './worse.json', ...cache());
    expect(code).toBe(1);
    expect(stdout).toContain('New holes (1):\n  realloc under my-v13: foreign-data after ');
    expect(stdout).toMatch(/The shortest new counterexample:\n\nrealloc under my-v13\n/);
    expect(stdout).toMatch(/Reproduce: shootdown litmus realloc --trace --rules my-v13 --rules .\/worse.json\n/);
  });

  it('finds out what is not as the baseline has it, and records it', () => {
    const file = join(folder, 'baseline.json');
    const words = ['regress', 'realloc', '--rules', 'luf-v10', '--baseline', file, ...cache()];
    expect(shootdown(...words, '--record').code).toBe(0);
    expect(shootdown(...words).stdout).toContain('All as expected');
    const recorded = readFileSync(file, 'utf8');
    writeFileSync(file, recorded.replace('"Never"', '"Always"').replace('"violations":[]', '"violations":[{"property":"deadlock","length":3}]'));
    const { code, stdout } = shootdown(...words);
    expect(stdout).toContain('Not violated any more (1):\n  realloc under luf-v10: deadlock is not violated any more');
    expect(stdout).toContain('Changed (1):\n  realloc under luf-v10: Never, before Always');
    expect(code).toBe(1);
    writeFileSync(file, recorded.replace('"depth":', '"depht":'));
    expect(shootdown(...words).stderr).toContain('baseline.json:5: $.results[0].depth is missing');
  });

  it('searches anew what a changed rule file or scenario decides, and no more', () => {
    writeFileSync(join(folder, 'mine.json'), fix(good));
    writeFileSync(join(folder, 'mine.litmus'), readFileSync('models/litmus/realloc.litmus', 'utf8'));
    const words = ['regress', 'mine.litmus', 'file-write', '--rules', './mine.json', '--rules', 'vanilla', '--json', '--cache', 'own-cache'];
    const run = (): [number | null, number] => {
      const { code, stdout } = shootdownIn(folder, ...words);
      return [code, (JSON.parse(stdout) as Json).remembered];
    };
    expect([run(), run()]).toEqual([[0, 0], [0, 4]]);
    writeFileSync(join(folder, 'mine.json'), fix(bad));
    expect(run()).toEqual([1, 2]);
    writeFileSync(join(folder, 'mine.litmus'), readFileSync('models/litmus/realloc.litmus', 'utf8').replace('file A = 1', 'file A = 3'));
    expect(run()).toEqual([1, 2]);
  });

  it('writes JUnit, SARIF and Markdown reports', () => {
    const [xml, log, text] = ['r.xml', 'r.sarif', 'r.md'].map((name) => join(folder, name));
    writeFileSync(join(folder, 'fix.json'), fix(bad));
    shootdownIn(folder, 'regress', 'file-write', '--rules', './fix.json', '--junit', xml!, '--sarif', log!, '--markdown', text!, ...cache());
    expect(readFileSync(xml!, 'utf8')).toContain('<failure message="remains: coherent-bounded after ');
    expect((JSON.parse(readFileSync(log!, 'utf8')) as { runs: { results: { ruleId: string }[] }[] }).runs[0]!.results[0]!.ruleId).toBe('remains');
    expect(readFileSync(text!, 'utf8')).toContain('| file-write | `my-v13` | hole remains | coherent-bounded after ');
  });

  it('gives no verdict where a limit was hit', () => {
    const { code, stdout } = shootdown('regress', 'file-write', '--rules', 'fixed', '--max-states', '1000', ...cache());
    expect(stdout).toContain('No verdict (1):\n  file-write under fixed: limit of states reached after ');
    expect(code).toBe(125);
  });

  it('reports what it knows when it is interrupted', async () => {
    const { code, stdout } = await disturbed(['regress', '--no-cache', '--jobs', '1'], 4000, (child) => child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(stdout).toMatch(/Interrupted: [\d,]+ models not searched; 0 of the others not as expected\.\n/);
  });

  it('runs again when a rule file that it watches changes', async () => {
    const file = join(folder, 'watched.json');
    writeFileSync(file, fix(good));
    const child = spawn(process.execPath, [program, 'regress', 'file-write', '--rules', file, '--watch', ...cache()]);
    let [output, changed] = ['', false];
    const runs = (): number => output.split('Exit code ').length - 1;
    await new Promise<void>((resolve) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (runs() === 1 && !changed) {
          changed = true;
          // As git does when it changes branches.
          rmSync(file);
          setTimeout(() => { writeFileSync(file, fix(bad)); }, 1000);
        }
        if (output.includes('Holes that remain')) child.kill('SIGINT');
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('close', () => resolve());
    });
    expect(output).toContain('All as expected');
    expect(output).toContain('watched.json has changed.');
    expect(output).toContain('Holes that remain (1):\n  file-write under my-v13: coherent-bounded');
    expect(child.exitCode).toBe(130);
  });

  it('leads git bisect to the commit that broke a rule set, past one that does not build', () => {
    const repository = join(folder, 'repository');
    mkdirSync(repository);
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { cwd: repository, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    git('init', '-q');
    const commit = (title: string, rules: string, build = 'cp source.json fix.json'): void => {
      writeFileSync(join(repository, 'source.json'), fix(rules));
      writeFileSync(join(repository, 'build.sh'), `${build}\n`);
      writeFileSync(join(repository, 'log'), title);
      git('add', 'source.json', 'build.sh', 'log');
      git('commit', '-q', '-m', title);
    };
    commit('first', good);
    commit('second', good);
    commit('does not build', good, 'exit 1');
    commit('third', good);
    commit('drop the flush', bad);
    commit('last', bad);
    git('bisect', 'start', 'HEAD', 'HEAD~5');
    const test = `sh build.sh || exit 125; '${process.execPath}' '${program}' regress file-write --rules ./fix.json ${cache().join(' ')}`;
    const said = git('bisect', 'run', 'sh', '-c', test);
    expect(said).toMatch(/is the first bad commit[\s\S]*drop the flush/);
    expect(git('bisect', 'log')).toContain('# skip: ');
  });
});
