/**
 * What an exporter writes down: the step instances that the search runs, the variables that make up a
 * state, and numbered facts that another checker can be asked about.
 */
import { footprintOf } from '../engine/footprint.js';
import { deadlock, type Model } from '../engine/model.js';
import { lengthOf, type Node, type Variable } from '../engine/node.js';
import { compile, type Program } from '../engine/program.js';
import { isTrue, remainderOf, specialize, type Known, type StepInstance } from '../engine/specialize.js';

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

/** What of a model to take apart. */
export interface MachineOptions {
  readonly questions?: readonly Question[];
  /** Put in the values of what never changes, as the search does; the default. */
  readonly fold?: boolean;
}

/** Takes a model apart; its schema and the model must not change afterwards. */
export function machineOf(model: Model, { questions = [], fold = true }: MachineOptions = {}): Machine {
  const program = compile(model);
  const known: Known = fold ? { constants: program.layout.constants } : {};
  const actions = program.instances.flatMap((instance) => actionOf(instance, known));
  const cuts = model.ends.filter(({ cuts }) => cuts).map(({ holds }) => holds);
  const facts = factsOf(model, questions, known);
  const trees = actions.map(({ guard, effects }) => footprintOf({ when: guard, then: effects }));
  const tests = facts.flatMap(({ holds }) => (holds ? [footprintOf({ when: [holds], then: [] })] : []));
  const used = new Set([...trees, ...tests].flatMap(({ reads, writes }) => [...reads, ...writes]));
  const differs = ({ starts }: Started): boolean => starts.some((values) => values.join() !== starts[0]!.join());
  return {
    model,
    actions,
    variables: startedIn(program).filter((started) => used.has(started.variable.name) || differs(started)),
    starts: program.starts.length,
    ...(cuts.length > 0 ? { cut: specialize({ kind: 'or', of: cuts }, known) } : {}),
    facts,
  };
}

function actionOf(instance: StepInstance, { constants = new Map() }: Known): Action[] {
  const remainder = remainderOf(instance, constants);
  if (!remainder) return [];
  const guard = remainder.guard.filter((test) => !isTrue(test));
  return [{ step: instance.step, name: instance.name, guard, effects: remainder.effects }];
}

/** Facts of the given kinds, in order. */
export function factsOfKind({ facts }: Machine, ...kinds: readonly Fact['kind'][]): Fact[] {
  return facts.filter(({ kind }) => kinds.includes(kind));
}

function factsOf(model: Model, questions: readonly Question[], known: Known): Fact[] {
  const facts: Fact[] = [];
  const add = (fact: Omit<Fact, 'number'>): Fact => {
    const numbered = { ...fact, number: facts.length + 1 };
    facts.push(numbered);
    return numbered;
  };
  for (const { name, meaning, holds } of model.properties) {
    if (holds) add({ kind: 'property', name, meaning, holds: specialize(holds, known) });
    else add({ kind: name === deadlock ? 'deadlock' : 'observed', name, meaning });
  }
  for (const { name, holds } of model.ends) {
    const of = add({ kind: 'end', name, meaning: '', holds: specialize(holds, known) });
    const about = questions.filter(({ end }) => end === name);
    for (const question of about) {
      add({ kind: 'question', name: question.name, meaning: '', holds: specialize(question.holds, known), of });
    }
  }
  for (const { name, holds } of model.covers) add({ kind: 'cover', name, meaning: '', holds: specialize(holds, known) });
  return facts;
}

function startedIn({ layout, starts }: Program): Started[] {
  return layout.variables.map((variable) => {
    const values = (words: Int32Array): number[] =>
      Array.from({ length: lengthOf(variable) }, (_, element) => layout.read(words, variable, element));
    return { variable, starts: starts.map(values) };
  });
}
