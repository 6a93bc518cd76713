/** What a model means, computed in the plainest way: the interpreter applied to every step as written. */
import { nameOf } from '../../src/engine/domain.js';
import { evaluate, execute, ModelError, type Environment } from '../../src/engine/interpret.js';
import type { Packed } from '../../src/engine/layout.js';
import { deadlock, type Model, type Step } from '../../src/engine/model.js';
import type { Node } from '../../src/engine/node.js';
import type { Program } from '../../src/engine/program.js';
import { environmentsOf } from './random-model.js';

/** What one step instance does in a state. */
export type Taken =
  | { readonly name: string; readonly kind: 'blocked' }
  /** `avoidable`: a later conjunct is false, and one that is tested earlier might have shown it. */
  | { readonly name: string; readonly kind: 'fault'; readonly message: string; readonly avoidable: boolean }
  | { readonly name: string; readonly kind: 'next'; readonly step: Step; readonly words: Int32Array; readonly violated: readonly string[] };

/** What every step instance does in a state, in the order of the model. */
export function takenFrom({ model, layout }: Program, words: Int32Array): Taken[] {
  return model.steps.flatMap((step) =>
    environmentsOf(step.parameters).map((values) => take(model, step, values, { layout, words })));
}

function take(model: Model, step: Step, environment: Environment, { layout, words }: Packed): Taken {
  const given = step.parameters.map((p) => `${p.name}=${nameOf(p.over, environment.get(p)!)}`);
  const name = given.length ? `${step.name}(${given.join(',')})` : step.name;
  const after = { layout, words: words.slice() };
  const results = step.when.flatMap(conjunctsOf).map((test) => attempt(() => evaluate(test, after, environment)));
  const decisive = results.find((result) => result !== 1);
  if (decisive === 0) return { name, kind: 'blocked' };
  if (decisive !== undefined) return { name, kind: 'fault', message: String(decisive), avoidable: results.includes(0) };
  const violated = new Set<string>();
  const done = attempt(() => (execute(step.then, after, (property) => violated.add(property), environment), 1));
  if (done !== 1) return { name, kind: 'fault', message: String(done), avoidable: false };
  return { name, kind: 'next', step, words: after.words, violated: namesIn(model, violated) };
}

function conjunctsOf(node: Node): Node[] {
  return node.kind === 'and' ? node.of.flatMap(conjunctsOf) : [node];
}

/** The result, or the message of the fault that it raised. */
export function attempt(compute: () => number): number | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

function namesIn(model: Model, names: ReadonlySet<string>): string[] {
  return model.properties.map((property) => property.name).filter((name) => names.has(name));
}

/** What a search must find, without the details of how it finds it. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly fired: ReadonlyMap<string, number>;
  /** By property: the state, the step that observed it, if any, and the steps that lead there. */
  readonly violations: ReadonlyMap<string, { state: number; step?: number; trace: number[] }>;
  readonly ends: ReadonlyMap<string, number[]>;
  readonly uncovered: readonly string[];
}

/** A breadth-first search with a Map of strings; of the program it takes only the numbers of the steps. */
export function explore(program: Program): Found {
  const { model, layout, starts } = program;
  const numberOf = new Map(program.instances.map((instance, i) => [instance.name, i]));
  const known = new Map<string, number>();
  const queue: { words: Int32Array; trace: number[] }[] = [];
  const violations: [string, { state: number; step?: number; trace: number[] }][] = [];
  const ends = new Map(model.ends.map((end) => [end.name, [] as number[]]));
  const fired = new Map(model.steps.map((step) => [step.name, 0]));
  let transitions = 0;
  const holds = (node: Node, words: Int32Array): boolean => evaluate(node, { layout, words }) === 1;
  const add = (words: Int32Array, trace: number[]): void => {
    if (known.has(words.join())) return;
    known.set(words.join(), queue.length);
    for (const property of model.properties) {
      if (property.holds && !holds(property.holds, words)) violations.push([property.name, { state: queue.length, trace }]);
    }
    queue.push({ words, trace });
  };
  for (const start of starts) add(start, []);
  for (let state = 0; state < queue.length; state++) {
    const { words, trace } = queue[state]!;
    const next = takenFrom(program, words).flatMap((taken) => (taken.kind === 'next' ? [taken] : []));
    next.sort((a, b) => numberOf.get(a.name)! - numberOf.get(b.name)!);
    for (const taken of next) {
      const step = numberOf.get(taken.name)!;
      fired.set(taken.step.name, fired.get(taken.step.name)! + 1);
      for (const property of taken.violated) violations.push([property, { state, step, trace: [...trace, step] }]);
      add(taken.words, [...trace, step]);
    }
    transitions += next.length;
    if (next.every((taken) => taken.step.spontaneous)) {
      const end = model.ends.find((e) => holds(e.holds, words));
      if (end) ends.get(end.name)!.push(state);
      else if (model.properties.some((p) => p.name === deadlock)) violations.push([deadlock, { state, trace }]);
    }
  }
  return {
    states: queue.length,
    transitions,
    depth: queue.at(-1)!.trace.length,
    fired,
    violations: new Map(violations.reverse()),
    ends,
    uncovered: model.covers.filter((c) => !queue.some(({ words }) => holds(c.holds, words))).map((c) => c.name),
  };
}
