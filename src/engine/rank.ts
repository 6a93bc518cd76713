/**
 * The second pass for readable traces: of all shortest paths to a violation, the one with the fewest
 * context switches, then the least (parent, step). Breadth-first search alone keeps the first found.
 */
import { deadlock } from './model.js';
import type { Violation } from './outcome.js';
import type { Program } from './program.js';
import type { Search } from './search.js';
import type { Path } from './trace.js';
import { known } from './store.js';

const unreached = 0xffff;

/** Costs of the best shortest path to each state, by the actor of its last step. */
interface Costs {
  readonly switches: Uint16Array;
  /** Predecessor cell (state times actors plus actor) of the best path; -1 at a start. */
  readonly from: Int32Array;
  readonly step: Int32Array;
}

/**
 * The best shortest path to a violation of the same property, or to one of those given, all as near; takes about ten bytes for each state
 * above the violation's level and each actor, so the caller bounds `states` first.
 */
export function rankedPath(search: Search, violation: Violation, among?: readonly Violation[]): Path {
  const { program, store, levels } = search;
  const actors = [...new Set(program.model.steps.map((step) => step.actor))];
  const actorOf = program.instances.map(({ step }) => actors.indexOf(step.actor));
  const width = actors.length;
  const bit = 1 << program.model.properties.findIndex((p) => p.name === violation.property);
  const expanded = levels[violation.length] ?? store.size;
  const reached = Math.min(store.size, levels[violation.length + 1] ?? store.size);
  const costs: Costs = {
    switches: new Uint16Array(reached * width).fill(unreached),
    from: new Int32Array(reached * width).fill(-1),
    step: new Int32Array(reached * width),
  };
  // Before the first step every actor is as good as the last one, so that nobody switches to it.
  costs.switches.fill(0, 0, (levels[1] ?? 0) * width);
  const best: { cost: number; cell: number; step: number | undefined } = { cost: Infinity, cell: -1, step: undefined };
  const wanted = among && new Set(among.map((one) => `${one.state} ${one.step}`));
  const isIt = (state: number, step?: number): boolean => wanted === undefined || wanted.has(`${state} ${step}`);
  let level = 0;
  for (let state = 0; state < expanded; state++) {
    while (state >= levels[level + 1]!) level++;
    program.reset();
    program.expand(store.segmentOf(state), store.offsetOf(state));
    for (let i = 0; i < program.count(); i++) {
      const step = program.taken[i]!;
      const actor = actorOf[step]!;
      const { cell, cost } = cheapest(costs, state, width, actor);
      const last = level === violation.length - 1;
      if (last && violation.step !== undefined && program.violated[i]! & bit && cost < best.cost && isIt(state, step)) {
        Object.assign(best, { cost, cell, step });
      }
      const next = store.find(program.states, i * program.words, program.hashes[i]!);
      if (next === known || next < levels[level + 1]! || next >= reached) continue;
      relax(costs, next * width + actor, cost, cell, step);
    }
  }
  if (violation.step === undefined) bestState(search, violation, { costs, width, bit, isIt }, best);
  return backtrack(costs, width, best.cell, best.step);
}

function cheapest(costs: Costs, state: number, width: number, actor: number): { cell: number; cost: number } {
  let [cell, cost] = [-1, Infinity];
  for (let previous = 0; previous < width; previous++) {
    const at = state * width + previous;
    const switches = costs.switches[at]!;
    if (switches === unreached) continue;
    const total = switches + (previous === actor ? 0 : 1);
    if (total < cost) [cell, cost] = [at, total];
  }
  return { cell, cost };
}

function relax(costs: Costs, cell: number, cost: number, from: number, step: number): void {
  if (cost >= costs.switches[cell]!) return;
  costs.switches[cell] = cost;
  costs.from[cell] = from;
  costs.step[cell] = step;
}

/** For a property of states: the cheapest violating state of the violation's level. */
function bestState(
  search: Search,
  violation: Violation,
  { costs, width, bit, isIt }: { costs: Costs; width: number; bit: number; isIt: (state: number) => boolean },
  best: { cost: number; cell: number },
): void {
  const { program, store, levels } = search;
  const end = Math.min(store.size, levels[violation.length + 1] ?? store.size);
  for (let state = levels[violation.length]!; state < end; state++) {
    const [segment, offset] = [store.segmentOf(state), store.offsetOf(state)];
    const violates = violation.property === deadlock ? isDeadlock(program, segment, offset) : program.check(segment, offset) & bit;
    if (!violates || !isIt(state)) continue;
    for (let actor = 0; actor < width; actor++) {
      const cost = costs.switches[state * width + actor]!;
      if (cost < best.cost) Object.assign(best, { cost, cell: state * width + actor });
    }
  }
}

function isDeadlock(program: Program, segment: Int32Array, offset: number): boolean {
  program.reset();
  program.expand(segment, offset);
  return program.progress() === 0 && program.end(segment, offset) === 0;
}

function backtrack(costs: Costs, width: number, cell: number, last: number | undefined): Path {
  const steps: number[] = last === undefined ? [] : [last];
  let at = cell;
  while (costs.from[at]! >= 0) {
    steps.push(costs.step[at]!);
    at = costs.from[at]!;
  }
  return { start: Math.floor(at / width), steps: steps.reverse() };
}
