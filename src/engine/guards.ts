/** How the guards of steps that are asked one after the other are written: what several of them test is tested once. */
import type { Code, Target } from './target.js';
import type { Test } from './translate.js';

/**
 * Variables for the tests that several guards make: computed once and early, so only those that cannot
 * fault, and only those that are worth it.
 */
export function sharedTests(tests: readonly Test[]): Map<Code, string> {
  const shared = new Map<Code, string>();
  const seen = new Set<Code>();
  for (const { code, faulty, costly } of tests) {
    if (seen.has(code) && !faulty && costly && !shared.has(code)) shared.set(code, `k${shared.size}`);
    seen.add(code);
  }
  return shared;
}

/** A step with what is left to be tested of its guard. */
interface Asked {
  readonly tests: readonly Test[];
  readonly call: Code;
}

/**
 * The steps in their order, neighbours that have a test in common under one `if`, and so on within it. A test
 * comes before the others of its guard for that only if neither it nor any of those before it can fault.
 */
export function nested(steps: readonly Asked[], shared: ReadonlyMap<Code, string>, target: Target): Code[] {
  const when = (tests: readonly Code[], then: Code): Code => {
    if (tests.length === 0) return then;
    return target.when(tests.map((test) => (shared.has(test) ? target.get(shared.get(test)!) : test)), then);
  };
  const codes: Code[] = [];
  for (let at = 0; at < steps.length; ) {
    const { tests, call } = steps[at]!;
    const { test, length } = longestRun(steps, at);
    if (test === undefined || length < 2) {
      codes.push(when(tests.map(({ code }) => code), call));
      at++;
      continue;
    }
    const inside = steps.slice(at, at + length).map((step) => ({ ...step, tests: step.tests.filter(({ code }) => code !== test) }));
    codes.push(when([test], nested(inside, shared, target).join('')));
    at += length;
  }
  return codes;
}

/** Of the tests that the step at a position can be asked first, the one that most of the steps after it share. */
function longestRun(steps: readonly Asked[], at: number): { test?: Code; length: number } {
  return askedFirst(steps[at]!).reduce<{ test?: Code; length: number }>(
    (best, test) => {
      let end = at + 1;
      while (end < steps.length && askedFirst(steps[end]!).includes(test)) end++;
      return end - at > best.length ? { test, length: end - at } : best;
    },
    { length: 1 },
  );
}

/** The tests of a guard up to the first that can fault. */
function askedFirst({ tests }: Asked): readonly Code[] {
  const faulty = tests.findIndex((test) => test.faulty);
  return (faulty < 0 ? tests : tests.slice(0, faulty)).map(({ code }) => code);
}
