/** Linux memory management for the engine: vocabulary, scenarios, rules and the most general client. */
import { parse } from '../../src/litmus/parse.js';
import { resolve } from '../../src/litmus/resolve.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { linux } from './vocabulary.js';

export { checkScenario, idleChanges } from './check.js';
export { mostGeneralClient, startMappings, type ClientSizes, type ClientStart, type StartMapping } from './client.js';
export { propertyLetters, strictProperties } from './properties.js';
export { anatomy } from './anatomy.js';
export { whyEquivalent } from './equivalent-mutants.js';
export { RuleError } from './kernel/conditions.js';
export { hooks, type Hook, type HookName } from './rules/hooks.js';
export { conditionNames, flushScopes } from './rules/rule.js';
export type { Condition, ConditionName, HookedFlush, Provenance, Role, Rule, RuleSet, RuleTable, Situation } from './rules/rule.js';
export { bundledRules, rules, ruleSets } from './rules/rules.js';
export { DefinitionError, withRules, withRuleSet, type RuleDefinition, type RuleFile, type RuleSetDefinition } from './rules/extend.js';
export { resolveRules, sameRules } from './rules/resolve.js';
export { LitmusError } from '../../src/litmus/error.js';
export { parseRules } from '../../src/litmus/results.js';
export type * from '../../src/litmus/scenario.js';
export type { Instance, Vocabulary } from '../../src/litmus/vocabulary.js';
export { linux, linuxWith, type Linux } from './vocabulary.js';
export type { Counts } from './tally.js';
export { reported, type Measure, type Reported } from './reported.js';
export { workloadModel } from './workload-run.js';
export { frameOrders, llama, workloads, xsbench, type FrameOrder, type Workload } from './workloads.js';
export { foundNote, kernelNames, withLookUp } from './kernel-names.js';

/** The scenario of a litmus test's text; throws a LitmusError that names `source` and the place. */
export function readScenario(text: string, source: string): Scenario {
  return resolve(parse(text, source), linux);
}
