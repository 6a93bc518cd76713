import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highOf, lowOf } from '../../src/engine/domain.js';
import type { Variable } from '../../src/engine/node.js';
import { mask, readPacked, writePacked } from '../../src/engine/schema.js';
import { bool, decode, encode, oneOf, optional, range, Schema, setOf, typeFaults } from '../../src/index.js';
import { randomSchema, randomState, tapes } from './random-model.js';

const numRuns = 1000;

interface Element {
  readonly variable: Variable;
  readonly element: number;
}

function elementsOf(schema: Schema): Element[] {
  return schema.variables.flatMap((variable) =>
    Array.from({ length: schema.placeOf(variable).length }, (_, element) => ({ variable, element })),
  );
}

const read = (schema: Schema, words: Int32Array, { variable, element }: Element): number =>
  readPacked(schema.placeOf(variable), variable.domain, words, element);

const write = (schema: Schema, words: Int32Array, { variable, element }: Element, value: number): void =>
  writePacked(schema.placeOf(variable), variable.domain, words, element, value);

/** Small variables beside an array of three words and a set of thirty. */
function mixed(): Schema {
  const schema = new Schema();
  const CPU = schema.index('CPU', 7);
  schema.variable('stopped', bool);
  schema.array('entry', [CPU, range(-1, 0)], { frame: optional(schema.index('FRAME', 40)), writable: bool });
  schema.variable('waiting', setOf(schema.index('TASK', 30)));
  schema.variable('light', oneOf('red', 'amber', 'green'), 'amber');
  schema.variable('level', range(-3, 3), -2);
  return schema;
}

describe('the schema', () => {
  it('gives no bit to two fields', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const schema = randomSchema(tape);
        const used = new Int32Array(schema.words);
        for (const { variable, element } of elementsOf(schema)) {
          const { word, shift, bits, perWord } = schema.placeOf(variable);
          const [at, low] = [word + Math.floor(element / perWord), shift + bits * (element % perWord)];
          expect(low + bits).toBeLessThanOrEqual(32);
          expect(at).toBeLessThan(schema.words);
          expect(used[at]! & (mask(bits) << low)).toBe(0);
          used[at]! |= mask(bits) << low;
        }
      }),
      { numRuns },
    );
  });

  it('writes an element without touching its neighbours', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const schema = randomSchema(tape);
        const words = randomState(tape, schema);
        const elements = elementsOf(schema);
        const written = tape.pick(elements);
        const before = elements.map((element) => read(schema, words, element));
        for (const value of [lowOf(written.variable.domain), highOf(written.variable.domain), tape.within(written.variable.domain)]) {
          write(schema, words, written, value);
          expect(elements.map((element) => read(schema, words, element))).toEqual(
            before.map((old, i) => (elements[i] === written ? value : old)),
          );
        }
      }),
      { numRuns },
    );
  });

  it('decodes a state to a Record that encodes to the same words', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const schema = randomSchema(tape);
        const words = randomState(tape, schema);
        const state = decode(schema, words);
        expect(encode(schema, state)).toEqual(words);
        expect(state.equals(decode(schema, words.slice()))).toBe(true);
        expect(typeFaults(schema, words)).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('packs first fit, the largest first', () => {
    const schema = mixed();
    expect(schema.words).toBe(5);
    expect(schema.variables.map((variable) => [variable.name, schema.placeOf(variable)])).toEqual([
      ['stopped', { word: 1, shift: 30, bits: 1, perWord: 1, length: 1 }],
      ['entry.frame', { word: 0, shift: 0, bits: 6, perWord: 5, length: 14 }],
      ['entry.writable', { word: 4, shift: 0, bits: 1, perWord: 14, length: 14 }],
      ['waiting', { word: 3, shift: 0, bits: 30, perWord: 1, length: 1 }],
      ['light', { word: 0, shift: 30, bits: 2, perWord: 1, length: 1 }],
      ['level', { word: 2, shift: 24, bits: 3, perWord: 1, length: 1 }],
    ]);
  });

  it('decodes to names, numbers, null for none, and lists of members', () => {
    const schema = mixed();
    const words = new Int32Array(schema.words);
    const [stopped, frame, , waiting] = schema.variables;
    write(schema, words, { variable: stopped!, element: 0 }, 1);
    write(schema, words, { variable: frame!, element: 13 }, 39);
    write(schema, words, { variable: waiting!, element: 0 }, 2 ** 29 + 1);
    const plain = decode(schema, words).toJS() as { 'entry.frame': Record<string, Record<string, string>> };
    expect(plain).toMatchObject({ stopped: true, waiting: ['TASK0', 'TASK29'], light: 'red', level: -3 });
    expect(plain['entry.frame']).toMatchObject({ CPU0: { '-1': null, '0': null }, CPU6: { '-1': null, '0': 'FRAME39' } });
  });

  it('names the variables whose bits are no value of their domain', () => {
    const schema = mixed();
    const words = new Int32Array(schema.words);
    const [, frame, , , light] = schema.variables;
    write(schema, words, { variable: light!, element: 0 }, 3);
    expect(typeFaults(schema, words)).toEqual(['light']);
    write(schema, words, { variable: frame!, element: 11 }, 40);
    expect(typeFaults(schema, words)).toEqual(['entry.frame', 'light']);
  });

  it('refuses to encode what a variable cannot hold', () => {
    const schema = mixed();
    const state = decode(schema, new Int32Array(schema.words));
    const put = (name: string, value: unknown) => () => encode(schema, state.set(name, value));
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
    const words = new Int32Array(schema.words).fill(1);
    expect([schema.words, decode(schema, words).toJS()]).toEqual([1, { nothing: {}, flag: true }]);
    expect(encode(schema, decode(schema, words))).toEqual(words);
  });

  it('refuses what would be ambiguous or does not fit', () => {
    const schema = mixed();
    expect(() => schema.variable('light', bool)).toThrow('light is declared twice');
    expect(() => schema.index('X', ['a', 'a'])).toThrow('the members of X must be distinct');
    expect(() => schema.variable('x', schema.index('NONE', 0))).toThrow('x has no value to hold');
    expect(() => schema.variable('x', range(0, 3), 4)).toThrow('x cannot start at 4');
    expect(() => schema.variable('x', range(0, 3), 0.5)).toThrow('x cannot start at 0.5');
    expect(() => schema.variable('x', oneOf('a', 'b'), 'c')).toThrow('x cannot start at c');
    const [other] = mixed().variables;
    expect(() => schema.placeOf(other!)).toThrow('stopped belongs to another schema');
    expect(() => schema.variable('late', bool)).toThrow('late: the schema is already in use');
  });
});
