/**
 * Every bundled scenario under every choice of rules that it names, and under vanilla, searched once to the end:
 * exact counts, the shortest violation of each property, states of the right types, and which steps were taken.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { typeFaults, type Step } from '../../src/index.js';
import { formatRules } from '../../src/litmus/results.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { mostGeneralClient, strictProperties } from '../../models/linux/index.js';
import { bundled, explore, judgement, read, scenarioOf, violations, type Run } from './run.js';

/** The distinct values of each word of the states: no field straddles a word, so each can be judged alone. */
function wordValues({ search: { store, program } }: Run): ReadonlySet<number>[] {
  const values = Array.from({ length: program.words }, () => new Set<number>());
  for (let state = 0; state < store.size; state++) {
    const [segment, offset] = [store.segmentOf(state), store.offsetOf(state)];
    values.forEach((seen, word) => seen.add(segment[offset + word]!));
  }
  return values;
}

/** Variables that some state gives a value which they cannot have. */
function faultsOf(run: Run): string[] {
  const { layout } = run.search.program;
  const faults = wordValues(run).flatMap((values, word) =>
    [...values].flatMap((value) => typeFaults(layout, new Int32Array(layout.words).fill(value, word, word + 1))),
  );
  return [...new Set(faults)];
}

/** What a step is in every scenario alike: two steps of one function differ in what may follow. */
const kindOf = ({ notes, label }: Step): string => `${label}: ${notes['interleaves']}`;

/** What was found, as `shootdown regress --record` writes it. */
const found: object[] = [];
/** How often each kind of step was taken in all searches together. */
const taken = new Map<string, number>();

function record(name: string, rules: string, run: Run): void {
  const { instance, outcome } = run;
  const { observation, vacuous } = judgement(run);
  found.push({
    scenario: name,
    rules,
    kernel: instance.base,
    arch: instance.arch,
    observation,
    vacuous,
    violations: outcome.violations.map(({ property, length }) => ({ property, length })),
    states: outcome.states,
    transitions: outcome.transitions,
    depth: outcome.depth,
  });
  for (const step of instance.model.steps) {
    taken.set(kindOf(step), (taken.get(kindOf(step)) ?? 0) + outcome.fired.get(step.name)!);
  }
}

/** Scenarios in which vanilla Linux loses a store (models/litmus/README.md, "A store that Linux loses"). */
const lostByLinux = ['lost-write-in-direct-write', 'lost-write-in-writeback'];

describe.each(bundled)('%s', (name) => {
  const scenario = scenarioOf(name);
  const named = scenario.expectations.map(({ rules, observation }) => ({ rules: formatRules(rules), observation }));
  const choices = named.some(({ rules }) => rules === 'vanilla') ? named : [...named, { rules: 'vanilla', observation: undefined }];

  it.each(choices)('under $rules is searched to the end, gives its Result and reaches the racy window', ({ rules, observation }) => {
    const run = explore(scenario, rules);
    record(name, rules, run);
    const { outcome } = run;
    expect([outcome.limit, faultsOf(run), outcome.uncovered]).toEqual([undefined, [], []]);
    if (observation !== undefined) expect(judgement(run).observation).toBe(observation);
    if (rules !== 'vanilla') return;
    const beyond = violations(run).filter((violation) => !strictProperties.some((property) => violation.startsWith(`${property}:`)));
    expect(beyond.map((violation) => violation.split(':')[0])).toEqual(lostByLinux.includes(name) ? ['lost-write'] : []);
  });
});

const both = 'PROT_READ | PROT_WRITE';
const anonymous = `P0: p = mmap(anon, ${both}, MAP_PRIVATE);`;

