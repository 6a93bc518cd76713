/**
 * Following a trace in another model: the same steps in the same order, where the other model has more steps (they may
 * come in between) or fewer (they are left out). A search over the states of the other model and the number of steps
 * followed so far, nearest first.
 */
import { evaluate, ModelError } from './interpret.js';
import type { Packed } from './layout.js';
import type { Node } from './node.js';
import { nodeText } from './print.js';
import type { Program } from './program.js';
import type { StepInstance } from './specialize.js';
import { successors, type Path } from './trace.js';

/** What to follow, and what the two models have in common. */
export interface Following {
  /** The steps of the trace, by what they have in common with those of other models. */
  readonly keys: readonly string[];
  /** The same of a step of the model that is followed in. */
  keyOf(instance: StepInstance): string;
  /** Whether a step that the trace does not have may come in between. */
  mayInsert(instance: StepInstance): boolean;
  /** Whether the step at this position of the trace, from 0, may be left out; the last one, which shows what it shows, never is. */
  mayLeaveOut(position: number): boolean;
  /** Whether what the trace ends in is shown by a state, or by the step that led to it violating these properties. */
  shows(words: Int32Array, violated: readonly string[]): boolean;
  /** How many pairs of a state and a number of steps to look at, at most. */
  pairsMax: number;
}

/** How far a trace could be followed. */
export interface Followed {
  /** `possible`: to the end, which shows the same. `changed`: to an end that does not. `open`: the limit was reached before. */
  readonly outcome: 'possible' | 'blocked' | 'changed' | 'open';
  /** The way as far as it goes. */
  readonly path: Path;
  /** For each step of the way the position of the step of the trace that it is, from 0; undefined for one inserted. */
  readonly matches: readonly (number | undefined)[];
  /** Steps of the trace followed, those left out included. */
  readonly matched: number;
  readonly inserted: number;
  readonly leftOut: number;
  /** What keeps the next step from being taken. */
  readonly obstacle?: Obstacle;
}

/** Why a step cannot be taken. */
export interface Obstacle {
  /** The conjunct of its guard that is false, as text; absent where the model has no such step. */
  readonly conjunct?: string;
  /** Position on the way, from 0, of the step that last changed what the conjunct reads; absent where none did. */
  readonly changedBy?: number;
}

interface Pair {
  readonly words: Int32Array;
  readonly matched: number;
  readonly from?: Pair;
  /** The step that led here; absent at the start and where a step of the trace was left out. */
  readonly step?: number;
  readonly inserted: number;
  readonly leftOut: number;
}

/** Follows a trace from a start state. */
export function follow(program: Program, start: number, following: Following): Followed {
  const { keys, pairsMax } = following;
  const keyOf = program.instances.map((instance) => following.keyOf(instance));
  const mayInsert = program.instances.map((instance) => following.mayInsert(instance));
  const first: Pair = { words: program.starts[start]!, matched: 0, inserted: 0, leftOut: 0 };
  const [seen, queue] = [new Set([pairKey(first)]), [first]];
  let furthest = first;
  for (let head = 0; head < queue.length; head++) {
    const pair = queue[head]!;
    if (pair.matched > furthest.matched) furthest = pair;
    const next = keys[pair.matched];
    if (next === undefined) continue;
    if (seen.size > pairsMax) return { ...wayTo(start, furthest), outcome: 'open' };
    const { words: here, matched, inserted, leftOut } = pair;
    const add = (more: Partial<Pair>): void => {
      const found: Pair = { words: here, matched, inserted, leftOut, from: pair, ...more };
      const key = pairKey(found);
      if (seen.has(key)) return;
      seen.add(key);
      queue.push(found);
    };
    for (const { step, words, violated } of successors(program, pair.words)) {
      const matches = keyOf[step] === next;
      if (matches && matched === keys.length - 1 && following.shows(words, violated)) {
        return { ...wayTo(start, { words, matched: keys.length, from: pair, step, inserted, leftOut }), outcome: 'possible' };
      }
      if (matches) add({ words, step, matched: matched + 1 });
      if (mayInsert[step]) add({ words, step, inserted: inserted + 1 });
    }
    if (matched < keys.length - 1 && following.mayLeaveOut(matched)) add({ matched: matched + 1, leftOut: leftOut + 1 });
  }
  if (furthest.matched === keys.length) return { ...wayTo(start, furthest), outcome: 'changed' };
  const candidates = keyOf.flatMap((key, i) => (key === keys[furthest.matched] ? [i] : []));
  const ends = queue.filter(({ matched }) => matched === furthest.matched);
  const { pair, obstacle } = closest(program, ends, candidates);
  return { ...wayTo(start, pair), outcome: 'blocked', obstacle };
}

