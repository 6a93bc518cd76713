import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mistakes, shootdown, shootdownIn } from './shootdown.js';

const folder = mkdtempSync(join(tmpdir(), 'shootdown-'));
let recorded = '';

beforeAll(() => {
  const file = join(folder, 'trace.json');
  shootdown('check', 'munmap-map-fixed', '--rules', 'luf-v10 - zap.batched', '--save-trace', file);
  recorded = readFileSync(file, 'utf8');
});

interface Recorded {
  [key: string]: unknown;
  steps: { [key: string]: unknown; name: string; fingerprint: string }[];
}

/** Replays the trace after a change. */
function tampered(change: (trace: Recorded) => void): ReturnType<typeof shootdown> {
  const trace = JSON.parse(recorded) as Recorded;
  change(trace);
  writeFileSync(join(folder, 'tampered.json'), JSON.stringify(trace));
  return shootdownIn(folder, 'replay', 'tampered.json');
}

describe('shootdown replay', () => {
  it('shows a state or follows the trace, and not both', () => {
    const { code, stderr } = shootdown('replay', join(folder, 'trace.json'), '--step', '3', '--under', 'luf-v12');
    expect([code, stderr.split('\n')[0]]).toEqual([129, 'error: --step shows a state of the recorded trace, --under follows it: expected one of the two']);
  });

  it('draws the same diagram as the search', () => {
    const { code, stdout } = shootdownIn(folder, 'replay', 'trace.json');
    const searched = shootdown('check', 'munmap-map-fixed', '--rules', 'luf-v10 - zap.batched').stdout;
    const diagram = stdout.slice(0, stdout.indexOf('Replay: '));
    expect(diagram).toMatch(/^munmap-map-fixed under luf-v10 - zap\.batched\n/);
    expect(searched).toContain(diagram);
    expect(stdout).toMatch(/\nReplay: shootdown replay trace\.json\n$/);
    expect(code).toBe(0);
  });

  it('prints the trace again as JSON', () => {
    const { stdout } = shootdownIn(folder, 'replay', 'trace.json', '--json');
    expect(stdout).toBe(recorded);
    expect(mistakes('trace', stdout)).toEqual([]);
  });

  it('prints the state after a step', () => {
    const { stdout } = shootdownIn(folder, 'replay', 'trace.json', '--step', '1');
    expect(stdout).toMatch(/^State after step 1 \(CPU\d .*\)\n\n/);
    expect(stdout).toMatch(/^\* /m);
    expect(shootdownIn(folder, 'replay', 'trace.json', '--step', '0').stdout).not.toMatch(/^\* /m);
    expect(shootdownIn(folder, 'replay', 'trace.json', '--step', '999').code).toBe(129);
  });

  it('says at which step a trace cannot be followed, and what blocks it', () => {
    const { code, stdout } = tampered(({ steps }) => steps.splice(2, 1));
    expect(stdout).toMatch(/^tampered\.json: the trace cannot be followed: step 3: .* cannot be taken: .* is false\n/);
    expect(stdout).toMatch(/\nReproduce: shootdown replay tampered\.json\n$/);
    expect(code).toBe(1);
  });

  it.each<[string, (trace: Recorded) => void]>([
    ['step 2: .* leads to another state than recorded', ({ steps }) => (steps[1]!.fingerprint = '0'.repeat(16))],
    ['step 1: the model has no step nothing', ({ steps }) => (steps[0]!.name = 'nothing')],
    ['protection is not violated there', ({ steps }) => steps.pop()],
    ['recorded on v2\\.6', (trace) => (trace.kernel = 'v2.6')],
  ])('notices: %s', (reason, change) => {
    const { code, stdout } = tampered(change);
    expect(stdout).toMatch(new RegExp(reason));
    expect(code).toBe(1);
  });

  it.each<[string, (trace: Recorded) => void]>([
    ['tampered.json:1: $.format is "itf", expected "shootdown-trace"', (trace) => (trace.format = 'itf')],
    ['tampered.json:1: $.version is 99, expected version 1', (trace) => (trace.version = 99)],
    ['tampered.json:1: $.rules is missing', (trace) => delete trace.rules],
    ['tampered.json:1: $.steps[2].fingerprint is "zz", expected 16 hexadecimal digits', ({ steps }) => (steps[2]!.fingerprint = 'zz')],
    ['tampered.json:1: $.steps is 7, expected an array', (trace) => Object.assign(trace, { steps: 7 })],
    ['tampered.json $.litmus:1:1: error: ', (trace) => (trace.litmus = 'D x')],
    ['tampered.json $.rules:1:1: error: unknown rule set `luf-v1`', (trace) => (trace.rules = 'luf-v1')],
  ])('refuses: %s', (message, change) => {
    const { code, stderr } = tampered(change);
    expect(stderr).toContain(message);
    expect(code).toBe(129);
  });

  it.each([
    ['', 'broken.json:1:1: error: no JSON, expected a value'],
    ['{\n  "a": 1,\n}', 'broken.json:3:1: error: no JSON, expected a key in double quotes'],
    ['{\n  "a": [1 2]\n}', 'broken.json:2:11: error: no JSON, expected `,` or `]`'],
    ['{"a": "b\n"}', 'broken.json:1:7: error: no JSON, expected a string that is closed'],
    ['{} {}', 'broken.json:1:4: error: no JSON, expected the end of the file'],
    ['['.repeat(600), 'broken.json:1:502: error: no JSON, expected at most 500 levels'],
  ])('points at the mistake: %#', (text, message) => {
    writeFileSync(join(folder, 'broken.json'), text);
    const { code, stderr } = shootdownIn(folder, 'replay', 'broken.json');
    expect(stderr).toContain(message);
    expect(code).toBe(129);
  });
});
