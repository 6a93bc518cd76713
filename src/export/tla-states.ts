/** The variables of a TLA+ module: their declaration, their type invariant, and the start states. */
import { lowOf, type Domain } from '../engine/domain.js';
import { baseOf, sizeOf, strideOf, type Dimension, type Variable } from '../engine/node.js';
import type { Machine } from './machine.js';
import { describeVariable } from './subject.js';
import { tlaDomain, tlaValue } from './tla-expression.js';
import { indexNames } from './tla-words.js';

/** The declaration of the variables, of `vars`, and of none where there is such a value. */
export function declarations({ variables }: Machine, nameOf: ReadonlyMap<Variable, string>): string[] {
  const names = variables.map(({ variable }) => nameOf.get(variable)!);
  const lines = variables.map(({ variable }, i) => {
    const comma = i < names.length - 1 ? ',' : '';
    return `  ${names[i]}${comma} (* ${describeVariable(variable, contents)} *)`;
  });
  const optional = variables.some(({ variable }) => variable.domain.kind === 'optional');
  return ['VARIABLES', ...lines, '', `vars == <<${names.join(', ')}>>`, ...(optional ? ['', 'none == -1'] : [])];
}

/** The invariant that every variable holds a value of its domain. */
export function typeInvariant({ variables }: Machine, nameOf: ReadonlyMap<Variable, string>): string[] {
  const tests = variables.map(({ variable }) => `  /\\ ${nameOf.get(variable)!} \\in ${typeOf(variable)}`);
  return ['TypeOK ==', ...tests];
}

/** The start states. */
export function initialStates({ variables, starts }: Machine, nameOf: ReadonlyMap<Variable, string>): string[] {
  const state = (number: number): string[] =>
    variables.map(({ variable, starts: values }) => `/\\ ${nameOf.get(variable)!} = ${initialText(variable, values[number]!)}`);
  if (starts === 1) return ['Init ==', ...state(0).map((line) => `  ${line}`)];
  const states = Array.from({ length: starts }, (_, i) => state(i).map((line, n) => `  ${n === 0 ? '\\/' : '  '} ${line}`));
  return ['Init ==', ...states.flat()];
}

function typeOf({ dimensions, domain }: Variable): string {
  if (dimensions.length === 0) return tlaDomain(domain);
  const indices = dimensions.map(indicesOf);
  return `[${indices.length === 1 ? indices[0]! : indices.map((set) => `(${set})`).join(' \\X ')} -> ${tlaDomain(domain)}]`;
}

function indicesOf(dimension: Dimension): string {
  return `${tlaValue(baseOf(dimension), dimension)}..${tlaValue(baseOf(dimension) + sizeOf(dimension) - 1, dimension)}`;
}

function initialText({ dimensions, domain }: Variable, values: readonly number[]): string {
  if (dimensions.length === 0) return tlaValue(values[0]!, domain);
  const bounds = dimensions.map((dimension, i) => `${indexNames[i]} \\in ${indicesOf(dimension)}`);
  return `[${bounds.join(', ')} |-> ${elementsText(dimensions, domain, values)}]`;
}

/** The most frequent value, or a case for each of the others. */
function elementsText(dimensions: readonly Dimension[], domain: Domain, values: readonly number[]): string {
  const places = new Map<number, string[]>();
  values.forEach((value, element) => places.set(value, [...(places.get(value) ?? []), placeOf(dimensions, element)]));
  const [first, ...others] = [...places].sort(([, a], [, b]) => b.length - a.length);
  const usual = first?.[0] ?? lowOf(domain);
  if (others.length === 0) return tlaValue(usual, domain);
  const at = dimensions.length === 1 ? indexNames[0]! : `<<${dimensions.map((_, i) => indexNames[i]).join(', ')}>>`;
  const cases = others.map(([value, where]) => `${at} \\in {${where.join(', ')}} -> ${tlaValue(value, domain)}`);
  return `CASE ${[...cases, `OTHER -> ${tlaValue(usual, domain)}`].join(' [] ')}`;
}

function placeOf(dimensions: readonly Dimension[], element: number): string {
  const indices = dimensions.map((dimension, i) => {
    return baseOf(dimension) + (Math.floor(element / strideOf(dimensions, i)) % sizeOf(dimension));
  });
  return indices.length === 1 ? String(indices[0]) : `<<${indices.join(', ')}>>`;
}

function contents(domain: Domain): string {
  switch (domain.kind) {
    case 'index':
      return domain.name;
    case 'optional':
      return `${domain.of.name} or none`;
    case 'set':
      return `set of ${domain.of.name}`;
    default:
      return '';
  }
}
