/** `--provenance`, and where `model` says that kernel functions were found. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mistakes, shootdown } from './shootdown.js';

const recorded = join(mkdtempSync(join(tmpdir(), 'shootdown-')), 'trace.json');
const ofTrace = /^The trace has \d+ steps, \d+ of them read in the source and exact\./m;
const ofModel = /^The model has \d+ steps, \d+ of them read in the source and exact\./m;

describe('--provenance', () => {
  beforeAll(() => {
    shootdown('check', 'realloc', '--rules', 'luf-v10 - alloc.flush', '--save-trace', recorded);
  });

  it('lists the steps of a counterexample that are not plain, the diagram printed or not', () => {
    const words = ['check', 'realloc', '--rules', 'luf-v10 - alloc.flush', '--provenance'];
    const { stdout, code } = shootdown(...words);
    expect(stdout).toMatch(ofTrace);
    expect(stdout).toContain('\n  mm/rmap.c try_to_unmap_luf(): patch\n');
    expect(stdout).toMatch(/\nReproduce: [^\n]*\n$/);
    expect(code).toBe(1);
    const bare = shootdown(...words, '--no-trace').stdout;
    expect(bare).toMatch(ofTrace);
    expect(bare).not.toContain('----');
  });

  it('lists the steps of the model where no counterexample is', () => {
    const { stdout } = shootdown('check', 'realloc', '--rules', 'luf-v10', '--provenance');
    expect(stdout).toMatch(ofModel);
    expect(stdout).toContain('  mm/page_alloc.c rmqueue(): source, ');
    expect(stdout).toContain('      over: any free frame may be taken\n');
  });

  it('follows each block of litmus', () => {
    const { stdout } = shootdown('litmus', 'realloc', '--provenance');
    expect(stdout.match(/^The (trace|model) has/gm)).toEqual(expect.arrayContaining(['The trace has', 'The model has']));
    expect(stdout.match(/^Result /gm)).toHaveLength(stdout.match(/^The (trace|model) has/gm)!.length);
    expect(stdout).not.toContain('----');
  });

  it('follows the diagram or the state of replay', () => {
    expect(shootdown('replay', recorded, '--provenance').stdout).toMatch(ofTrace);
    expect(shootdown('replay', recorded, '--provenance', '--step', '3').stdout).toMatch(ofTrace);
    expect(shootdown('replay', recorded).stdout).not.toMatch(ofTrace);
  });

  it.each([
    ['check', 'realloc'],
    ['litmus', 'realloc'],
  ])('is part of the JSON of %s where it is asked for', (command, scenario) => {
    const words = [command, scenario, '--rules', 'luf-v10 - alloc.flush', '--json'];
    const text = shootdown(...words, '--provenance').stdout;
    expect(mistakes(command, text)).toEqual([]);
    expect(text).toContain('"provenance": {\n');
    expect(shootdown(...words).stdout).toContain('"provenance": null\n');
  });

  it('is part of the JSON of replay where it is asked for', () => {
    const text = shootdown('replay', recorded, '--json', '--provenance').stdout;
    expect(mistakes('trace', text)).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({ provenance: { of: 'trace' } });
  });
});

describe('shootdown model', () => {
  it('says where the functions were found, and which only LUF has', () => {
    const { stdout } = shootdown('model', 'realloc', '--rules', 'luf-v10');
    expect(stdout).toMatch(/^ {2}shrink_folio_list\(\) .*\n {6}found: mm\/vmscan\.c:\d+ \(6\.12\.\d+\)$/m);
    expect(stdout).toMatch(/^ {2}try_to_unmap_luf\(\) .*\n(?: {10}.*\n)* {6}found: in LUF v10 only$/m);
  });
});
