import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOf, membersOf, minimalOf, only, subsetsOf, within, type Subset } from '../../src/sweep/sets.js';
import type { Finding } from '../../src/sweep/study.js';
import { CalledOff, synthesize, type Question, type Subject, type Synthesis } from '../../src/sweep/synthesize.js';

const size = 6;
const all = firstOf(size);
const subsets = [...subsetsOf(all)];
const sorted = (family: Iterable<Subset>): Subset[] => [...family].sort((a, b) => Number(a - b));

const safe: Finding = { violations: [], states: 1 };
/** The larger the set, the longer the trace. */
const unsafe = (set: Subset): Finding => ({ violations: [{ property: 'bad', length: 10 + membersOf(set).length }], states: 1 });

/** A scenario in which just some sets are safe. */
function subjectOf(name: string, isSafe: (set: Subset) => boolean, asked = membersOf(all)): Subject {
  return {
    name,
    all,
    reference: () => Promise.resolve(safe),
    search: (set) => Promise.resolve({ finding: isSafe(set) ? safe : unsafe(set), asked }),
  };
}

function ask(subjects: readonly Subject[], more: Partial<Question> = {}): Promise<Synthesis> {
  return synthesize({ subjects, modelsMax: 64, ways: 1, seed: 1, shown: 3, ...more });
}

/** Every minimal safe set: one choice of each part. */
function familyOf({ parts }: Synthesis): Subset[] {
  return parts.reduce<Subset[]>((sets, part) => sets.flatMap((set) => part.sets.map((choice) => set | choice)), [0n]);
}

const tables = fc.array(fc.boolean(), { minLength: 2 ** size, maxLength: 2 ** size });
const seeds = fc.array(fc.bigInt({ min: 0n, max: all }), { minLength: 1, maxLength: 4 });

