/** Jobs that many machines share: who does which, and what two answers to the same job have to do with each other. */
import type { Result } from './job.js';

/** One of a number of equal parts, numbered from 0. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The numbers, from 0, of the jobs that belong to a shard: every one belongs to exactly one, whatever the number of shards. */
export function jobsOfShard(jobs: number, { index, of }: Shard): number[] {
  return Array.from({ length: jobs }, (_, i) => i).filter((i) => i % of === index);
}

/** What a result says of the properties: `unknown` where a limit came before any violation. */
export function verdictOf({ violations, limit }: Pick<Result, 'violations' | 'limit'>): 'holds' | 'violated' | 'unknown' {
  if (violations.length > 0) return 'violated';
  return limit === undefined ? 'holds' : 'unknown';
}

/** Steps of the shortest trace to a violation; undefined where there is none. */
export function shortestOf({ violations }: Pick<Result, 'violations'>): number | undefined {
  return violations.length === 0 ? undefined : Math.min(...violations.map(({ length }) => length));
}

/** Whether a result would be the same on another machine and another day: limits of time and memory strike where they will. */
export function isLasting({ limit }: Pick<Result, 'limit'>): boolean {
  return limit === undefined || limit === 'states' || limit === 'depth';
}

/**
 * Whether both can be answers to one job. Lasting ones must be equal in all they say. One that time or memory cut short
 * must not be refuted by the other: no other verdict, no violation where it has found none.
 */
export function agree(a: Result, b: Result): boolean {
  if (isLasting(a) && isLasting(b)) return JSON.stringify(a) === JSON.stringify(b);
  const [x, y] = [verdictOf(a), verdictOf(b)];
  if (x === 'unknown') return y !== 'violated' || shortestOf(b)! >= a.depth;
  if (y === 'unknown') return agree(b, a);
  return x === y && shortestOf(a) === shortestOf(b);
}

/** Which of two answers that agree to keep: the one that lasts, then the one that says more; in either order the same. */
export function moreOf(a: Result, b: Result): Result {
  const rank = (one: Result): readonly [number, number, number, string] =>
    [Number(isLasting(one)), Number(verdictOf(one) !== 'unknown'), one.states, JSON.stringify(one)];
  const [x, y] = [rank(a), rank(b)];
  const differs = x.findIndex((value, i) => value !== y[i]);
  return differs >= 0 && x[differs]! < y[differs]! ? b : a;
}
