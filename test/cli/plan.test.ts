/** `shootdown plan`, `run` and `merge` as they are used: planned, shared, lost, repeated, damaged and interrupted. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ResultCache } from '../../src/store/result-cache.js';
import { mistakes, program, shootdown, shootdownIn, type Finished } from './shootdown.js';

interface PlanJson {
  readonly limits: { readonly memoryBytes: number };
  readonly scenarios: readonly { readonly name: string }[];
  readonly jobs: readonly { readonly id: string; readonly scenario: string; readonly rules: string }[];
}

interface MergeJson {
  readonly exitCode: number;
  readonly repeated: number;
  readonly jobs: readonly { readonly number: number; readonly result: Readonly<Record<string, unknown>> | null; readonly command: string }[];
  readonly unused: readonly { readonly file: string; readonly why: string }[];
  readonly missing: string | null;
}

const asked = ['plan', 'realloc', 'file-write', '--cpus', '2', '--frames', '2', '--pages', '1,2', '--ops', '1', '--rules', 'luf-v10', '--rules', 'vanilla'];
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
const here = (...words: string[]): Finished => shootdownIn(folder, ...words);
const json = (text: string): unknown => JSON.parse(text);
const planJson = (file: string): PlanJson => json(readFileSync(at(file), 'utf8')) as PlanJson;
const merged = (...words: string[]): MergeJson => json(here('merge', 'plan.json', ...words, '--json').stdout) as MergeJson;
const resultFiles = (name: string): string[] => readdirSync(at(name)).sort();

/** A folder with the results of the whole plan, to be spoilt. */
function resultsIn(name: string): string[] {
  cpSync(at('results'), at(name), { recursive: true });
  return resultFiles(name).map((file) => at(name, file));
}

