/** What a step looks at and what it changes, from its trees: whole variables, not elements. */
import type { Step } from './model.js';
import type { Effect, Node } from './node.js';

/** Names of the variables that a step may read and may write. */
export interface Footprint {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

/** The footprint of a step, over all values of its parameters. */
export function footprintOf(step: Pick<Step, 'when' | 'then'>): Footprint {
  const reads = new Set<string>();
  const writes = new Set<string>();
  for (const node of step.when) collect(node, reads);
  for (const effect of step.then) collectEffect(effect, reads, writes);
  return { reads, writes };
}

function collect(node: Node, reads: Set<string>): void {
  if (node.kind === 'read') reads.add(node.variable.name);
  for (const part of partsOf(node)) collect(part, reads);
}

/** The expressions that one is made of. */
export function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'constant':
    case 'bound':
      return [];
    case 'read':
      return node.indices;
    case 'not':
      return [node.of];
    case 'and':
    case 'or':
      return node.of;
    case 'compare':
    case 'sum':
    case 'combine':
      return [node.left, node.right];
    case 'single':
      return [node.item];
    case 'member':
      return [node.set, node.item];
    case 'if':
      return [node.condition, node.then, node.else];
    case 'table':
      return [node.index];
    case 'exists':
      return [node.body];
  }
}

function collectEffect(effect: Effect, reads: Set<string>, writes: Set<string>): void {
  switch (effect.kind) {
    case 'assign':
      writes.add(effect.target.variable.name);
      for (const node of [...effect.target.indices, effect.value]) collect(node, reads);
      break;
    case 'when':
      collect(effect.condition, reads);
      for (const inner of [...effect.then, ...effect.else]) collectEffect(inner, reads, writes);
      break;
    case 'forEach':
      for (const inner of effect.body) collectEffect(inner, reads, writes);
      break;
    case 'observe':
      collect(effect.holds, reads);
  }
}
