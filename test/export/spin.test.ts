/** SPIN counts what our search counts: two checkers that share nothing but the model. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProposition } from '../../src/litmus/propositions.js';
import { formatRules } from '../../src/litmus/results.js';
import type { Expectation, Scenario } from '../../src/litmus/scenario.js';
import type { Instance } from '../../src/litmus/vocabulary.js';
import { compile, type Model } from '../../src/index.js';
import { linux } from '../../models/linux/index.js';
import { asidAllocator } from '../classics/asid-allocator.js';
import { barriers } from '../classics/barriers.js';
import { diningPhilosophers } from '../classics/dining-philosophers.js';
import { ewd840 } from '../classics/ewd840.js';
import { german } from '../classics/german.js';
import { lufCore } from '../classics/luf-core.js';
import { peterson } from '../classics/peterson.js';
import { ticketLock } from '../classics/ticket-lock.js';
import { twoPhaseCommit } from '../classics/two-phase-commit.js';
import { writeThroughCache } from '../classics/write-through-cache.js';
import { randomModel, tapes, type Style } from '../engine/random-model.js';
import { grid, lock } from '../engine/toys.js';
import { bundled, scenarioOf } from '../linux/run.js';
import { missingForSpin, oursOf, theirsOf } from './spin.js';

const absent = await missingForSpin();

/** Models of more states are left to our own search, so that all of them together take minutes. */
const statesMax = 200_000;

/** gcc needs most of it; several run at the same time, beside whatever else the machine does. */
const timeout = 900_000;

describe.skipIf(absent.length > 0)('SPIN', { timeout }, () => {
  it.concurrent.each<[string, () => Model]>([
    ['two-phase commit', () => twoPhaseCommit({ managers: 5 })],
    ['two-phase commit without every vote', () => twoPhaseCommit({ managers: 3, without: 'every vote' })],
    ['the German protocol, which has two start states', () => german({ nodes: 2 })],
    ['the German protocol without a look at sharers', () => german({ nodes: 2, without: 'no sharers' })],
    ['dining philosophers', () => diningPhilosophers({ philosophers: 5 })],
    ['dining philosophers without clean forks', () => diningPhilosophers({ philosophers: 5, without: 'clean forks' })],
    ['EWD840, which has many start states', () => ewd840({ nodes: 4 })],
    ['EWD840 without idle nodes', () => ewd840({ nodes: 3, without: 'idle nodes' })],
    ["Peterson's algorithm", () => peterson()],
    ["Peterson's algorithm without waiting", () => peterson({ without: 'waiting' })],
    ['the write-through cache', () => writeThroughCache({ processors: 2, addresses: 1, values: 2 })],
    ['barriers', () => barriers({ processes: 6 })],
    ['the ticket lock', () => ticketLock({ cpus: 4, ticketMax: 3 })],
    ['the ticket lock without turns', () => ticketLock({ cpus: 4, ticketMax: 3, without: 'turn' })],
    ['the ASID allocator', () => asidAllocator({ cpus: 2, tasks: 2, asids: 4, generations: 3 })],
    ['luf-core', () => lufCore({ cpus: 2, pages: 1, frames: 2 })],
    ['a lock', () => lock(3)],
    ['a lock that is broken', () => lock(3, true)],
    ['a grid that ends in a corner', () => grid(5)],
    ['a grid with a cut', () => grid(5, (model, x) => model.cut('wide', x.is(4)))],
    ['a grid with a cut and a deadlock', () => grid(3, (model, x, y) => model.cut('x', x.is(1).and(y.is(1))).cut('y', x.is(9)))],
  ])('counts the states, transitions and violated properties of %s', async (_name, make) => {
    const model = make();
    expect((await theirsOf(model)).opinion).toEqual(oursOf(model));
  });

  it('counts the states, transitions, ends and violated properties of random models', async () => {
    const style: Style = { faults: false, constants: true, small: true };
    const seen = { ends: 0, violated: 0, starts: 0 };
    const property = fc.asyncProperty(tapes, async (tape) => {
      const model = randomModel(tape, style);
      const ours = oursOf(model)!;
      const [ends, starts] = [Object.values(ours.ends).some((count) => count > 0), compile(model).starts.length > 1];
      // Most models lead nowhere.
      fc.pre(ours.states > 5 && (ends || starts || ours.violated.length > 1));
      expect((await theirsOf(model)).opinion).toEqual(ours);
      seen.ends += Number(ends);
      seen.violated += ours.violated.length;
      seen.starts += Number(starts);
    });
    await fc.assert(property, { numRuns: 40, endOnFailure: true, maxSkipsPerRun: 1000 });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
  });
});

const handled: string[] = [];
const tooLarge: string[] = [];

describe.skipIf(absent.length > 0)('SPIN, on every bundled scenario under the rules of its Result lines,', { timeout }, () => {
  afterAll(() => {
    console.info(`SPIN agrees on ${handled.length} models; more than ${statesMax} states have ${tooLarge.length}: ${tooLarge.join('; ')}`);
    expect(handled.length).toBeGreaterThan(3 * tooLarge.length);
  });

  it.concurrent.each(bundled)('counts the states, transitions, ends, violated properties and answers of %s', async (name) => {
    const scenario = scenarioOf(name);
    for (const expectation of scenario.expectations) await compare(scenario, expectation);
  });
});

async function compare(scenario: Scenario, { rules, observation }: Expectation): Promise<void> {
  const name = `${scenario.name} under ${formatRules(rules)}`;
  const instance = linux.instantiate(scenario, rules);
  const ours = oursOf(instance.model, statesMax);
  if (!ours) {
    tooLarge.push(name);
    return;
  }
  const { opinion, answers } = await theirsOf(instance.model, [questionOf(scenario, instance)]);
  expect(opinion, name).toEqual(ours);
  expect(observationOf(answers[0]!, opinion.ends[instance.finished]!), name).toBe(observation);
  handled.push(name);
}

function questionOf({ condition: { proposition } }: Scenario, instance: Instance) {
  return { name: formatProposition(proposition), end: instance.finished, holds: instance.settled(proposition).node };
}

function observationOf(witnesses: number, finished: number): string {
  if (witnesses === 0) return 'Never';
  return witnesses === finished ? 'Always' : 'Sometimes';
}
