import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, pathTo, rankedPath, Search, search, unlimited, type Violation } from '../../src/index.js';
import type { Program } from '../../src/engine/program.js';
import { randomModel } from './random-model.js';
import { tapes, type Style } from './random-trees.js';
import { explore, takenFrom, type Found } from './reference.js';

const small: Style = { faults: false, constants: true, small: true };

function searched(program: Program): Search {
  const running = new Search(program, { limits: unlimited });
  while (!running.advance(50));
  return running;
}

function forSmallModels(numRuns: number, test: (program: Program) => void): void {
  fc.assert(fc.property(tapes, (tape) => test(compile(randomModel(tape, small)))), { numRuns, endOnFailure: true });
}

describe('search', () => {
  it('finds what a naive search finds: counts, verdicts, ends, covers and first traces', () => {
    const seen = { states: 0, deep: 0, violations: 0, ends: 0, silent: 0, starts: 0 };
    forSmallModels(1500, (program) => {
      const expected = explore(program);
      const running = searched(program);
      const outcome = running.outcome();
      const { states, transitions, depth, uncovered } = outcome;
      expect({ states, transitions, depth, uncovered }).toEqual(pickCounts(expected));
      expect([...outcome.fired]).toEqual([...expected.fired]);
      expect(new Map(outcome.ends.map((end) => [end.name, end.states]))).toEqual(expected.ends);
      expect(new Map(outcome.violations.map((v) => [v.property, foundBy(running, v)]))).toEqual(expected.violations);
      expect(outcome.violations.map((v) => v.length)).toEqual(
        outcome.violations.map((v) => expected.violations.get(v.property)!.trace.length),
      );
      expect(outcome.verdict).toBe(expected.violations.size ? 'violated' : 'holds');
      expect(outcome.limit).toBeUndefined();
      seen.states += states;
      seen.deep += Number(depth > 4);
      seen.violations += outcome.violations.length;
      seen.ends += Number(outcome.ends.some((end) => end.states.length));
      seen.silent += Number([...outcome.fired.values()].includes(0));
      seen.starts += Number(program.starts.length > 1);
    });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
  });

  it('finds the same when the same program is searched twice', () => {
    forSmallModels(200, (program) => {
      expect(search(program, { limits: unlimited })).toEqual(search(program, { limits: unlimited }));
    });
  });

  it('finds the same in both languages that a model is emitted in', () => {
    fc.assert(fc.property(tapes, (tape) => {
      const model = randomModel(tape, small);
      const [first, second] = (['webassembly', 'javascript'] as const).map((emitter) => search(compile(model, { emitter }), { limits: unlimited, sightingsMax: 3 }));
      expect(first).toEqual(second);
    }), { numRuns: 300, endOnFailure: true });
  });

  it('finds the same whatever the size of the portions it is asked to do', () => {
    forSmallModels(200, (program) => {
      const inPortions = new Search(program, { limits: unlimited });
      while (!inPortions.advance(1));
      expect(inPortions.outcome()).toEqual(search(program, { limits: unlimited }));
    });
  });

  it('stops at a violation with the verdict and the length of a full search', () => {
    forSmallModels(300, (program) => {
      const full = search(program, { limits: unlimited });
      const early = search(program, { limits: unlimited, stopAtViolation: true });
      const shortest = Math.min(...full.violations.map((v) => v.length));
      const first = (of: readonly Violation[]): readonly Violation[] => of.filter((v) => v.length === shortest);
      expect(early.verdict).toBe(full.verdict);
      if (shortest < Infinity) expect(first(early.violations)).toEqual(first(full.violations).filter(({ property }) =>
        early.violations.some((v) => v.property === property)));
      else expect(early).toEqual(full);
    });
  });

  it('judges only the properties asked for', () => {
    forSmallModels(200, (program) => {
      const full = search(program, { limits: unlimited });
      const asked = search(program, { limits: unlimited, properties: ['second', 'deadlock'] });
      expect(asked.violations).toEqual(full.violations.filter((v) => ['second', 'deadlock'].includes(v.property)));
    });
  });
});

function pickCounts({ states, transitions, depth, uncovered }: Found): Partial<Found> {
  return { states, transitions, depth, uncovered };
}

function foundBy(running: Search, { state, step }: Violation): { state: number; step?: number; trace: readonly number[] } {
  return { state, ...(step === undefined ? {} : { step }), trace: pathTo(running, state, step).steps };
}

/** Every path of so many steps from every start: its steps and whether it ends in a violation. */
function* pathsOf(program: Program, length: number, violation: Violation): Generator<{ start: number; steps: readonly number[] }> {
  const numberOf = new Map(program.instances.map((instance, i) => [instance.name, i]));
  const memo = new Map<string, { step: number; words: Int32Array; violated: readonly string[]; spontaneous: boolean }[]>();
  const nextOf = (words: Int32Array): { step: number; words: Int32Array; violated: readonly string[]; spontaneous: boolean }[] => {
    const key = words.join();
    const next = memo.get(key) ?? takenFrom(program, words).flatMap((t) =>
      t.kind === 'next' ? [{ ...t, step: numberOf.get(t.name)!, spontaneous: t.step.spontaneous }] : []);
    memo.set(key, next);
    return next;
  };
  function* from(start: number, words: Int32Array, steps: readonly number[], violated: readonly string[]): Generator<{ start: number; steps: readonly number[] }> {
    if (steps.length === length) {
      if (ends(words, violated)) yield { start, steps };
      return;
    }
    for (const next of nextOf(words)) yield* from(start, next.words, [...steps, next.step], next.violated);
  }
  const ends = (words: Int32Array, violated: readonly string[]): boolean => {
    if (violation.step !== undefined) return violated.includes(violation.property);
    if (violation.property === 'deadlock') return nextOf(words).every((n) => n.spontaneous) && program.end(words, 0) === 0;
    return (program.check(words, 0) & (1 << program.model.properties.findIndex((p) => p.name === violation.property))) !== 0;
  };
  for (const [start, words] of program.starts.entries()) yield* from(start, words, [], []);
}

function switchesOf(program: Program, steps: readonly number[]): number {
  const actors = steps.map((step) => program.instances[step]!.step.actor);
  return actors.filter((actor, i) => i > 0 && actor !== actors[i - 1]).length;
}

describe('rankedPath', () => {
  it('is a shortest path to a violation with the fewest context switches', () => {
    let [paths, better] = [0, 0];
    forSmallModels(1500, (program) => {
      const running = searched(program);
      for (const violation of running.outcome().violations) {
        if (violation.length > 5 || program.instances.length ** violation.length > 20_000) continue;
        const all = [...pathsOf(program, violation.length, violation)];
        const ranked = rankedPath(running, violation);
        expect(ranked.steps.length).toBe(violation.length);
        expect(all).toContainEqual(ranked);
        expect(switchesOf(program, ranked.steps)).toBe(Math.min(...all.map((path) => switchesOf(program, path.steps))));
        expect(rankedPath(running, violation)).toEqual(ranked);
        const first = pathTo(running, violation.state, violation.step);
        paths += Number(violation.length > 0);
        better += Number(switchesOf(program, ranked.steps) < switchesOf(program, first.steps));
      }
    });
    expect(paths).toBeGreaterThan(100);
    expect(better).toBeGreaterThan(0);
  });
});
