/** The step instances of a model as actions of a TLA+ module, and what they observe. */
import type { Node, Variable } from '../engine/node.js';
import { titleOf, type Action, type Machine } from './machine.js';
import type { Names } from './names.js';
import { amountOf, neededBy, occurrences, type Amount, type Definition } from './tla-effects.js';
import { inner, tlaText } from './tla-expression.js';

/** What the parts of a module are called. */
export interface Scope {
  readonly variables: ReadonlyMap<Variable, string>;
  /** Names of actions. */
  readonly actions: ReadonlyMap<Action, string>;
  /** Names of their guards. */
  readonly guards: ReadonlyMap<Action, string>;
  readonly names: Names;
}

/** The guard and the action of a step instance; throws an ExportError for what TLA+ cannot say. */
export function actionText(action: Action, machine: Machine, scope: Scope): string[] {
  const { guard, effects } = action;
  const tests = guard.map((test) => `  /\\ ${guardText(test, scope)}`);
  const amount = amountOf(effects, scope.variables, scope.names.scope());
  return [
    `(* ${titleOf(action).replaceAll('*', ' ')} *)`,
    `${scope.guards.get(action)!} ==`,
    ...(tests.length > 0 ? tests : ['  TRUE']),
    `${scope.actions.get(action)!} ==`,
    `  /\\ ${scope.guards.get(action)!}`,
    ...changes(amount, scope),
    ...unchanged(amount, machine, scope),
  ];
}

/** A test of a guard. TLC counts a successor once for each half of a disjunction, unless that is compared. */
function guardText(test: Node, scope: Scope): string {
  const text = tlaText(test, presentIn(scope), { kind: 'bool' });
  return test.kind === 'or' || test.kind === 'if' ? `${text} = TRUE` : inner(text);
}

/** What a step instance observes of a property, where it is enabled; nothing if it never looks. */
export function observationText(action: Action, property: string, scope: Scope): string[] {
  const amount = amountOf(action.effects, scope.variables, scope.names.scope());
  const tests = amount.observed.filter((observed) => observed.property === property).map(({ holds }) => holds);
  if (tests.length === 0) return [];
  const holds = tests.join(' /\\ ');
  const definitions = neededBy(holds, amount.definitions);
  const guard = `  /\\ ${scope.guards.get(action)!} =>`;
  if (definitions.length === 0) return [`${guard} (${holds})`];
  return [guard, ...chain(definitions, 7), `       IN ${holds}`];
}

function changes({ definitions, ends }: Amount, { variables }: Scope): string[] {
  if (ends.size === 0) return [];
  const needed = neededBy([...ends.values()].join(' '), definitions);
  const isLast = ({ name }: Definition): boolean => !needed.some(({ text }) => occurrences(name, text) > 0);
  const texts = new Map(needed.filter(isLast).map(({ name, text }) => [name, text]));
  const kept = needed.filter((definition) => !isLast(definition));
  const assigned = [...ends].map(([variable, name]) => `/\\ ${variables.get(variable)!}' = ${texts.get(name) ?? name}`);
  if (kept.length === 0) return assigned.map((line) => `  ${line}`);
  const [first = '', ...rest] = assigned;
  const [opening = '', ...more] = chain(kept, 5);
  return [`  /\\ ${opening.trimStart()}`, ...more, `     IN ${first}`, ...rest.map((line) => `        ${line}`)];
}

function chain(definitions: readonly Definition[], indent: number): string[] {
  return definitions.map(({ name, text }, i) => `${' '.repeat(indent)}${i === 0 ? 'LET' : '   '} ${name} == ${text}`);
}

function unchanged({ ends }: Amount, { variables }: Machine, scope: Scope): string[] {
  const same = variables.filter(({ variable }) => !ends.has(variable)).map(({ variable }) => scope.variables.get(variable)!);
  if (ends.size === 0) return ['  /\\ UNCHANGED vars'];
  return same.length > 0 ? [`  /\\ UNCHANGED <<${same.join(', ')}>>`] : [];
}

function presentIn({ variables }: Scope): (variable: Variable) => string {
  return (variable) => variables.get(variable)!;
}
