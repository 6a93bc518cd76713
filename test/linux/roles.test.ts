import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundledRules, linux, type Role } from '../../models/linux/index.js';
import { identityOf } from '../../src/engine/identity.js';
import type { RuleExpression, Scenario } from '../../src/litmus/scenario.js';
import { bundled, scenarioOf } from './run.js';

const { rules, ruleSets } = bundledRules;
const named = (role: Role): string[] => rules.filter((rule) => rule.role === role).map(({ name }) => name);

describe('the role of a rule', () => {
  it('tells what puts flushes off, what takes a protection away, and what leaves nothing to put off', () => {
    expect(named('defers')).toEqual(['luf.reclaim', 'luf.migrate', 'luf.keyed']);
    expect(named('exposes')).toEqual(['put.freeAnyway', 'done.markMm', 'diet.shared', 'mremap.flushOldOnly']);
    expect(named('undefers')).toEqual(['flushBeforeRemove', 'flushInPTL']);
    expect(named('protects')).toHaveLength(39);
  });

  it('is that of the kernel for what every rule set has, and for all of vanilla', () => {
    const vanilla = ruleSets.find(({ name }) => name === 'vanilla')!.rules;
    const always = rules.filter(({ everywhere }) => everywhere).map(({ name }) => name);
    expect(named('kernel')).toEqual(expect.arrayContaining([...vanilla, ...always]));
  });

  it('is to protect for every flush at a hook and every exclusion', () => {
    const flushing = rules.filter(({ hook, excludes }) => hook ?? excludes).map(({ name }) => name);
    expect(named('protects')).toEqual(expect.arrayContaining(flushing));
  });
});

describe('the rules that a model asks for', () => {
  const names = rules.map(({ name }) => name);
  const expressions = fc.record({
    base: fc.constantFrom(...linux.ruleSets),
    changes: fc.array(fc.record({ sign: fc.constantFrom('+', '-'), rule: fc.constantFrom(...names) }), { maxLength: 8 }),
  }) as fc.Arbitrary<RuleExpression>;
  const scenarios: fc.Arbitrary<Scenario> = fc.constantFrom(...bundled).map(scenarioOf);

  it('decide the model: no other rule changes it', () => {
    fc.assert(
      fc.property(scenarios, expressions, fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length }), (scenario, rules, put) => {
        const { asked, model } = linux.instantiate(scenario, rules);
        const others = names.map((rule, i) => ({ rule, sign: put[i] ? '+' : '-' } as const)).filter(({ rule }) => !asked.includes(rule));
        const changed = { ...rules, changes: [...rules.changes, ...others] };
        const other = linux.instantiate(scenario, changed);
        expect(other.asked).toEqual(asked);
        expect(identityOf(other.model)).toBe(identityOf(model));
      }),
      { numRuns: 40 },
    );
  });

  it('are few where a scenario is simple', () => {
    const { asked } = linux.instantiate(scenarioOf('huge-zero-page'), { base: 'vanilla', changes: [] });
    expect(asked).toEqual([
      ...['luf.reclaim', 'luf.migrate', 'zeroPage.pinned', 'swapin.write', 'zap.batched', 'cpumask.lazy', 'zeroPage.gathered'],
      ...['zap.forceFlush', 'zap.delayRmap', 'flush.loadedOnly', 'zap.nested', 'zap.flush'],
    ]);
  });
});
