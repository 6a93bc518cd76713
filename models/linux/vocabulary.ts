/** The words of Linux scenarios: operations, options and rules, for the litmus format. */
import type { Vocabulary } from '../../src/litmus/vocabulary.js';
import { instantiate } from './instantiate.js';
import { archs } from './kernel/kernel.js';
import { operations } from './operations.js';
import type { RuleTable } from './rules/rule.js';
import { bundledRules } from './rules/rules.js';

/** A vocabulary of Linux: what all have in common, and a table of rules. */
export interface Linux extends Vocabulary {
  readonly table: RuleTable;
}

const words = {
  operations,
  unmodelled: [],
  archs: archs.map((a) => a.name),
  options: ['alone', 'dirtied', 'huge_zero_page', 'init_on_free', 'no_speculation', 'page_poisoning', 'populated', 'split_ptl', 'swapped'],
  fileOptions: ['direct', 'iomap', 'uncached', 'writepage'],
  protections: ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'],
  mapFlags: ['MAP_SHARED', 'MAP_PRIVATE', 'MAP_FIXED'],
} satisfies Partial<Vocabulary>;

/** The Linux vocabulary with the rules of a table. */
export function linuxWith(table: RuleTable): Linux {
  return {
    ...words,
    ruleSets: table.ruleSets.map(({ name }) => name),
    rules: table.rules.map(({ name }) => name),
    table,
    instantiate: (scenario, rules) => instantiate(scenario, rules, table),
  };
}

/** The Linux vocabulary with the rules that come with the package. */
export const linux = linuxWith(bundledRules);
