/**
 * Mutants of locks. A lock is a variable that guards wait for and effects set: one that is skipped is neither waited
 * for nor held, one that is widened is held for one step more, at its beginning or at its end.
 */
import { footprintOf } from './footprint.js';
import { nodeText } from './print.js';
import { samePlace, type Place } from './control.js';
import type { Fault, Lock, Site, Subject } from './mutant.js';
import type { Step } from './model.js';
import type { AssignEffect, Effect, Node, ReadNode } from './node.js';
import { rewriteEffects, rewriteNode } from './rewrite.js';
import { specialize } from './specialize.js';

/** For every stretch of code under a lock, and every step that only waits for one: nobody waits, takes it or drops it. */
export function skips(subject: Subject): Fault[] {
  const { graph, anatomy } = subject;
  return anatomy.locks.flatMap((lock) => {
    const sections = sectionsOf(subject, lock);
    const taking = new Set(sections.flatMap(({ takers }) => takers));
    const passed = graph.places.filter((place) => !graph.leaving(place).some((step) => taking.has(step)));
    const alone = passed.map((place): Section => ({ takers: [], places: [place], releases: new Map() }));
    return [...sections, ...alone].flatMap((section) => skip(subject, lock, section));
  });
}

/** Where a lock is taken, and where it is dropped. */
interface Section {
  readonly takers: readonly Step[];
  /** The places of the takers. */
  readonly places: readonly Place[];
  readonly releases: ReadonlyMap<Step, readonly AssignEffect[]>;
}

function skip({ graph, anatomy }: Subject, lock: Lock, { takers, places, releases }: Section): Fault[] {
  const waiting = places.flatMap((place) => graph.leaving(place)).filter((step) => asks(step, lock));
  const first = waiting.find((step) => mayPass(regardless(step, lock)));
  if (!first) return [];
  const site = new Map<Step, Step>();
  for (const step of new Set([...waiting, ...takers, ...releases.keys()])) {
    const gone = [...(takers.includes(step) ? assignsOf(step, lock) : []), ...(releases.get(step) ?? [])];
    const free = waiting.includes(step) ? regardless : (same: Step): Step => same;
    site.set(step, free(withoutAssigns(step, gone), lock));
  }
  return [{ kind: 'skip', name: `skip ${lock.name} in ${anatomy.kindOf(first)}`, site }];
}

/** The sections of a lock; takers that have a release in common are in one. */
function sectionsOf(subject: Subject, lock: Lock): Section[] {
  const { graph } = subject;
  const takers = subject.model.steps.filter((step) => graph.sourceOf(step) && assignsOf(step, lock).some((one) => !isRelease(one)));
  return takers.reduce<Section[]>((sections, step) => {
    const releases = releasesAfter(subject, step, lock);
    const shares = (section: Section): boolean => [...releases.keys()].some((release) => section.releases.has(release));
    const joined = sections.filter(shares);
    return [...sections.filter((section) => !shares(section)), {
      takers: [...joined.flatMap((section) => section.takers), step],
      places: [...joined.flatMap((section) => section.places), graph.sourceOf(step)!],
      releases: new Map([...joined.flatMap((section) => [...section.releases]), ...releases]),
    }];
  }, []);
}

const isOf = ({ variables }: Lock, { variable }: ReadNode): boolean => variables.includes(variable.name);

/** The reads of a lock in a guard. */
function readsIn(step: Step, lock: Lock): ReadNode[] {
  const found: ReadNode[] = [];
  const node = (part: Node): undefined => {
    if (part.kind === 'read' && isOf(lock, part)) found.push(part);
  };
  for (const test of step.when) rewriteNode(test, { node });
  return found;
}

const asks = (step: Step, lock: Lock): boolean => readsIn(step, lock).length > 0;

/** The step taking the lock to be free, whoever holds it. */
function regardless(step: Step, lock: Lock): Step {
  const node = (part: Node): Node | undefined => (part.kind === 'read' && isOf(lock, part) ? { kind: 'constant', value: 0 } : undefined);
  return { ...step, when: step.when.map((test) => rewriteNode(test, { node })) };
}

/** The guard is not false for every state. */
function mayPass({ when, parameters }: Step): boolean {
  return parameters.length > 0 || when.every((test) => {
    const folded = specialize(test);
    return folded.kind !== 'constant' || folded.value === 1;
  });
}

/** The assignments to a lock, those inside other effects included. */
function assignsOf(step: Step, lock: Lock): AssignEffect[] {
  const found: AssignEffect[] = [];
  rewriteEffects(step.then, { effect: (part) => {
    if (part.kind === 'assign' && isOf(lock, part.target)) found.push(part);
    return undefined;
  } });
  return found;
}

function withoutAssigns(step: Step, assigns: readonly AssignEffect[]): Step {
  const gone = new Set<Effect>(assigns);
  return { ...step, then: rewriteEffects(step.then, { effect: (part) => (gone.has(part) ? [] : undefined) }) };
}

/** The next assignments to a lock that a step has taken, on every way on within the operation. */
function releasesAfter({ graph, anatomy }: Subject, taker: Step, lock: Lock): Map<Step, AssignEffect[]> {
  const targets = new Set(assignsOf(taker, lock).map(({ target }) => nodeText(target)));
  const search = (fits: (assign: AssignEffect) => boolean): Map<Step, AssignEffect[]> => {
    const found = new Map<Step, AssignEffect[]>();
    const seen: Place[] = [graph.sourceOf(taker)!];
    const open = [...graph.targetsOf(taker)];
    for (let place = open.pop(); place; place = open.pop()) {
      if (seen.some((other) => samePlace(other, place))) continue;
      seen.push(place);
      for (const step of graph.leaving(place)) {
        if (anatomy.operationOf(step) !== anatomy.operationOf(taker)) continue;
        const releases = assignsOf(step, lock).filter((one) => isRelease(one) && fits(one));
        if (releases.length > 0) found.set(step, releases);
        else open.push(...graph.targetsOf(step));
      }
    }
    return found;
  };
  // A lock of two that are alike is told by its index where the words are the same.
  const same = search(({ target }) => targets.has(nodeText(target)));
  return same.size > 0 ? same : search(() => true);
}

