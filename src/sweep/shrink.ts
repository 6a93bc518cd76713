/** Makes something smaller, one cut after the other, for as long as it still shows what it is to show. */

/**
 * The smallest that single cuts lead to: none of its own candidates shows any more. Each candidate must be
 * smaller than what it is made from, by whatever measure, or the cuts never end.
 *
 * @param candidates - what single cuts make of it, the largest cuts first
 * @param shows - whether a candidate may take its place; asked of no other than candidates
 */
export async function shrink<T>(
  start: T,
  candidates: (of: T) => readonly T[],
  shows: (candidate: T) => Promise<boolean>,
): Promise<T> {
  let current = start;
  for (;;) {
    const smaller = await pass(current, candidates, shows);
    if (smaller === undefined) return current;
    current = smaller;
  }
}

/** Tries every cut once, each on what the ones before have left; undefined where none was possible. */
async function pass<T>(
  start: T,
  candidates: (of: T) => readonly T[],
  shows: (candidate: T) => Promise<boolean>,
): Promise<T | undefined> {
  let smallest: T | undefined;
  let list = candidates(start);
  for (let at = 0; at < list.length; ) {
    const candidate = list[at]!;
    if (!(await shows(candidate))) at++;
    else {
      smallest = candidate;
      // What is at the same place now is the next cut.
      list = candidates(candidate);
    }
  }
  return smallest;
}
