import { describe, expect, it } from 'vitest';
import { bitsOf, highOf, lowOf, type Domain, type IndexType } from '../../src/engine/domain.js';
import { bool, nameOf, oneOf, optional, range, Schema, setOf } from '../../src/index.js';

const of = (size: number): IndexType => new Schema().index('CPU', size);
const light = oneOf('red', 'amber', 'green');

describe('a domain', () => {
  it.each<[string, Domain, number, number, number]>([
    ['booleans', bool, 0, 1, 1],
    ['one number', range(7, 7), 7, 7, 1],
    ['numbers on both sides of 0', range(-3, 4), -3, 4, 3],
    ['nine numbers', range(-4, 4), -4, 4, 4],
    ['the widest range', range(-1, 65534), -1, 65534, 16],
    ['one name', oneOf('only'), 0, 0, 1],
    ['three names', light, 0, 2, 2],
    ['five members', of(5), 0, 4, 3],
    ['none or one of three', optional(of(3)), -1, 2, 2],
    ['none or one of four', optional(of(4)), -1, 3, 3],
    ['none', optional(of(0)), -1, -1, 1],
    ['sets of one', setOf(of(1)), 0, 1, 1],
    ['sets of thirty', setOf(of(30)), 0, 2 ** 30 - 1, 30],
    ['the empty set', setOf(of(0)), 0, 0, 1],
  ])('of %s has its bounds and its number of bits', (_, domain, low, high, bits) => {
    expect([lowOf(domain), highOf(domain), bitsOf(domain)]).toEqual([low, high, bits]);
  });

  it.each<[Domain, number, string]>([
    [bool, 0, 'false'],
    [bool, 1, 'true'],
    [range(-3, 4), -2, '-2'],
    [light, 2, 'green'],
    [light, 3, '?3'],
    [of(3), 1, 'CPU1'],
    [of(3), -1, '?-1'],
    [optional(of(3)), -1, 'none'],
    [optional(of(3)), 2, 'CPU2'],
    [setOf(of(3)), 0, '{}'],
    [setOf(of(3)), 5, '{CPU0, CPU2}'],
    [setOf(of(30)), 2 ** 29, '{CPU29}'],
  ])('%j names %i as %s', (domain, value, name) => {
    expect(nameOf(domain, value)).toBe(name);
  });

  it('is refused when it is no domain', () => {
    expect(() => range(2, 1)).toThrow('not a range of at most 65536 whole numbers: 2..1');
    expect(() => range(0, 65536)).toThrow(RangeError);
    expect(() => range(0, 0.5)).toThrow(RangeError);
    expect(() => oneOf()).toThrow('the names of a choice must be distinct: ');
    expect(() => oneOf('a', 'b', 'a')).toThrow('the names of a choice must be distinct: a, b, a');
    expect(() => setOf(of(31))).toThrow('a set of CPU has 31 members; 30 is the limit');
  });
});
