/** The ledger: what every step says of its source, and that every step that exists is taken somewhere. */
import { describe, expect, test } from 'vitest';
import { mostGeneralClient } from '../../models/linux/index.js';
import type { Step } from '../../src/index.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { formatRules } from '../../src/litmus/results.js';
import { bundled, explore, instantiate, read, scenarioOf } from './run.js';

/** The rule expressions that a bundled scenario makes a claim about. */
function expressionsOf(scenario: Scenario): string[] {
  return [...new Set(['vanilla', 'luf-v10', ...scenario.expectations.map(({ rules }) => formatRules(rules))])];
}

const models = bundled.flatMap((name) => {
  const scenario = scenarioOf(name);
  return expressionsOf(scenario).map((rules) => ({ name, rules, steps: instantiate(scenario, rules).model.steps }));
});

const client = (ops: number): Scenario => mostGeneralClient({ cpus: 2, pages: 1, frames: 3, files: 1, ops });

describe('every step of a bundled model', () => {
  const steps = models.flatMap((model) => model.steps);
  /** The steps whose note is not as described, by name. */
  const odd = (note: string, good: (text: string) => boolean): string[] => [
    ...new Set(steps.filter(({ notes }) => !good(notes[note] ?? '')).map(({ name }) => name)),
  ];

  test('names its source: a function of a kernel file, user code, the hardware or the scenario', () => {
    const place = /^(([a-z\d_-]+\/)+[a-z\d_-]+\.[ch] _*[a-z][a-z\d_]*\(\)|(user|hardware|scenario) \S.*)$/;
    expect(odd('source', (text) => place.test(text))).toEqual([]);
  });

  test('says how that is known', () => {
    expect(odd('provenance', (text) => ['source', 'patch', 'mail', 'inferred'].includes(text))).toEqual([]);
  });

  test('says whether it is exact, allows too much or allows too little, and then why', () => {
    expect(odd('approximation', (text) => /^(exact\b|(over|under): \S)/.test(text))).toEqual([]);
  });

  test('says what may happen before the next one', () => {
    expect(odd('interleaves', (text) => text.length > 10)).toEqual([]);
  });

  test('has the function as its label', () => {
    const labelled = steps.filter(({ label, notes }) => notes['source']!.endsWith(` ${label}`) || label === 'any()');
    const others = new Set(steps.filter((step) => !labelled.includes(step)).map(({ label }) => label));
    expect([...others]).toEqual(['speculative TLB fill', 'TLB eviction']);
  });
});

/** What a step is in every scenario alike: two steps of one function differ in what may follow. */
const kindOf = ({ notes, label }: Step): string => `${label}: ${notes['interleaves']}`;

/** Runs that together take every step that can be taken. */
const runs: readonly (readonly [Scenario, ...string[]])[] = [
  [client(2), 'vanilla', 'luf-v10'],
  ...['munmap-map-fixed', 'munmap-map-fixed+alone', 'realloc', 'poison-on-free', 'init-on-free', 'wp-fault', 'wp-fault+shared'].map(
    (name) => [scenarioOf(name), ...expressionsOf(scenarioOf(name))] as const,
  ),
  [scenarioOf('write-fault+swap+during-reclaim'), 'vanilla', 'luf-v10'],
  [scenarioOf('file-write'), 'luf-v10 + publish.early + write.begin', 'luf-v10 + write.end'],
  [scenarioOf('file-write+during-reclaim'), 'vanilla + flushInPTL', 'vanilla + flushBeforeRemove', 'vanilla + flushBeforeUnlock'],
  [scenarioOf('store-and-reclaim'), 'vanilla', 'luf-v10', 'vanilla - reclaim.flush - migrate.flush'],
  [
    read(`{ file A = 1 (uncached); } P0() { int r0 = pread(A); } P1() { int r0 = pread(A); } exists (0:r0=1)`),
    'vanilla',
  ],
  [
    read(`{ int x; P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
      P0() { int r0 = READ_ONCE(*p); WRITE_ONCE(*p, 2); } P1() { WRITE_ONCE(*p, 3); } exists (0:r0=0)`),
    'vanilla',
  ],
  [
    read(`{ int x; P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE); cpu kswapd = P0; }
      P0() { WRITE_ONCE(*p, 2); } kswapd() { reclaim(p); } exists (x=0)`),
    'vanilla',
  ],
  [
    read(`{ file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_PRIVATE); }
      P0() { int r0 = READ_ONCE(*p); munmap(p); } kworker() { alloc_atomic(7); } exists (0:r0=1)`),
    'vanilla - zap.flush',
  ],
];

/** Steps that no execution takes, each with the reason why it is there all the same. */
const untaken: Readonly<Record<string, string>> = {
  'folio_lock(): the folio was removed from the cache meanwhile; the lookup starts again':
    'the kernel tests it; here nothing removes a folio from its cache while a lookup holds a reference (no truncation)',
  'lock_folio_maybe_drop_mmap(): the folio was removed from the cache meanwhile; the lookup starts again':
    'as above, for faults',
  'migrate_folio_done(): whoever holds the last reference frees the old folio':
    'the kernel allows it; here nobody can take a reference to a folio that is in no cache and no PTE (no speculative gets)',
};

/** How often each kind of step is taken in the runs above. */
function takenKinds(): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  for (const [scenario, ...expressions] of runs) {
    for (const expression of expressions) {
      const { instance, outcome } = explore(scenario, expression);
      for (const step of instance.model.steps) {
        taken.set(kindOf(step), (taken.get(kindOf(step)) ?? 0) + outcome.fired.get(step.name)!);
      }
    }
  }
  return taken;
}

describe('every step that a bundled model or a client has', () => {
  const existing = new Set([...models.flatMap((model) => model.steps), ...instantiate(client(2), 'luf-v10').model.steps].map(kindOf));

  test('is taken somewhere, or is here for a reason', () => {
    const taken = takenKinds();
    const dead = [...new Set([...existing, ...taken.keys()])].filter((kind) => !taken.get(kind));
    expect(dead.filter((kind) => !(kind in untaken)).sort()).toEqual([]);
    expect(Object.keys(untaken).filter((kind) => !dead.includes(kind))).toEqual([]);
  });

  test('is of one of so many kinds', () => {
    expect(existing.size).toMatchInlineSnapshot(`122`);
  });
});
