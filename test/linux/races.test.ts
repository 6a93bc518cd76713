/**
 * Races that Linux really had, before and after their fixes: the pre-fix kernel violates the property that the fix
 * is about, and the fixed one violates nothing over the same bounds, with the racy window reached. Then what
 * looks like a race and is none.
 */
import { describe, expect, test } from 'vitest';
import { rankedPath, statesAlong, successors, violatedBy } from '../../src/index.js';
import { bundled, explore, read, scenarioOf, type Run } from './run.js';

interface Race {
  readonly fix: string;
  readonly scenario: string;
  readonly before: string;
  readonly property: string;
  /** The kernel with the fix; by default vanilla. */
  readonly after?: string;
  /** Partial fixes: those that leave the race, and those that are enough for this form of it. */
  readonly leave?: readonly string[];
  readonly suffice?: readonly string[];
}

const races: readonly Race[] = [
  { fix: '3ea277194daa, mprotect()', scenario: 'mprotect', before: 'vanilla - zap.batched', property: 'protection' },
  { fix: '3ea277194daa, munmap() and mmap()', scenario: 'munmap-map-fixed', before: 'vanilla - zap.batched', property: 'protection' },
  {
    fix: '99baac21e458, MADV_FREE',
    scenario: 'madvise-free+parallel',
    before: 'vanilla - zap.nested',
    property: 'coherent-bounded',
    leave: ['vanilla - zap.nested + zap.always'],
  },
  {
    fix: '99baac21e458, MADV_DONTNEED',
    scenario: 'madvise-dontneed+parallel',
    before: 'vanilla - zap.nested',
    property: 'coherent-bounded',
    suffice: ['vanilla - zap.nested + zap.always'],
  },
  {
    fix: 'eb66ae030829 (CVE-2018-18281)',
    scenario: 'mremap-truncate',
    before: 'vanilla - mremap.flush',
    property: 'foreign-data',
    suffice: ['vanilla - mremap.flush + mremap.flushOldOnly'],
  },
  {
    fix: 'eb66ae030829, where reclaim looks at PTEs without their lock',
    scenario: 'mremap-reclaim+arm64',
    before: 'vanilla - mremap.flush',
    property: 'foreign-data',
    leave: ['vanilla - mremap.flush + mremap.flushOldOnly'],
  },
  { fix: '38a76013ad80, the rmap locks', scenario: 'mremap+rmap-locks', before: 'vanilla - mremap.rmapLocks', property: 'coherent-bounded' },
  { fix: '5d1904204c99', scenario: 'mremap-writeback', before: 'vanilla - mremap.flush - mremap.flushDirty', property: 'lost-write', suffice: ['vanilla - mremap.flush'] },
  { fix: '71b3c126e611 (CVE-2016-2069)', scenario: 'switch-mm', before: 'vanilla - switch.maskFirst', property: 'protection' },
  {
    fix: 'fea4e317f9e7 (CVE-2025-37964)',
    scenario: 'switch-mm',
    before: 'vanilla + cpumask.lazy - flush.switching',
    property: 'protection',
    after: 'vanilla + cpumask.lazy',
    suffice: ['vanilla + cpumask.lazy - flush.switching - flush.loadedOnly'],
  },
  {
    fix: '1cf35d47712d',
    scenario: 'munmap-writeback',
    before: 'vanilla - zap.forceFlush - zap.delayRmap',
    property: 'lost-write',
    leave: ['vanilla - zap.forceFlush', 'vanilla - zap.delayRmap'],
  },
  { fix: '20841405940e', scenario: 'numa-hint', before: 'vanilla - pteAccessible.pending', property: 'lost-write' },
  {
    fix: 'aa88b68c3b1d and 6fcb52a56ff6',
    scenario: 'huge-zero-page',
    before: 'vanilla - zeroPage.pinned',
    property: 'foreign-data',
    suffice: ['vanilla - zeroPage.pinned + zeroPage.gathered'],
  },
  { fix: '383c4613c67c', scenario: 'madvise-free+recheck', before: 'vanilla - madvise.recheck', property: 'lost-write' },
  { fix: '6ce64428d620', scenario: 'uffd-unprotect', before: 'vanilla - wp.exclusive - wp.flushPending', property: 'coherent-bounded' },
];

/** The properties that a search found violated, but for those that Linux always violates. */
const violated = ({ outcome }: Run): string[] => outcome.violations.map(({ property }) => property).filter((name) => name !== 'coherent-strict');

/** The properties that the last step or the last state of a shortest trace violates. */
function violatedLast({ search, outcome }: Run, property: string): string[] {
  const path = rankedPath(search, outcome.violations.find((violation) => violation.property === property)!);
  const { program } = search;
  const [before, last] = statesAlong(program, path).slice(-2);
  const taken = successors(program, before!).find(({ step }) => step === path.steps.at(-1));
  return [...taken!.violated, ...violatedBy(program, last!)];
}

describe.each(races)('$fix', ({ scenario, before, property, after = 'vanilla', leave = [], suffice = [] }) => {
  test(`${property} is violated without it`, () => {
    const run = explore(scenarioOf(scenario), before);
    expect(violated(run)).toContain(property);
    expect(violatedLast(run, property)).toContain(property);
  });

  test.each([after, ...suffice])('nothing is violated, and the racy window is reached, under %s', (rules) => {
    const run = explore(scenarioOf(scenario), rules);
    expect([violated(run), run.outcome.limit, run.outcome.uncovered]).toEqual([[], undefined, []]);
  });

  if (leave.length === 0) return;
  test.each(leave)('is not enough by half: %s', (rules) => {
    expect(violated(explore(scenarioOf(scenario), rules))).toContain(property);
  });
});

describe('what is no race', () => {
  test.each([
    ['a permission that is gained without a flush', 'mprotect+upgrade', 'vanilla - protect.flush'],
    ['page ageing without a flush', 'ageing', 'vanilla'],
    ['page ageing with a TLBI that nobody waits for', 'ageing+arm64', 'vanilla'],
    ['a page that is in use, aged, reclaimed and written to', 'ageing+reclaim', 'vanilla'],
    ['MADV_PAGEOUT that drops the page-table lock', 'madvise-pageout+recheck', 'vanilla - madvise.recheck'],
  ])('%s', (_what, scenario, rules) => {
    expect(bundled).toContain(scenario);
    expect(violated(explore(scenarioOf(scenario), rules))).toEqual([]);
  });

  test('an entry that is used while munmap() is under way, or while reclaim has not flushed yet', () => {
    const run = explore(read(`{ file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
      P0() { WRITE_ONCE(*p, 2); int r0 = READ_ONCE(*p); } P1() { munmap(p); } kswapd() { reclaim(A); } exists (0:r0=2)`));
    expect([violated(run), run.outcome.uncovered]).toEqual([[], []]);
  });

  test('a store through an old entry before migration copies', () => {
    const run = explore(read(`{ file A = 1; P0: p = mmap(A, PROT_READ | PROT_WRITE, MAP_SHARED); }
      P0() { WRITE_ONCE(*p, 2); WRITE_ONCE(*p, 3); int r0 = READ_ONCE(*p); } kcompactd() { migrate(A); } forall (0:r0=3)`));
    expect([violated(run), run.outcome.uncovered]).toEqual([[], []]);
  });
});
