import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkJson, modelJson, rulesJson, traceJson, type Json } from '../../src/report/json.js';
import { provenanceOf } from '../../src/report/provenance.js';
import { checked, counterexample, shootdown } from './shootdown-model.js';

/** Mistakes of a value by a published schema. */
function mistakes(name: string, value: Json): unknown {
  const schemaOf = (of: string): Json => JSON.parse(readFileSync(`schemas/${of}.schema.json`, 'utf8')) as Json;
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  if (name !== 'trace') ajv.addSchema(schemaOf('trace'));
  const validate = ajv.compile(schemaOf(name));
  validate(JSON.parse(JSON.stringify(value)));
  return validate.errors ?? [];
}

describe('JSON', () => {
  it('of a trace has all that replay needs, in a fixed order', () => {
    const json = traceJson(counterexample());
    expect(Object.keys(json)).toEqual([
      'format', 'version', 'scenario', 'litmus', 'rules', 'kernel', 'arch', 'shows', 'length', 'contextSwitches', 'start', 'steps',
    ]);
    expect(json).toMatchObject({ format: 'shootdown-trace', version: 1, shows: { property: 'fresh' }, length: 4, contextSwitches: 2 });
    expect(mistakes('trace', json)).toEqual([]);
  });

  it('of a trace tells how its steps are known where that is asked for', () => {
    const found = counterexample();
    const json = traceJson(found, provenanceOf('trace', found.steps));
    expect(json['provenance']).toEqual({ of: 'trace', steps: 4, plain: 4, entries: [] });
    expect(mistakes('trace', json)).toEqual([]);
  });

  it('of a check is as published', () => {
    const report = checked({ flushes: false });
    const json = checkJson({ command: 'shootdown check', exitCode: 1 }, [
      { report, counterexample: counterexample() },
      { report: checked({ flushes: true }), provenance: provenanceOf('model', shootdown({ flushes: true }).steps) },
    ]);
    expect(json.checks).toMatchObject([
      { verdict: 'violated', limits: { states: 5000, depth: null }, neverFired: ['flush_tlb_page()', 'panic'], provenance: null },
      { verdict: 'holds', trace: null, provenance: { of: 'model', steps: 7, plain: 5 } },
    ]);
    expect(mistakes('check', json)).toEqual([]);
  });

  it('of a model is as published', () => {
    const subject = { scenario: 'two-cpus', rules: 'vanilla', kernel: 'v6.12', arch: 'x86' };
    expect(mistakes('model', modelJson(subject, shootdown({ flushes: true })))).toEqual([]);
  });

  it('of rules is as published', () => {
    const rule = { name: 'r', summary: '', flushes: '', when: '', place: '', source: '', provenance: 'mail', call: 'c()' };
    const json = rulesJson([{ name: 's', base: 'v6.9', summary: '', rules: ['r'] }], [rule]);
    expect(json.rules).toMatchObject([{ name: 'r', ruleSets: ['s'] }]);
    expect(mistakes('rules', json)).toEqual([]);
  });
});
