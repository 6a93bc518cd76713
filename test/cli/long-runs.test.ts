/** Searches that are killed, interrupted, or run out of memory or disk: nothing is lost, and nothing false is said. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { disturbed, program, shootdown, type Finished } from './shootdown.js';

const folder = mkdtempSync(join(tmpdir(), 'shootdown-long-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A search of a second or two that finds a violation. */
const words = ['check', '--cpus', '2', '--ops', '2', '--rules', 'luf-v10', '--property', 'coherent-bounded'];
const often = ['--checkpoint-every', '100ms'];
const ended = 'The search had come to its end already: nothing is searched now.\n';

/** What a search found, what it took left out. */
function found({ stdout }: Finished): Record<string, unknown>[] {
  const { command, checks } = JSON.parse(stdout) as { command: string; checks: Record<string, unknown>[] };
  expect(command).toContain('shootdown check');
  return checks.map((result) => ({ ...result, timeMs: 0, memoryBytes: 0, limits: 0 }));
}

let uninterrupted: Record<string, unknown>[] | undefined;

/** What the search finds that nothing disturbs. */
const whole = (): Record<string, unknown>[] => (uninterrupted ??= found(shootdown(...words, '--json')));

/** Runs a search and sends it a signal so long after it has written a checkpoint. */
async function signalled(command: readonly string[], place: string, signal: NodeJS.Signals, afterMs: number): Promise<Finished> {
  const file = join(place, 'checkpoint.json');
  const written = (): number => (existsSync(file) ? statSync(file).mtimeMs : 0);
  const before = written();
  return disturbed(command, 0, (child) => {
    const wait = setInterval(() => {
      if (written() === before) return;
      clearInterval(wait);
      setTimeout(() => child.kill(signal), afterMs);
    }, 5);
  });
}

describe('a search that is killed', () => {
  it('is gone on with wherever it was, to the same counts and the same trace', async () => {
    for (const workers of ['1', '2']) {
      const place = join(folder, `killed-${workers}`);
      const search = [...words, '--json', ...often, '--workers', workers];
      for (let kills = 0; kills < 4; kills++) {
        const run = await signalled([...search, kills === 0 ? '--checkpoint' : '--resume', place], place, 'SIGKILL', (kills * 37) % 100);
        expect(run.code).toBe(null);
      }
      const last = shootdown(...search, '--resume', place);
      // The last one may have been killed between its last checkpoint and its end.
      expect(last.stderr.replace(ended, '')).toBe('');
      expect(found(last)).toEqual(whole());
    }
  });

  it('that is interrupted writes down where it is', async () => {
    const place = join(folder, 'interrupted');
    const run = await signalled([...words, '--json', ...often, '--checkpoint', place], place, 'SIGINT', 0);
    expect(run.code).toBe(130);
    const { states } = found(run)[0]!;
    expect(JSON.parse(readFileSync(join(place, 'checkpoint.json'), 'utf8'))).toMatchObject({ snapshot: { states } });
    expect(found(shootdown(...words, '--json', '--resume', place))).toEqual(whole());
  });

  it('goes on beyond a limit, also twice at the same time, and says when it has come to its end', async () => {
    const place = join(folder, 'limited');
    const first = shootdown(...words, '--checkpoint', place, '--max-states', '100000');
    expect(first.code).toBe(125);
    expect(first.stdout).toMatch(/the limit of\s+100,000 states was reached/);
    const again = [...words, '--json', '--resume', place, ...often];
    const both = await Promise.all(['1', '2'].map((workers) => disturbed([...again, '--workers', workers], 0, () => undefined)));
    for (const run of both) expect(found(run)).toEqual(whole());
    const last = shootdown(...again);
    expect([found(last), last.stderr]).toEqual([whole(), ended]);
  });

  it('does not say that a checkpoint stays where its folder is gone', async () => {
    const place = join(folder, 'gone');
    const run = await disturbed([...words, '--json', ...often, '--checkpoint', place], 0, () => {
      const wait = setInterval(() => {
        if (!existsSync(join(place, 'checkpoint.json'))) return;
        clearInterval(wait);
        rmSync(place, { recursive: true });
      }, 5);
    });
    expect(run.stderr).toMatch(/^No checkpoint could be written, and there is none: [^\n]* is gone\n$/);
    expect(found(run)).toEqual(whole());
    expect(existsSync(place)).toBe(false);
  });
});

