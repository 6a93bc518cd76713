/** What is interchangeable in the model of Linux: that it is, and that searches which make use of it find the same. */
import { describe, expect, it } from 'vitest';
import { compile, rankedPath, statesAlong, successors, traceOf, walk, type Program } from '../../src/index.js';
import { formatRules } from '../../src/litmus/results.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { mostGeneralClient } from '../../models/linux/index.js';
import { expectCommutes } from '../engine/commutes.js';
import { baseline } from './baseline.js';
import { bundled, explore, instantiate, judgement, read, scenarioOf, violations } from './run.js';

/** Each scenario under the first choice of rules that it names. */
const choices = bundled.map((name) => {
  const [first] = scenarioOf(name).expectations;
  const rules = first ? formatRules(first.rules) : 'vanilla';
  return { name, rules, recorded: baseline.find((result) => result.scenario === name && result.rules === rules)! };
});

describe('a bundled scenario, searched with symmetry', () => {
  it.each(choices.filter(({ recorded }) => recorded.states <= 60_000))('has the recorded verdict and shortest lengths: $name under $rules', ({ name, rules, recorded }) => {
    const run = explore(scenarioOf(name), rules, { symmetry: true });
    const { observation, vacuous } = judgement(run);
    expect({ observation, vacuous, violations: violations(run).sort() }).toEqual({
      observation: recorded.observation,
      vacuous: recorded.vacuous,
      violations: recorded.violations.map(({ property, length }) => `${property}: ${length}`).sort(),
    });
    expect(run.outcome.states).toBeLessThanOrEqual(recorded.states);
  });

  it.each(['munmap-map-fixed', 'direct-write', 'lost-write-in-writeback', 'mprotect', 'fork-reclaim'])('has the same traces: %s', (name) => {
    const scenario = scenarioOf(name);
    for (const { rules } of baseline.filter((result) => result.scenario === name && result.violations.length > 0).slice(0, 4)) {
      const [few, all] = [true, false].map((symmetry) => explore(scenario, rules, { symmetry }));
      expect(few!.search.program.symmetry.order).toBeGreaterThan(1);
      const traces = [few!, all!].map(({ search, outcome }) =>
        [...outcome.violations].sort((a, b) => (a.property < b.property ? -1 : 1)).map((violation) => traceOf(search.program, rankedPath(search, violation))));
      expect(traces[0]).toEqual(traces[1]);
    }
  });
});

const small = { cpus: 3, pages: 1, frames: 3, files: 1, ops: [1, 1, 0] };

const programs: readonly (readonly [string, Scenario, string])[] = [
  ['the most general client', mostGeneralClient({ ...small, ops: 1 }), 'vanilla'],
  ['the most general client', mostGeneralClient({ ...small, pages: 2, files: 2 }), 'luf-v10'],
  ['the most general client', mostGeneralClient({ ...small, ops: 1 }, { maps: ['anon'] }), 'luf-v12'],
  ['threads alike', read(`{ file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
    P0() { WRITE_ONCE(*p, 2); munmap(p); } P1() { WRITE_ONCE(*p, 3); munmap(p); } kswapd() { reclaim(A); } exists (A=1)`), 'vanilla'],
];

/** States on random walks. */
function statesOf(program: Program): Int32Array[] {
  return Array.from({ length: 12 }, (_, seed) => statesAlong(program, walk(program, { seed, stepsMax: 40 }))).flat();
}

describe('a renaming of the model of Linux', () => {
  it.each(programs)('commutes with every step, property, end and cover: %s', (_name, scenario, rules) => {
    const { model } = instantiate(scenario, rules);
    const { symmetry } = compile(model, { symmetry: 'derived' });
    expect(symmetry.order).toBeGreaterThanOrEqual(12);
    expect(symmetry.generators.join()).toMatch(/P0<->P1, CPU0<->CPU1/);
    const plain = compile(model);
    for (const words of statesOf(plain)) for (const moves of symmetry.elements.slice(1)) expectCommutes(plain, words, moves);
  });

  it('maps threads that do different things to nothing', () => {
    const scenario = mostGeneralClient({ ...small, ops: [1, 2, 0] });
    const { symmetry } = compile(instantiate(scenario).model, { symmetry: 'derived' });
    expect(symmetry.text).toBe('FRAME 0, 1, 2');
  });

  it('is not taken where it would change a final value', () => {
    const [, , , [, scenario, rules]] = programs as [unknown, unknown, unknown, (typeof programs)[number]];
    const { instance, search } = explore(scenario, rules, { symmetry: true });
    expect(search.program.symmetry.refused).toContainEqual({ candidate: expect.stringMatching(/^P0<->P1/) as string, why: 'what is observed has another value' });
    expect(successors(search.program, search.program.starts[0]!).length).toBeGreaterThan(0);
    expect(instance.model.interchanges.length).toBeGreaterThan(0);
  });
});
