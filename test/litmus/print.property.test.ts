import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LitmusError } from '../../src/litmus/error.js';
import { print } from '../../src/litmus/print.js';
import { anyScenario } from './scenario-arbitrary.js';
import { MUNMAP_MAP_FIXED, read, withoutPositions } from './toy-vocabulary.js';

describe('print', () => {
  test('writes the munmap scenario as it was read', () => {
    expect(print(read(MUNMAP_MAP_FIXED))).toBe(MUNMAP_MAP_FIXED);
  });

  test('writes what reads back as the same scenario', () => {
    fc.assert(fc.property(anyScenario, (scenario) => {
      expect(withoutPositions(read(print(scenario)))).toEqual(withoutPositions(scenario));
    }), { numRuns: 500 });
  });
});

const piece = fc.oneof(
  fc.constantFrom(...'(){}[];:,=|*~/\\!-\n\u0000é"', '(*', '*)', '/*', '//', '/\\', '256'),
  fc.constantFrom('P0', 'p', 'A', 'int', 'file', 'mm', 'cpu', 'exists', 'filter', 'locations'),
  fc.constantFrom('Result:', 'READ_ONCE', 'C'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const mutation = fc.record({
  byToken: fc.boolean(),
  at: fc.nat(),
  remove: fc.nat({ max: 2 }),
  insert: fc.oneof(fc.constant(''), piece),
});

interface Mutation {
  readonly byToken: boolean;
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

function mutate(text: string, { byToken, at, remove, insert }: Mutation): string {
  const parts = byToken ? text.match(/\w+|\s+|[^\w\s]/g) ?? [] : [...text];
  parts.splice(at % (parts.length + 1), remove, insert);
  return parts.join('');
}

const original = fc.oneof(fc.constant(MUNMAP_MAP_FIXED), anyScenario.map(print));
const mutant = fc.tuple(original, fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([text, mutations]) => mutations.reduce(mutate, text));

describe('a file changed at random', () => {
  test('either reads, and prints, or is refused with a position inside it', () => {
    fc.assert(fc.property(mutant, (text) => {
      try {
        const scenario = read(text);
        expect(withoutPositions(read(print(scenario)))).toEqual(withoutPositions(scenario));
      } catch (error) {
        if (!(error instanceof LitmusError)) throw error;
        const line = text.split(/\r\n|\r|\n/)[error.line - 1];
        expect(line).toBeDefined();
        expect(error.column).toBeGreaterThan(0);
        expect(error.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
      }
    }), { numRuns: 3000 });
  });

  test('never makes a sentence of parser jargon', () => {
    fc.assert(fc.property(mutant, (text) => {
      try {
        read(text);
      } catch (error) {
        const said = (error as LitmusError).expected ?? '';
        expect(said).not.toMatch(/EOF|undefined|NaN|\[object|Keyword|Token|\bWord\b|Numeral|-->/);
      }
    }), { numRuns: 1000 });
  });
});
