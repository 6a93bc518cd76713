/** The rule table: every rule changes some model, and where it protects, taking it out changes a verdict. */
import { describe, expect, test } from 'vitest';
import { rules, ruleSets } from '../../models/linux/index.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { explore, instantiate, judgement, read, rowsOf, scenarioOf, verdictOf, violations } from './run.js';

/** The steps of a model as text, without what they say. */
function stepsOf(scenario: Scenario, expression: string): string {
  const { model } = instantiate(scenario, expression);
  return JSON.stringify(model.steps.map(({ name, when, then }) => [name, when, then]));
}

const storesAndMigration = read(`
  { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
  P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(*p, 3); }
  kcompactd() { migrate(A); }
  exists (A=2)`);

const loadAfterMunmap = read(`
  { file A = 1; int gone = 0; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
  P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(gone); int r2 = READ_ONCE(*p); }
  P1() { munmap(p); WRITE_ONCE(gone, 1); }
  exists (0:r0=1 /\\ 0:r1=1 /\\ 0:r2=1)`);

const loadAfterCopy = read(`
  { file A = 1; int changed = 0; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
  P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p); }
  P1() { WRITE_ONCE(*p, 2); WRITE_ONCE(changed, 1); }
  exists (0:r0=1 /\\ 0:r1=1 /\\ 0:r2=1)`);

/** P1 changes the page after reclaim has ended; P0 may still hold the entry that reclaim did not flush. */
function changedAfter(kernel: string, protection: string, change: string): Scenario {
  return read(`
    { file A = 1; int changed = 0; int done = 0; option no_speculation; P0: p = mmap(A, ${protection}); }
    P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p); }
    P1() { int r0 = READ_ONCE(done); ${change} WRITE_ONCE(changed, 1); }
    kthread() { ${kernel} WRITE_ONCE(done, 1); }
    filter (1:r0=1)
    exists (0:r0=1 /\\ 0:r1=1 /\\ 0:r2=1)`);
}

const readOnly = 'PROT_READ, MAP_SHARED';
const storeToPrivate = changedAfter('reclaim(A);', 'PROT_READ | PROT_WRITE, MAP_PRIVATE', 'WRITE_ONCE(*p, 2);');
const storeToSecond = changedAfter(
  'reclaim(A);',
  readOnly,
  'q = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); WRITE_ONCE(*q, 2);',
);

/** The dirty folio is kept by reclaim, so that only the keep path leaves entries behind. */
const keptDirty = read(`
  { file A = 1; int changed = 0; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
  P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p); }
  P1() { pwrite(A, 3); WRITE_ONCE(*p, 2); WRITE_ONCE(changed, 1); }
  kswapd() { reclaim(A); }
  filter (0:r0=3)
  exists (0:r0=3 /\\ 0:r1=1 /\\ 0:r2=3)`);

