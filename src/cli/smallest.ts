/** The smallest scenario that shows a cause: smaller and smaller ones are searched until nothing can be left out. */
import { LitmusError, type Linux } from '../../models/linux/index.js';
import type { Limits, Search, Trace, Violation } from '../index.js';
import { causeOfViolation } from '../litmus/causes.js';
import { print } from '../litmus/print.js';
import type { Scenario } from '../litmus/scenario.js';
import { operationsOf, smallerScenarios } from '../litmus/smaller.js';
import type { Cause } from '../litmus/vocabulary.js';
import type { Smallest } from '../report/causes.js';
import { shrink } from '../sweep/shrink.js';
import { counterexampleOfCause, type Subject } from './counterexample.js';
import { run, type Watcher } from './run.js';
import { readScenario } from './scenarios.js';

/** A smaller scenario is given up beyond so many states. */
const smallerStatesMax = 200_000;

/** What has been searched, and how. */
export interface Searched {
  readonly subject: Subject;
  readonly words: Linux;
  readonly limits: Limits;
  readonly search: Search;
}

/** A cause with its number in the list and a trace that shows it. */
export interface Sought {
  readonly cause: Cause;
  readonly number: number;
  readonly trace: Trace;
}

/** A smallest scenario for a cause; undefined where a signal comes first, or a limit leaves no scenario at all. */
export async function smallestOf(watcher: Watcher, { subject, words, limits }: Searched, { cause, number, trace }: Sought): Promise<Smallest | undefined> {
  const bounded = { ...limits, statesMax: Math.min(limits.statesMax, smallerStatesMax) };
  const seeker = new Seeker(watcher, { subject, words, cause, limits: bounded });
  const chosen = { ...subject.instance.chosen(trace), arch: subject.instance.arch, name: `${subject.scenario.name}+cause-${number}` };
  if (!(await seeker.shows(chosen))) return undefined;
  const scenario = await shrink(chosen, smallerScenarios, (one) => seeker.shows(one));
  const sighting = await seeker.seek(scenario);
  if (!sighting) return undefined;
  const { search, violation } = sighting;
  const smallest = { ...subject, ...sighting.subject };
  const group = { cause, states: 1, shortest: [violation] } as const;
  return {
    ...counterexampleOfCause(smallest, search, group),
    sizes: {
      cpus: scenario.cpus,
      pages: scenario.pages.length,
      frames: smallest.instance.frames,
      files: scenario.files.length,
      operations: operationsOf(scenario),
    },
    undecided: smallerScenarios(scenario).filter((one) => seeker.isUndecided(one)).length,
    statesMax: bounded.statesMax,
  };
}

/** What to look for, under which rules, and how long. */
interface Question {
  readonly subject: Subject;
  readonly words: Linux;
  readonly cause: Cause;
  readonly limits: Limits;
}

/** The cause, seen in a scenario. */
interface Sighting {
  readonly subject: Subject;
  readonly search: Search;
  readonly violation: Violation;
}

/** Looks for a cause in one scenario after the other; each is searched once. */
class Seeker {
  private readonly answers = new Map<string, 'shown' | 'not shown' | 'undecided'>();

  constructor(
    private readonly watcher: Watcher,
    private readonly question: Question,
  ) {}

  /** The scenario shows the cause. */
  async shows(scenario: Scenario): Promise<boolean> {
    if (this.watcher.interrupts.code !== undefined) return false;
    const text = print(scenario);
    if (!this.answers.has(text)) await this.seek(scenario);
    return this.answers.get(text) === 'shown';
  }

  /** A limit has left open whether it does. */
  isUndecided(scenario: Scenario): boolean {
    return this.answers.get(print(scenario)) === 'undecided';
  }

  /** The cause in the scenario as its text says it, with as short a trace as any; undefined where it is not found. */
  async seek(scenario: Scenario): Promise<Sighting | undefined> {
    const text = print(scenario);
    const subject = this.read(text);
    if (!subject) {
      this.answers.set(text, 'not shown');
      return undefined;
    }
    const { watcher, question: { cause, limits } } = this;
    const lookAt = lookingFor(subject, cause);
    const options = { limits, properties: [cause.property], sightingsMax: Infinity };
    const search = await run(watcher, subject.instance.model, { ...options, until: (one) => lookAt(one) !== undefined }, (one) => one);
    const violation = lookAt(search);
    this.answers.set(text, violation ? 'shown' : search.outcome().limit === undefined ? 'not shown' : 'undecided');
    return violation && { subject, search, violation };
  }

  /** The scenario of a text; undefined for what the vocabulary or the model refuses. */
  private read(text: string): Subject | undefined {
    const { subject, words } = this.question;
    try {
      const scenario = readScenario(text, subject.scenario.source, words);
      return { scenario, rules: subject.rules, instance: words.instantiate(scenario, subject.rules) };
    } catch (error) {
      if (error instanceof LitmusError) return undefined;
      throw error;
    }
  }
}

/** Finds the first violation with the cause; asked again, it goes on with what has been collected since. */
function lookingFor({ instance }: Subject, { key }: Cause): (search: Search) => Violation | undefined {
  let found: Violation | undefined;
  let looked = 0;
  return (search) => {
    const { sightings } = search.outcome();
    for (; found === undefined && looked < sightings.length; looked++) {
      const violation = sightings[looked]!;
      if (causeOfViolation(search, violation, instance).key === key) found = violation;
    }
    return found;
  };
}
