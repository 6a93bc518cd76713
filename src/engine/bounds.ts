/** What values an expression can have, as far as the domains that it reads show. */
import { highOf, lowOf } from './domain.js';
import type { Node } from './node.js';

/** The least and the greatest value of an expression, or bounds on them. */
export function boundsOf(node: Node): readonly [number, number] {
  switch (node.kind) {
    case 'constant':
      return [node.value, node.value];
    case 'read':
      return [lowOf(node.variable.domain), highOf(node.variable.domain)];
    case 'sum': {
      const [[a, b], [c, d]] = [boundsOf(node.left), boundsOf(node.right)];
      return node.sign === 1 ? [a + c, b + d] : [a - d, b - c];
    }
    case 'single':
      return [1, 2 ** Math.min(30, Math.max(0, boundsOf(node.item)[1]))];
    case 'combine': {
      const [left, right] = [boundsOf(node.left)[1], boundsOf(node.right)[1]];
      return [0, node.op === 'union' ? 2 ** (32 - Math.clz32(left | right)) - 1 : left];
    }
    case 'if': {
      const [[a, b], [c, d]] = [boundsOf(node.then), boundsOf(node.else)];
      return [Math.min(a, c), Math.max(b, d)];
    }
    case 'table':
      return [Math.min(...node.values), Math.max(...node.values)];
    default:
      return [0, 1];
  }
}
