/** The rule table: every rule changes some model, and where it protects, taking it out changes a verdict. */
import { describe, expect, test } from 'vitest';
import { bundledRules, parseRules, rules, ruleSets } from '../../models/linux/index.js';
import { resolveRules } from '../../models/linux/rules/resolve.js';
import type { RuleExpression, Scenario } from '../../src/litmus/scenario.js';
import { bundled, instantiate, read, rowsOf, scenarioOf, verdictOf } from './run.js';

/** The steps of a model as text, without what they say. */
function stepsOf(scenario: Scenario, expression: string): string {
  const { model } = instantiate(scenario, expression);
  return JSON.stringify(model.steps.map(({ name, when, then }) => [name, when, then]));
}

/** P1 changes something after the kernel thread has ended; P0 may still hold the entry that nobody flushed. */
function changedAfter(kernel: string, mapping: string, change: string, files = 'file A = 1'): Scenario {
  return read(`
    { ${files}; int changed; int done; option no_speculation; P0: p = mmap(A, ${mapping}); }
    P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(changed); int r2 = READ_ONCE(*p); }
    P1() { int r0 = READ_ONCE(done); ${change} WRITE_ONCE(changed, 1); }
    kthread() { ${kernel} WRITE_ONCE(done, 1); }
    filter (1:r0=1)
    exists (0:r0=1 /\\ 0:r1=1 /\\ 0:r2=1)`);
}

const shared = 'PROT_READ, MAP_SHARED';
const afterReclaim = (change: string, files?: string): Scenario => changedAfter('reclaim(A);', shared, change, files);
const mapOver = scenarioOf('map-fixed+after-reclaim');
const hidden = 'luf-v12 - zap.batched - zap.endVma';

const storesAndMigration = read(`
  { file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
  P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(*p, 3); }
  kcompactd() { migrate(A); }
  exists (A=2)`);

/** A scenario whose bad outcome one rule decides: two choices of rules that differ in that rule alone. */
interface Flip {
  readonly rule: string;
  readonly scenario: Scenario;
  readonly never: string;
  readonly sometimes: string;
}

