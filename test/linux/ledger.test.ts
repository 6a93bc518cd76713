/** The ledger: what every step says of its source. That each is taken somewhere, scenarios.test.ts holds. */
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/litmus/scenario.js';
import { formatRules } from '../../src/litmus/results.js';
import { bundled, instantiate, scenarioOf } from './run.js';

/** The rule expressions that a bundled scenario makes a claim about. */
function expressionsOf(scenario: Scenario): string[] {
  return [...new Set(['vanilla', 'luf-v10', ...scenario.expectations.map(({ rules }) => formatRules(rules))])];
}

const models = bundled.flatMap((name) => {
  const scenario = scenarioOf(name);
  return expressionsOf(scenario).map((rules) => ({ name, rules, steps: instantiate(scenario, rules).model.steps }));
});

describe('every step of a bundled model', () => {
  const steps = models.flatMap((model) => model.steps);
  /** The steps whose note is not as described, by name. */
  const odd = (note: string, good: (text: string) => boolean): string[] => [
    ...new Set(steps.filter(({ notes }) => !good(notes[note] ?? '')).map(({ name }) => name)),
  ];

  test('names its source: a function of a kernel file, user code, the hardware or the scenario', () => {
    const place = /^(([a-z\d_-]+\/)+[a-z\d_-]+\.[ch] _*[a-z][a-z\d_]*\(\)|(user|hardware|scenario) \S.*)$/;
    expect(odd('source', (text) => place.test(text))).toEqual([]);
  });

  test('says how that is known', () => {
    expect(odd('provenance', (text) => ['source', 'patch', 'mail', 'inferred'].includes(text))).toEqual([]);
  });

  test('says whether it is exact, allows too much or allows too little, and then why', () => {
    expect(odd('approximation', (text) => /^(exact\b|(over|under): \S)/.test(text))).toEqual([]);
  });

  test('says what may happen before the next one', () => {
    expect(odd('interleaves', (text) => text.length > 10)).toEqual([]);
  });

  test('has the function as its label', () => {
    const labelled = steps.filter(({ label, notes }) => notes['source']!.endsWith(` ${label}`) || notes['source'] === 'scenario empty thread');
    const others = new Set(steps.filter((step) => !labelled.includes(step)).map(({ label }) => label));
    expect([...others]).toEqual(['speculative TLB fill', 'TLB eviction']);
  });
});
