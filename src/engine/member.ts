/**
 * One of the threads that search together. A round expands some states of a level, which the members take in chunks;
 * what is new is numbered in the order of chunks, so that nothing depends on who did what:
 *
 *   expand   members take chunks and put down the successors that the store has not found, in their mail
 *   hash     if the table is too small: members write down the hashes of the states, each of some
 *   enter    and fill a larger one, each its own regions
 *   collect  where memory is short: the old one is given back to the system
 *   settle   each member looks up the successors whose hashes are its own, in order: which are new?
 *   commit   members number the new states of their chunks, and put them into the store
 *
 * Between phases all wait for each other. While one expands, nobody writes what others read.
 */
import { same } from './arena.js';
import { Barrier } from './barrier.js';
import { Expander, type Finder, type Questions } from './expander.js';
import { Mail } from './mail.js';
import { at, chunkParents, ofChunk, phases, type Phase } from './round.js';
import type { Runner } from './runner.js';
import type { Part, Store } from './store.js';

/** What a member tells the others: memory that it shares. */
export type Message = Part | { readonly kind: 'mail'; readonly member: number; readonly buffer: ArrayBufferLike };

/** A violation, and where it is in the order of a round. */
export interface Sighting {
  readonly chunk: number;
  /** The position of the successor in the mail. */
  readonly at: number;
  readonly properties: number;
  /** The state that violates them, or from which the step does. */
  readonly state: number;
  readonly step?: number;
}

/** A state without a step. */
export interface Ended {
  readonly chunk: number;
  readonly state: number;
  readonly ends: number;
}

/** What keeps a member from going on. */
export interface Failure {
  readonly chunk: number;
  /** Of the error. */
  readonly name: string;
  readonly message: string;
}

/** What a member has found in a round. */
export interface Findings {
  /** States that the new ones of its chunks stand for. */
  readonly represented: number;
  readonly sightings: readonly Sighting[];
  readonly ended: readonly Ended[];
  readonly failure?: Failure;
}

/** A member's counts since the start. */
export interface Counts {
  readonly transitions: number;
  readonly fired: Float64Array;
  readonly uncovered: number;
}

/** A member's place in the team. */
export interface Place {
  /** From 0, which is the thread of the search. */
  readonly number: number;
  readonly members: number;
  /** Of {@link controlWords} words. */
  readonly control: Int32Array;
}

interface Chunk {
  readonly number: number;
  readonly member: number;
  readonly first: number;
  readonly count: number;
  readonly fresh: number;
}

/** Carries out phases. */
export class Member {
  private readonly expander: Expander;
  private readonly mails: Mail[] = [];
  private readonly barrier: Barrier;
  private sightings: Sighting[] = [];
  private ended: Ended[] = [];
  private represented = 0;
  /** What has gone wrong, if anything. */
  failure: Failure | undefined;
  private chunk = 0;
  /** Positions of successors. */
  private own = new Int32Array(0);
  private numbers = new Int32Array(0);

  /** @param tell - tells the others of memory */
  constructor(
    private readonly runner: Runner,
    private readonly store: Store,
    questions: Questions,
    private readonly place: Place,
    private readonly tell: (message: Message) => void,
  ) {
    const finder: Finder = {
      ended: (state, ends) => this.ended.push({ chunk: this.chunk, state, ends }),
      observed: (properties, state, step) => this.sightings.push({ chunk: this.chunk, at: this.mail.count, properties, state, step }),
      found: (i, parent, violated) => this.mail.put(runner, i, parent, violated),
    };
    this.expander = new Expander(runner, store, questions, finder);
    this.barrier = new Barrier(place.control, at.barrier, place.members);
    this.growMail(1 << 14);
  }

  /** Waits for the other members. */
  meet(): void {
    this.barrier.wait();
  }

  /** Lets the other members go on without this one. */
  leave(): void {
    this.barrier.comes();
  }

  /** Hears of memory that another member shares. */
  hear(message: Message): void {
    if (message.kind !== 'mail') this.store.adopt(message);
    else if (message.member !== this.place.number) this.mails[message.member] = this.mailIn(message.buffer);
  }

  /** Bytes of the mail. */
  get bytes(): number {
    return this.mails.reduce((bytes, { words }) => bytes + words.buffer.byteLength, 0);
  }

  /** Carries out a phase. A member that cannot says so, and the others go on to the end of the phase. */
  carryOut(phase: Phase): void {
    try {
      if (phase === phases.expand) this.expand();
      else if (phase === phases.hash) this.hash();
      else if (phase === phases.enter) this.enter();
      else if (phase === phases.collect) this.store.options.collect?.();
      else if (phase === phases.settle) this.settle();
      else if (phase === phases.commit) this.commit();
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      this.failure ??= { chunk: this.chunk, name, message };
    }
  }

  /** What was found in this round; asked once. */
  takeFindings(): Findings {
    const { sightings, ended, represented, failure } = this;
    [this.sightings, this.ended, this.represented] = [[], [], 0];
    return { represented, sightings, ended, ...(failure && { failure }) };
  }

  /** Counts since the start. */
  get counts(): Counts {
    const { transitions, fired, uncovered } = this.expander;
    return { transitions, fired, uncovered };
  }

  private get mail(): Mail {
    return this.mails[this.place.number]!;
  }

  private mailIn(buffer: ArrayBufferLike): Mail {
    return new Mail(buffer, this.runner.words, this.place.members);
  }

  private growMail(capacity: number): void {
    const { number, members } = this.place;
    const buffer = Mail.allocate(capacity, this.runner.words, members);
    const mail = this.mailIn(buffer);
    if (this.mails[number]) mail.copy(this.mails[number]);
    this.mails[number] = mail;
    this.tell({ kind: 'mail', member: number, buffer });
  }

