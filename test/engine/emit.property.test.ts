import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/engine/interpret.js';
import type { Node } from '../../src/engine/node.js';
import type { Emitter } from '../../src/engine/module.js';
import { compile, type CompileOptions, type Program } from '../../src/engine/program.js';
import { randomModel, randomState } from './random-model.js';
import { tapes, type Style, type Tape } from './random-trees.js';
import { attempt, takenFrom, type Taken } from './reference.js';

const statesEach = 6;

interface Emitted {
  readonly next: readonly { readonly name: string; readonly words: readonly number[]; readonly violated: readonly string[] }[];
  readonly numbers: readonly number[];
  readonly fault?: string;
}

/** Expands a state that lies in the middle of a segment. */
function expand(program: Program, state: Int32Array): Emitted {
  const { words, model } = program;
  const segment = new Int32Array(3 * words).fill(-1);
  segment.set(state, words);
  program.reset();
  const fault = attempt(() => (program.expand(segment, words), 1));
  const numbers = [...program.taken.slice(0, program.count())];
  const next = numbers.map((number, i) => ({
    name: program.instances[number]!.name,
    words: [...program.states.slice(i * words, (i + 1) * words)],
    violated: model.properties.filter((_, bit) => program.violated[i]! & (1 << bit)).map((p) => p.name),
  }));
  return { next, numbers, ...(typeof fault === 'string' ? { fault } : {}) };
}

/** The step instances that the reference takes, by the program's numbers. */
function expectedOf(program: Program, taken: readonly Taken[]): Emitted['next'] {
  const numberOf = new Map(program.instances.map((instance, i) => [instance.name, i]));
  return taken
    .flatMap((t) => (t.kind === 'next' ? [{ name: t.name, words: [...t.words], violated: t.violated }] : []))
    .sort((a, b) => numberOf.get(a.name)! - numberOf.get(b.name)!);
}

/** Compares the masks; of a fault the words too, unless folding may have dropped the first of several. */
function sameMasks(program: Program, state: Int32Array, { constants }: Style): void {
  const { model } = program;
  const masks = [
    { name: 'check', counted: 0, nodes: model.properties.map((p) => p.holds) },
    { name: 'cover', counted: 1, nodes: model.covers.map((c) => c.holds) },
    { name: 'end', counted: 1, nodes: model.ends.map((e) => e.holds) },
  ] as const;
  for (const { name, counted, nodes } of masks) {
    const expected = maskOf(program, nodes, counted, state);
    const mask = attempt(() => program[name](state, 0));
    if (typeof expected === 'number') expect(mask).toBe(expected);
    else if (!constants) expect(mask).toBe(`${name}: ${expected}`);
  }
}

function maskOf(program: Program, nodes: readonly (Node | undefined)[], counted: number, words: Int32Array): number | string {
  const results = nodes.map((node) => (node ? attempt(() => evaluate(node, { layout: program.layout, words })) : 1 - counted));
  const fault = results.find((result) => typeof result === 'string');
  return fault ?? results.reduce<number>((mask, result, i) => (result === counted ? mask | (1 << i) : mask), 0);
}

const safe: Style = { faults: false, constants: true, small: false };
const faulty: Style = { faults: true, constants: false, small: false };
const foldable: Style = { faults: true, constants: true, small: false };

/** States with any values at all, but for the variables that the program has as constants. */
function forRandomStates(
  style: Style,
  options: CompileOptions,
  numRuns: number,
  test: (program: Program, state: Int32Array) => void,
): void {
  fc.assert(
    fc.property(tapes, (tape: Tape) => {
      const program = compile(randomModel(tape, style), options);
      expect(program.emitter).toBe(options.emitter);
      for (let i = 0; i < statesEach; i++) test(program, randomState(tape, program.layout));
    }),
    { numRuns, endOnFailure: true },
  );
}

const emitters: readonly Emitter[] = ['webassembly', 'javascript'];
const ways = emitters.flatMap((emitter) => [true, false].map((constants) => ({ emitter, constants })));

