/**
 * Does a candidate more ever make a safe set unsafe? It must not, for few questions to tell which sets are safe; here
 * it is checked, on all that is known.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Lattice, Told } from './lattice.js';
import { membersOf, nothing, only, sizeOf, within, type Subset } from './sets.js';

/** A candidate that makes a safe set unsafe. */
export interface Harm {
  readonly set: Subset;
  readonly member: number;
}

/** What a check has looked at and found. */
export interface MonotonicityCheck {
  /** Pairs of answers compared: a set of the first is a proper part of one of the second. */
  readonly pairs: number;
  /** One for each candidate that does harm, to the smallest set where that is known. */
  readonly harms: readonly Harm[];
}

/** Compares every two answers; where that shows harm, asks which candidate does it. */
export async function checkMonotonicity<T extends Told>(lattice: Lattice<T>): Promise<MonotonicityCheck> {
  const harms: Harm[] = [];
  let pairs = 0;
  for (const part of lattice.known) {
    for (const whole of lattice.known) {
      if (part === whole || !within(part.least, whole.greatest)) continue;
      pairs++;
      const suspicious = part.told.answer === 'safe' && whole.told.answer === 'unsafe';
      if (!suspicious || harms.some((harm) => explains(harm, part.least, whole.greatest))) continue;
      harms.push(await harmBetween(lattice, part.least, whole.greatest));
    }
  }
  return { pairs, harms: leastOf(harms) };
}

/** Asks at some places of a random way from nothing to a set, one candidate after the other, at equal distances. */
export async function askAlong<T extends Told>(lattice: Lattice<T>, to: Subset, { places, seed }: { places: number; seed: number }): Promise<void> {
  const order = shuffled(membersOf(to), seed);
  const lengths = Array.from({ length: places }, (_, i) => Math.round(((i + 1) * order.length) / (places + 1)));
  const sets = lengths.map((length) => order.slice(0, length).reduce((set, member) => set | only(member), nothing));
  await Promise.all([...new Set(sets)].map((set) => lattice.ask(set)));
}

function explains({ set, member }: Harm, part: Subset, whole: Subset): boolean {
  return within(part, set) && within(set | only(member), whole);
}

/** The candidate at which a way from a safe set to an unsafe one becomes unsafe. */
async function harmBetween<T extends Told>(lattice: Lattice<T>, safe: Subset, unsafe: Subset): Promise<Harm> {
  const members = membersOf(unsafe & ~safe);
  if (members.length === 1) return { set: safe, member: members[0]! };
  const middle = members.slice(0, members.length >> 1).reduce((set, member) => set | only(member), safe);
  return (await lattice.isSafe(middle)) ? harmBetween(lattice, middle, unsafe) : harmBetween(lattice, safe, middle);
}

/** For each candidate the harm to the least set. */
function leastOf(harms: readonly Harm[]): Harm[] {
  const kept = new Map<number, Harm>();
  for (const harm of harms) {
    const before = kept.get(harm.member);
    if (!before || sizeOf(harm.set) < sizeOf(before.set)) kept.set(harm.member, harm);
  }
  return [...kept.values()];
}

function shuffled(members: readonly number[], seed: number): number[] {
  const generator = xoroshiro128plus(seed);
  const order = [...members];
  for (let i = order.length - 1; i > 0; i--) {
    const other = uniformInt(generator, 0, i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
