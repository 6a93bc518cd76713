/**
 * Traces: a path through the state space, step by step, with what each step says and a fingerprint of
 * the state that it leads to. Following a trace again is the same walk with the fingerprints checked.
 */
import { fingerprint } from './fingerprint.js';
import { evaluate, render } from './interpret.js';
import type { Packed } from './layout.js';
import type { Line } from './model.js';
import type { Violation } from './outcome.js';
import { nodeText } from './print.js';
import type { Program } from './program.js';
import type { Search } from './search.js';
import type { Environment } from './interpret.js';

/** One step of a trace. */
export interface TraceStep {
  /** Name of the step instance within the model. */
  readonly name: string;
  readonly label: string;
  readonly actor: string;
  /** What the step says, values filled in. */
  readonly lines: readonly string[];
  /** Fingerprint of the state after the step. */
  readonly fingerprint: string;
}

/** A path from a start state. */
export interface Trace {
  readonly model: string;
  /** Which of the model's distinct start states, from 0, and its fingerprint. */
  readonly start: { readonly number: number; readonly fingerprint: string };
  readonly steps: readonly TraceStep[];
}

/** A path as numbers: a start state and step instances of one program. */
export interface Path {
  readonly start: number;
  readonly steps: readonly number[];
}

/** Why a recorded trace cannot be followed. */
export class ReplayError extends Error {
  override name = 'ReplayError';

  /** @param step - number of the step, from 1; 0 for the start state */
  constructor(
    readonly step: number,
    reason: string,
  ) {
    super(step === 0 ? `start state: ${reason}` : `step ${step}: ${reason}`);
  }
}

/**
 * The first path by which a state was found, followed by one more step where one is given. With symmetry the state
 * stands for others: the path is one of the model as it is written, to the first of them.
 */
export function pathTo(search: Search, state: number, last?: number): Path {
  const { start, steps } = walkTo(search, state, last);
  return { start, steps };
}

/** A path with the states along it, without the one after the last step if that was asked for. */
interface Walked extends Path {
  readonly states: readonly Int32Array[];
}

/** Follows the states by which a state was first found, in the model as it is written. */
function walkTo({ program, store }: Search, state: number, last: number | undefined): Walked {
  const chain: number[] = [];
  for (let at = state; at >= 0; at = store.parentOf(at)) chain.push(at);
  chain.reverse();
  const start = program.starts.findIndex((words) => store.is(chain[0]!, program.representative(words)));
  const states = [program.starts[start]!];
  const steps: number[] = [];
  for (const target of chain.slice(1)) {
    const { step, words } = firstTo(program, states.at(-1)!, (representative) => store.is(target, representative));
    steps.push(step);
    states.push(words);
  }
  if (last !== undefined) steps.push(counterpartOf(program, last, states.at(-1)!));
  return { start, steps, states };
}

/** The first step from a state to one that a certain state stands for. */
function firstTo(program: Program, from: Int32Array, isTarget: (representative: Int32Array) => boolean): { step: number; words: Int32Array } {
  program.reset();
  program.expand(from, 0);
  const real = program.symmetry.order > 1 ? program.states.slice(0, program.count() * program.words) : program.states;
  program.canonize(0, program.count());
  for (let i = 0; i < program.count(); i++) {
    if (!isTarget(program.states.subarray(i * program.words, (i + 1) * program.words))) continue;
    return { step: program.taken[i]!, words: real.slice(i * program.words, (i + 1) * program.words) };
  }
  throw new Error('a state was not found from its predecessor');
}

/** The first step from a state that does what a step does from the state that stands for it: the same violations, and states after it with one representative. */
function counterpartOf(program: Program, step: number, real: Int32Array): number {
  if (program.symmetry.order === 1) return step;
  const representative = program.representative(real);
  const deeds = (words: Int32Array): { step: number; deed: string }[] => {
    program.reset();
    program.expand(words, 0);
    program.canonize(0, program.count());
    return Array.from({ length: program.count() }, (_, i) => {
      const after = program.states.slice(i * program.words, (i + 1) * program.words);
      return { step: program.taken[i]!, deed: `${program.violated[i]} ${after.join()}` };
    });
  };
  const { deed } = deeds(representative).find((one) => one.step === step)!;
  return deeds(real).find((one) => one.deed === deed)!.step;
}

