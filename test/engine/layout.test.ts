import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highOf, lowOf } from '../../src/engine/domain.js';
import { mask } from '../../src/engine/layout.js';
import { lengthOf, type Variable } from '../../src/engine/node.js';
import { bool, Layout, range, Schema } from '../../src/index.js';
import { randomSchema, randomState } from './random-model.js';
import { tapes, type Tape } from './random-trees.js';
import { mixed } from './toys.js';

const numRuns = 1000;

interface Element {
  readonly variable: Variable;
  readonly element: number;
}

const elementsOf = (variables: readonly Variable[]): Element[] =>
  variables.flatMap((variable) => Array.from({ length: lengthOf(variable) }, (_, element) => ({ variable, element })));

const read = (layout: Layout, words: Int32Array, { variable, element }: Element): number =>
  layout.read(words, variable, element);

/** A layout in which about every third variable is constant. */
function randomLayout(tape: Tape): Layout {
  const { variables } = randomSchema(tape);
  const constant = variables.filter(() => tape.below(3) === 2);
  const values = (variable: Variable): number[] => tape.times(lengthOf(variable), () => tape.within(variable.domain));
  return new Layout(variables, new Map(constant.map((variable) => [variable, values(variable)])));
}

describe('a layout', () => {
  it('gives no bit to two fields, and none to constants', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const layout = randomLayout(tape);
        const used = new Int32Array(layout.words);
        const packed = layout.variables.filter((variable) => !layout.constants.has(variable));
        for (const { variable, element } of elementsOf(packed)) {
          const { word, shift, bits, perWord } = layout.placeOf(variable);
          const [at, low] = [word + Math.floor(element / perWord), shift + bits * (element % perWord)];
          expect(low + bits).toBeLessThanOrEqual(32);
          expect(at).toBeLessThan(layout.words);
          expect(used[at]! & (mask(bits) << low)).toBe(0);
          used[at]! |= mask(bits) << low;
        }
        for (const variable of layout.constants.keys()) {
          expect(() => layout.placeOf(variable)).toThrow(`${variable.name} is constant`);
        }
      }),
      { numRuns },
    );
  });

  it('writes an element without touching its neighbours', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const layout = new Layout(randomSchema(tape).variables);
        const words = randomState(tape, layout);
        const elements = elementsOf(layout.variables);
        const written = tape.pick(elements);
        const before = elements.map((element) => read(layout, words, element));
        const { variable, element } = written;
        for (const value of [lowOf(variable.domain), highOf(variable.domain), tape.within(variable.domain)]) {
          layout.write(words, variable, element, value);
          expect(elements.map((e) => read(layout, words, e))).toEqual(before.map((old, i) => (elements[i] === written ? value : old)));
        }
      }),
      { numRuns },
    );
  });

  it('packs a state of another layout so that every variable keeps its value', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const layout = randomLayout(tape);
        const words = randomState(tape, layout);
        const whole = layout.whole.repack({ layout, words });
        for (const element of elementsOf(layout.variables)) expect(read(layout.whole, whole, element)).toBe(read(layout, words, element));
        expect(layout.repack({ layout: layout.whole, words: whole })).toEqual(words);
        expect(layout.whole.whole).toBe(layout.whole);
        expect(layout.whole.words).toBe(new Layout(layout.variables).words);
      }),
      { numRuns },
    );
  });

  it('packs first fit, the largest first', () => {
    const layout = new Layout(mixed().variables);
    expect(layout.words).toBe(5);
    expect(layout.variables.map((variable) => [variable.name, layout.placeOf(variable)])).toEqual([
      ['stopped', { word: 1, shift: 30, bits: 1, perWord: 1, length: 1 }],
      ['entry.frame', { word: 0, shift: 0, bits: 6, perWord: 5, length: 14 }],
      ['entry.writable', { word: 4, shift: 0, bits: 1, perWord: 14, length: 14 }],
      ['waiting', { word: 3, shift: 0, bits: 30, perWord: 1, length: 1 }],
      ['light', { word: 0, shift: 30, bits: 2, perWord: 1, length: 1 }],
      ['level', { word: 2, shift: 24, bits: 3, perWord: 1, length: 1 }],
    ]);
  });

  it('refuses another value of a constant, and takes the one that it has', () => {
    const [stopped, , , , light] = mixed().variables as [Variable, Variable, Variable, Variable, Variable];
    const layout = new Layout([stopped, light], new Map([[light, [2]]]));
    const words = new Int32Array(layout.words);
    layout.write(words, light, 0, 2);
    expect([layout.words, ...words, layout.read(words, light, 0)]).toEqual([1, 0, 2]);
    expect(() => layout.write(words, light, 0, 0)).toThrow('light is constant: green, not red');
  });

  it('does not know variables of another schema, nor those declared after it', () => {
    const schema = mixed();
    const layout = new Layout(schema.variables);
    const [other] = mixed().variables;
    schema.variable('late', bool);
    const late = schema.variables.at(-1)!;
    expect(() => layout.placeOf(other!)).toThrow('stopped belongs to another schema');
    expect(() => layout.placeOf(late)).toThrow('late belongs to another schema or was declared too late');
    expect(layout.variables).not.toContain(late);
  });

  it('has a word where there is nothing to pack', () => {
    const schema = new Schema();
    expect(new Layout(schema.variables).words).toBe(1);
    schema.array('nothing', [schema.index('NONE', 0)], range(0, 3));
    schema.variable('flag', bool);
    const [nothing, flag] = schema.variables as [Variable, Variable];
    expect(new Layout([nothing, flag], new Map([[flag, [1]], [nothing, []]])).words).toBe(1);
  });
});