/** For each rule but one: an expression with it, one that differs in it alone, and the bad outcome of a scenario. */
const flips: readonly { rule: string; scenario: Scenario; never: string; sometimes: string }[] = [
  { rule: 'zap.batched', scenario: scenarioOf('munmap-map-fixed'), never: 'vanilla', sometimes: 'vanilla - zap.batched' },
  { rule: 'zap.flush', scenario: loadAfterMunmap, never: 'vanilla', sometimes: 'vanilla - zap.flush' },
  {
    rule: 'zap.freedTables',
    scenario: scenarioOf('munmap-map-fixed+alone'),
    never: 'luf-v10 - zap.batched',
    sometimes: 'luf-v10 - zap.batched - zap.freedTables',
  },
  { rule: 'wp.clearFlush', scenario: loadAfterCopy, never: 'vanilla', sometimes: 'vanilla - wp.clearFlush' },
  { rule: 'reclaim.flush', scenario: scenarioOf('realloc'), never: 'vanilla', sometimes: 'vanilla - reclaim.flush' },
  { rule: 'migrate.flush', scenario: storesAndMigration, never: 'vanilla', sometimes: 'vanilla - migrate.flush' },
  { rule: 'swapin.write', scenario: scenarioOf('write-fault+swap'), never: 'luf-v10 + swapin.write', sometimes: 'luf-v10' },
  { rule: 'luf.reclaim', scenario: scenarioOf('init-on-free'), never: 'luf-v10 - luf.reclaim', sometimes: 'luf-v10' },
  {
    rule: 'luf.migrate',
    scenario: changedAfter('migrate(A);', readOnly, 'pwrite(A, 2);'),
    never: 'luf-v10 - luf.migrate',
    sometimes: 'luf-v10',
  },
  { rule: 'elig.pteWrite', scenario: storesAndMigration, never: 'luf-v10', sometimes: 'luf-v10 - elig.pteWrite' },
  {
    rule: 'elig.pteDirty',
    scenario: storesAndMigration,
    never: 'luf-v10 - elig.pteWrite + elig.pteDirty',
    sometimes: 'luf-v10 - elig.pteWrite',
  },
  { rule: 'alloc.flush', scenario: scenarioOf('realloc'), never: 'luf-v10', sometimes: 'luf-v10 - alloc.flush' },
  { rule: 'wp.pre', scenario: scenarioOf('wp-fault+shared'), never: 'luf-v10', sometimes: 'luf-v10 - wp.pre' },
  { rule: 'mmap.protWrite', scenario: storeToSecond, never: 'luf-v10', sometimes: 'luf-v10 - mmap.protWrite' },
  {
    rule: 'publish.early',
    scenario: scenarioOf('file-write'),
    never: 'luf-v10 + publish.early + write.begin',
    sometimes: 'luf-v10 + write.begin',
  },
  { rule: 'write.begin', scenario: changedAfter('reclaim(A);', readOnly, 'pwrite(A, 2);'), never: 'luf-v10 + write.begin', sometimes: 'luf-v10' },
  { rule: 'write.end', scenario: changedAfter('reclaim(A);', readOnly, 'pwrite(A, 2);'), never: 'luf-v10 + write.end', sometimes: 'luf-v10' },
  { rule: 'fault.start', scenario: storeToPrivate, never: 'luf-v10 + fault.start', sometimes: 'luf-v10' },
  {
    rule: 'fault.locked',
    scenario: scenarioOf('second-mapping'),
    never: 'luf-v10 + publish.early + fault.locked',
    sometimes: 'luf-v10 + publish.early',
  },
  { rule: 'fault.post', scenario: storeToPrivate, never: 'luf-v10 + fault.post', sometimes: 'luf-v10' },
  {
    rule: 'flushBeforeRemove',
    scenario: scenarioOf('file-write+during-reclaim'),
    never: 'vanilla + flushBeforeRemove',
    sometimes: 'vanilla',
  },
  { rule: 'flushBeforeUnlock', scenario: keptDirty, never: 'vanilla + flushBeforeUnlock', sometimes: 'vanilla' },
  { rule: 'flushInPTL', scenario: scenarioOf('file-write+during-reclaim'), never: 'vanilla + flushInPTL', sometimes: 'vanilla' },
];

