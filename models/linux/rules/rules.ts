/** The rule table, and the named rule sets made from it. */
import { lufV10Rules } from './luf-v10.js';
import { lufV11Rules } from './luf-v11.js';
import { lufV12Rules } from './luf-v12.js';
import { proposedRules } from './proposals.js';
import type { Rule, RuleSet, RuleTable } from './rule.js';
import { vanillaRules } from './vanilla.js';

/** Every rule, in the order in which tables show them. */
export const rules: readonly Rule[] = [...vanillaRules, ...lufV10Rules, ...lufV11Rules, ...lufV12Rules, ...proposedRules];

/** What every kernel here has, whatever its version. */
const common = rules.filter(({ everywhere }) => everywhere).map(({ name }) => name);

const luf = ['luf.reclaim', 'luf.migrate', 'elig.pteWrite', 'alloc.flush', 'exit.flush'];

const v12 = [
  ...luf,
  ...['luf.keyed', 'publish.early', 'elig.noInitOnFree', 'alloc.irqSafe', 'keep.flush', 'fault.post', 'write.begin'],
  ...['trunc.flush', 'inval.flush', 'mkclean.flush', 'zap.endVma', 'clearFlush.luf'],
];

const table = rules.map((rule) => rule.name);
const inTableOrder = (names: readonly string[]): string[] => [...names].sort((a, b) => table.indexOf(a) - table.indexOf(b));

const sets: readonly RuleSet[] = [
  {
    name: 'vanilla',
    base: 'v6.12.117',
    summary: 'Linux v6.12.117, as in Debian: v6.12 with the fixes of its stable series.',
    rules: [...common, 'swapin.write', 'madvise.recheck', 'flush.loadedOnly', 'flush.switching'],
  },
  {
    name: 'luf-v10',
    base: 'v6.9',
    summary: 'LUF v10 (10 May 2024), on Linux v6.9 as the release nearest to it.',
    rules: [...common, 'batched.dsb', ...luf, 'wp.pre', 'mmap.protWrite'],
  },
  {
    name: 'luf-v11',
    base: 'v6.9',
    summary: 'LUF v11 (31 May 2024), on Linux v6.9 as the release nearest to it.',
    rules: [...common, 'batched.dsb', ...luf, 'write.end', 'fault.raceOnly', 'free.initFlush'],
  },
  {
    name: 'luf-v12',
    base: 'v6.14',
    summary: 'LUF v12 (RFC, 20 and 26 Feb 2025), on Linux v6.14 as the release nearest to it.',
    rules: [...common, 'swapin.write', 'cpumask.lazy', 'flush.loadedOnly', 'batched.dsb', ...v12, 'put.freeAnyway', 'done.markMm', 'diet.shared'],
  },
  {
    name: 'luf-v12-debug',
    base: 'v6.14',
    summary: 'LUF v12 with CONFIG_LUF_DEBUG, which flushes when a fault begins as well.',
    rules: [...common, 'swapin.write', 'cpumask.lazy', 'flush.loadedOnly', 'batched.dsb', ...v12, 'put.freeAnyway', 'done.markMm', 'diet.shared', 'fault.start'],
  },
  {
    name: 'luf-markers',
    base: 'v6.9',
    summary: 'LUF v10 with the markers proposed in its place: in the PTE (Dave Hansen) and in the page cache (Matthew Wilcox).',
    rules: [...common, 'batched.dsb', ...luf, 'publish.early', 'pteMarker', 'pcMarker'],
  },
  {
    name: 'luf-everywhere',
    base: 'v6.9',
    summary: 'LUF v10 with a flush wherever an address or a page of a file may change its meaning (after David Hildenbrand).',
    rules: [...common, 'batched.dsb', ...luf, 'publish.early', 'fault.underPTL', 'write.begin', 'write.iomap', 'trunc.flush', 'inval.flush', 'inval.evenIfEmpty', 'mkclean.flush', 'zap.endVma'],
  },
  {
    name: 'fixed',
    base: 'v6.14',
    summary: 'LUF v12 with every hole mended that the model has found; the claim to break.',
    rules: [
      ...common,
      ...['swapin.write', 'cpumask.lazy', 'flush.loadedOnly', 'flush.switching', 'madvise.recheck'],
      ...v12.filter((name) => name !== 'fault.post'),
      ...['elig.pteDirty', 'elig.noPoison', 'put.keepTag', 'luf.complete', 'fault.underPTL', 'write.iomap', 'inval.evenIfEmpty'],
    ],
  },
];

/** The named rule sets. */
export const ruleSets: readonly RuleSet[] = sets.map((set) => ({ ...set, rules: inTableOrder(set.rules) }));

/** The rules and rule sets that come with the package. */
export const bundledRules: RuleTable = { rules, ruleSets };