const pairKey = ({ matched, words }: Pair): string => `${matched} ${words.join()}`;

function wayTo(start: number, pair: Pair): Omit<Followed, 'outcome'> {
  const taken = pairsTo(pair).flatMap(({ step, matched, from }) => (step === undefined ? [] : [{ step, at: matched > from!.matched ? from!.matched : undefined }]));
  const { matched, inserted, leftOut } = pair;
  return { path: { start, steps: taken.map(({ step }) => step) }, matches: taken.map(({ at }) => at), matched, inserted, leftOut };
}

function pairsTo(pair: Pair): Pair[] {
  const pairs: Pair[] = [];
  for (let at: Pair | undefined = pair; at; at = at.from) pairs.push(at);
  return pairs.reverse();
}

/** Of the furthest ways and the steps that would do, those that come closest: whose first false conjunct is the last. */
function closest(program: Program, ends: readonly Pair[], candidates: readonly number[]): { pair: Pair; obstacle: Obstacle } {
  const { layout, instances } = program;
  const failing = ends.flatMap((pair) =>
    candidates.map((number) => {
      const { guard } = instances[number]!;
      const at = guard.findIndex((test) => evaluate(test, { layout, words: pair.words }) !== 1);
      return { pair, at, conjunct: guard[at] };
    }),
  );
  const best = failing.reduce<(typeof failing)[number] | undefined>((found, one) => (found && found.at >= one.at ? found : one), undefined);
  if (best?.conjunct === undefined) return { pair: ends[0]!, obstacle: {} };
  const changedBy = lastChange(program, pairsTo(best.pair), best.conjunct);
  return { pair: best.pair, obstacle: { conjunct: nodeText(best.conjunct), ...(changedBy !== undefined && { changedBy }) } };
}

/** The position of the last step after which the conjunct's parts have other values than before. */
function lastChange(program: Program, pairs: readonly Pair[], conjunct: Node): number | undefined {
  const reads = readsOf(conjunct);
  const values = pairs.map(({ words }) => reads.map((read) => valueOf(read, { layout: program.layout, words })).join());
  const taken = pairs.map(({ step }) => step !== undefined);
  for (let i = pairs.length - 1; i > 0; i--) {
    if (values[i] !== values[i - 1]) return taken.slice(0, i).filter(Boolean).length;
  }
  return undefined;
}

/** The value of a part of an expression; undefined where it has none, as in a state in which the rest keeps it from being read. */
function valueOf(read: Node, state: Packed): number | undefined {
  try {
    return evaluate(read, state);
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** Every read of a variable in a tree whose parameters are put in. */
function readsOf(node: Node): Node[] {
  const inside = (...nodes: readonly Node[]): Node[] => nodes.flatMap(readsOf);
  switch (node.kind) {
    case 'read':
      return [node, ...inside(...node.indices)];
    case 'compare':
    case 'sum':
    case 'combine':
      return inside(node.left, node.right);
    case 'not':
      return inside(node.of);
    case 'and':
    case 'or':
      return inside(...node.of);
    case 'single':
      return inside(node.item);
    case 'member':
      return inside(node.set, node.item);
    case 'if':
      return inside(node.condition, node.then, node.else);
    case 'table':
      return inside(node.index);
    case 'constant':
    case 'bound':
    case 'exists':
      return [];
  }
}
