/**
 * Expressions in Promela. A variable is stored as its distance from the lowest value of its domain, so
 * that "none" is 0 and a negative number needs no sign; a set is a mask. Faults become faults of the
 * verifier: SPIN checks an index when, and only when, it evaluates it, and so {@link faulty} is an array
 * of one element that is given whatever else cannot be an index.
 */
import { boundsOf } from '../engine/bounds.js';
import { highOf, lowOf, nameOf, type Domain } from '../engine/domain.js';
import { baseOf, sizeOf, strideOf, type Node, type ReadNode, type Variable } from '../engine/node.js';
import { unbroken } from './lines.js';

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>;

/** The name of an array of one element, 0. */
export const faulty = 'sd_zero';

/** Writes expressions over named variables; whoever declares them asks {@link canFault} at the end. */
export class PromelaExpressions {
  /** Whether the expressions written so far need {@link faulty}. */
  canFault = false;

  /** @param names - identifiers of the variables */
  constructor(private readonly names: ReadonlyMap<Variable, string>) {}

  /** All of the tests, from the left. */
  conjunction(nodes: readonly Node[]): string {
    return nodes.length === 0 ? 'true' : nodes.map((node) => this.text(node)).join(' && ');
  }

  /** An expression that can stand next to any operator; throws for a bound variable, and for a variable without a name. */
  text(node: Node): string {
    switch (node.kind) {
      case 'constant':
        return number(node.value);
      case 'read': {
        const low = lowOf(node.variable.domain);
        return low === 0 ? this.stored(node) : `(${this.stored(node)} ${shift(low)})`;
      }
      case 'compare':
        return `(${this.compare(node)})`;
      case 'not':
        return this.negation(node.of);
      case 'and':
        return `(${this.conjunction(node.of)})`;
      case 'or':
        return node.of.length === 0 ? 'false' : `(${node.of.map((of) => this.text(of)).join(' || ')})`;
      case 'sum':
        return `(${this.text(node.left)} ${node.sign === 1 ? '+' : '-'} ${this.text(node.right)})`;
      case 'single':
        return `(1 << ${this.inside(node.item, 0, 30)})`;
      case 'combine': {
        const [left, right] = [this.text(node.left), this.text(node.right)];
        return { union: `(${left} | ${right})`, intersect: `(${left} & ${right})`, minus: `(${left} & ~${right})` }[node.op];
      }
      case 'member':
        return `((${this.text(node.set)} >> ${this.inside(node.item, 0, 30)}) & 1)`;
      case 'if':
        return `(${this.text(node.condition)} -> ${this.text(node.then)} : ${this.text(node.else)})`;
      case 'table':
        return this.table(node);
      case 'bound':
      case 'exists':
        throw new Error('bound variables are replaced before they are exported');
    }
  }

  /** An expression for the negation; two exclamation marks would be an operator of their own. */
  negation(node: Node): string {
    if (node.kind === 'not') return this.text(node.of);
    return node.kind === 'compare' && node.op === '=' ? `(${this.compare(node, '!=')})` : `!${this.text(node)}`;
  }

  /** The value as a variable of this domain stores it. */
  storedValue(node: Node, domain: Domain): string {
    const low = lowOf(domain);
    if (node.kind === 'constant') return `${node.value - low}${meaningOf(node.value, domain)}`;
    if (node.kind === 'read' && lowOf(node.variable.domain) === low) return this.stored(node);
    if (node.kind === 'if') {
      const [then, otherwise] = [node.then, node.else].map((of) => this.storedValue(of, domain));
      return `(${this.text(node.condition)} -> ${then} : ${otherwise})`;
    }
    return low === 0 ? bare(this.text(node)) : `${this.text(node)} ${shift(-low)}`;
  }

  /** The element that a variable is stored in. SPIN checks the only index of an array itself. */
  stored({ variable, indices }: ReadNode): string {
    const { name, dimensions } = variable;
    const identifier = this.names.get(variable);
    if (identifier === undefined) throw new ReferenceError(`${name} is no variable of the model`);
    const [first] = dimensions;
    if (!first) return identifier;
    if (dimensions.length === 1) return `${identifier}[${indexText(indices[0]!, baseOf(first), this.text(indices[0]!))}]`;
    const terms = dimensions.flatMap((dimension, i) => {
      const stride = strideOf(dimensions, i);
      const index = this.inside(indices[i]!, baseOf(dimension), sizeOf(dimension));
      if (index === '0') return [];
      return stride === 1 ? index : `${index}*${stride}`;
    });
    return `${identifier}[${terms.join(' + ') || '0'}]`;
  }

  /** An index moved to start at 0; a fault where it lies outside. */
  private inside(node: Node, base: number, size: number): string {
    const [least, greatest] = boundsOf(node);
    const fits = least >= base && greatest < base + size;
    const text = indexText(node, base, this.text(node));
    const index = /^\w+$/.test(text) ? text : `(${text})`;
    if (fits) return index;
    this.canFault = true;
    return `(${index} >= 0 && ${index} < ${Math.max(1, size)} -> ${index} : ${faulty}[${bare(index)}])`;
  }

  private compare({ op, left, right }: Of<'compare'>, sign = op === '=' ? '==' : op): string {
    const between = `${unbroken}${sign}${unbroken}`;
    if (left.kind === 'read') {
      const { domain } = left.variable;
      const low = lowOf(domain);
      if (right.kind === 'constant') {
        return `${this.stored(left)}${between}${number(right.value - low)}${meaningOf(right.value, domain)}`;
      }
      if (right.kind === 'read' && lowOf(right.variable.domain) === low) {
        return `${this.stored(left)}${between}${this.stored(right)}`;
      }
    }
    return `${this.text(left)}${between}${this.text(right)}`;
  }

  /** The entry of a constant table; a fault where there is none. */
  private table({ values, index }: Of<'table'>): string {
    const [least, greatest] = boundsOf(index);
    const fits = least >= 0 && greatest < values.length;
    const at = this.text(index);
    const cases = values.map((value, position) => [position, number(value)] as const);
    const last = fits ? cases.pop()?.[1] : undefined;
    if (last === undefined) this.canFault = true;
    return cases.reduceRight(
      (rest, [position, value]) => `(${at} == ${position} -> ${value} : ${rest})`,
      last ?? `${faulty}[${bare(at)}]`,
    );
  }
}

/** A text between comment signs. */
export function comment(text: string): string {
  return `/* ${text.replaceAll('*/', '* /').replaceAll('/*', '/ *')} */`;
}

function meaningOf(value: number, domain: Domain): string {
  const named = domain.kind === 'choice' || domain.kind === 'optional' || domain.kind === 'index';
  if (!named || value < lowOf(domain) || value > highOf(domain)) return '';
  return unspaced(` ${comment(nameOf(domain, value))}`);
}

const number = (value: number): string => (value < 0 ? `(${value})` : String(value));

const shift = (by: number): string => (by < 0 ? `- ${-by}` : `+ ${by}`);

function indexText(node: Node, base: number, text: string): string {
  if (node.kind === 'constant') return number(node.value - base);
  return unspaced(base === 0 ? bare(text) : `${text} ${shift(-base)}`);
}

const unspaced = (text: string): string => text.replaceAll(' ', unbroken);

/** A text without the parentheses around all of it. */
function bare(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length - 1; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    if (depth === 0) return text;
  }
  return text.startsWith('(') && !text.includes(' -> ') ? text.slice(1, -1) : text;
}
