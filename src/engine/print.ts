/** Expressions and effects as text, for ledgers and for saying which conjunct blocks a step. */
import { highOf, nameOf, type Domain } from './domain.js';
import type { Effect, Node } from './node.js';

/** An expression in infix notation, with the names of the schema. */
export function nodeText(node: Node): string {
  switch (node.kind) {
    case 'constant':
      return String(node.value);
    case 'bound':
      return node.bound.name;
    case 'read':
      return `${node.variable.name}${node.indices.map((i, n) => `[${valueText(i, node.variable.dimensions[n])}]`).join('')}`;
    case 'compare':
      return compareText(node);
    case 'not':
      return node.of.kind === 'compare' && node.of.op === '='
        ? compareText(node.of, '!=')
        : `!${grouped(node.of)}`;
    case 'and':
      return node.of.map(grouped).join(' && ') || 'true';
    case 'or':
      return node.of.map(grouped).join(' || ') || 'false';
    case 'sum':
      return `${grouped(node.left)} ${node.sign === 1 ? '+' : '-'} ${grouped(node.right)}`;
    case 'single':
      return `{${nodeText(node.item)}}`;
    case 'combine':
      return `${grouped(node.left)} ${{ union: '|', intersect: '&', minus: '\\' }[node.op]} ${grouped(node.right)}`;
    case 'member':
      return `${valueText(node.item, memberDomain(node.set))} in ${grouped(node.set)}`;
    case 'if':
      return `${grouped(node.condition)} ? ${grouped(node.then)} : ${grouped(node.else)}`;
    case 'table':
      return `(${node.values.join(' ')})[${nodeText(node.index)}]`;
    case 'exists':
      return `exists ${node.bound.name}: ${grouped(node.body)}`;
  }
}

/** An effect as an assignment or a statement on one line. */
export function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'assign':
      return `${nodeText(effect.target)} := ${valueText(effect.value, effect.target.variable.domain)}`;
    case 'when': {
      const otherwise = effect.else.length ? ` else { ${effect.else.map(effectText).join('; ')} }` : '';
      return `if ${nodeText(effect.condition)} { ${effect.then.map(effectText).join('; ')} }${otherwise}`;
    }
    case 'forEach':
      return `for ${effect.bound.name} { ${effect.body.map(effectText).join('; ')} }`;
    case 'observe':
      return `check ${effect.property}: ${nodeText(effect.holds)}`;
  }
}

function compareText({ op, left, right }: Extract<Node, { kind: 'compare' }>, sign = op === '=' ? '==' : op): string {
  const domain = left.kind === 'read' ? left.variable.domain : right.kind === 'read' ? right.variable.domain : undefined;
  return `${valueText(left, domain)} ${sign} ${valueText(right, domain)}`;
}

function valueText(node: Node, domain: Domain | undefined): string {
  const constant = node.kind === 'constant' && domain && node.value <= highOf(domain);
  return constant ? nameOf(domain, node.value) : grouped(node);
}

function memberDomain(set: Node): Domain | undefined {
  if (set.kind === 'read' && set.variable.domain.kind === 'set') return set.variable.domain.of;
  return set.kind === 'combine' ? memberDomain(set.left) : undefined;
}

function grouped(node: Node): string {
  const atomic = ['constant', 'bound', 'read', 'single', 'not', 'table'].includes(node.kind);
  return atomic ? nodeText(node) : `(${nodeText(node)})`;
}
