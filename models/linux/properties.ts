/**
 * What must hold of the machine, in the order of severity. Steps check the first group where the
 * access happens (machine/ghost.ts); the others are tests of states.
 */
import { allOf, exists, forAll, type Model } from '../../src/index.js';
import type { Machine } from './machine/machine.js';

/** The properties that `check` judges only when asked: the model of vanilla Linux breaks them. */
export const strictProperties: readonly string[] = ['coherent-strict'];

/** One letter for each property, in the order of severity, for tables. */
export const propertyLetters: Readonly<Record<string, string>> = {
  'foreign-data': 'F',
  'lost-write': 'L',
  'freed-while-referenced': 'R',
  'coherent-bounded': 'C',
  deadlock: 'D',
  protection: 'P',
  'flush-context': 'X',
  'coherent-strict': 's',
};

/** Declares the properties on a model. */
export function declareProperties(model: Model, machine: Machine): void {
  const { state, FRAME, PAGE, FILE } = machine;
  model.observed('foreign-data', 'no load returns data of the kernel or of an object that the page never mapped');
  model.observed(
    'lost-write',
    'a store hits the memory that its address maps, or what an operation in flight replaces, and a file page that was written is on disk before it leaves the page cache',
  );
  model.invariant(
    'freed-while-referenced',
    forAll(FRAME, (f) =>
      state.frame.at(f).use.isNot('free').or(
        allOf([
          exists(PAGE, (p) => allOf([state.pte.at(p).kind.is('present', 'protnone', 'migration'), state.pte.at(p).frame.is(f)])).not(),
          exists(PAGE, (p) => state.swap.at(p).cache.is(f)).not(),
          exists(FILE, (file) => state.file.at(file).cache.is(f)).not(),
          state.frame.at(f).refs.is(0),
        ]),
      ),
    ),
    'no free frame is mapped by a page table, held by a cache or referenced by anybody else',
  );
  model.observed(
    'coherent-bounded',
    'a load returns what its address maps, except through a frame that an unfinished reclaim, migration or unmapping still holds',
  );
  model.noDeadlock('every thread can finish its program');
  model.observed('protection', 'once a mapping or a permission is gone and the call has returned, no access succeeds through the old one');
  model.observed('flush-context', 'no flush by IPI begins with interrupts off');
  model.observed(
    'coherent-strict',
    'a load returns what its address maps, or what an operation in flight replaces, and nothing older',
  );
}
