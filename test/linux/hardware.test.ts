/** What the MMU does by itself: more behaviours with it than without, and never another kind of end. */
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/litmus/scenario.js';
import { explore, finalRows, judgement, read, rowsOf, scenarioOf, verdictOf } from './run.js';

const option = 'no_speculation';

function without(scenario: Scenario): Scenario {
  return { ...scenario, options: [...new Set([...scenario.options, option])] };
}

function speculating(scenario: Scenario): Scenario {
  return { ...scenario, options: scenario.options.filter((other) => other !== option) };
}

/** Scenarios of different paths; each is searched four times here. */
const varied = ['file-write', 'mprotect+none', 'munmap-map-fixed', 'poison-on-free', 'realloc', 'second-mapping', 'store-and-reclaim', 'truncate', 'wp-fault'];
const cases = varied.flatMap((name) => ['vanilla', 'luf-v10'].map((rules) => ({ name, rules })));

describe('the option no_speculation', () => {
  test.each(cases)('takes behaviours away from $name under $rules and adds none', ({ name, rules }) => {
    const scenario = scenarioOf(name);
    const [fewer, more] = [without(scenario), speculating(scenario)].map((one) => explore(one, rules));
    const rows = finalRows(more!).map((row) => row.join());
    expect(finalRows(fewer!).map((row) => row.join()).filter((row) => !rows.includes(row))).toEqual([]);
    expect(fewer!.outcome.states).toBeLessThanOrEqual(more!.outcome.states);
    const violated = more!.outcome.violations.map(({ property }) => property);
    expect(fewer!.outcome.violations.map(({ property }) => property).filter((p) => !violated.includes(p))).toEqual([]);
    // A scenario that asks for the option may need it for its verdict; the others do not.
    if (scenario.options.includes(option)) return;
    expect(judgement(fewer!).observation).toBe(judgement(more!).observation);
  });

  test.each(['wp-fault', 'wp-fault+shared'])('is needed by %s: without it a store may take the fault on an absent PTE unnoticed', (name) => {
    const scenario = scenarioOf(name);
    const verdicts = [without(scenario), speculating(scenario)].map((one) => verdictOf(one, 'luf-v10'));
    expect(verdicts).toEqual(['Never', 'Sometimes']);
  });

  test('takes away what no access of the program filled in: an entry that the page was never loaded through', () => {
    const scenario = read(`
      { file A = 1; int gone = 0; P0: p = mmap(A, PROT_READ, MAP_SHARED); }
      P0() { int r0 = READ_ONCE(gone); int r1 = READ_ONCE(*p); }
      P1() { int r0 = READ_ONCE(*p); munmap(p); WRITE_ONCE(gone, 1); }
      filter (1:r0=1)
      exists (0:r0=1 /\\ 0:r1=1)`);
    const rules = 'vanilla - zap.flush';
    expect(rowsOf(scenario, rules)).toEqual(['0,1', '0,SIGSEGV', '1,1', '1,SIGSEGV']);
    expect(rowsOf(without(scenario), rules)).toEqual(['0,1', '0,SIGSEGV', '1,SIGSEGV']);
  });
});

describe('an eviction', () => {
  test('makes a thread that has loaded a page fault on it again', () => {
    const scenario = read(`
      { file A = 1; file B = 2; P0: p = mmap(A, PROT_READ, MAP_SHARED); option ${option}; }
      P0() { int r0 = READ_ONCE(*p); int r1 = READ_ONCE(*p); }
      kswapd() { reclaim(A); }
      exists (0:r0=1)`);
    const { fired } = explore(scenario, 'vanilla - reclaim.flush').outcome;
    expect(fired.get('CPU0 TLB eviction of p')).toBeGreaterThan(0);
    expect(fired.get('P0.1 handle_mm_fault()')).toBeGreaterThan(0);
  });

  test('and a speculative fill are spontaneous: an execution may end without either', () => {
    const { model } = explore(scenarioOf('realloc')).instance;
    const spontaneous = model.steps.filter((step) => step.spontaneous).map(({ name }) => name);
    expect(spontaneous).toEqual(['CPU0 speculative TLB fill of p', 'CPU0 TLB eviction of p']);
  });

  test('and a speculative fill stop on a CPU whose threads have finished', () => {
    const run = explore(read(`
      { file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); } P0() { int r0 = READ_ONCE(*p); } exists (0:r0=1)`));
    expect([run.outcome.states, run.outcome.ends.map(({ states }) => states.length)]).toMatchInlineSnapshot(`
      [
        9,
        [
          1,
          0,
        ],
      ]
    `);
  });

  test('happens on every CPU that runs the mm, for every page of it, and on no other', () => {
    const { model } = explore(read(`
      { file A = 1; mm m0 { P0 P1 }; mm m1 { P2 };
        P0: p = mmap(A, PROT_READ, MAP_SHARED); P2: q = mmap(A, PROT_READ, MAP_SHARED); option ${option}; }
      P0() { } P1() { } P2() { } kswapd() { }
      exists (A=1)`)).instance;
    expect(model.steps.filter((step) => step.spontaneous).map(({ name }) => name)).toEqual([
      'CPU0 TLB eviction of p',
      'CPU1 TLB eviction of p',
      'CPU2 TLB eviction of q',
    ]);
  });
});
