/**
 * A search with threads that help it: the thread of the search tells what to do, and does its share. What comes out is
 * the same as without help, down to the numbers of the states.
 */
import { ArchiveError } from './arena.js';
import type { Questions } from './expander.js';
import { ModelError } from './interpret.js';
import { Member, type Counts, type Ended, type Findings, type Message, type Place, type Sighting } from './member.js';
import type { Translated } from './module.js';
import { Control, controlWords, phases, type Phase } from './round.js';
import { started, type Runner } from './runner.js';
import { Store } from './store.js';
import type { StoreOptions } from './store-options.js';

/** What a thread needs to know to help; it is cloned on its way there, its memory shared. */
export interface Assignment {
  readonly translated: Translated;
  readonly store: Pick<StoreOptions, 'words' | 'childrenMax' | 'hashCompaction'>;
  readonly questions: Questions;
  readonly place: Place;
}

/** What a helping thread says at the end of a round, or when it fails. */
interface Report {
  readonly kind: 'report';
  readonly member: number;
  readonly findings: Findings;
  readonly counts: Counts;
}

/** What threads tell each other. */
export type Letter = Message | Report;

/** How a helping thread and that of the search hear of each other, in the order told. */
export interface Link {
  tell(letter: Letter): void;
  /** The next letter that has arrived, if any. */
  hear(): Letter | undefined;
}

/** Threads that can help: each calls {@link help} with its assignment. How they are started is their provider's affair. */
export interface Helpers {
  readonly count: number;
  /** Starts a thread. */
  start(assignment: Assignment): Link;
}

/** Helps a search until it ends. */
export function help({ translated, store: options, questions, place }: Assignment, link: Link, own: Pick<StoreOptions, 'archive' | 'collect'> = {}): void {
  const runner = started(translated);
  const store = new Store({ ...options, ...own, loopsOf: (large) => runner.loops(large) });
  const control = new Control(place.control);
  const member = new Member(runner, store, questions, place, (message) => link.tell(message));
  for (let heard = 0; ; ) {
    member.meet();
    for (; heard < control.told; heard++) member.hear(next(link) as Message);
    const { phase } = control;
    if (phase === phases.stop) return;
    member.carryOut(phase);
    if (phase === phases.commit || member.failure) {
      link.tell({ kind: 'report', member: place.number, findings: member.takeFindings(), counts: member.counts });
    }
    member.meet();
  }
}

/** The next letter, which has been sent. */
function next(link: Link): Letter {
  for (;;) {
    const letter = link.hear();
    if (letter) return letter;
  }
}

/** What all members have found in a round, in the order of the states. */
export interface Round {
  /** States that the new ones stand for. */
  readonly represented: number;
  readonly sightings: readonly Sighting[];
  readonly ended: readonly Ended[];
}

/** The threads of a search. */
export class Team {
  private readonly control = new Control(new Int32Array(new SharedArrayBuffer(4 * controlWords)));
  private readonly member: Member;
  private readonly links: Link[] = [];
  private readonly countsOf = new Map<number, Counts>();
  private told = 0;

  /**
   * Starts threads, which are of use once they have been gathered.
   * @param runner - of the thread of the search
   * @param store - which all of them are to work on
   */
  constructor(
    runner: Runner,
    private readonly store: Store,
    questions: Questions,
    helpers: Helpers,
  ) {
    const placeOf = (number: number): Place => ({ number, members: helpers.count + 1, control: this.control.words });
    const { words, translated } = runner;
    const { hashCompaction } = store.options;
    for (let number = 1; number <= helpers.count; number++) {
      const options = { words, childrenMax: questions.instances, ...(hashCompaction && { hashCompaction }) };
      this.links.push(helpers.start({ translated, store: options, questions, place: placeOf(number) }));
    }
    this.member = new Member(runner, store, questions, placeOf(0), (message) => this.tell(message));
  }

  /** Waits until all threads have started, and shares the store with them. */
  gather(): void {
    this.store.share((part) => this.tell(part));
    this.phase(phases.gather);
  }

  /** Bytes that the members hold beside the store. */
  get bytes(): number {
    return this.member.bytes;
  }

  /** Counts of all members since the team began. */
  get counts(): readonly Counts[] {
    return [this.member.counts, ...this.countsOf.values()];
  }

  /** Expands the states from one up to another, which are {@link roundParents} at most. */
  round(head: number, end: number): Round {
    const { control, store } = this;
    control.begin(head, end, store.size);
    this.phase(phases.expand);
    const found = control.total('count');
    const numbers = control.stretch() * (this.links.length + 1);
    if (store.mustGrow(found, numbers)) {
      const table = store.emptyTableFor(found, numbers);
      this.phase(phases.hash);
      const old = store.replaceTable(table);
      this.phase(phases.enter);
      if (store.slots.giveBack(old)) this.phase(phases.collect);
    }
    store.room(store.size + found);
    this.phase(phases.settle);
    this.phase(phases.commit);
    store.committed(control.total('fresh'), end);
    return this.findings();
  }

  /** Lets the other threads end. */
  stop(): void {
    this.control.order(phases.stop, this.told);
    this.member.leave();
  }

  private reports: Report[] = [];

  /** All carry out a phase, and then hear what was told meanwhile. */
  private phase(phase: Phase): void {
    this.control.order(phase, this.told);
    this.member.meet();
    this.member.carryOut(phase);
    this.member.meet();
    for (const link of this.links) {
      for (let letter = link.hear(); letter; letter = link.hear()) this.hear(letter);
    }
    this.failIfAny();
  }

  private hear(letter: Letter): void {
    if (letter.kind === 'report') {
      this.reports.push(letter);
      this.countsOf.set(letter.member, letter.counts);
    } else {
      this.member.hear(letter);
      this.tell(letter);
    }
  }

  private tell(message: Message): void {
    for (const link of this.links) link.tell(message);
    this.told++;
  }

  /** Of several failures that of the first state counts: it is the one that a search alone would meet. */
  private failIfAny(): void {
    const failures = [this.member.failure, ...this.reports.map(({ findings }) => findings.failure)].flatMap((one) => one ?? []);
    const [first] = failures.sort((a, b) => a.chunk - b.chunk);
    if (first) throw errorNamed(first);
  }

  private findings(): Round {
    const all = [this.member.takeFindings(), ...this.reports.map(({ findings }) => findings)];
    this.reports = [];
    return {
      represented: all.reduce((sum, { represented }) => sum + represented, 0),
      sightings: all.flatMap(({ sightings }) => sightings).sort((a, b) => a.chunk - b.chunk || a.at - b.at),
      ended: all.flatMap(({ ended }) => ended).sort((a, b) => a.chunk - b.chunk),
    };
  }
}

function errorNamed({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'ModelError') return new ModelError(message);
  if (name === 'ArchiveError') return new ArchiveError(message);
  return name === 'RangeError' ? new RangeError(message) : new Error(message);
}
