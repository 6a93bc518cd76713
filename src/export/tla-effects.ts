/**
 * Effects in TLA+: what a step assigns one after the other becomes a chain of definitions, each variable
 * a new name whenever it changes, and what happens under a condition happens under a named condition.
 */
import type { Effect, Node, Variable } from '../engine/node.js';
import type { Names } from './names.js';
import { tlaIndices, tlaText } from './tla-expression.js';

/** A local definition. */
export interface Definition {
  readonly name: string;
  readonly text: string;
}

/** What the effects of a step amount to. */
export interface Amount {
  readonly definitions: readonly Definition[];
  /** By variable, the name of the definition that it ends as. */
  readonly ends: ReadonlyMap<Variable, string>;
  /** What the step observes, each with the test, which is true where the step does not come to it. */
  readonly observed: readonly { readonly property: string; readonly holds: string }[];
}

/** Carries out effects by name; `names` gives names that nothing else in scope has. */
export function amountOf(effects: readonly Effect[], nameOf: ReadonlyMap<Variable, string>, names: Names): Amount {
  const chain = new Chain(nameOf, names);
  chain.run(effects);
  return chain;
}

/** The definitions that a text needs, in order. */
export function neededBy(text: string, definitions: readonly Definition[]): Definition[] {
  const needed: Definition[] = [];
  for (const definition of [...definitions].reverse()) {
    const uses = [text, ...needed.map((later) => later.text)];
    if (uses.some((use) => occurrences(definition.name, use) > 0)) needed.unshift(definition);
  }
  return needed;
}

/** How often an identifier occurs in a text. */
export function occurrences(name: string, text: string): number {
  return text.match(new RegExp(`(?<!\\w)${name}(?!\\w)`, 'g'))?.length ?? 0;
}

class Chain implements Amount {
  readonly definitions: Definition[] = [];
  readonly ends = new Map<Variable, string>();
  readonly observed: { property: string; holds: string }[] = [];

  constructor(
    private readonly nameOf: ReadonlyMap<Variable, string>,
    private readonly names: Names,
  ) {}

  run(effects: readonly Effect[], path?: string): void {
    for (const effect of effects) this.effect(effect, path);
  }

  private effect(effect: Effect, path: string | undefined): void {
    switch (effect.kind) {
      case 'assign': {
        const { variable, indices } = effect.target;
        const before = this.present(variable);
        const value = this.text(effect.value, variable);
        const at = tlaIndices(effect.target, this.present);
        const after = indices.length === 0 ? value : `[${before} EXCEPT ![${at}] = ${value}]`;
        this.ends.set(variable, this.define(this.nameOf.get(variable)!, path ? `IF ${path} THEN ${after} ELSE ${before}` : after));
        break;
      }
      case 'when': {
        const condition = this.define('if', this.text(effect.condition));
        this.run(effect.then, path ? this.define('if', `${path} /\\ ${condition}`) : condition);
        if (effect.else.length > 0) this.run(effect.else, this.define('else', `${path ? `${path} /\\ ` : ''}~${condition}`));
        break;
      }
      case 'observe': {
        const holds = this.text(effect.holds);
        this.observed.push({ property: effect.property, holds: path ? `(${path} => ${holds})` : holds });
        break;
      }
      case 'forEach':
        throw new Error('a loop is unrolled before it is exported');
    }
  }

  private readonly present = (variable: Variable): string => this.ends.get(variable) ?? this.nameOf.get(variable)!;

  private text(node: Node, target?: Variable): string {
    return target ? tlaText(node, this.present, target.domain) : tlaText(node, this.present, { kind: 'bool' });
  }

  private define(stem: string, text: string): string {
    const name = this.names.numbered(stem);
    this.definitions.push({ name, text });
    return name;
  }
}
