/** The words of Linux scenarios: operations, options and rules, for the litmus format. */
import type { Vocabulary } from '../../src/litmus/vocabulary.js';
import { instantiate } from './instantiate.js';
import { operations } from './operations.js';
import { rules, ruleSets } from './rules/rules.js';

/** The Linux vocabulary. */
export const linux: Vocabulary = {
  operations,
  unmodelled: [
    'mremap',
    'mprotect',
    'madvise',
    'ftruncate',
    'fsync',
    'fork',
    'uffd_wp',
    'uffd_unprotect',
    'writeback',
    'get',
    'put',
    'change_remote',
  ],
  archs: ['x86'],
  options: ['alone', 'init_on_free', 'page_poisoning', 'no_speculation', 'swapped'],
  fileOptions: ['uncached'],
  protections: ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'],
  mapFlags: ['MAP_SHARED', 'MAP_PRIVATE', 'MAP_FIXED'],
  ruleSets: ruleSets.map((s) => s.name),
  rules: rules.map((r) => r.name),
  instantiate,
};