describe.each(ways)('the module in $emitter, constants folded: $constants', ({ emitter, constants }) => {
  it('takes the same steps to the same states as the interpreter', () => {
    let [successors, folded] = [0, 0];
    forRandomStates(safe, { constants, emitter }, 700, (program, state) => {
      const emitted = expand(program, state);
      expect(emitted.fault).toBeUndefined();
      expect(emitted.next).toEqual(expectedOf(program, takenFrom(program, state)));
      expect(emitted.numbers).toEqual([...emitted.numbers].sort((a, b) => a - b));
      sameMasks(program, state, safe);
      successors += emitted.next.length;
      folded += program.layout.constants.size;
    });
    expect(successors).toBeGreaterThan(2000);
    expect(folded > 2000).toBe(constants);
  });

  it('loses at most a fault by folding constants, and never raises one of its own', () => {
    let faults = 0;
    forRandomStates(foldable, { constants, emitter }, 700, (program, state) => {
      const taken = takenFrom(program, state);
      const emitted = expand(program, state);
      const raised = taken.flatMap((t) => (t.kind === 'fault' ? [t] : []));
      if (emitted.fault === undefined) {
        const faulty = new Set(raised.map((t) => t.name));
        expect(emitted.next.filter((n) => !faulty.has(n.name))).toEqual(expectedOf(program, taken));
      } else {
        expect(raised).not.toEqual([]);
        faults++;
      }
      sameMasks(program, state, foldable);
    });
    expect(faults).toBeGreaterThan(70);
  });

  it('hashes a successor as it hashes the same state by itself', () => {
    forRandomStates(safe, { constants, emitter }, 200, (program, state) => {
      const { next } = expand(program, state);
      expect(next.map((n) => program.hash(Int32Array.from(n.words), 0))).toEqual([...program.hashes.slice(0, next.length)]);
    });
  });
});

describe.each(emitters)('the module in %s, nothing folded', (emitter) => {
  it('raises a fault where the interpreter does, with the same words and the name of the step', () => {
    let [faults, steps] = [0, 0];
    forRandomStates(faulty, { constants: false, emitter }, 1500, (program, state) => {
      const taken = takenFrom(program, state);
      const emitted = expand(program, state);
      const raised = taken.flatMap((t) => (t.kind === 'fault' ? [t] : []));
      if (raised.every((t) => t.avoidable) && emitted.fault === undefined) {
        expect(emitted.next).toEqual(expectedOf(program, taken));
        steps += emitted.next.length;
      } else {
        expect(raised.map((t) => `${t.name}: ${t.message}`)).toContain(emitted.fault);
        faults++;
      }
      sameMasks(program, state, faulty);
    });
    expect(faults).toBeGreaterThan(150);
    expect(steps).toBeGreaterThan(1500);
  });
});

describe('both emitters', () => {
  it('fill the buffers alike, and stop at the same fault', () => {
    let faults = 0;
    const options = { numRuns: 500, endOnFailure: true };
    fc.assert(fc.property(tapes, (tape: Tape) => {
      const model = randomModel(tape, faulty);
      const [first, ...others] = emitters.map((emitter) => compile(model, { emitter, constants: false }));
      const { words, layout } = first!;
      const states = Int32Array.from(Array.from({ length: statesEach }, () => [...randomState(tape, layout)]).flat());
      const told = [first!, ...others].map((program) => {
        program.reset();
        const fault = attempt(() => (program.expandSome(states, 0, statesEach), 1));
        const [count, expanded] = [program.count(), program.expanded()];
        const { taken, hashes, violated, filledTo, progressTo } = program;
        const ofSteps = [taken, hashes, violated].map((buffer) => [...buffer.slice(0, count)]);
        const ofStates = [filledTo, progressTo].map((buffer) => [...buffer.slice(0, expanded)]);
        for (let i = 0; i < count; i++) program.listed[i] = count - 1 - i;
        const uncovered = attempt(() => program.judge(count, 7));
        return { fault, ofSteps, ofStates, uncovered, states: [...program.states.slice(0, count * words)], judged: [...program.judged.slice(0, count)] };
      });
      if (typeof told[0]!.fault === 'string') faults++;
      for (const other of told.slice(1)) expect(other).toEqual(told[0]);
    }), options);
    expect(faults).toBeGreaterThan(10);
  });
});