/** Programs that take the steps which no bundled scenario takes. */
const others: readonly (readonly [name: string, scenario: Scenario])[] = [
  ...(['shared-rw', 'anon'] as const).map((map) => [map, mostGeneralClient({ cpus: 2, pages: 1, frames: 3, files: 1, ops: [2, 1] }, { maps: [map] })] as const),
  ['huge zero page', mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops: [1, 1, 0] }, { maps: ['anon'], options: ['huge_zero_page'] })],
  ['O_DIRECT', mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops: [1, 1, 0] }, { maps: ['shared-rw'], fileOptions: ['direct'] })],
  ['not cached', mostGeneralClient({ cpus: 3, pages: 1, frames: 3, files: 1, ops: [1, 1, 0] }, { maps: ['private'], fileOptions: ['uncached'] })],
  ['fork', read(`{ file A = 1; mm Q { P1 }; P0: p = mmap(A, PROT_READ, MAP_SHARED); P0: q = mmap(A, ${both}, MAP_PRIVATE); }
    P0() { fork(Q); r = mmap(anon, ${both}, MAP_PRIVATE); } P1() { int r0 = READ_ONCE(*p); } exists (1:r0=1)`)],
  ['mremap', read(`{ int x; ${anonymous} } P0() { munmap(p); q = mremap(p); } exists (x=1)`)],
  ['riscv', read(`{ file A = 1; arch riscv; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
    P0() { int r0 = READ_ONCE(*p); munmap(p); } P1() { } exists (0:r0=1)`)],
  ['lazy TLB mode', read(`{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); cpu kworker = P0; }
    P0() { int r0 = READ_ONCE(*p); } P1() { int r0 = READ_ONCE(*p); munmap(p); } kworker() { alloc(7); } exists (0:r0=1)`)],
  ['lazyfree', read(`{ int x; ${anonymous} } P0() { WRITE_ONCE(*p, 2); madvise(p, MADV_FREE); } kswapd() { reclaim(p); }
    kworker() { get(p); put(p); } exists (x=1)`)],
  ['truncation', read(`{ file A = 1; P0: p = mmap(A, ${both}, MAP_SHARED); } P0() { pwrite(A, 2); int r0 = pread(A); } P1() { ftruncate(A); }
    kworker() { invalidate(A); } exists (0:r0=1)`)],
  ['swap', read(`{ int x; mm Q { P1 }; ${anonymous} option dirtied; } P0() { fork(Q); WRITE_ONCE(*p, 3); } P1() { WRITE_ONCE(*p, 4); }
    kswapd() { reclaim(p); } exists (x=1)`)],
];

describe('all scenarios together', () => {
  it.each(others)('and programs that take other steps: %s', (_name, scenario) => {
    const { instance, outcome } = explore(scenario);
    for (const step of instance.model.steps) {
      taken.set(kindOf(step), (taken.get(kindOf(step)) ?? 0) + outcome.fired.get(step.name)!);
    }
    expect(outcome.violations.map(({ property }) => property).filter((property) => !strictProperties.includes(property))).toEqual([]);
  });

  it('have the answers, states, transitions, depths and shortest violations of the baseline', () => {
    const { results } = JSON.parse(readFileSync('models/litmus/baseline.json', 'utf8')) as { results: Record<string, unknown>[] };
    const keyOf = ({ scenario, rules }: Record<string, unknown>): string => `${String(scenario)} | ${String(rules)}`;
    const baseline = new Map(results.map((result) => [keyOf(result), result]));
    expect(found).toEqual((found as Record<string, unknown>[]).map((one) => baseline.get(keyOf(one))));
    expect(found.length).toBeGreaterThan(600);
  });

  it('take every kind of step that they have, but for those that have a reason to be there', () => {
    const dead = [...taken].filter(([, times]) => times === 0).map(([kind]) => kind);
    expect(dead.filter((kind) => !(kind in untaken)).sort()).toEqual([]);
    expect(Object.keys(untaken).filter((kind) => taken.get(kind) !== 0)).toEqual([]);
  });
});

/** Steps that no execution of a scenario takes, each with the reason why it is there all the same. */
const untaken: Readonly<Record<string, string>> = {
  'add_to_swap(): no slot is free: the folio is kept': 'there is a slot for every page, and no test has so many folios of one',
  'add_to_swap(): the slot of the page is taken: the folio is kept': 'as above, with an older folio that is still in use',
  'bad_area_nosemaphore(): the thread goes on after the access': 'riscv, whose scenarios make no bad access',
  'flush_tlb_page(): CPUs that have not handled the IPI go on using their entries': 'riscv, whose scenarios flush by gathers and batches',
  'folio_lock(): somebody else has removed the folio meanwhile': 'i_rwsem keeps truncations and invalidations of a file apart here',
  'folio_lock(): the folio was removed from the cache meanwhile; the lookup starts again': 'as above, for write(2)',
  'wp_huge_pmd(): another thread changed the PTE first: the access is tried again': 'two write faults of the huge zero page at once',
};