describe('a checkpoint that is of no use', () => {
  const place = join(folder, 'whole');
  const short = ['--max-states', '60000'];
  const make = (): void => {
    if (!existsSync(place)) shootdown(...words, ...short, '--checkpoint', place);
  };
  const refused = (harm: (copy: string) => void, ...more: string[]): string => {
    make();
    const copy = mkdtempSync(join(folder, 'copy-'));
    cpSync(place, copy, { recursive: true });
    harm(copy);
    const { code, stdout, stderr } = shootdown(...(more.length > 0 ? more : [...words, ...short]), '--resume', copy);
    expect(code).toBe(129);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('    at ');
    return stderr.split('\n')[0]!.replaceAll(copy, 'DIR');
  };
  const flip = (file: string) => (copy: string) => {
    const bytes = readFileSync(join(copy, file));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(copy, file), bytes);
  };

  it('is refused with a reason: damaged, cut short, no checkpoint at all', () => {
    expect(refused(flip('states'))).toMatch(/^error: DIR\/states is not what was written: another hash from state \d+ on$/);
    expect(refused(flip('children'))).toMatch(/^error: DIR\/children is not what was written: another hash from state \d+ on$/);
    expect(refused((copy) => truncateSync(join(copy, 'states'), 1000))).toBe('error: DIR/states: it is shorter than it was');
    expect(refused((copy) => truncateSync(join(copy, 'checkpoint.json'), 100))).toMatch(/^error: DIR\/checkpoint.json is no checkpoint: /);
    expect(refused((copy) => writeFileSync(join(copy, 'checkpoint.json'), '{}'))).toMatch(/^error: DIR\/checkpoint.json is no checkpoint: /);
    expect(refused((copy) => rmSync(join(copy, 'checkpoint.json')))).toBe('error: there is no checkpoint in DIR');
  });

  it('is refused where it is of another search', () => {
    const nothing = (): void => undefined;
    expect(refused(nothing, 'check', 'munmap-map-fixed')).toMatch(/^error: DIR\/checkpoint.json is of another search: its scenario is most-general-client, not munmap-map-fixed$/);
    const others = words.map((word) => (word === 'luf-v10' ? 'luf-v12' : word));
    expect(refused(nothing, ...others)).toMatch(/its rules is luf-v10, not luf-v12$/);
    expect(refused(nothing, ...words.map((word) => (word === '2' ? '3' : word)))).toMatch(/is of another search: its model is [0-9a-f]{32}, not [0-9a-f]{32}$/);
    expect(refused(nothing, ...words, '--all')).toMatch(/its end is the first violation, not all violations \(\d+ kept\)$/);
    expect(refused(nothing, ...words, '--no-symmetry')).toMatch(/is of another search: its reduction is symmetry, not none$/);
  });

  it('is never written over', () => {
    make();
    const before = readFileSync(join(place, 'checkpoint.json'), 'utf8');
    const { code, stderr } = shootdown(...words, '--checkpoint', place);
    expect(code).toBe(129);
    expect(stderr).toContain(`has a checkpoint: go on with it by --resume ${place}, or remove it`);
    expect(readFileSync(join(place, 'checkpoint.json'), 'utf8')).toBe(before);
  });

  it('does no harm behind what it speaks of', () => {
    make();
    const copy = mkdtempSync(join(folder, 'longer-'));
    cpSync(place, copy, { recursive: true });
    appendFileSync(join(copy, 'states'), 'torn by a kill');
    const again = shootdown(...words, ...short, '--json', '--resume', copy);
    expect(again.code).toBe(125);
    expect(found(again)).toEqual(found(shootdown(...words, ...short, '--json')));
  });
});

describe('a disk that is full', () => {
  /** Runs where files can have so many blocks of 1024 bytes, which is as if the disk were full then. */
  const cramped = (blocks: number, ...more: string[]): Finished => {
    const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, program, ...more], { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };

  it('ends a search that needs it, with what is known, and leaves nothing behind', () => {
    const place = mkdtempSync(join(folder, 'spill-'));
    const { code, stdout, stderr } = cramped(4000, ...words, '--no-symmetry', '--workers', '1', '--max-memory', '20M', '--spill', place);
    expect(code).toBe(125);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/no verdict: \S+: EFBIG: file too large, write\./);
    expect(stdout).toMatch(/No violation in fewer than \d+ steps/);
    expect(stderr).toBe('');
    expect(readdirSync(place)).toEqual([]);
  });

  it('costs a checkpoint but not the search, and leaves the last checkpoint whole', () => {
    const place = join(folder, 'full');
    const { code, stdout, stderr } = cramped(12_000, ...words, '--json', '--checkpoint', place, ...often);
    expect(stderr).toMatch(/^No checkpoint could be written, the last one stays: .*EFBIG/);
    expect(code).toBe(1);
    expect(found({ code, stdout, stderr })).toEqual(whole());
    if (existsSync(join(place, 'checkpoint.json'))) expect(found(shootdown(...words, '--json', '--resume', place))).toEqual(whole());
  });
});

describe('options that do not go together', () => {
  it.each([
    [['--compact', '--spill', 'x'], '--compact drops states and --spill keeps them: choose one'],
    [['--checkpoint', 'x', '--spill', 'y'], 'states go to the folder of the checkpoint anyway: leave --spill out'],
    [['--resume', 'x', '--checkpoint', 'y'], '--resume writes to its own folder: leave --checkpoint out'],
    [['--rules', 'vanilla', '--checkpoint', 'x'], 'a checkpoint is of one search: name one choice of rules'],
    [['--checkpoint-every', '1m'], '--checkpoint-every says how often: name a folder by --checkpoint, too'],
    [['--resume', '/nowhere'], 'there is no checkpoint in /nowhere'],
    [['--checkpoint', '/dev/null/x'], '--checkpoint needs a folder, and there can be none at /dev/null/x: a part of the path is no directory'],
    [['--spill', 'package.json'], '--spill needs a folder, and there can be none at package.json: there is a file of that name'],
    [['--workers', '0'], 'Expected a whole number from 1 to 64.'],
    [['--workers', 'all'], 'Expected a whole number from 1 to 64.'],
  ])('%j are refused', (options, message) => {
    const { code, stdout, stderr } = shootdown(...words, ...options);
    expect([code, stdout]).toEqual([129, '']);
    expect(stderr).toContain(message);
    expect(existsSync('x') || existsSync('y')).toBe(false);
  });
});
