import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bool, decode, encode, Layout, oneOf, range, Schema, typeFaults } from '../../src/index.js';
import { randomSchema, randomState } from './random-model.js';
import { tapes } from './random-trees.js';
import { mixed } from './toys.js';

describe('a Record', () => {
  it('is decoded from a state and encodes to the same words', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const layout = new Layout(randomSchema(tape).variables);
        const words = randomState(tape, layout);
        const state = decode(layout, words);
        expect(encode(layout, state)).toEqual(words);
        expect(state.equals(decode(layout, words.slice()))).toBe(true);
        expect(typeFaults(layout, words)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('has names, numbers, null for none, and lists of members', () => {
    const layout = new Layout(mixed().variables);
    const words = new Int32Array(layout.words);
    const [stopped, frame, , waiting] = layout.variables;
    layout.write(words, stopped!, 0, 1);
    layout.write(words, frame!, 13, 39);
    layout.write(words, waiting!, 0, 2 ** 29 + 1);
    const plain = decode(layout, words).toJS() as { 'entry.frame': Record<string, Record<string, string>> };
    expect(plain).toMatchObject({ stopped: true, waiting: ['TASK0', 'TASK29'], light: 'red', level: -3 });
    expect(plain['entry.frame']).toMatchObject({ CPU0: { '-1': null, '0': null }, CPU6: { '-1': null, '0': 'FRAME39' } });
  });

  it('names the variables whose bits are no value of their domain', () => {
    const layout = new Layout(mixed().variables);
    const words = new Int32Array(layout.words);
    const [, frame, , , light] = layout.variables;
    layout.write(words, light!, 0, 3);
    expect(typeFaults(layout, words)).toEqual(['light']);
    layout.write(words, frame!, 11, 40);
    expect(typeFaults(layout, words)).toEqual(['entry.frame', 'light']);
  });

  it('is refused where it has what a variable cannot hold', () => {
    const layout = new Layout(mixed().variables);
    const state = decode(layout, new Int32Array(layout.words));
    const put = (name: string, value: unknown) => () => encode(layout, state.set(name, value));
    expect(put('level', 4)).toThrow('level cannot hold 4');
    expect(put('level', 0.5)).toThrow(RangeError);
    expect(put('light', 'blue')).toThrow('light cannot hold blue');
    expect(put('stopped', 1)).toThrow(RangeError);
    expect(put('waiting', ['TASK0'])).toThrow(RangeError);
  });

  it('has room for an array over an empty type', () => {
    const schema = new Schema();
    const NONE = schema.index('NONE', 0);
    schema.array('nothing', [NONE], range(0, 3));
    schema.variable('flag', bool, true);
    const layout = new Layout(schema.variables);
    const words = new Int32Array(layout.words).fill(1);
    expect([layout.words, decode(layout, words).toJS()]).toEqual([1, { nothing: {}, flag: true }]);
    expect(encode(layout, decode(layout, words))).toEqual(words);
  });
});

describe('the schema', () => {
  it('refuses what would be ambiguous or does not fit', () => {
    const schema = mixed();
    expect(() => schema.variable('light', bool)).toThrow('light is declared twice');
    expect(() => schema.index('X', ['a', 'a'])).toThrow('the members of X must be distinct');
    expect(() => schema.variable('x', schema.index('NONE', 0))).toThrow('x has no value to hold');
    expect(() => schema.variable('x', range(0, 3), 4)).toThrow('x cannot start at 4');
    expect(() => schema.variable('x', range(0, 3), 0.5)).toThrow('x cannot start at 0.5');
    expect(() => schema.variable('x', oneOf('a', 'b'), 'c')).toThrow('x cannot start at c');
  });
});
