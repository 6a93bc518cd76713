import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { print } from '../../src/litmus/print.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { operationsOf, smallerScenarios } from '../../src/litmus/smaller.js';
import { anyScenario } from './scenario-arbitrary.js';
import { read } from './toy-vocabulary.js';

/** What every cut makes smaller: each part counts, and of the numbers their sizes. */
function weight(scenario: Scenario): number {
  const { question, expectations, filter, options, frames = 4, files, integers, pages, threads } = scenario;
  const statements = threads.flatMap(({ body }) => body);
  const values = statements.flatMap((s) => s.arguments.flatMap((a) => (a.kind === 'value' ? [a.value] : [])));
  const parts = [
    threads.length, operationsOf(scenario), files.length, integers.length, pages.length, options.length, expectations.length,
    question.length, filter ? 1 : 0, frames, values.reduce((sum, value) => sum + value, 0),
    statements.filter(({ register }) => register !== undefined).length,
    ...files.map((file) => file.options.length),
    ...pages.map(({ mapping }) => mapping?.protection.length ?? 0),
  ];
  return parts.reduce((sum, part) => sum + part, 0);
}

const textsOf = (text: string): string[] => smallerScenarios(read(text)).map(print);

describe('smallerScenarios', () => {
  it('makes only smaller ones, so that cutting comes to an end', () => {
    fc.assert(fc.property(anyScenario, (scenario) => {
      for (const smaller of smallerScenarios(scenario)) expect(weight(smaller)).toBeLessThan(weight(scenario));
    }), { numRuns: 50 });
  });

  it('leaves no name without a declaration: what can be read back is the same scenario', () => {
    const text = `C t
{ file A = 1; file B = 2; int x = 0; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
P0() { int r0 = READ_ONCE(*p); munmap(p); WRITE_ONCE(x, 116); }
kswapd() { reclaim(A); reclaim(B); }
exists (0:r0=1)`;
    for (const smaller of textsOf(text)) expect(print(read(smaller))).toBe(smaller);
  });

  it('leaves no page without a thread of its address space', () => {
    const all = smallerScenarios(read(`C t
{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
P0() { READ_ONCE(*p); }
kswapd() { reclaim(A); }
exists (A=1)`));
    expect(all.filter(({ threads }) => threads.length < 2).map(({ threads }) => threads[0]?.name)).toEqual(['P0']);
  });

  it('takes the first final value for the condition where its own is gone', () => {
    const [withoutThread] = textsOf(`C t
{ file A = 1; }
P0() { int r0 = READ_ONCE(x); }
kswapd() { reclaim(A); }
exists (0:r0=1)`.replace('{ file A = 1; }', '{ file A = 1; int x = 0; }'));
    expect(withoutThread).toContain('\nexists ([A]=1)\n');
  });

  it('puts two threads of one kind together, in either order, and numbers CPUs anew', () => {
    const both = smallerScenarios(read(`C t
{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
P0() { READ_ONCE(*p); }
P1() { munmap(p); }
kswapd() { reclaim(A); }
exists (A=1)`)).filter(({ threads, cpus }) => threads.length === 2 && cpus === 2 && threads[0]?.body.length === 2);
    expect(both.map(({ threads }) => threads.map(({ name, cpu, body }) => [name, cpu, ...body.map(({ text }) => text)]))).toEqual([
      [['P0', 0, 'READ_ONCE(*p)', 'munmap(p)'], ['kswapd', 1, 'reclaim(A)']],
      [['P0', 0, 'munmap(p)', 'READ_ONCE(*p)'], ['kswapd', 1, 'reclaim(A)']],
    ]);
  });

  it('gives a value by which a free choice told its writer the least number that is free', () => {
    const texts = textsOf(`C t
{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
P0() { WRITE_ONCE(*p, 116); }
exists (A=1)`);
    expect(texts.filter((text) => text.includes('WRITE_ONCE(*p, 2);'))).toHaveLength(1);
  });

  it('offers every smaller number of frames, the smallest first', () => {
    const framesIn = (text: string): (number | undefined)[] => smallerScenarios(read(text)).map(({ frames }) => frames);
    const open = 'C t { file A = 1; } kswapd() { reclaim(A); } exists (A=1)';
    expect(framesIn(open).filter((frames) => frames !== undefined)).toEqual([1, 2]);
    expect(framesIn(open.replace('{', '{ frames = 4;')).filter((frames) => frames !== 4)).toEqual([1, 2, 3]);
  });
});
