/**
 * Which sets of candidates are safe, found with few questions. The answers so far are generalized to demands: a set that is
 * unsafe is made as large as it can be while it stays so, and then a safe set must have a candidate from outside it. The
 * minimal sets that meet all demands are asked for next, until all of these are safe (dualize and advance, Gunopulos et al.
 * 1997). This rests on the assumption that a candidate more never makes a safe set unsafe; a demand that an answer
 * contradicts is given up for a narrower one, so that the result is right for all that was asked in any case.
 */
import { maximalOf, membersOf, minimalMeeting, nothing, only, within, type Demand, type Subset } from './sets.js';

/** Whether a set is safe; `open` is an answer that a limit has prevented, and counts as unsafe. */
export type Answer = 'safe' | 'unsafe' | 'open';

/** What an oracle tells of a set. */
export interface Told {
  readonly answer: Answer;
  /**
   * The candidates that the answer depends on, each chosen in view of whether those before it are in the set: it is the same for
   * every set that has the same of them.
   */
  readonly asked: readonly number[];
}

/** What was told of all sets between the least and the greatest one. */
export interface Known<T extends Told> {
  readonly least: Subset;
  readonly greatest: Subset;
  readonly told: T;
}

/** How many sets are asked for together: an unsafe one makes the others pointless. */
const askedAtOnce = 4;

/** What is known of the subsets of one set of candidates. */
export class Lattice<T extends Told> {
  private readonly all: Subset;
  private readonly answers: Known<T>[] = [];
  private readonly pending = new Map<Subset, Promise<Known<T>>>();
  private wanted: Demand[] = [];

  /**
   * @param all - all candidates
   * @param oracle - tells of a set
   */
  constructor(
    all: Subset,
    private readonly oracle: (set: Subset) => Promise<T>,
  ) {
    this.all = all;
  }

  /** What is known of a set; asks where nothing is. */
  async ask(set: Subset): Promise<Known<T>> {
    const before = this.find(set);
    if (before) return before;
    const question = this.pending.get(set) ?? this.question(set);
    this.pending.set(set, question);
    return question;
  }

  /** Whether a set is safe. */
  async isSafe(set: Subset): Promise<boolean> {
    return (await this.ask(set)).told.answer === 'safe';
  }

  /** Everything that is known, in an order that does not depend on which answer came first. */
  get known(): readonly Known<T>[] {
    return [...this.answers].sort((a, b) => (a.least === b.least ? Number(a.greatest > b.greatest) : a.least < b.least ? -1 : 1));
  }

  /** Asks until something is known of every set, so that nothing rests on an assumption; false where that takes too many answers. */
  askAll(answersMax: number): Promise<boolean> {
    return this.askBelow(nothing, nothing, answersMax);
  }

  /**
   * Asks until every minimal set that meets the demands is known to be safe, and all that is known to be unsafe fails one. To be
   * called again when more sets have been asked for.
   */
  async settle(): Promise<void> {
    // One small safe set spares many questions about great ones.
    if (this.find(this.all)?.told.answer === 'safe' && this.unsafe.length > 0) await this.shrink(this.all, membersOf(this.all));
    for (;;) {
      this.wanted = this.wanted.filter((demand) => this.isConsistent(demand));
      const unexplained = this.unsafe.find((known) => !this.wanted.some((demand) => explains(demand, known)));
      if (unexplained !== undefined) {
        this.wanted.push(await this.demandOf(unexplained));
        continue;
      }
      const open = this.minimalSafe.filter((set) => this.find(set) === undefined);
      if (open.length === 0) return;
      await this.askUntilUnsafe(open);
    }
  }

  /** What a safe set must have, as far as the answers tell. */
  get demands(): readonly Demand[] {
    return this.wanted;
  }

  /** The minimal safe sets, once settled. */
  get minimalSafe(): Subset[] {
    return minimalMeeting(this.wanted);
  }

  /** The greatest of the sets known to be unsafe: all maximal unsafe sets, once settled, if no candidate does any harm. */
  get maximalUnsafe(): Subset[] {
    return maximalOf(this.unsafe.map(({ greatest }) => greatest));
  }

  private find(set: Subset): Known<T> | undefined {
    return this.answers.find(({ least, greatest }) => within(least, set) && within(set, greatest));
  }

  private async question(set: Subset): Promise<Known<T>> {
    const told = await this.oracle(set);
    const asked = told.asked.reduce((all, member) => all | only(member), nothing);
    const known = { least: set & asked, greatest: set | (this.all & ~asked), told };
    // Another set of the same model may have been asked for meanwhile.
    const before = this.answers.find(({ least, greatest }) => least === known.least && greatest === known.greatest);
    if (!before) this.answers.push(known);
    return before ?? known;
  }

