import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/engine/node.js';
import { effectText, nodeText } from '../../src/engine/print.js';
import { allOf, anyOf, bool, choose, exists, forEach, member, none, observe, oneOf, optional, range, Schema, setOf, when, type Index } from '../../src/index.js';

const schema = new Schema();
const CPU = schema.index('CPU', ['boot', 'other']);
const on = schema.variable('on', bool);
const level = schema.variable('level', range(-3, 3));
const light = schema.variable('light', oneOf('red', 'green'));
const owner = schema.variable('owner', optional(CPU));
const here = schema.variable('here', CPU);
const mask = schema.variable('mask', setOf(CPU));
const grid = schema.array('grid', [CPU, range(5, 6)], bool);
const bound: Node = { kind: 'bound', bound: { name: 'c', over: CPU } };

describe('the text of an expression', () => {
  it.each<[string, Node]>([
    ['-4', { kind: 'constant', value: -4 }],
    ['c', bound],
    ['level', level.node],
    ['grid[boot][6]', grid.at(member(CPU, 0), 6).node],
    ['grid[here][(level + 1)]', grid.at(here, level.plus(1)).node],
    ['level == -3', level.is(-3).node],
    ['level != 2', level.isNot(2).node],
    ['level < 2', level.below(2).node],
    ['level <= (level - 1)', level.atMost(level.minus(1)).node],
    ['light == green', light.is('green').node],
    ['light != red', light.isNot('red').node],
    ['owner == none', owner.isNone().node],
    ['owner == here', owner.is(here).node],
    ['here == other', here.is(member(CPU, 1)).node],
    ['((owner == here) ? owner : here) != 0', choose<Index<'CPU'>>(owner.is(here), owner, here).isNot(member(CPU, 0)).node],
    ['!on', on.not().node],
    ['!(level < 2)', level.below(2).not().node],
    ['on && (level == 1) && !on', allOf([on, level.is(1), on.not()]).node],
    ['true', allOf([]).node],
    ['on || (level == 1)', anyOf([on, level.is(1)]).node],
    ['false', anyOf([]).node],
    ['(light == red) || (light == green)', light.is('red', 'green').node],
    ['mask | {here}', mask.with(here).node],
    ['mask \\ {here}', mask.without(here).node],
    ['mask & (mask | {here})', mask.intersect(mask.with(here)).node],
    ['mask == {}', mask.isEmpty().node],
    ['boot in mask', mask.has(member(CPU, 0)).node],
    ['other in (mask \\ {here})', mask.without(here).has(member(CPU, 1)).node],
    ['on ? level : (level - 1)', choose(on, level, level.minus(1)).node],
    ['(4 2)[here]', here.lookup(range(0, 4), [4, 2]).node],
    ['exists CPU: (CPU in mask)', exists(CPU, (c) => mask.has(c)).node],
  ])('is %s', (text, node) => {
    expect(nodeText(node)).toBe(text);
  });
});

describe('the text of an effect', () => {
  it.each([
    ['level := -2', level.becomes(-2)],
    ['light := green', light.becomes('green')],
    ['owner := none', owner.becomes(none)],
    ['owner := other', owner.becomes(member(CPU, 1))],
    ['mask := {}', mask.becomes([])],
    ['on := true', on.becomes(true)],
    ['level := (level + 1)', level.becomes(level.plus(1))],
    ['if on { on := false; level := 0 }', when(on, [on.becomes(false), level.becomes(0)])],
    ['if !on { on := true } else { level := 0 }', when(on.not(), [on.becomes(true)], [level.becomes(0)])],
    ['for CPU { owner := CPU }', forEach(CPU, (c) => [owner.becomes(c)])],
    ['check tidy: level < 2', observe('tidy', level.below(2))],
  ] as const)('is %s', (text, effect) => {
    expect(effectText(effect)).toBe(text);
  });
});
