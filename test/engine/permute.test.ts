import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, permute, statesAlong, successors, walk, type IndexType } from '../../src/index.js';
import { lufCore } from '../classics/luf-core.js';

const program = compile(lufCore({ cpus: 3, pages: 1, frames: 3 }));
const { layout, model: { schema } } = program;
const typeNamed = (name: string): IndexType => schema.types.find((type) => type.name === name)!;

const key = (words: Int32Array): string => words.join();
const steps = fc.record({ seed: fc.integer(), stepsMax: fc.integer({ min: 0, max: 60 }) });
const renaming = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });

describe('renaming CPUs or frames', () => {
  it.each(['CPU', 'FRAME'])('commutes with every step of a model that names none: %s', (name) => {
    const type = typeNamed(name);
    const renamed = (words: Int32Array, to: readonly number[]): Int32Array => permute(layout, words, type, to);
    fc.assert(
      fc.property(steps, renaming, (options, to) => {
        const state = statesAlong(program, walk(program, options)).at(-1)!;
        const after = successors(program, state).map(({ words }) => key(renamed(words, to)));
        expect(successors(program, renamed(state, to)).map(({ words }) => key(words)).sort()).toEqual(after.sort());
      }),
      { numRuns: 500 },
    );
  });

  it('is undone by the inverse', () => {
    const state = statesAlong(program, walk(program, { seed: 7, stepsMax: 40 })).at(-1)!;
    const type = typeNamed('CPU');
    const moved = permute(layout, state, type, [1, 2, 0]);
    expect(key(moved)).not.toBe(key(state));
    expect(key(permute(layout, moved, type, [2, 0, 1]))).toBe(key(state));
  });

  it('refuses what is no permutation', () => {
    expect(() => permute(layout, program.starts[0]!, typeNamed('CPU'), [0, 0, 1])).toThrow('not a permutation of CPU: 0, 0, 1');
  });
});
