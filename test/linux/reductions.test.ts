/** Every way to search the bundled scenarios finds what the plain one finds. */
import { afterAll, describe, it } from 'vitest';
import { formatRules } from '../../src/litmus/results.js';
import { deep } from '../deep.js';
import { lastingThreads } from '../engine/threads.js';
import { expectAllAgree } from '../engine/unreduced.js';
import { baseline } from './baseline.js';
import { bundled, instantiate, scenarioOf } from './run.js';

/** Of each scenario the models of its first rules and of vanilla that are not too large. */
const models = bundled.flatMap((name) => {
  const [first] = scenarioOf(name).expectations;
  return [...new Set([first ? formatRules(first.rules) : 'vanilla', 'vanilla'])].flatMap((rules) => {
    const states = baseline.find((result) => result.scenario === name && result.rules === rules)?.states ?? Infinity;
    return states <= (deep ? 1_000_000 : 60_000) ? [{ name, rules }] : [];
  });
});

const helpers = lastingThreads(1);
afterAll(() => helpers.end());

describe('symmetry, partial order, threads and hash compaction', () => {
  it.each(models.filter((_, i) => deep || i % 7 === 0))('find the same in $name under $rules', ({ name, rules }) => {
    expectAllAgree(instantiate(scenarioOf(name), rules).model, helpers);
  });
});