/** For every place before or after which a lock could be held as well: it is. */
export function widenings(subject: Subject): Fault[] {
  const { graph, anatomy } = subject;
  return graph.places.flatMap((place) => {
    const before = graph.entering(place);
    const after = graph.leaving(place);
    const operations = new Set([...before, ...after].map((step) => anatomy.operationOf(step)));
    if (!graph.isReached(place) || operations.size !== 1 || after.some((step) => before.includes(step))) return [];
    if (!before.every((step) => graph.targetsOf(step).length === 1)) return [];
    return anatomy.locks.flatMap((lock) => [...releasedLater(subject, lock, { before, after }), ...takenEarlier(subject, lock, { before, after })]);
  });
}

/** The steps on both sides of a place; every one before leads to it, every one after from it. */
interface Sides {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

/** The steps before a place, which all drop the lock or take it for themselves only, hold it; those after it drop it. */
function releasedLater({ anatomy }: Subject, lock: Lock, { before, after }: Sides): Fault[] {
  if (after.some((step) => asks(step, lock) || assignsOf(step, lock).length > 0)) return [];
  const kept = before.map((step) => heldOn(step, lock));
  const releases = new Map(kept.map((one) => [one ? nodeText(one.release.target) : '', one?.release] as const));
  const [release, another] = [...releases.values()];
  if (release === undefined || another !== undefined || releases.size > 1) return [];
  if (before.some((step) => changesIndices(step, release.target))) return [];
  const site: Site = new Map([
    ...before.map((step, i) => [step, kept[i]!.step] as const),
    ...after.map((step) => [step, { ...step, then: [release, ...step.then] }] as const),
  ]);
  const [from, to] = [anatomy.kindOf(before[0]!), anatomy.kindOf(after[0]!)];
  return [{ kind: 'widen', name: `widen ${lock.name}: dropped in ${to}, not in ${from}`, site }];
}

/** A step that holds a lock at its end and no more, made to hold it on; and the effect that drops it. */
function heldOn(step: Step, lock: Lock): { step: Step; release: AssignEffect } | undefined {
  const assigns = assignsOf(step, lock);
  const [release, ...others] = assigns;
  if (release) {
    const drops = others.length === 0 && step.then.includes(release) && isRelease(release);
    return drops ? { step: withoutAssigns(step, assigns), release } : undefined;
  }
  const target = soleRead(step, lock);
  if (!target) return undefined;
  return { step: { ...step, then: [assign(target, 1), ...step.then] }, release: assign(target, 0) };
}

/** The lock is nobody's afterwards, or has one reader less. */
function isRelease({ value }: AssignEffect): boolean {
  return value.kind === 'constant' ? value.value === 0 : value.kind === 'sum' && value.sign === -1;
}

/** The exclusive lock that a step waits for, if it is just one. */
function soleRead(step: Step, lock: Lock): ReadNode | undefined {
  const waits = step.when.flatMap((test) => (test.kind === 'not' && test.of.kind === 'read' && isOf(lock, test.of) ? [test.of] : []));
  const reads = readsIn(step, lock);
  return lock.exclusive && waits.length === 1 && reads.length === 1 ? waits[0] : undefined;
}

const assign = (target: ReadNode, value: number): AssignEffect => ({ kind: 'assign', target, value: { kind: 'constant', value } });

/** Whether a step may change which element of an array a read means. */
function changesIndices(step: Step, { indices }: ReadNode): boolean {
  const { reads } = footprintOf({ when: indices, then: [] });
  const { writes } = footprintOf(step);
  return [...reads].some((name) => writes.has(name));
}

/** The steps before a place wait for the lock and take it, those after it hold it already. */
function takenEarlier({ anatomy }: Subject, lock: Lock, { before, after }: Sides): Fault[] {
  const waiting = after.filter((step) => asks(step, lock));
  const targets = new Map(waiting.flatMap((step) => readsIn(step, lock)).map((read) => [nodeText(read), read] as const));
  const [target, another] = [...targets.values()];
  if (!lock.exclusive || !target || another || !waiting.some((step) => soleRead(step, lock))) return [];
  if (before.some((step) => asks(step, lock) || assignsOf(step, lock).length > 0 || changesIndices(step, target))) return [];
  const free: Node = { kind: 'not', of: target };
  const site: Site = new Map([
    ...before.map((step) => [step, { ...step, when: [...step.when, free], then: [assign(target, 1), ...step.then] }] as const),
    ...after.map((step) => [step, alreadyHeld(step, lock, target)] as const),
  ]);
  const [from, to] = [anatomy.kindOf(waiting[0]!), anatomy.kindOf(before[0]!)];
  return [{ kind: 'widen', name: `widen ${lock.name}: taken in ${to}, not in ${from}`, site }];
}

/** A step that begins with the lock held: it takes it no more, and drops it if it does not keep it. */
function alreadyHeld(step: Step, lock: Lock, target: ReadNode): Step {
  const taken = assignsOf(step, lock).filter((one) => !isRelease(one));
  const keeps = taken.length > 0;
  const freed = withoutAssigns(regardless(step, lock), taken);
  return keeps ? freed : { ...freed, then: [assign(target, 0), ...freed.then] };
}
