/** SPIN counts what our search counts: two checkers that share nothing but the model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineOf } from '../../src/export/machine.js';
import { promela } from '../../src/export/promela.js';
import { compile, ModelError, search, successors, unlimited, type Model, type Program, type Successor } from '../../src/index.js';
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
import { randomModel, randomStart } from '../engine/random-model.js';
import { tapes, type Style } from '../engine/random-trees.js';
import { grid, lock } from '../engine/toys.js';
import { counted, missingForSpin, oursOf, spinTimeout as timeout, subject, theirsOf, wayTo } from './spin.js';

const absent = await missingForSpin();

describe.skipIf(absent.length > 0)('SPIN', { timeout }, () => {
  it.concurrent.each<[string, () => Model]>([
    ['two-phase commit', () => twoPhaseCommit({ managers: 5 })],
    ['two-phase commit without every vote', () => twoPhaseCommit({ managers: 3, without: 'every vote' })],
    ['the German protocol, which has two start states', () => german({ nodes: 2 })],
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
    const program = compile(make());
    expect((await theirsOf(program)).opinion).toEqual(oursOf(program));
  });

  it('fails an assertion where our search finds a fault of the model', async () => {
    const program = compile(german({ nodes: 2, without: 'no sharers' }));
    expect(() => oursOf(program)).toThrow(/^RecvInvAck\(i=NODE[01]\): home\.data cannot hold -1$/);
    const { errors, printed } = await counted(promela(machineOf(program), subject));
    expect([errors, printed]).toEqual([1, expect.stringMatching(/assertion violated \(\(ack_data\[\d\]-1\)>=0\)/)]);
  });

  it('finds a fault in a random model where our search finds one', async () => {
    const property = fc.asyncProperty(tapes, async (tape) => {
      const program = compile(randomModel(tape, { faults: true, constants: true, small: true }));
      fc.pre(hasFault(program));
      expect((await counted(promela(machineOf(program), subject))).errors).toBe(1);
    });
    await fc.assert(property, { numRuns: 40, endOnFailure: true, maxSkipsPerRun: 1000 });
  });

  it('goes a shortest way to a violation, in steps that ours takes too', async () => {
    const program = compile(lock(3, true));
    const machine = machineOf(program);
    const { number } = machine.facts.find(({ name }) => name === 'exclusive')!;
    const way = await wayTo(promela(machine, subject), number);
    const [violation] = search(program, { limits: unlimited }).violations;
    expect(way).toHaveLength(violation!.length);
    let next: readonly Successor[] = [{ step: -1, words: program.starts[0]!, violated: [] }];
    for (const title of way) {
      next = next.flatMap(({ words }) => successors(program, words)).filter(({ step }) => program.instances[step]!.name === title);
    }
    expect(next.some(({ violated }) => violated.includes('exclusive'))).toBe(true);
  });

  it('counts the same with the commands of the header as they are', async () => {
    const program = compile(lufCore({ cpus: 2, pages: 1, frames: 2 }));
    expect((await theirsOf(program, [], { optimized: true })).opinion).toEqual(oursOf(program));
  });

  it('counts the states, transitions, ends and violated properties of random models, with constants put in and without', async () => {
    const style: Style = { faults: false, constants: true, small: true };
    const seen = { ends: 0, violated: 0, starts: 0, constants: 0 };
    const property = fc.asyncProperty(tapes, tapes, async (tape, more) => {
      const model = randomModel(tape, style);
      // Fewer steps lead to more ends, and leave more variables alone.
      model.steps.length = 1 + more.below(model.steps.length);
      if (model.starts.length === 0) model.start(...randomStart(more, model.schema));
      const program = compile(model, { constants: more.below(3) > 0 });
      const ours = oursOf(program)!;
      const { starts: { length }, layout } = program;
      const [ends, starts] = [Object.values(ours.ends).some((count) => count > 0), length > 1];
      // Most models lead nowhere.
      fc.pre(ours.states > 5 && (ends || starts || ours.violated.length > 1));
      expect((await theirsOf(program)).opinion).toEqual(ours);
      seen.constants += Number(layout.constants.size > 0);
      seen.ends += Number(ends);
      seen.violated += ours.violated.length;
      seen.starts += Number(starts);
    });
    await fc.assert(property, { numRuns: 80, endOnFailure: true, maxSkipsPerRun: 1000 });
    for (const [what, count] of Object.entries(seen)) expect([what, count > 3, count]).toEqual([what, true, count]);
  });
});

function hasFault(program: Program): boolean {
  try {
    oursOf(program);
    return false;
  } catch (error) {
    if (error instanceof ModelError) return true;
    throw error;
  }
}
