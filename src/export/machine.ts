/**
 * What an exporter writes down: the step instances that the search runs, the variables that make up a
 * state, and numbered facts that another checker can be asked about. Where the program has constants,
 * their values are put in, as the search has them.
 */
import { footprintOf } from '../engine/footprint.js';
import type { Constants } from '../engine/layout.js';
import { deadlock, type Model } from '../engine/model.js';
import { lengthOf, type Node, type Variable } from '../engine/node.js';
import type { Program } from '../engine/program.js';
import { isTrue, remainderOf, specialize, type StepInstance } from '../engine/specialize.js';

/** A variable with its elements in each start state. */
export interface Started {
  readonly variable: Variable;
  readonly starts: readonly (readonly number[])[];
}

/** An expression about the states of one end, such as the condition of a litmus test. */
export interface Question {
  readonly name: string;
  /** The name of the end. */
  readonly end: string;
  readonly holds: Node;
}

/** Something about a model that is or is not so. */
export interface Fact {
  /** From 1, in the order in which a reader looks at them. */
  readonly number: number;
  /** `property` is a test of states, `observed` one that steps make on their way. */
  readonly kind: 'property' | 'observed' | 'deadlock' | 'end' | 'question' | 'cover';
  readonly name: string;
  /** What it means, where the model says. */
  readonly meaning: string;
  /** The test; absent for what steps observe and for deadlock. */
  readonly holds?: Node;
  /** The fact of the end that a question is about. */
  readonly of?: Fact;
}

/** A step instance as it is written down. */
export type Action = Pick<StepInstance, 'step' | 'name' | 'guard' | 'effects'>;

/** A model taken apart. */
export interface Machine {
  readonly model: Model;
  readonly actions: readonly Action[];
  /** Variables that make up a state: all but those that nothing reads or writes. */
  readonly variables: readonly Started[];
  /** Number of start states. */
  readonly starts: number;
  /** States that have no successors even where steps are enabled. */
  readonly cut?: Node;
  readonly facts: readonly Fact[];
}

/** Takes a program apart, with questions about its model's ends. */
export function machineOf(program: Program, questions: readonly Question[] = []): Machine {
  const { model, layout: { constants }, starts } = program;
  const actions = program.instances.flatMap((instance) => actionOf(instance, constants));
  const cuts = model.ends.filter(({ cuts }) => cuts).map(({ holds }) => holds);
  const facts = factsOf(model, questions, constants);
  const used = usedBy(actions, facts);
  return {
    model,
    actions,
    variables: startedIn(program).filter((started) => used.has(started.variable.name) || differsIn(started)),
    starts: starts.length,
    ...(cuts.length > 0 ? { cut: specialize({ kind: 'or', of: cuts }, { constants }) } : {}),
    facts,
  };
}

function actionOf(instance: StepInstance, constants: Constants): Action[] {
  const remainder = remainderOf(instance, constants);
  if (!remainder) return [];
  const guard = remainder.guard.filter((test) => !isTrue(test));
  return [{ step: instance.step, name: instance.name, guard, effects: remainder.effects }];
}

/** Names of the variables that are read or written. */
function usedBy(actions: readonly Action[], facts: readonly Fact[]): Set<string> {
  const steps = actions.map(({ guard, effects }) => footprintOf({ when: guard, then: effects }));
  const tests = facts.flatMap(({ holds }) => (holds ? [footprintOf({ when: [holds], then: [] })] : []));
  return new Set([...steps, ...tests].flatMap(({ reads, writes }) => [...reads, ...writes]));
}

function differsIn({ starts }: Started): boolean {
  return starts.some((values) => values.join() !== starts[0]!.join());
}

/** What an action is called for a reader: its name, and its step's label where the name does not have it. */
export function titleOf({ name, step: { label } }: Action): string {
  return name.includes(label) ? name : `${name}: ${label}`;
}

/** Facts of the given kinds, in order. */
export function factsOfKind({ facts }: Machine, ...kinds: readonly Fact['kind'][]): Fact[] {
  return facts.filter(({ kind }) => kinds.includes(kind));
}

function factsOf(model: Model, questions: readonly Question[], constants: Constants): Fact[] {
  const facts: Fact[] = [];
  const put = (holds: Node): Node => specialize(holds, { constants });
  const add = (fact: Omit<Fact, 'number'>): Fact => {
    const numbered = { ...fact, number: facts.length + 1 };
    facts.push(numbered);
    return numbered;
  };
  for (const { name, meaning, holds } of model.properties) {
    if (holds) add({ kind: 'property', name, meaning, holds: put(holds) });
    else add({ kind: name === deadlock ? 'deadlock' : 'observed', name, meaning });
  }
  for (const { name, holds } of model.ends) {
    const of = add({ kind: 'end', name, meaning: '', holds: put(holds) });
    const about = questions.filter(({ end }) => end === name);
    for (const question of about) {
      add({ kind: 'question', name: question.name, meaning: '', holds: put(question.holds), of });
    }
  }
  for (const { name, holds } of model.covers) add({ kind: 'cover', name, meaning: '', holds: put(holds) });
  return facts;
}

function startedIn({ layout, starts }: Program): Started[] {
  return layout.variables.map((variable) => {
    const values = (words: Int32Array): number[] =>
      Array.from({ length: lengthOf(variable) }, (_, element) => layout.read(words, variable, element));
    return { variable, starts: starts.map(values) };
  });
}