  private expand(): void {
    const { control, number } = this.place;
    this.mail.clear();
    const [head, end] = [control[at.head]!, control[at.end]!];
    for (;;) {
      this.chunk = Atomics.add(control, at.next, 1);
      let from = head + this.chunk * chunkParents;
      if (from >= end) return;
      const to = Math.min(from + chunkParents, end);
      const first = this.mail.count;
      while (from < to) {
        if (!this.mail.hasRoom(this.runner.room)) this.growMail(2 * this.mail.capacity);
        from = this.expander.batch(from, to);
      }
      const record = at.chunks + this.chunk * ofChunk.words;
      control.set([number, first, this.mail.count - first, 0], record);
    }
  }

  private hash(): void {
    const { number, members, control } = this.place;
    this.store.slots.hashOwn(control[at.base]!, number, members);
  }

  private enter(): void {
    const { number, members, control } = this.place;
    this.store.slots.enterOwn(control[at.base]!, number, members);
  }

  /** Finds out which successors are new: of equal ones the first is. */
  private settle(): void {
    const { control, number } = this.place;
    const { mails, store } = this;
    const [base, stride] = [control[at.base]!, control[at.stride]!];
    for (const chunk of this.chunks()) {
      const { words, hashes, slots, capacity } = mails[chunk.member]!;
      this.listUpTo(chunk.count);
      const mine = this.findOwn(hashes, chunk.first, chunk.count);
      const equals = (position: number, i: number): boolean => this.isSame(position, words, i);
      const fresh = store.slots.claim({ words, hashes, equals }, this.own, mine, slots, number * capacity, base + chunk.member * stride, base);
      Atomics.add(control, at.chunks + chunk.number * ofChunk.words + ofChunk.fresh, fresh);
    }
  }

  /** Makes room for lists of so many successors, and for one more that is looked at and not taken. */
  private listUpTo(count: number): void {
    if (this.own.length <= count) [this.own, this.numbers] = [new Int32Array(2 * count + 1), new Int32Array(2 * count + 1)];
  }

  /** Lists the successors of a chunk whose hashes are this member's; returns how many. */
  private findOwn(hashes: Int32Array, first: number, count: number): number {
    const { own, place: { number, members }, store: { slots: { table } } } = this;
    let mine = 0;
    for (let i = first; i < first + count; i++) {
      own[mine] = i;
      mine += Number(table.ownerOf(hashes[i]!, members) === number);
    }
    return mine;
  }

  /** Whether a successor, given by its position among all of the round, has the words of another. */
  private isSame(position: number, words: Int32Array, i: number): boolean {
    const stride = this.place.control[at.stride]!;
    const other = this.mails[Math.floor(position / stride)]!.words;
    const size = this.runner.words;
    return same(other, (position % stride) * size, words, i * size, size);
  }

  /** Numbers the new states. Who expanded a chunk puts its states in their places, and whose hash one has its number in its slot. */
  private commit(): void {
    let state = this.place.control[at.base]!;
    for (const chunk of this.chunks()) {
      this.listUpTo(chunk.count);
      this.enterNumbers(chunk, state);
      if (chunk.member === this.place.number) this.commitChunk(chunk, state);
      state += chunk.fresh;
    }
  }

  private enterNumbers({ member, first, count }: Chunk, base: number): void {
    const { place: { number, members }, own, numbers, store: { slots: { table } } } = this;
    const { hashes, slots, capacity } = this.mails[member]!;
    let mine = 0;
    let state = base;
    for (let i = first; i < first + count; i++) {
      const owner = table.ownerOf(hashes[i]!, members);
      const isNew = Number(slots[owner * capacity + i]! >= 0);
      own[mine] = i;
      numbers[mine] = state;
      mine += isNew & Number(owner === number);
      state += isNew;
    }
    for (let j = 0; j < mine; j++) {
      const i = own[j]!;
      table.slots[slots[number * capacity + i]!] = table.entry(hashes[i]!, numbers[j]!);
    }
  }

  private commitChunk({ number, first, count, fresh }: Chunk, base: number): void {
    const { store: { parents, slots: { table } }, mail, own, place: { control, members } } = this;
    const { hashes, slots, capacity, violated } = mail;
    for (let i = first, listed = 0; i < first + count; i++) {
      own[listed] = i;
      listed += Number(slots[table.ownerOf(hashes[i]!, members) * capacity + i]! >= 0);
    }
    this.store.put(mail.words, own, fresh, base);
    let from = control[at.head]! + number * chunkParents;
    const to = Math.min(from + chunkParents, control[at.end]!);
    let represented = 0;
    for (let j = 0; j < fresh; j++) {
      const i = own[j]!;
      const parent = mail.parents[i]!;
      for (; from <= parent; from++) parents.begin(from, base + j);
      parents.note(parent);
      represented += mail.orbits[i]!;
      if (violated[i]) this.sightings.push({ chunk: number, at: i, properties: violated[i], state: base + j });
    }
    for (; from < to; from++) parents.begin(from, base + fresh);
    this.represented += represented;
  }

  /** The chunks of the round. */
  private chunks(): Chunk[] {
    const { control } = this.place;
    const chunks: Chunk[] = [];
    const parents = control[at.end]! - control[at.head]!;
    for (let number = 0; number * chunkParents < parents; number++) {
      const [member, first, count, fresh] = control.subarray(at.chunks + number * ofChunk.words);
      chunks.push({ number, member: member!, first: first!, count: count!, fresh: fresh! });
    }
    return chunks;
  }
}