describe('a synthesis', () => {
  it('finds the sets that contain one of each scenario, if more never does harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(seeds, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 64 }), async (scenarios, modelsMax) => {
        const holds = (seedsOf: readonly Subset[], set: Subset): boolean => seedsOf.some((seed) => within(seed, set));
        const answer = await ask(scenarios.map((of, i) => subjectOf(`s${i}`, (set) => holds(of, set))), { modelsMax });
        const expected = minimalOf(subsets.filter((set) => scenarios.every((of) => holds(of, set))));
        expect(sorted(familyOf(answer))).toEqual(sorted(expected));
        expect(answer.count).toBe(expected.length);
        expect(answer.complete).toBe(true);
        expect(answer.shown.map(({ set }) => membersOf(set).length)).toEqual(expected.slice(0, 3).map((set) => membersOf(set).length));
        for (const { set, why, fragile } of answer.shown) {
          expect(why.map(({ member }) => member)).toEqual(membersOf(set));
          expect(fragile).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds the minimal safe sets of anything whose models are few enough to be searched', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tables, { minLength: 1, maxLength: 3 }), async (scenarios) => {
        const answer = await ask(scenarios.map((table, i) => subjectOf(`s${i}`, (set) => table[Number(set)]!)));
        const judges = scenarios.filter((_, i) => answer.studies.some(({ name }) => name === `s${i}`));
        const safeSets = subsets.filter((set) => judges.every((table) => table[Number(set)]!));
        const expected = minimalOf(safeSets);
        expect(sorted(familyOf(answer))).toEqual(sorted(expected));
        for (const { set, fragile } of answer.shown) {
          expect(fragile).toBe(subsets.some((other) => within(set, other) && !safeSets.includes(other)));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('shows only what it has searched, whatever it was not told of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tables, { minLength: 1, maxLength: 3 }), async (scenarios) => {
        const answer = await ask(scenarios.map((table, i) => subjectOf(`s${i}`, (set) => table[Number(set)]!)), { modelsMax: 1 });
        const judges = scenarios.filter((_, i) => answer.studies.some(({ name }) => name === `s${i}`));
        for (const { set, why } of answer.shown) {
          expect(judges.every((table) => table[Number(set)]!)).toBe(true);
          for (const { member } of why) expect(judges.some((table) => !table[Number(set & ~only(member))]!)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('tells independent choices apart', async () => {
    const needs = (...members: number[]) => (set: Subset): boolean => members.some((member) => within(only(member), set));
    const answer = await ask([subjectOf('first', needs(0)), subjectOf('second', needs(1, 2)), subjectOf('third', needs(3, 4))]);
    expect(answer.parts.map(({ sets }) => sets.map(membersOf))).toEqual([[[0]], [[1], [2]], [[3], [4]]]);
    expect(answer.count).toBe(4);
    expect(answer.shown.map(({ set }) => membersOf(set))).toEqual([[0, 1, 3], [0, 1, 4], [0, 2, 3]]);
    expect(answer.shown[0]!.why.map(({ study, finding }) => [study.name, finding.violations[0]!.length])).toEqual([
      ['first', 12], ['second', 12], ['third', 12],
    ]);
    const [part] = answer.parts;
    expect(part!.demands.map(({ unsafe: greatest, by }) => [membersOf(greatest), by.map(({ study }) => study.name)])).toEqual([
      [[1, 2, 3, 4, 5], ['first']],
    ]);
  });

  it('names harm, and sets that have it do not count as safe', async () => {
    // Candidate 0 does harm unless 1 is in; 0 is needed elsewhere.
    const harmed = subjectOf('harmed', (set) => !within(0b01n, set) || within(0b10n, set));
    const answer = await ask([harmed, subjectOf('needing', (set) => within(0b01n, set))], { modelsMax: 1, ways: 0 });
    expect(answer.shown.map(({ set }) => set)).toEqual([0b11n]);
    expect(answer.studies.map(({ harms }) => harms)).toEqual([[{ set: 0n, member: 0 }], []]);
    expect(answer.parts.flatMap(({ demands }) => demands.map(({ demand }) => demand))).toEqual([
      { given: 0n, oneOf: 0b01n },
      { given: 0b01n, oneOf: 0b10n },
    ]);
  });

  it('leaves out what the reference or all candidates together fail', async () => {
    const bad = { ...subjectOf('bad reference', () => true), reference: () => Promise.resolve(unsafe(0n)) };
    const answer = await ask([bad, subjectOf('hopeless', () => false), subjectOf('fine', () => true)]);
    expect(answer.leftOut.map(({ subject, because }) => [subject.name, because])).toEqual([
      ['bad reference', 'reference'], ['hopeless', 'all candidates'],
    ]);
    expect(answer.studies.map(({ name }) => name)).toEqual(['fine']);
    expect(answer.shown.map(({ set }) => set)).toEqual([0n]);
  });

  it('holds no set to a scenario that a limit has left open', async () => {
    const open: Finding = { violations: [], states: 5, limit: 'time' };
    const bad = { ...subjectOf('open reference', () => true), reference: () => Promise.resolve(open) };
    const answer = await ask([bad, subjectOf('fine', () => true)]);
    expect(answer.leftOut.map(({ subject, because, finding }) => [subject.name, because, finding.limit])).toEqual([['open reference', 'reference', 'time']]);
    expect(answer.studies.map(({ name }) => name)).toEqual(['fine']);
  });

  it('keeps what is known when it is called off', async () => {
    const off = { ...subjectOf('off', () => true), search: () => Promise.reject(new CalledOff()) };
    const answer = await ask([subjectOf('needing', (set) => within(0b1n, set)), off]);
    expect(answer.complete).toBe(false);
    expect(answer.shown).toEqual([]);
    expect(answer.parts.flatMap(({ demands }) => demands.map(({ demand: { oneOf } }) => oneOf))).toEqual([0b1n]);
  });

  it('fails as a search does', async () => {
    const broken = { ...subjectOf('broken', () => true), search: () => Promise.reject(new Error('no such thing')) };
    await expect(ask([broken])).rejects.toThrow('no such thing');
  });
});
