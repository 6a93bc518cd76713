/** Linux memory management for the engine: vocabulary, rules and the most general client. */
export { mostGeneralClient, type ClientSizes } from './client.js';
export { strictProperties } from './properties.js';
export type { Provenance, Rule, RuleSet } from './rules/rule.js';
export { rules, ruleSets } from './rules/rules.js';
export { linux } from './vocabulary.js';
