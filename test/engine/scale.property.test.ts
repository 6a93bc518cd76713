/** However a search is done (with others, in portions, with less memory), it finds what a plain one finds. */
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mostGeneralClient } from '../../models/linux/index.js';
import { segmentStates } from '../../src/engine/loops.js';
import type { Resumed, Snapshot } from '../../src/engine/snapshot.js';
import { compile, Model, pathTo, range, Schema, Search, unlimited, type Limits, type Program, type SearchOptions } from '../../src/index.js';
import { StateFile } from '../../src/store/state-file.js';
import { runs } from '../deep.js';
import { german } from '../classics/german.js';
import { lufCore } from '../classics/luf-core.js';
import { instantiate } from '../linux/run.js';
import { randomModel } from './random-model.js';
import { tapes, type Style } from './random-trees.js';
import { lastingThreads, threads } from './threads.js';
import { digestOf, told } from './unreduced.js';

const small: Style = { faults: false, constants: true, small: true };

type Options = Partial<Omit<SearchOptions, 'limits'>> & { readonly limits?: Partial<Limits> };

function begun(program: Program, { limits, ...options }: Options): Search {
  return new Search(program, { ...options, limits: { ...unlimited, ...limits } });
}

function ended(program: Program, options: Options): Search {
  const search = begun(program, options);
  while (!search.advance(1 << 16));
  return search;
}

/** The rest of a search that is written down and gone on with elsewhere. */
function resumed(program: Program, { store }: Search, snapshot: Snapshot, options: Options): Search {
  const copy: Snapshot = JSON.parse(JSON.stringify(snapshot)) as Snapshot;
  const resume: Resumed = {
    snapshot: copy,
    words: (first, into) => into.set(store.segmentOf(first).subarray(0, into.length)),
    children: (first, into) => into.set(store.parents.bytesOf(first / segmentStates)),
  };
  return ended(program, { ...options, resume });
}

const client = (ops: number): Model => instantiate(mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops }), 'luf-v10').model;

/** Models with more states than fit into a segment, as far as they are searched. */
const large = [
  ['luf-core 2,1,2', () => lufCore({ cpus: 2, pages: 1, frames: 2 }), Infinity],
  ['german 3', () => german({ nodes: 3 }), Infinity],
  ['the most general client under luf-v10', () => client(1), 200_000],
] as const;

