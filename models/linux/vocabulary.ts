/** The words of Linux scenarios: operations, options and rules, for the litmus format. */
import type { Vocabulary } from '../../src/litmus/vocabulary.js';
import { instantiate } from './instantiate.js';
import { archs } from './kernel/kernel.js';
import { operations } from './operations.js';
import { rules, ruleSets } from './rules/rules.js';

/** The Linux vocabulary. */
export const linux: Vocabulary = {
  operations,
  unmodelled: [],
  archs: archs.map((a) => a.name),
  options: ['alone', 'dirtied', 'huge_zero_page', 'init_on_free', 'no_speculation', 'page_poisoning', 'populated', 'split_ptl', 'swapped'],
  fileOptions: ['direct', 'iomap', 'uncached', 'writepage'],
  protections: ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'],
  mapFlags: ['MAP_SHARED', 'MAP_PRIVATE', 'MAP_FIXED'],
  ruleSets: ruleSets.map((s) => s.name),
  rules: rules.map((r) => r.name),
  instantiate,
};
