/** TLC counts what our search counts, where somebody says where TLC is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExportError } from '../../src/export/subject.js';
import { compile, type Model, type Program } from '../../src/index.js';
import { peterson } from '../classics/peterson.js';
import { ewd840 } from '../classics/ewd840.js';
import { german } from '../classics/german.js';
import { lufCore } from '../classics/luf-core.js';
import { randomModel } from '../engine/random-model.js';
import { tapes } from '../engine/random-trees.js';
import { grid, lock } from '../engine/toys.js';
import { handOver } from './hand-over.js';
import { oursOf, type Opinion } from './spin.js';
import { hasTlc, tlcOn } from './tlc.js';

describe.skipIf(!(await hasTlc()))('TLC', { timeout: 900_000 }, () => {
  it.each<[string, () => Model]>([
    ["Peterson's algorithm", () => peterson()],
    ["Peterson's algorithm without waiting", () => peterson({ without: 'waiting' })],
    ['the German protocol, which has two start states', () => german({ nodes: 2 })],
    ['EWD840 without idle nodes, which has many start states', () => ewd840({ nodes: 3, without: 'idle nodes' })],
    ['luf-core', () => lufCore({ cpus: 1, pages: 1, frames: 2 })],
    ['a lock that is broken', () => lock(3, true)],
    ['a grid with a cut and a deadlock', () => grid(3, (model, x, y) => model.cut('x', x.is(1).and(y.is(1))).cut('y', x.is(9)))],
    ['the model whose text is kept', handOver],
  ])('counts the states and transitions of %s, and finds what is violated', async (_name, make) => {
    const program = compile(make());
    expect(await tlcOn(program)).toEqual(expectedOf(program));
  });

  it('counts the states and transitions of random models, and finds what is violated', async () => {
    const property = fc.asyncProperty(tapes, async (tape) => {
      const program = compile(randomModel(tape, { faults: false, constants: true, small: true }));
      const expected = expectedOf(program);
      fc.pre(expected.states > 5);
      try {
        expect(await tlcOn(program)).toEqual(expected);
      } catch (error) {
        // TLA+ has no order of members of a set.
        if (!(error instanceof ExportError)) throw error;
      }
    });
    await fc.assert(property, { numRuns: 20, endOnFailure: true, maxSkipsPerRun: 1000 });
  });
});

function expectedOf(program: Program): Opinion & { answers: boolean[] } {
  const ours = oursOf(program)!;
  return { ...ours, ends: Object.fromEntries(Object.entries(ours.ends).map(([name, count]) => [name, Math.min(count, 1)])), answers: [] };
}