describe('a team', () => {
  it('of one finds in random models what a search alone finds, down to the numbers of the states', () => {
    fc.assert(
      fc.property(tapes, fc.integer({ min: 1, max: 50 }), fc.boolean(), (tape, largeFrom, stopAtViolation) => {
        const program = compile(randomModel(tape, small));
        const options = { limits: { statesMax: 3000 }, sightingsMax: 5, stopAtViolation };
        const alone = ended(program, options);
        const team = ended(program, { ...options, helpers: threads(0), largeFrom });
        expect(told(team)).toEqual(told(alone));
        expect(digestOf(team)).toEqual(digestOf(alone));
      }),
      { numRuns: 1000 },
    );
  });

  const several = [1, 2, 3].map(lastingThreads);
  afterAll(() => Promise.all(several.map((each) => each.end())));

  it('of several threads finds in random models what a search alone finds', () => {
    fc.assert(
      fc.property(tapes, fc.constantFrom(...several), fc.integer({ min: 1, max: 50 }), (tape, helpers, largeFrom) => {
        const program = compile(randomModel(tape, small));
        const options = { limits: { statesMax: 3000 }, sightingsMax: 5 };
        const alone = ended(program, options);
        const team = ended(program, { ...options, helpers, largeFrom });
        expect(told(team)).toEqual(told(alone));
        expect(digestOf(team)).toEqual(digestOf(alone));
      }),
      { numRuns: runs(10_000) },
    );
  });

  it.each(large)('finds in %s what a search alone finds', (_, make, statesMax) => {
    const program = compile(make());
    const options = { limits: { statesMax }, sightingsMax: 100 };
    const alone = ended(program, options);
    for (const count of [1, 2]) {
      const team = ended(program, { ...options, helpers: threads(count), largeFrom: 1000 });
      expect(told(team)).toEqual(told(alone));
      expect(digestOf(team)).toEqual(digestOf(alone));
    }
  });

  it('comes to the end of levels whose states have hardly any successors', () => {
    const schema = new Schema();
    const [thread, left] = [schema.variable('thread', range(0, 2000)), schema.variable('left', range(0, 3))];
    const model = new Model('chains', schema);
    for (let i = 0; i <= 2000; i++) model.start(thread.becomes(i), left.becomes(i % 4));
    model.step('down', { when: [left.isNot(0)], then: [left.becomes(left.minus(1))] });
    const program = compile(model);
    const team = ended(program, { helpers: threads(1), largeFrom: 1 });
    expect(team.store.size).toBe(501 + 500 * (2 + 3 + 4));
    expect(told(team)).toEqual(told(ended(program, {})));
  });

  it('raises the fault that a search alone raises', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const program = compile(randomModel(tape, { ...small, faults: true }));
        const fault = (options: Options): string => {
          try {
            ended(program, { limits: { statesMax: 2000 }, ...options });
            return 'none';
          } catch (error) {
            return String(error);
          }
        };
        expect(fault({ helpers: threads(0), largeFrom: 1 })).toBe(fault({}));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a search that is gone on with', () => {
  it('finds in random models what one in one go finds, wherever it was cut', () => {
    fc.assert(
      fc.property(tapes, fc.nat(40), fc.boolean(), (tape, portions, stopAtViolation) => {
        const program = compile(randomModel(tape, small));
        const options = { limits: { statesMax: 3000 }, sightingsMax: 5, stopAtViolation };
        const first = begun(program, options);
        for (let i = 0; i < portions; i++) first.advance(7);
        const second = resumed(program, first, first.snapshot(), options);
        const whole = ended(program, options);
        expect(told(second)).toEqual(told(whole));
        expect(digestOf(second)).toEqual(digestOf(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('goes on with more memory, states or time than before', () => {
    const program = compile(lufCore({ cpus: 2, pages: 1, frames: 2 }));
    const whole = ended(program, {});
    for (const limits of [{ statesMax: 20_000 }, { depthMax: 12 }, { memoryBytesMax: 1_500_000 }]) {
      const first = ended(program, { limits });
      expect(first.outcome().verdict).toBe('unknown');
      expect(told(resumed(program, first, first.snapshot(), {}))).toEqual(told(whole));
    }
  });
});

const folder = mkdtempSync(join(tmpdir(), 'shootdown-scale-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('less memory', () => {
  const [, , [, makeClient, statesMax]] = large;

  it('leaves what is found in the client as it is: states in a file, and hashes of states', () => {
      const program = compile(makeClient());
      const options = { sightingsMax: 10 };
      const plain = ended(program, { ...options, limits: { statesMax } });
      const file = new StateFile(join(folder, 'states'), program.words);
      for (const [helpers, memoryBytesMax] of [[{}, 9_000_000], [{ helpers: threads(1, file.path), largeFrom: 20_000 }, 16_000_000]] as const) {
        const tight = { ...options, ...helpers, limits: { statesMax, memoryBytesMax } };
        expect(ended(program, tight).outcome().limit).toBe('memory');
        const spilled = ended(program, { ...tight, archive: file });
        expect(told(spilled)).toEqual(told(plain));
        expect(spilled.store.arena.hasDigests).toBe(true);
        expect(digestOf(spilled)).toEqual(digestOf(plain));
        const compact = ended(program, { ...options, ...helpers, limits: { statesMax }, hashCompaction: true });
        expect(told(compact)).toEqual(told(plain));
        expect(compact.outcome().omission).toBeGreaterThan(0);
      }
      file.close();
  });

  it('gives the same paths without words', () => {
    const program = compile(makeClient());
    const plain = ended(program, { limits: { statesMax } });
    const compact = ended(program, { limits: { statesMax }, hashCompaction: true });
    for (const state of [0, 1, 50_000, 123_456, plain.store.size - 1]) expect(pathTo(compact, state)).toEqual(pathTo(plain, state));
  });

  it('takes 16 bytes a state in a compact search, the frontier not counted', () => {
    const program = compile(makeClient());
    const perState = (options: Options): number => {
      const { memoryBytes, states, frontier } = ended(program, options).outcome();
      return (memoryBytes - frontier * program.words * 4) / states;
    };
    expect(program.words).toBe(12);
    expect(perState({ limits: { statesMax: 1_000_000 }, hashCompaction: true })).toBeLessThan(16.5);
  });
});
