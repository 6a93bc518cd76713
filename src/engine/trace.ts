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

/** The first path by which a state was found, followed by one more step where one is given. */
export function pathTo(search: Search, state: number, last?: number): Path {
  const { program, store } = search;
  const chain: number[] = [];
  for (let at = state; at >= 0; at = store.parentOf(at)) chain.unshift(at);
  let words = program.starts[chain[0]!]!;
  const steps = chain.slice(1).map((next) => {
    const all = successors(program, words);
    const taken = all.find((successor) => store.is(next, successor.words))!;
    words = taken.words;
    return taken.step;
  });
  return { start: chain[0]!, steps: last === undefined ? steps : [...steps, last] };
}

/** A violation with all that led to it: the first path by which it was found, and the states along that. */
export interface History {
  readonly violation: Violation;
  /** Step instances; the last one is the violating step where the violation has one. */
  readonly steps: readonly number[];
  /** The start state first; as many as there are steps before the violating one, and one more. */
  readonly states: readonly Int32Array[];
}

/** The history of a violation, read from the store. */
export function historyOf(search: Search, violation: Violation): History {
  const { store } = search;
  const states: Int32Array[] = [];
  for (let at = violation.state; at >= 0; at = store.parentOf(at)) states.push(store.wordsOf(at));
  return { violation, steps: pathTo(search, violation.state, violation.step).steps, states: states.reverse() };
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