/** For each rule that no two Result lines of a bundled scenario tell apart. */
const flips: readonly Flip[] = [
  { rule: 'luf.migrate', scenario: changedAfter('migrate(A);', shared, 'pwrite(A, 2);'), never: 'luf-v10 - luf.migrate', sometimes: 'luf-v10' },
  { rule: 'elig.pteWrite', scenario: storesAndMigration, never: 'luf-v10', sometimes: 'luf-v10 - elig.pteWrite' },
  {
    rule: 'mmap.protWrite',
    scenario: afterReclaim('q = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); WRITE_ONCE(*q, 2);'),
    never: 'luf-v10',
    sometimes: 'luf-v10 - mmap.protWrite',
  },
  {
    rule: 'flush.loadedOnly',
    scenario: scenarioOf('switch-mm'),
    never: 'vanilla - flush.switching - flush.loadedOnly',
    sometimes: 'vanilla - flush.switching',
  },
  { rule: 'luf.keyed', scenario: scenarioOf('marked-flushed'), never: 'luf-v12 - luf.keyed', sometimes: 'luf-v12' },
  {
    rule: 'fault.start',
    scenario: changedAfter('reclaim(A);', 'PROT_READ | PROT_WRITE, MAP_PRIVATE', 'WRITE_ONCE(*p, 2);'),
    never: 'luf-v10 + fault.start',
    sometimes: 'luf-v10',
  },
  { rule: 'trunc.flush', scenario: afterReclaim('int r1 = pread(A); ftruncate(A);'), never: hidden, sometimes: `${hidden} - trunc.flush` },
  {
    rule: 'inval.flush',
    scenario: afterReclaim('int r1 = pread(A); pwrite(A, 2);', 'file A = 1 (direct)'),
    never: 'luf-v12',
    sometimes: 'luf-v12 - inval.flush',
  },
  {
    rule: 'mkclean.flush',
    scenario: afterReclaim('pwrite(A, 2); int r1 = READ_ONCE(*p); fsync(A);'),
    never: 'luf-v12 - write.begin',
    sometimes: 'luf-v12 - write.begin - mkclean.flush',
  },
  {
    rule: 'clearFlush.luf',
    scenario: changedAfter('reclaim(A);', 'PROT_READ | PROT_WRITE, MAP_SHARED', 'WRITE_ONCE(*p, 2); mprotect(p, PROT_NONE); fsync(A);'),
    never: 'luf-v10 - zap.batched - protect.flush + clearFlush.luf',
    sometimes: 'luf-v10 - zap.batched - protect.flush',
  },
  { rule: 'write.start', scenario: afterReclaim('pwrite(A, 2);', 'file A = 1 (direct)'), never: 'luf-v10 + write.start', sometimes: 'luf-v10' },
  { rule: 'mmap.flush', scenario: mapOver, never: 'luf-v10 - zap.batched + mmap.flush', sometimes: 'luf-v10 - zap.batched' },
  {
    rule: 'fault.locked',
    scenario: scenarioOf('second-mapping'),
    never: 'luf-v10 + publish.early + fault.locked',
    sometimes: 'luf-v10 + publish.early',
  },
  {
    rule: 'pteMarker',
    scenario: scenarioOf('write-fault'),
    never: 'luf-v10 + publish.early + pteMarker',
    sometimes: 'luf-v10 + publish.early',
  },
  {
    rule: 'inodeFlag',
    scenario: scenarioOf('file-write'),
    never: 'luf-v10 + publish.early + inodeFlag',
    sometimes: 'luf-v10 + publish.early',
  },
];

/** The rules that two choices do not have in common. */
function differing(one: RuleExpression, other: RuleExpression): string[] {
  const [a, b] = [resolveRules(one, bundledRules).rules, resolveRules(other, bundledRules).rules];
  return rules.map(({ name }) => name).filter((name) => a.has(name) !== b.has(name));
}

/** Rules that decide the answer to a bundled scenario, by its Result lines, which other tests hold. */
function decidedByScenarios(): Set<string> {
  const pairs = bundled.flatMap((name) => {
    const { expectations } = scenarioOf(name);
    return expectations.flatMap((a) => expectations.flatMap((b) => (a.observation === b.observation ? [] : [[a.rules, b.rules] as const])));
  });
  return new Set(pairs.map(([a, b]) => differing(a, b)).filter(({ length }) => length === 1).flat());
}

describe('the rule', () => {
  test.each(flips)('$rule changes the steps of a model and decides its verdict', ({ rule, scenario, never, sometimes }) => {
    expect(differing(parseRules(never), parseRules(sometimes))).toEqual([rule]);
    expect(stepsOf(scenario, never)).not.toBe(stepsOf(scenario, sometimes));
    expect([verdictOf(scenario, never), verdictOf(scenario, sometimes)]).toEqual(['Never', 'Sometimes']);
  });

  test('fault.raceOnly is the only one that decides no verdict, here or in a bundled scenario', () => {
    const decided = new Set([...decidedByScenarios(), ...flips.map(({ rule }) => rule)]);
    expect(rules.map(({ name }) => name).filter((name) => !decided.has(name))).toEqual(['fault.raceOnly']);
  });

  // The fault that sets the PTE does not flush; only one that has lost a race for it does.
  test('fault.raceOnly flushes in the faults that lose a race, which saves nobody from the one that wins', () => {
    const scenario = scenarioOf('write-fault');
    expect(stepsOf(scenario, 'luf-v11')).not.toBe(stepsOf(scenario, 'luf-v11 - fault.raceOnly'));
    expect(verdictOf(scenario, 'luf-v11')).toBe('Sometimes');
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