  /** Asks for the sets that agree with a set on what is settled, one for each way of answering what is asked. */
  private async askBelow(set: Subset, settled: Subset, answersMax: number): Promise<boolean> {
    if (this.answers.length >= answersMax) return false;
    let decided = settled;
    for (const candidate of (await this.ask(set)).told.asked) {
      if ((decided & only(candidate)) !== nothing) continue;
      decided |= only(candidate);
      if (!(await this.askBelow(set ^ only(candidate), decided, answersMax))) return false;
    }
    return true;
  }

  private async askUntilUnsafe(sets: readonly Subset[]): Promise<void> {
    for (let at = 0; at < sets.length; at += askedAtOnce) {
      const answers = await Promise.all(sets.slice(at, at + askedAtOnce).map((set) => this.isSafe(set)));
      if (answers.includes(false)) return;
    }
  }

  /** The widest demand that something unsafe gives rise to and that no answer contradicts. */
  private async demandOf({ least, greatest }: Known<T>): Promise<Demand> {
    const outside = this.all & ~(await this.enlarge(greatest, membersOf(this.all & ~greatest)));
    const widest: Demand = { given: nothing, oneOf: outside };
    if (this.isConsistent(widest)) return widest;
    const narrower = [{ given: await this.reduce(least, membersOf(least)), oneOf: outside }, { given: least, oneOf: outside }];
    return narrower.find((demand) => this.isConsistent(demand)) ?? { given: least, oneOf: this.all & ~greatest };
  }

  /** An unsafe set with as many of the others as leave it unsafe, trying whole blocks first. */
  private async enlarge(unsafe: Subset, others: readonly number[]): Promise<Subset> {
    const left = others.filter((member) => !within(only(member), unsafe));
    if (left.length === 0) return unsafe;
    const greatest = await this.unsafeAbove(left.reduce((set, member) => set | only(member), unsafe));
    if (greatest !== undefined) return greatest;
    if (left.length === 1) return unsafe;
    const half = left.length >> 1;
    return this.enlarge(await this.enlarge(unsafe, left.slice(0, half)), left.slice(half));
  }

  /** A set known to be unsafe with all of the given one; undefined if that is safe, or would be as it contains a safe set. */
  private async unsafeAbove(set: Subset): Promise<Subset | undefined> {
    const known = this.find(set) ?? this.unsafe.find(({ greatest }) => within(set, greatest));
    if (known) return known.told.answer === 'safe' ? undefined : known.greatest;
    if (this.answers.some(({ least, told }) => told.answer === 'safe' && within(least, set))) return undefined;
    const { told, greatest } = await this.ask(set);
    return told.answer === 'safe' ? undefined : greatest;
  }

  /** A safe set without as many of its members as leave it safe, trying whole blocks first. */
  private async shrink(safe: Subset, members: readonly number[]): Promise<Subset> {
    const left = members.filter((member) => within(only(member), safe));
    if (left.length === 0) return safe;
    const rest = await this.ask(left.reduce((set, member) => set & ~only(member), safe));
    if (rest.told.answer === 'safe') return rest.least;
    if (left.length === 1) return safe;
    const half = left.length >> 1;
    return this.shrink(await this.shrink(safe, left.slice(0, half)), left.slice(half));
  }

  /** An unsafe set without as many of its members as leave it unsafe. */
  private async reduce(unsafe: Subset, members: readonly number[]): Promise<Subset> {
    const left = members.filter((member) => within(only(member), unsafe));
    if (left.length === 0) return unsafe;
    const rest = await this.ask(left.reduce((set, member) => set & ~only(member), unsafe));
    if (rest.told.answer !== 'safe') return rest.least;
    if (left.length === 1) return unsafe;
    const half = left.length >> 1;
    return this.reduce(await this.reduce(unsafe, left.slice(0, half)), left.slice(half));
  }

  private isConsistent({ given, oneOf }: Demand): boolean {
    return !this.answers.some(({ least, greatest, told }) =>
      told.answer === 'safe' && within(given, greatest) && (least & oneOf) === nothing && (given & oneOf) === nothing);
  }

  private get unsafe(): Known<T>[] {
    return this.known.filter(({ told }) => told.answer !== 'safe');
  }
}

/** Whether every set that something is known of fails the demand. */
function explains({ given, oneOf }: Demand, { least, greatest }: Known<Told>): boolean {
  return within(given, least) && (greatest & oneOf) === nothing;
}

/** Whether some superset of a safe set is known to be unsafe. */
export function hasUnsafeSuperset({ known }: Pick<Lattice<Told>, 'known'>, set: Subset): boolean {
  return known.some(({ greatest, told }) => told.answer !== 'safe' && within(set, greatest));
}
