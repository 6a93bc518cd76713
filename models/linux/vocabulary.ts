/** The words of Linux scenarios: operations, options and rules, for the litmus format. */
import type { Vocabulary } from '../../src/litmus/vocabulary.js';
import { instantiate } from './instantiate.js';
import { archs } from './kernel/kernel.js';
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
  archs: archs.map((a) => a.name),
  options: ['alone', 'init_on_free', 'page_poisoning', 'no_speculation', 'split_ptl', 'swapped'],
  fileOptions: ['uncached', 'iomap'],
  protections: ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'],
  mapFlags: ['MAP_SHARED', 'MAP_PRIVATE', 'MAP_FIXED'],
  ruleSets: ruleSets.map((s) => s.name),
  rules: rules.map((r) => r.name),
  instantiate,
};