/** Starts a run, sends a signal once it tells of its first result, and counts those that it has told of in the end. */
async function endedAfterFirst(words: readonly string[], signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly lines: number }> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (!child.killed) child.kill(signal);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, lines: told.match(/^\d+: /gm)?.length ?? 0 };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shootdown-plan-'));
  expect(here(...asked, '-o', 'plan.json').code).toBe(0);
  expect(here('run', 'plan.json').code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('shootdown plan', () => {
  it('writes the same plan every time, as published', () => {
    const [first, second] = [here(...asked), here(...asked)];
    expect([first.code, first.stderr, second.stdout]).toEqual([0, '', first.stdout]);
    expect(readFileSync(at('plan.json'), 'utf8')).toBe(first.stdout);
    expect(mistakes('plan', first.stdout)).toEqual([]);
    const { jobs, limits } = json(first.stdout) as PlanJson;
    expect(jobs.map(({ scenario, rules }) => `${scenario} | ${rules}`).slice(2, 6)).toEqual([
      'file-write | luf-v10',
      'file-write | vanilla',
      'client --cpus 2 --pages 1 --frames 2 --files 1 --ops 1 | luf-v10',
      'client --cpus 2 --pages 1 --frames 2 --files 1 --ops 1 | vanilla',
    ]);
    expect(limits.memoryBytes).toBe(2 ** 32);
  });

  it('names a job by what its answer depends on, and by nothing else', () => {
    const ids = (...words: string[]): string[] => (json(shootdown('plan', ...words).stdout) as PlanJson).jobs.map(({ id }) => id);
    const [id] = ids('realloc');
    expect(ids('file-write', 'realloc', '--rules', 'luf-v10', '--rules', 'vanilla')[3]).toBe(id);
    const others = [['--max-states', '9'], ['--timeout', '9s'], ['--arch', 'arm64'], ['--rules', 'luf-v10']].flatMap((words) => ids('realloc', ...words));
    expect(new Set([id, ...others, ...ids('--ops', '1'), ...ids('--ops', '1+1+2'), ...ids('--ops', '1', '--except', 'munmap')]).size).toBe(8);
    writeFileSync(at('mine.litmus'), readFileSync('models/litmus/realloc.litmus', 'utf8'));
    expect(ids(at('mine.litmus'))).toEqual([id]);
    expect(ids('realloc', 'realloc')).toEqual([id]);
  });

  it('takes the rules of a rule file along as data, and refuses code', () => {
    const rules = "rules: [{ name: 'my.begin', summary: 's', hook: { at: 'write.begin', scope: 'all' } }], ruleSets: [{ name: 'my', rules: 'luf-v10 + my.begin' }]";
    writeFileSync(at('fix.ts'), `export default { ${rules} };\n`);
    expect(here('plan', 'file-write', '--rules', './fix.ts', '-o', 'fix.json').code).toBe(0);
    rmSync(at('fix.ts'));
    expect(here('run', 'fix.json', '--results', 'fixed').stdout).toContain('file-write under my: ');
    expect(mistakes('plan', readFileSync(at('fix.json'), 'utf8'))).toEqual([]);
    writeFileSync(at('code.ts'), `export default { ${rules.replace("scope: 'all'", "scope: 'all', onlyIf: () => undefined")} };\n`);
    const { code, stderr } = here('plan', 'file-write', '--rules', './code.ts');
    expect([code, stderr.split('\n')[0]]).toEqual([129, 'error: ./code.ts: $.rules[0].hook.onlyIf is a function, expected the name of a condition: other machines get the rules as JSON']);
  });
});

describe('shootdown run and merge', () => {
  it('give what check gives', () => {
    const { jobs, exitCode } = merged('results');
    for (const { result, command } of jobs.filter((_, i) => i % 3 !== 0)) {
      const [, ...words] = command.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/);
      const { checks } = json(shootdown(...words, '--json').stdout) as { checks: readonly Record<string, unknown>[] };
      const { kernel, arch, verdict, vacuous, violations, states, transitions, depth, limit } = checks[0]!;
      expect(result).toEqual({ kernel, arch, verdict, vacuous, violations, states, transitions, depth, limit: limit === 'violation' ? null : limit });
    }
    expect([exitCode, jobs.length, jobs.filter(({ result }) => result?.['verdict'] === 'violated').length]).toEqual([1, 8, 1]);
  });

  it('print as published', () => {
    expect(mistakes('merge', here('merge', 'plan.json', 'results', '--json').stdout)).toEqual([]);
    mkdirSync(at('none'), { recursive: true });
    expect(mistakes('merge', here('merge', 'plan.json', 'none', '--json').stdout)).toEqual([]);
    for (const file of resultFiles('results')) expect(mistakes('result', readFileSync(at('results', file), 'utf8'))).toEqual([]);
    expect(here('merge', 'plan.json', 'results', '--output', 'table.md')).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(readFileSync(at('table.md'), 'utf8')).toContain('\n| 2 | file-write | luf-v10 | violated | coherent-bounded | 24 | ');
  });

  it('share the jobs by shards, by number or by id, from 0 or from 1, with the same results', () => {
    const { jobs } = planJson('plan.json');
    for (const words of [['--shard', '0/3'], ['--shard', '2/3', '--one-based'], ['--shard', '2/3'], ['--shard', '8/9']]) {
      expect(here('run', 'plan.json', ...words, '--results', 'shared').code).toBe(0);
    }
    const word = /^\d{1,9}$/.test(jobs[0]!.id) ? '0' : jobs[0]!.id;
    expect(here('run', 'plan.json', '--job', word, '--job', '8', '--one-based', '--results', 'shared').stdout).toBe('shared: 2 of 2 results, 2 there before\n');
    expect(resultFiles('shared')).toEqual(resultFiles('results'));
    for (const file of resultFiles('results')) expect(readFileSync(at('shared', file), 'utf8')).toBe(readFileSync(at('results', file), 'utf8'));
  });

  it('do no job twice, but one whose result is damaged', () => {
    const files = resultsIn('damaged');
    const [text, other] = [readFileSync(files[0]!, 'utf8'), readFileSync(files[1]!, 'utf8')];
    writeFileSync(files[0]!, text.slice(0, 99));
    const { code, stdout, stderr } = here('run', 'plan.json', '--results', 'damaged');
    expect(stderr).toMatch(/^damaged\/[0-9a-f]{40}\.json:\d+:\d+: error: no JSON, expected [^\n]*; searched anew$/m);
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, 'damaged: 8 of 8 results, 7 there before']);
    expect([readFileSync(files[0]!, 'utf8'), readFileSync(files[1]!, 'utf8')]).toEqual([text, other]);
  });

  it('do not mind the order of files and folders', () => {
    const { stdout } = here('merge', 'plan.json', 'results');
    const table = (text: string): string => text.replace(/^Reproduce.*\n/m, '').replace(/, \d+ found again with the same answer/, '');
    const files = resultFiles('results');
    const names = ['a', 'b', 'c'];
    fc.assert(
      fc.property(fc.array(fc.subarray(names, { minLength: 1 }), { minLength: files.length, maxLength: files.length }), fc.shuffledSubarray(names, { minLength: 3 }), (places, order) => {
        rmSync(at('shuffled'), { recursive: true, force: true });
        for (const name of names) mkdirSync(at('shuffled', name), { recursive: true });
        files.forEach((file, i) => places[i]!.forEach((name) => copyFileSync(at('results', file), at('shuffled', name, file))));
        expect(table(here('merge', 'plan.json', ...order.map((name) => `shuffled/${name}`)).stdout)).toBe(table(stdout));
      }),
      { numRuns: 3 },
    );
  });

  it('name what is lost, with the command that makes up for it', () => {
    const { jobs } = planJson('plan.json');
    resultsIn('lost');
    for (const number of [1, 6]) rmSync(at('lost', `${jobs[number]!.id}.json`));
    const { code, stdout } = here('merge', 'plan.json', 'lost');
    expect(code).toBe(125);
    expect(stdout).toContain('plan.json: 8 jobs, 6 results\n');
    expect(stdout).toContain(`Missing (2):\n  1  realloc under vanilla\n  6  client --cpus 2 --pages 2 --frames 2 --files 1 --ops 1 under luf-v10\nTo run them: shootdown run plan.json --job 1 --job 6 --results lost\n`);
    const command = /To run them: shootdown (.*)/.exec(stdout)![1]!.split(' ');
    expect([here(...command).code, here('merge', 'plan.json', 'lost').code]).toEqual([0, 1]);
    expect(merged('none').missing).toBe('shootdown run plan.json --results none');
  });

  it('name what is damaged or foreign, and do not use it', () => {
    const [cut, changed, foreign, renamed, empty] = resultsIn('spoilt') as [string, string, string, string, string];
    writeFileSync(cut, readFileSync(cut, 'utf8').slice(0, -40));
    writeFileSync(changed, readFileSync(changed, 'utf8').replace(/"states": \d+/, '"states": 7'));
    renameSync(foreign, at('spoilt', `${'0'.repeat(40)}.json`));
    const id = '1'.repeat(40);
    const { result } = json(readFileSync(renamed, 'utf8')) as { result: unknown };
    const digest = ResultCache.keyOf(id, JSON.stringify(result));
    writeFileSync(at('spoilt', `${id}.json`), JSON.stringify({ format: 'shootdown-result', version: 1, job: id, digest, result }));
    writeFileSync(empty, '');
    execFileSync('mkfifo', [at('spoilt', 'pipe.json')]);
    writeFileSync(at('spoilt', '.draft.json.1.x'), 'a draft that was left behind');
    const { unused, jobs, exitCode } = merged('spoilt');
    const whyOf = (part: string): string => unused.find(({ file }) => file.includes(part))!.why;
    const name = (file: string): string => file.slice(-45);
    expect(unused.length).toBe(6);
    expect(whyOf('pipe.json')).toContain('it is no regular file');
    expect(whyOf(name(cut))).toMatch(/^spoilt\/.*:\d+:\d+: error: no JSON, expected /);
    expect(whyOf(name(changed))).toMatch(/^spoilt\/.*\.json:5: \$\.digest does not fit the result, expected a file as shootdown run has written it, unchanged$/);
    expect(whyOf('0'.repeat(40))).toMatch(/:4: \$\.job is another job, expected that of the file's name$/);
    expect(whyOf(id)).toBe('answers no job of this plan');
    expect(whyOf(name(empty))).toContain(':1:1: error: no JSON');
    expect([exitCode, jobs.filter((job) => job.result).length]).toEqual([125, 4]);
    expect(merged('spoilt', 'results')).toMatchObject({ exitCode: 1, repeated: 4, missing: null });
  });

  it('refuse answers that disagree, and name both files', () => {
    const [file] = resultFiles('results') as [string];
    const { job, result } = json(readFileSync(at('results', file), 'utf8')) as { job: string; result: { states: number } };
    const disagreeing = { ...result, states: result.states + 1 };
    const write = (name: string, other: unknown): void => {
      mkdirSync(at(name), { recursive: true });
      writeFileSync(at(name, file), JSON.stringify({ format: 'shootdown-result', version: 1, job, digest: ResultCache.keyOf(job, JSON.stringify(other)), result: other }));
    };
    write('other', disagreeing);
    for (const order of [['results', 'other'], ['other', 'results']]) {
      const { code, stdout, stderr } = here('merge', 'plan.json', ...order);
      expect([code, stdout]).toEqual([129, '']);
      expect(stderr).toContain(`error: results disagree, expected one answer to a job: other/${file} and results/${file}\n`);
    }
    write('slow', { ...result, states: 1, depth: 0, violations: [], limit: 'time' });
    expect(merged('results', 'slow').jobs).toEqual(merged('results').jobs);
  });

  it('keep what is done when interrupted or killed, and nothing of what is not', async () => {
    const big = ['plan', '--cpus', '3', '--frames', '2', '--ops', '1,2', '--rules', 'vanilla', '--rules', 'luf-v10', '--max-states', '500000', '-o', at('big.json')];
    expect(shootdown(...big).code).toBe(0);
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const { code, lines } = await endedAfterFirst(['run', at('big.json'), '--results', at(signal)], signal);
      const there = readdirSync(at(signal)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      expect(code).toBe(signal === 'SIGINT' ? 130 : null);
      // What is told has been written before.
      expect(there.length).toBeGreaterThanOrEqual(lines);
      expect(there.length).toBeLessThan(4);
      const { unused, missing } = json(shootdown('merge', at('big.json'), at(signal), '--json').stdout) as MergeJson;
      expect([unused, missing === null]).toEqual([[], false]);
    }
  });

  it('refuse a plan that was changed or made by another program', () => {
    const text = readFileSync(at('plan.json'), 'utf8');
    const first = (words: readonly string[]): unknown[] => {
      const { code, stdout, stderr } = here(...words);
      expect(stderr).not.toMatch(/^ +at /m);
      return [code, stdout, stderr.split('\n')[0]];
    };
    writeFileSync(at('changed.json'), text.replace('"states": 50000000', '"states": 50'));
    expect(first(['run', 'changed.json'])).toEqual([129, '', expect.stringMatching(/^error: changed\.json:\d+: \$\.jobs\[0\]\.id does not fit what the job depends on, expected a plan as shootdown plan has written it, unchanged$/)]);
    cpSync('dist', at('copy', 'dist'), { recursive: true });
    writeFileSync(at('copy', 'package.json'), readFileSync('package.json', 'utf8'));
    cpSync('models/litmus', at('copy', 'models', 'litmus'), { recursive: true });
    spawnSync('ln', ['-s', join(process.cwd(), 'node_modules'), at('copy', 'node_modules')]);
    const [copy, limits] = [at('copy', 'dist', 'bin', 'shootdown.js'), at('copy', 'dist', 'src', 'cli', 'limits.js')];
    const other = (): unknown => spawnSync(process.execPath, [copy, 'run', 'plan.json', '--job', '0'], { cwd: folder, encoding: 'utf8' });
    expect(other()).toMatchObject({ status: 0, stdout: 'results: 1 of 1 result, 1 there before\n' });
    writeFileSync(limits, `${readFileSync(limits, 'utf8')}\n// changed\n`);
    expect(other()).toMatchObject({ status: 129, stderr: expect.stringMatching(/^error: plan\.json was made by another build of shootdown [\d.]+ \(code [0-9a-f]{8}\), and this is [\d.]+ \(code [0-9a-f]{8}\): expected the same program: /) as string });
  });

  it.each<[string, readonly string[]]>([
    ['plan.json: cannot', ['run', 'nowhere.json']],
    ['--shard 3/3: expected 0/3 to 2/3; if they are numbered from 1, say --one-based', ['run', 'plan.json', '--shard', '3/3']],
    ['--shard 0/3: expected 1/3 to 3/3', ['run', 'plan.json', '--shard', '0/3', '--one-based']],
    ['--shard 3: expected the number of a shard and how many there are, such as 0/24', ['run', 'plan.json', '--shard', '3']],
    ['--job 8: expected the number of a job, 0 to 7, or its id', ['run', 'plan.json', '--job', '8']],
    ['--job 0: expected the number of a job, 1 to 8, or its id', ['run', 'plan.json', '--job', '0', '--one-based']],
    ['--job and --shard: expected one of them', ['run', 'plan.json', '--job', '1', '--shard', '0/2']],
    ['--results must name a folder, and plan.json is none', ['run', 'plan.json', '--results', 'plan.json']],
    ['cannot read nowhere: no such file or directory', ['merge', 'plan.json', 'nowhere']],
    [':2: $.format is "shootdown-result", expected "shootdown-plan"', ['run', 'a-result.json']],
    [':1:1: error: no JSON, expected a value', ['merge', 'no.json', 'results']],
    ['Expected a whole number from 2 to 8', ['plan', '--cpus', '2,x']],
    ['--ops: 2 numbers of operations for 3 threads', ['plan', '--ops', '1+1']],
    ['--for: the plan must be in a file', ['plan', '--for', 'slurm']],
    ['two scenarios are called realloc, realloc and other.litmus: expected different names', ['plan', 'realloc', 'other.litmus']],
    ['other.litmus:3:1: error: ', ['plan', 'bad/other.litmus']],
  ].map(([message, words]) => [message === 'plan.json: cannot' ? 'cannot read nowhere.json: no such file or directory' : message, words] as [string, readonly string[]]))('refuse with 129: %s', (message, words) => {
    copyFileSync(at('results', resultFiles('results')[0]!), at('a-result.json'));
    writeFileSync(at('no.json'), '');
    writeFileSync(at('other.litmus'), readFileSync('models/litmus/realloc.litmus', 'utf8').replace('file A = 1', 'file A = 3'));
    mkdirSync(at('bad'), { recursive: true });
    writeFileSync(at('bad', 'other.litmus'), 'C bad\n{ file A = 1; }\n?\n');
    const { code, stdout, stderr } = here(...words);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nReproduce: shootdown .*\n$/);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([code, stdout]).toEqual([129, '']);
  });

  it('explain themselves', () => {
    for (const name of ['plan', 'run', 'merge']) {
      const { code, stdout } = shootdown(name, '--help');
      expect(stdout).toMatch(new RegExp(`^Usage: shootdown ${name} `));
      expect([code, stdout.includes('\nExamples:\n  shootdown '), stdout.includes('\nExit codes:\n')]).toEqual([0, true, true]);
    }
  });
});

