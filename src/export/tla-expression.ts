/**
 * Expressions in TLA+: a choice is a string, a member of an index type a number from 0, none is -1, a set
 * a set. The trees hold numbers only, so that a constant takes its meaning from what stands beside it.
 */
import { nameOf, type Domain } from '../engine/domain.js';
import type { Node, ReadNode, Variable } from '../engine/node.js';
import { unbroken } from './lines.js';
import { ExportError } from './subject.js';

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>;

/** The present value of a variable: its own name, or that of a definition. */
export type Present = (variable: Variable) => string;

const bits = 30;
const anyMember = Array.from({ length: bits }, (_, i) => String(i));
const numbers: Domain = { kind: 'range', low: 0, high: 0 };
const anySet: Domain = { kind: 'set', of: { kind: 'index', name: 'any', members: anyMember } };
const truth: Domain = { kind: 'bool' };

/**
 * An expression that can stand next to any operator; its value is of the domain. Throws an ExportError for
 * an order of values that are no numbers.
 */
export function tlaText(node: Node, present: Present, domain: Domain = sortOf(node) ?? numbers): string {
  const text = (of: Node, sort: Domain = domain): string => tlaText(of, present, sort);
  switch (node.kind) {
    case 'constant':
      return tlaValue(node.value, domain);
    case 'read':
      return readText(node, present);
    case 'compare':
      return compareText(node, present);
    case 'not':
      return node.of.kind === 'compare' && node.of.op === '='
        ? compareText(node.of, present, '#')
        : `~${text(node.of, truth)}`;
    case 'and':
      return node.of.length === 0 ? 'TRUE' : `(${node.of.map((of) => text(of, truth)).join(' /\\ ')})`;
    case 'or':
      return node.of.length === 0 ? 'FALSE' : `(${node.of.map((of) => text(of, truth)).join(' \\/ ')})`;
    case 'sum':
      return `(${text(node.left, numbers)} ${node.sign === 1 ? '+' : '-'} ${text(node.right, numbers)})`;
    case 'single':
      return `{${text(node.item, numbers)}}`;
    case 'combine': {
      const sort = domain.kind === 'set' ? domain : anySet;
      const sign = { union: '\\cup', intersect: '\\cap', minus: '\\' }[node.op];
      return `(${text(node.left, sort)} ${sign} ${text(node.right, sort)})`;
    }
    case 'member':
      return `(${text(node.item, numbers)} \\in ${text(node.set, sortOf(node.set) ?? anySet)})`;
    case 'if':
      return `(IF ${text(node.condition, truth)} THEN ${text(node.then)} ELSE ${text(node.else)})`;
    case 'table': {
      const entries = node.values.map((value) => tlaValue(value, domain));
      return `<<${entries.join(', ')}>>[${text(node.index, numbers)} + 1]`;
    }
    case 'bound':
    case 'exists':
      throw new Error('bound variables are replaced before they are exported');
  }
}

/** A value of a domain. */
export function tlaValue(value: number, domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return value === 0 ? 'FALSE' : 'TRUE';
    case 'choice':
      return `"${nameOf(domain, value).replaceAll(/["\\]/g, '\\$&').replaceAll(' ', unbroken)}"`;
    case 'set':
      return `{${anyMember.filter((_, i) => (value >> i) & 1).join(', ')}}`;
    case 'optional':
      if (value === -1) return 'none';
      break;
    default:
  }
  return value < 0 ? `(${value})` : String(value);
}

/** The set of all values of a domain. */
export function tlaDomain(domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return 'BOOLEAN';
    case 'range':
      return `${tlaValue(domain.low, domain)}..${tlaValue(domain.high, domain)}`;
    case 'choice':
      return `{${domain.names.map((_, value) => tlaValue(value, domain)).join(', ')}}`;
    case 'index':
      return `0..${tlaValue(domain.members.length - 1, domain)}`;
    case 'optional':
      return `(${tlaDomain(domain.of)}) \\cup {none}`;
    case 'set':
      return `SUBSET (${tlaDomain(domain.of)})`;
  }
}

/** The indices of a variable's element: `0, 1`. */
export function tlaIndices({ variable, indices }: ReadNode, present: Present): string {
  return indices.map((index, i) => inner(tlaText(index, present, variable.dimensions[i]))).join(`,${unbroken}`);
}

function readText(read: ReadNode, present: Present): string {
  const name = present(read.variable);
  return read.indices.length === 0 ? name : `${name}[${tlaIndices(read, present)}]`;
}

function compareText({ op, left, right }: Of<'compare'>, present: Present, sign = op === '<=' ? '=<' : op as string): string {
  const sort = sortOf(left) ?? sortOf(right) ?? numbers;
  if (op !== '=' && sort.kind !== 'range' && sort.kind !== 'index') {
    throw new ExportError('it puts values in order that are no numbers, which TLA+ does not');
  }
  return `(${tlaText(left, present, sort)}${unbroken}${sign}${unbroken}${tlaText(right, present, sort)})`;
}

/** The domain that an expression's values belong to, as far as it shows. */
function sortOf(node: Node): Domain | undefined {
  switch (node.kind) {
    case 'constant':
    case 'table':
      return undefined;
    case 'read':
      return node.variable.domain;
    case 'bound':
      return node.bound.over;
    case 'sum':
      return numbers;
    case 'single':
      return anySet;
    case 'combine':
      return sortOf(node.left) ?? sortOf(node.right) ?? anySet;
    case 'if':
      return sortOf(node.then) ?? sortOf(node.else);
    default:
      return truth;
  }
}

/** A text without the parentheses around it, where it has no others. */
export function inner(text: string): string {
  return /^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text;
}