describe('the rule', () => {
  test.each(flips)('$rule changes the steps of a model and decides its verdict', ({ scenario, never, sometimes }) => {
    expect(stepsOf(scenario, never)).not.toBe(stepsOf(scenario, sometimes));
    expect([verdictOf(scenario, never), verdictOf(scenario, sometimes)]).toEqual(['Never', 'Sometimes']);
  });

  test('zap.forceFlush is the only one that decides no verdict', () => {
    const decided = flips.map(({ rule }) => rule);
    expect(rules.map(({ name }) => name).filter((name) => !decided.includes(name))).toEqual(['zap.forceFlush']);
  });

  // The dirty bit is with the folio once the PTE is cleared, and the gather's reference keeps the folio
  // from reclaim and migration until the flush at its end: only writeback could tell the difference.
  test.each([
    { by: 'reclaim', kernel: 'reclaim(A); reclaim(A);', unmap: 'munmap(p);' },
    { by: 'migration', kernel: 'migrate(A);', unmap: 'munmap(p);' },
    { by: 'reclaim, mapped over', kernel: 'reclaim(A);', unmap: 'p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED);' },
  ])('zap.forceFlush changes steps and no outcome without writeback: $by', ({ kernel, unmap }) => {
    const scenario = read(`
      { file A = 1; file B = 5; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
      P0() { ${unmap} }
      P1() { WRITE_ONCE(*p, 2); WRITE_ONCE(*p, 3); int r0 = READ_ONCE(*p); }
      kthread() { ${kernel} }
      exists (1:r0=3 /\\ ~(A=3))`);
    const [withRule, without] = ['vanilla', 'vanilla - zap.forceFlush'];
    expect(stepsOf(scenario, without)).not.toBe(stepsOf(scenario, withRule));
    expect(verdictOf(scenario, without)).toBe('Never');
    expect(rowsOf(scenario, without)).toEqual(rowsOf(scenario, withRule));
    expect([withRule, without].map((expression) => violations(explore(scenario, expression)))).toEqual([[], []]);
  });

  test('elig.pteDirty adds nothing to elig.pteWrite: a dirty PTE is writable in this model', () => {
    const scenario = scenarioOf('store-and-reclaim');
    const [pteWrite, both] = ['luf-v10', 'luf-v10 + elig.pteDirty'].map((expression) => explore(scenario, expression));
    expect(both!.outcome.states).toBe(pteWrite!.outcome.states);
    expect(judgement(both!)).toEqual(judgement(pteWrite!));
  });

  test('wp.pre of LUF is not needed where do_wp_page() copies', () => {
    expect(verdictOf(scenarioOf('wp-fault'), 'luf-v10 - wp.pre')).toBe('Never');
  });

  test.each(['fault.start', 'fault.locked', 'fault.post', 'write.begin', 'write.end', 'wp.pre', 'mmap.protWrite', 'alloc.flush'])(
    '%s changes no outcome of vanilla, which puts off nothing past the end of reclaim',
    (rule) => {
      const scenario = scenarioOf('file-write');
      expect(rowsOf(scenario, `vanilla + ${rule}`)).toEqual(rowsOf(scenario, 'vanilla'));
    },
  );
});

describe('a rule expression', () => {
  const scenario = scenarioOf('munmap-map-fixed');

  test.each([
    { what: 'adds a rule that is in force', changed: 'luf-v10 + zap.batched' },
    { what: 'adds a rule twice', changed: 'luf-v10 + zap.batched + zap.batched' },
    { what: 'takes out a rule that is not in force', changed: 'luf-v10 - write.begin' },
    { what: 'puts back what it took out', changed: 'luf-v10 - zap.batched + zap.batched' },
  ])('changes nothing where it $what', ({ changed }) => {
    expect(stepsOf(scenario, changed)).toBe(stepsOf(scenario, 'luf-v10'));
  });

  test('is carried out in the order written', () => {
    const [last, first] = ['luf-v10 + zap.batched - zap.batched', 'luf-v10 - zap.batched'];
    expect(stepsOf(scenario, last)).toBe(stepsOf(scenario, first));
  });

  test('is told in kernel words, each change that has an effect once', () => {
    expect(instantiate(scenario, 'luf-v10 - zap.batched - zap.batched + write.end').changes).toEqual([
      'flush_tlb_batched_pending() taken out',
      'luf_flush() of file_end_write() put in',
    ]);
  });

  test('is remarked on where a change has no effect', () => {
    expect(instantiate(scenario, 'vanilla - wp.pre + zap.batched').remarks).toEqual([
      '- wp.pre changes nothing: the rule is not in force',
      '+ zap.batched changes nothing: the rule is in force already',
    ]);
  });

  test.each([
    { expression: 'luf-v99', message: 'unknown rule set luf-v99' },
    { expression: 'luf-v10 + zap.unbatched', message: 'unknown rule zap.unbatched' },
    { expression: 'luf-v10 - zap.unbatched', message: 'unknown rule zap.unbatched' },
  ])('is refused for a name that is not in the table: $expression', ({ expression, message }) => {
    expect(() => instantiate(scenario, expression)).toThrow(new RangeError(message));
  });
});

describe('a rule set', () => {
  test.each(ruleSets)('$name names rules of the table, in its order and once', (set) => {
    const table = rules.map(({ name }) => name);
    expect(set.rules).toEqual(table.filter((name) => set.rules.includes(name)));
  });
});
