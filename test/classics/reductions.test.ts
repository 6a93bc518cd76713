/** Every way to search the published models finds what the plain one finds. */
import { afterAll, describe, it } from 'vitest';
import { lastingThreads } from '../engine/threads.js';
import { expectAllAgree, expectSameViolation } from '../engine/unreduced.js';
import { asidAllocator } from './asid-allocator.js';
import { barriers } from './barriers.js';
import { diningPhilosophers } from './dining-philosophers.js';
import { ewd840 } from './ewd840.js';
import { german } from './german.js';
import { lamportMutex } from './lamport-mutex.js';
import { lufCore } from './luf-core.js';
import { peterson } from './peterson.js';
import { ticketLock } from './ticket-lock.js';
import { twoPhaseCommit } from './two-phase-commit.js';
import { writeThroughCache } from './write-through-cache.js';

const helpers = lastingThreads(1);
afterAll(() => helpers.end());

const mutex = { processes: 3, clockMax: 6 };
const tickets = { cpus: 4, ticketMax: 3 };
const cache = { processors: 2, addresses: 1, values: 2 };

/** The models of classics.test.ts, but for their largest sizes. */
const whole = {
  'two-phase commit': twoPhaseCommit({ managers: 5 }),
  'German’s protocol': german({ nodes: 2 }),
  'dining philosophers': diningPhilosophers({ philosophers: 5 }),
  'EWD 840': ewd840({ nodes: 4 }),
  'Peterson': peterson(),
  'a write-through cache': writeThroughCache(cache),
  'barriers': barriers({ processes: 6 }),
  'Lamport’s mutex': lamportMutex({ ...mutex, clockMax: 5 }),
  'a ticket lock': ticketLock(tickets),
  'the ASID allocator': asidAllocator({ cpus: 1, tasks: 3, asids: 3, generations: 3 }),
  'luf-core': lufCore({ cpus: 2, pages: 1, frames: 2 }),
};

const faulty = {
  'two-phase commit': twoPhaseCommit({ managers: 3, without: 'every vote' }),
  'German’s protocol': german({ nodes: 2, without: 'no sharers' }),
  'dining philosophers': diningPhilosophers({ philosophers: 5, without: 'clean forks' }),
  'EWD 840': ewd840({ nodes: 3, without: 'idle nodes' }),
  'Peterson': peterson({ without: 'waiting' }),
  'a write-through cache': writeThroughCache({ ...cache, without: 'room for a read' }),
  'barriers': barriers({ processes: 6, without: 'lock' }),
  'Lamport’s mutex': lamportMutex({ ...mutex, without: 'earlier requests' }),
  'a ticket lock': ticketLock({ ...tickets, without: 'turn' }),
  'the ASID allocator': asidAllocator({ cpus: 2, tasks: 2, asids: 4, generations: 3, without: 'lock' }),
};

describe('symmetry, partial order, threads and hash compaction', () => {
  it.each(Object.entries(whole))('find the same in %s', (_, model) => {
    expectAllAgree(model, helpers);
  });

  it.each(Object.entries(faulty))('find the fault of %s in as many steps', (_, model) => {
    expectSameViolation(model, helpers);
  });
});