/** A violation with all that led to it: the first path by which it was found, and the states along that. */
export interface History {
  readonly violation: Violation;
  /** Step instances; the last one is the violating step where the violation has one. */
  readonly steps: readonly number[];
  /** The start state first; as many as there are steps before the violating one, and one more. */
  readonly states: readonly Int32Array[];
}

/** The history of a violation, along the first path to it; see {@link pathTo}. */
export function historyOf(search: Search, violation: Violation): History {
  const { steps, states } = walkTo(search, violation.state, violation.step);
  return { violation, steps, states };
}

/** The history of a violation that a path of one's own leads to. */
export function historyAlong(program: Program, path: Path, violation: Violation): History {
  const states = statesAlong(program, path);
  return { violation, steps: path.steps, states: violation.step === undefined ? states : states.slice(0, -1) };
}

/** The states along a path, the start state first. */
export function statesAlong(program: Program, path: Path): Int32Array[] {
  const states = [program.starts[path.start]!];
  for (const step of path.steps) {
    const next = successors(program, states.at(-1)!).find((s) => s.step === step);
    if (!next) throw new ReplayError(states.length, `${program.instances[step]?.name} cannot be taken`);
    states.push(next.words);
  }
  return states;
}

/** A next state, with the step that leads to it and the properties that the step violates. */
export interface Successor {
  readonly step: number;
  readonly words: Int32Array;
  readonly violated: readonly string[];
}

/** Every next state, in the order of the step instances. */
export function successors(program: Program, words: Int32Array): Successor[] {
  program.reset();
  program.expand(words, 0);
  return Array.from({ length: program.count() }, (_, i) => ({
    step: program.taken[i]!,
    words: program.states.slice(i * program.words, (i + 1) * program.words),
    violated: namesOf(program, program.violated[i]!),
  }));
}

/** The properties of states that a state violates. */
export function violatedBy(program: Program, words: Int32Array): string[] {
  return namesOf(program, program.check(words, 0));
}

/** The trace of a path. */
export function traceOf(program: Program, path: Path): Trace {
  const { model, layout } = program;
  const states = statesAlong(program, path);
  return {
    model: model.name,
    start: { number: path.start, fingerprint: fingerprint(layout, states[0]!) },
    steps: path.steps.map((number, i) => {
      const { step, name, environment } = program.instances[number]!;
      const before: Packed = { layout, words: states[i]! };
      return {
        name,
        label: step.label,
        actor: step.actor,
        lines: step.says.flatMap((line) => rendered(line, before, environment)),
        fingerprint: fingerprint(layout, states[i + 1]!),
      };
    }),
  };
}

function rendered(line: Line, before: Packed, environment: Environment): string[] {
  if (line.if && evaluate(line.if.node, before, environment) !== 1) return [];
  const parts = line.text.map((part) =>
    typeof part === 'string' ? part : render(part.node, part.domain, before, environment),
  );
  return [parts.join('')];
}

/** Follows a recorded trace; throws a ReplayError at the first step that the model does not take so. */
export function replay(program: Program, trace: Trace): Path {
  const { layout } = program;
  const start = program.starts[trace.start.number];
  if (!start) throw new ReplayError(0, `the model has no start state ${trace.start.number}`);
  if (fingerprint(layout, start) !== trace.start.fingerprint) throw new ReplayError(0, 'the state is another one');
  let words = start;
  const steps = trace.steps.map((recorded, i) => {
    const number = program.instances.findIndex((instance) => instance.name === recorded.name);
    if (number < 0) throw new ReplayError(i + 1, `the model has no step ${recorded.name}`);
    const next = successors(program, words).find((s) => s.step === number);
    if (!next) throw new ReplayError(i + 1, `${recorded.name} cannot be taken: ${blockedBy(program, number, words)}`);
    if (fingerprint(layout, next.words) !== recorded.fingerprint) {
      throw new ReplayError(i + 1, `${recorded.name} leads to another state than recorded`);
    }
    words = next.words;
    return number;
  });
  return { start: trace.start.number, steps };
}

/** The conjunct of a step's guard that is false in a state, as text; empty when the step can be taken. */
export function blockedBy(program: Program, number: number, words: Int32Array): string {
  const state: Packed = { layout: program.layout, words };
  const conjunct = program.instances[number]!.guard.find((test) => evaluate(test, state) !== 1);
  return conjunct ? `${nodeText(conjunct)} is false` : '';
}

function namesOf(program: Program, mask: number): string[] {
  return program.model.properties.filter((_, i) => mask & (1 << i)).map((property) => property.name);
}
