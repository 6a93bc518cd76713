/** Searches with symmetry against searches without it, on random models most of which have some. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, imagesOf, pathTo, rankedPath, Search, statesAlong, successors, type Model, type Program } from '../../src/index.js';
import { runs } from '../deep.js';
import { expectCommutes } from './commutes.js';
import { randomModel } from './random-model.js';
import { tapes } from './random-trees.js';
import { symmetricModel } from './symmetric-model.js';
import { lengthsOf, searched } from './unreduced.js';

const key = (words: Int32Array): string => words.join();

function* statesOf({ store }: Search): Generator<Int32Array> {
  for (let state = 0; state < store.size; state++) yield store.wordsOf(state);
}

/** The same by the plainest means: the least image, its words compared one by one, in any order of the words. */
function orbitOf(program: Program, words: Int32Array): string {
  return imagesOf(program.symmetry, words).map(key).sort()[0]!;
}

/** The model with all renamed start states as start states. */
function closedStarts(program: Program): Int32Array[] {
  const starts = program.starts.flatMap((start) => imagesOf(program.symmetry, start));
  return [...new Map(starts.map((start) => [key(start), start])).values()];
}

/** How many states there are without symmetry from some starts. */
function countFrom(program: Program, starts: readonly Int32Array[]): number {
  const seen = new Map(starts.map((start) => [key(start), start]));
  for (const state of seen.values()) for (const { words } of successors(program, state)) if (!seen.has(key(words))) seen.set(key(words), words);
  return seen.size;
}

const seen = { models: 0, symmetric: 0, refused: 0, violations: 0, closed: 0 };

function compare(model: Model): void {
  const program = compile(model, { symmetry: 'derived' });
  const { symmetry } = program;
  seen.models++;
  seen.refused += Number(symmetry.refused.length > 0);
  if (symmetry.order === 1) return;
  seen.symmetric++;
  const plain = searched(compile(model));
  const reduced = searched(program);
  const [all, few] = [plain.outcome(), reduced.outcome()];
  expect(lengthsOf(few)).toEqual(lengthsOf(all));
  const images = [...statesOf(plain)].map((words) => imagesOf(symmetry, words).map(key).sort());
  expect(new Set([...statesOf(reduced)].map((words) => orbitOf(program, words)))).toEqual(new Set(images.map(([first]) => first)));
  expect(few.represented).toBe(new Set(images.flat()).size);
  if (seen.models % 10 === 0) expect(few.represented).toBe(countFrom(plain.program, closedStarts(program)));
  if (symmetry.closed) expect(few.represented).toBe(all.states);
  seen.closed += Number(symmetry.closed);
  for (const violation of few.violations) {
    const same = all.violations.find(({ property }) => property === violation.property)!;
    expect(rankedPath(reduced, violation)).toEqual(rankedPath(plain, same));
    const path = pathTo(reduced, violation.state, violation.step);
    expect(path.steps.length).toBe(violation.length);
    const states = statesAlong(plain.program, path);
    if (violation.step === undefined) expect(orbitOf(program, states.at(-1)!)).toBe(orbitOf(program, reduced.store.wordsOf(violation.state)));
    else expect(successors(plain.program, states.at(-2)!).find(({ step }) => step === path.steps.at(-1))!.violated).toContain(violation.property);
    seen.violations++;
  }
}

describe('a search with symmetry', () => {
  const settings = (numRuns: number): { numRuns: number; endOnFailure: true } => ({ numRuns, endOnFailure: true });

  it('finds what one without it finds, in models that treat members alike', () => {
    fc.assert(fc.property(tapes, (tape) => compare(symmetricModel(tape, false))), settings(runs(4000)));
  }, 120_000);

  it('finds what one without it finds, in models in which a step may name a member', () => {
    fc.assert(fc.property(tapes, (tape) => compare(symmetricModel(tape, true))), settings(runs(3000)));
  }, 120_000);

  it('finds what one without it finds, in random models, most of which have no symmetry', () => {
    fc.assert(fc.property(tapes, (tape) => compare(randomModel(tape, { faults: false, constants: true, small: true }))), settings(runs(3500)));
  }, 120_000);

  it('has met what makes these comparisons worth something', () => {
    expect(seen.models).toBeGreaterThan(runs(10_000));
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(runs(1000));
  });

  it('finds the same in both languages that a model is emitted in', () => {
    fc.assert(fc.property(tapes, (tape) => {
      const model = symmetricModel(tape, false);
      const [one, other] = (['webassembly', 'javascript'] as const).map((emitter) => {
        const program = compile(model, { emitter, symmetry: 'derived' });
        expect(program.emitter).toBe(emitter);
        const running = searched(program);
        return { outcome: running.outcome(), states: [...statesOf(running)] };
      });
      expect(one).toEqual(other);
    }), settings(300));
  }, 60_000);
});

describe('the representative of an orbit', () => {
  it('is one of its states, the same for all of them, and its size is the number of images', () => {
    fc.assert(fc.property(tapes, (tape) => {
      const program = compile(symmetricModel(tape, false), { symmetry: 'derived' });
      for (const start of program.starts) {
        for (const { words } of successors(program, start)) {
          const images = imagesOf(program.symmetry, words);
          const representatives = images.map((image) => {
            const least = program.representative(image);
            return `${key(least)} ${program.orbits[0]}`;
          });
          const [first] = representatives;
          expect(new Set(representatives)).toEqual(new Set([first]));
          expect(images.map((image) => `${key(image)} ${images.length}`)).toContain(first);
        }
      }
    }), { numRuns: 500, endOnFailure: true });
  });
});

describe('a renaming', () => {
  it('commutes with every step, property, end and cover', () => {
    fc.assert(fc.property(tapes, (tape) => {
      const model = symmetricModel(tape, false);
      const program = compile(model, { symmetry: 'derived' });
      const plain = compile(model);
      let states = [...plain.starts];
      for (let round = 0; round < 3; round++) states = states.flatMap((words) => successors(plain, words).map((next) => next.words)).slice(0, 8);
      for (const words of states) for (const moves of program.symmetry.elements) expectCommutes(plain, words, moves);
    }), { numRuns: 500, endOnFailure: true });
  });
});
