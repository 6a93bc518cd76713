/**
 * What loads may return while madvise() gives memory up and afterwards, beside ghost.ts.
 *
 * The advice takes effect when it comes to the PTE, under its lock. MADV_DONTNEED replaces the memory: until it
 * returns the old value may be read. MADV_FREE makes zero legal beside the old value until the next store.
 *
 * A store that comes before MADV_FREE returns may be given up with the rest, since nobody can tell which was
 * first. Linux may also lose it alone and keep the older value: the PTE is clean and the entry has D, so that
 * reclaim takes the page for unchanged and writes it to swap without a flush before (found by the model).
 *
 * Where two of them are in flight, the one that took effect later and has returned ends what was excused for
 * the sake of the earlier one: its caller may rely on it.
 */
import { allOf, choose, exists, forEach, none, setFrom, setOf, when, type Bool, type Effect, type Index, type Members } from '../../../src/index.js';
import type { Machine, Page } from './machine.js';

type ThreadIndex = Index<'THREAD'>;

/** MADV_DONTNEED of the thread takes effect: a page's own memory is gone. */
export function dontneed(machine: Machine, thread: ThreadIndex, page: Page): Effect[] {
  const { own, inflight, vma } = machine.state;
  const { copied, legal } = own.at(page);
  const { kind } = vma.at(page);
  return [
    ...takesEffect(machine, thread, page, 'MADV_DONTNEED'),
    when(kind.is('anon').or(copied), [inflight.at(thread).values.becomes(legal), legal.becomes([])]),
    when(kind.is('anon'), [legal.becomes(zero(machine))]),
    copied.becomes(false),
  ];
}

/** MADV_FREE of the thread takes effect: the memory of an anonymous page may be replaced by zeroes. */
export function free(machine: Machine, thread: ThreadIndex, page: Page): Effect[] {
  const { legal } = machine.state.own.at(page);
  return [...takesEffect(machine, thread, page, 'MADV_FREE'), legal.becomes(legal.union(zero(machine)))];
}

/** The thread's madvise() has returned. */
export function adviceReturned(machine: Machine, thread: ThreadIndex): Effect[] {
  const { overtakes } = machine.state.inflight.at(thread);
  return [
    forEach(machine.THREAD, (t) => [when(overtakes.has(t), over(machine, t, 'overtaken'))]),
    ...over(machine, thread, 'none'),
    overtakes.becomes([]),
    forEach(machine.THREAD, (t) => {
      const other = machine.state.inflight.at(t).overtakes;
      return [other.becomes(other.without(thread))];
    }),
  ];
}

/** What is legal after a store to a page's own memory: the value, or also what was legal before while a MADV_FREE is in flight. */
export function afterStore(machine: Machine, page: Page, value: Members<'CONTENT'>): Members<'CONTENT'> {
  if (!machine.uses('madvise-free')) return value;
  const { legal } = machine.state.own.at(page);
  const freeing = exists(machine.THREAD, (t) => inFlight(machine, t, page).and(machine.state.inflight.at(t).advice.is('MADV_FREE')));
  return choose(freeing, legal.union(value).union(zero(machine)), value);
}

function takesEffect(machine: Machine, thread: ThreadIndex, page: Page, advice: 'MADV_DONTNEED' | 'MADV_FREE'): Effect[] {
  const self = machine.state.inflight.at(thread);
  return [
    forEach(machine.THREAD, (t) => [when(inFlight(machine, t, page), [self.overtakes.becomes(self.overtakes.with(t))])]),
    self.page.becomes(page),
    self.advice.becomes(advice),
  ];
}

/** The thread's madvise() has given the page's memory up and not returned. */
function inFlight({ state }: Machine, thread: ThreadIndex, page: Page): Bool {
  const { page: covered, advice } = state.inflight.at(thread);
  return allOf([covered.is(page), advice.isNot('none')]);
}

function over({ state }: Machine, thread: ThreadIndex, now: 'none' | 'overtaken'): Effect[] {
  const { page, values, advice } = state.inflight.at(thread);
  return [page.becomes(none), values.becomes([]), advice.becomes(now)];
}

function zero(machine: Machine): Members<'CONTENT'> {
  return setFrom(setOf(machine.CONTENT), []).with(machine.content(0));
}
