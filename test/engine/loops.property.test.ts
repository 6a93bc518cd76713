/** The successors that a batch repeats are left out; the first of each never is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownLoops, sharedLoops } from '../../src/engine/loops.js';

const room = 64;

describe.each([['shared', sharedLoops], ['own', ownLoops]])('%s loops', (_, loopsFor) => {
  const begun = (words: number): { readonly list: (batch: readonly (readonly number[])[]) => number[] } => {
    const buffers = { B: new Int32Array(room * words), H: new Int32Array(room), L: new Int32Array(room) };
    const loops = loopsFor(words, buffers, room);
    return {
      list: (batch) => {
        batch.forEach((state, i) => {
          buffers.B.set(state, i * words);
          buffers.H[i] = loops.hash(buffers.B, i * words);
        });
        return [...buffers.L.subarray(0, loops.distinct(batch.length))];
      },
    };
  };

  it.each([1, 2, 12])('list the state of %i words that are all 0, whose hash is 0, the first time only', (words) => {
    const zero = Array.from({ length: words }, () => 0);
    const { list } = begun(words);
    expect(list([zero, zero])).toEqual([0]);
    expect(list([zero])).toEqual([]);
  });

  it('list every state that was not there before, whatever they remember', () => {
    const state = fc.tuple(fc.integer({ min: -1, max: 40 }), fc.constantFrom(0, 1, -1, 1 << 30));
    fc.assert(
      fc.property(fc.array(fc.array(state, { maxLength: room }), { maxLength: 40 }), (batches) => {
        const { list } = begun(2);
        const seen = new Set<string>();
        for (const batch of batches) {
          const listed = new Set(list(batch));
          batch.forEach((words, i) => {
            if (!listed.has(i)) expect(seen).toContain(words.join());
            seen.add(words.join());
          });
        }
      }),
      { numRuns: 300 },
    );
  });
});
