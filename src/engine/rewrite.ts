/** Trees with some of their parts replaced; what is not replaced is copied, and the originals stay as they are. */
import type { Effect, Node, ReadNode } from './node.js';

/** What to put in place of parts of a tree; a part for which there is no answer is rewritten inside. */
export interface Rewrite {
  readonly node?: (node: Node) => Node | undefined;
  /** None, one or several effects in place of one. */
  readonly effect?: (effect: Effect) => readonly Effect[] | undefined;
}

/** An expression with parts replaced. */
export function rewriteNode(node: Node, rewrite: Rewrite): Node {
  const inside = (of: Node): Node => rewriteNode(of, rewrite);
  const replaced = rewrite.node?.(node);
  if (replaced) return replaced;
  switch (node.kind) {
    case 'constant':
    case 'bound':
      return node;
    case 'read':
      return readWith(node, rewrite);
    case 'not':
      return { ...node, of: inside(node.of) };
    case 'and':
    case 'or':
      return { ...node, of: node.of.map(inside) };
    case 'compare':
    case 'sum':
    case 'combine':
      return { ...node, left: inside(node.left), right: inside(node.right) };
    case 'single':
      return { ...node, item: inside(node.item) };
    case 'member':
      return { ...node, set: inside(node.set), item: inside(node.item) };
    case 'if':
      return { ...node, condition: inside(node.condition), then: inside(node.then), else: inside(node.else) };
    case 'table':
      return { ...node, index: inside(node.index) };
    case 'exists':
      return { ...node, body: inside(node.body) };
  }
}

/** Effects with parts replaced. */
export function rewriteEffects(effects: readonly Effect[], rewrite: Rewrite): Effect[] {
  return effects.flatMap((effect): readonly Effect[] => rewrite.effect?.(effect) ?? [insideOf(effect, rewrite)]);
}

function insideOf(effect: Effect, rewrite: Rewrite): Effect {
  switch (effect.kind) {
    case 'assign':
      return { kind: 'assign', target: readWith(effect.target, rewrite), value: rewriteNode(effect.value, rewrite) };
    case 'when':
      return {
        kind: 'when',
        condition: rewriteNode(effect.condition, rewrite),
        then: rewriteEffects(effect.then, rewrite),
        else: rewriteEffects(effect.else, rewrite),
      };
    case 'forEach':
      return { ...effect, body: rewriteEffects(effect.body, rewrite) };
    case 'observe':
      return { ...effect, holds: rewriteNode(effect.holds, rewrite) };
  }
}

function readWith(read: ReadNode, rewrite: Rewrite): ReadNode {
  return { ...read, indices: read.indices.map((index) => rewriteNode(index, rewrite)) };
}
