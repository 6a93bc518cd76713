/**
 * Sets of candidates as bits, and families of sets: what is minimal, what is maximal, and the minimal sets that meet
 * demands.
 */

/** A set of candidates: bit i stands for candidate i. */
export type Subset = bigint;

/** Demands of a set that, if it has all of `given`, it has one of `oneOf` too. */
export interface Demand {
  readonly given: Subset;
  readonly oneOf: Subset;
}

/** The empty set. */
export const nothing: Subset = 0n;

/** The set of the first `count` candidates. */
export function firstOf(count: number): Subset {
  return (1n << BigInt(count)) - 1n;
}

/** The set of one candidate. */
export function only(member: number): Subset {
  return 1n << BigInt(member);
}

/** Whether every member of `a` is one of `b`. */
export function within(a: Subset, b: Subset): boolean {
  return (a & ~b) === nothing;
}

/** The candidates of a set, ascending. */
export function membersOf(set: Subset): number[] {
  const members: number[] = [];
  for (let i = 0, left = set; left !== nothing; i++, left >>= 1n) if (left & 1n) members.push(i);
  return members;
}

/** The number of candidates of a set. */
export function sizeOf(set: Subset): number {
  return membersOf(set).length;
}

/** Every subset of a set, itself and the empty one included; there are 2 to the power of its size. */
export function* subsetsOf(set: Subset): Generator<Subset> {
  let subset = nothing;
  do {
    yield subset;
    subset = (subset - set) & set;
  } while (subset !== nothing);
}

/** The sets that contain no other one of the family, each once, the smallest first. */
export function minimalOf(family: Iterable<Subset>): Subset[] {
  const found: Subset[] = [];
  for (const set of bySize(family)) if (!found.some((smaller) => within(smaller, set))) found.push(set);
  return found;
}

/** The sets that no other one of the family contains, each once, the greatest first. */
export function maximalOf(family: Iterable<Subset>): Subset[] {
  const found: Subset[] = [];
  for (const set of bySize(family).reverse()) if (!found.some((greater) => within(set, greater))) found.push(set);
  return found;
}

/** Whether a set meets a demand. */
export function meets(set: Subset, { given, oneOf }: Demand): boolean {
  return !within(given, set) || (set & oneOf) !== nothing;
}

/** The demands that no other one implies, each once. */
export function strongestOf(demands: readonly Demand[]): Demand[] {
  const implies = (a: Demand, b: Demand): boolean => within(a.given, b.given) && within(a.oneOf, b.oneOf);
  return demands.filter((demand, i) =>
    demands.every((other, k) => k === i || !implies(other, demand) || (k > i && implies(demand, other))));
}

/**
 * The minimal sets that meet all demands, the smallest first. A set that fails one can only be mended by one of its
 * `oneOf`, so that all are reached from the empty set, by size.
 */
export function minimalMeeting(demands: readonly Demand[]): Subset[] {
  const found: Subset[] = [];
  let level = new Set([nothing]);
  while (level.size > 0) {
    const next = new Set<Subset>();
    for (const set of level) {
      if (found.some((smaller) => within(smaller, set))) continue;
      const failed = demands.find((demand) => !meets(set, demand));
      if (!failed) found.push(set);
      else for (const member of membersOf(failed.oneOf)) next.add(set | only(member));
    }
    level = next;
  }
  return found;
}

/** The demands in groups that have no candidate in common: what meets one group says nothing about another. */
export function independent(demands: readonly Demand[]): Demand[][] {
  const groups: { demands: Demand[]; about: Subset }[] = [];
  for (const demand of demands) {
    const about = demand.given | demand.oneOf;
    const touched = groups.filter((group) => (group.about & about) !== nothing);
    const merged = {
      demands: [...touched.flatMap((group) => group.demands), demand],
      about: touched.reduce((all, group) => all | group.about, about),
    };
    groups.splice(0, groups.length, ...groups.filter((group) => !touched.includes(group)), merged);
  }
  return groups.map((group) => group.demands);
}

/** The `count` smallest unions of one set of each family. */
export function smallestUnions(families: readonly (readonly Subset[])[], count: number): Subset[] {
  return families.reduce<Subset[]>(
    (unions, family) => bySize(unions.flatMap((union) => family.map((set) => union | set))).slice(0, count),
    [nothing],
  );
}

/** Sorted by size, then by their first members; each once. */
function bySize(family: Iterable<Subset>): Subset[] {
  const sized = [...new Set(family)].map((set) => ({ set, members: membersOf(set) }));
  sized.sort((a, b) => a.members.length - b.members.length || compare(a.members, b.members));
  return sized.map(({ set }) => set);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((member, i) => member !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
