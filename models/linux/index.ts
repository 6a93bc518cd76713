/** Linux memory management for the engine: vocabulary, scenarios, rules and the most general client. */
import { parse } from '../../src/litmus/parse.js';
import { resolve } from '../../src/litmus/resolve.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { linux } from './vocabulary.js';

export { checkScenario } from './check.js';
export { mostGeneralClient, startMappings, type ClientSizes, type ClientStart, type StartMapping } from './client.js';
export { strictProperties } from './properties.js';
export type { Provenance, Rule, RuleSet } from './rules/rule.js';
export { rules, ruleSets } from './rules/rules.js';
export { LitmusError } from '../../src/litmus/error.js';
export { parseRules } from '../../src/litmus/results.js';
export type * from '../../src/litmus/scenario.js';
export type { Instance, Vocabulary } from '../../src/litmus/vocabulary.js';
export { linux } from './vocabulary.js';
export { foundNote, kernelNames, withLookUp } from './kernel-names.js';

/** The scenario of a litmus test's text; throws a LitmusError that names `source` and the place. */
export function readScenario(text: string, source: string): Scenario {
  return resolve(parse(text, source), linux);
}