describe('what runs a plan', () => {
  const script = (runner: string, ...words: string[]): string => here(...asked, '--max-memory', '1G', '--timeout', '90s', '-o', "a plan's.json", '--for', runner, ...words).stdout;
  /** Runs a line in a shell that knows the program. */
  const shell = (line: string, env: Readonly<Record<string, string>>): Finished => {
    mkdirSync(at('bin'), { recursive: true });
    writeFileSync(at('bin', 'shootdown'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: `${at('bin')}:${process.env['PATH']!}`, ...env } });
    return { code: status, stdout, stderr };
  };

  it('is an array for Slurm, each element of which does its part', () => {
    const text = script('slurm', '--tasks', '3', '--results', 'by-slurm');
    expect(text.match(/^#SBATCH .*$/gm)).toEqual([
      expect.stringMatching(/^#SBATCH --job-name=shootdown-[0-9a-f]{8}$/),
      '#SBATCH --array=0-2',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks=1',
      '#SBATCH --cpus-per-task=1',
      '#SBATCH --mem=2048M',
      '#SBATCH --time=9',
    ]);
    const codes = [0, 1, 2].map((i) => shell(text, { SLURM_ARRAY_TASK_ID: String(i) }).code);
    expect([...codes, resultFiles('by-slurm').length]).toEqual([0, 0, 0, 8]);
  });

  it('is a line for GNU parallel', () => {
    const text = script('parallel', '--results', 'by-parallel');
    expect(text).toMatch(/^exec parallel --workdir \. --joblog [0-9a-f]{8}\.log --jobs 100% --memfree 2048M \\$/m);
    expect(text).toMatch(/ ::: \$\(seq 0 7\)\n$/);
    // Stands in for GNU parallel: prints its words, the last of which are the numbers.
    const { stdout } = shell(`parallel() { printf '%s\\n' "$@"; }\n${text.replace('exec parallel', 'parallel')}`, {});
    const words = stdout.trimEnd().split('\n');
    const command = words[words.indexOf(':::') - 1]!;
    expect(words.slice(-8)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(shell(command.replaceAll('{}', '5'), {}).code).toBe(0);
    expect(resultFiles('by-parallel').length).toBe(1);
  });

  it('is an Indexed Job for Kubernetes, each index of which does its part', () => {
    const text = script('kubernetes', '--tasks', '4', '--results', 'by-index');
    const job = parse(text) as { metadata: { name: string }; spec: { template: { spec: { containers: [{ command: string[] }] } } } };
    const [container] = job.spec.template.spec.containers;
    expect(job).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: expect.stringMatching(/^shootdown-[0-9a-f]{8}$/) as string, labels: { 'app.kubernetes.io/name': 'shootdown' } },
      spec: {
        completionMode: 'Indexed',
        completions: 4,
        parallelism: 4,
        backoffLimit: 4,
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': 'shootdown' } },
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            activeDeadlineSeconds: 360,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: 'shootdown',
                image: expect.stringMatching(/^shootdown:[\d.]+$/) as string,
                workingDir: '/plan',
                command: ['/bin/sh', '-c', `exec shootdown run 'a plan'\\''s.json' --shard "$JOB_COMPLETION_INDEX/4" --results by-index`],
                resources: { requests: { cpu: '1', memory: '2048Mi' }, limits: { cpu: '1', memory: '2048Mi' } },
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
                volumeMounts: [{ name: 'plan', mountPath: '/plan' }],
              },
            ],
            volumes: [{ name: 'plan', persistentVolumeClaim: { claimName: 'shootdown' } }],
          },
        },
      },
    });
    expect(text).not.toMatch(/[&*]a1/);
    const codes = [0, 3].map((i) => shell(container.command[2]!, { JOB_COMPLETION_INDEX: String(i) }).code);
    expect([...codes, resultFiles('by-index').length, existsSync(at('by-index'))]).toEqual([0, 0, 4, true]);
  });
});
