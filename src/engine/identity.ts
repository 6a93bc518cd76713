/**
 * The identity of a model: a digest of all that a search depends on, so that equal models need to be
 * searched only once. Trees count by their structure, however they were built and shared.
 */
import type { Domain } from './domain.js';
import { fingerprintOf } from './fingerprint.js';
import type { Model, Step } from './model.js';
import type { Bound, Effect, Node, Variable } from './node.js';

/**
 * The digest of a model, 32 hexadecimal digits. It covers the schema, the starts, the steps (names, parameters, guards,
 * effects, which are spontaneous), the properties, the ends and the covers, all in their order: models of the
 * same digest have the same outcome. It does not cover what only people read (the model's name, labels,
 * actors, lines, notes, the meaning of properties), on which the choice among shortest traces and their texts depend.
 */
export function identityOf(model: Model): string {
  const text = new Writer().model(model);
  return fingerprintOf(text) + fingerprintOf(`again ${text}`);
}

/** Writes a model as a list of its distinct trees; each refers to its parts by their positions in it. */
class Writer {
  private readonly lines: string[] = [];
  private readonly positions = new Map<string, number>();
  private readonly written = new Map<object, number>();
  private readonly bounds = new Map<Bound, string>();

  model({ schema, starts, steps, properties, ends, covers }: Model): string {
    const parts = [
      ...schema.types.map(domainText),
      ...schema.variables.map(variableText),
      ...starts.map((effects) => `start ${this.effects(effects)}`),
      ...steps.map((step) => this.step(step)),
      ...properties.map(({ name, holds }) => `property ${quoted(name)} ${holds ? this.node(holds) : '-'}`),
      ...ends.map(({ name, holds, cuts }) => `end ${quoted(name)} ${this.node(holds)} ${cuts ? 'cuts' : '-'}`),
      ...covers.map(({ name, holds }) => `cover ${quoted(name)} ${this.node(holds)}`),
    ];
    return [...this.lines, ...parts].join('\n');
  }

  private step({ name, parameters, when, then, spontaneous }: Step): string {
    const bounds = parameters.map((bound) => this.bound(bound)).join();
    const guard = when.map((node) => this.node(node)).join();
    return `step ${quoted(name)} (${bounds}) (${guard}) ${this.effects(then)} ${spontaneous ? 'spontaneous' : '-'}`;
  }

  private effects(list: readonly Effect[]): string {
    return `[${list.map((effect) => this.effect(effect)).join()}]`;
  }

  private effect(effect: Effect): number {
    return this.tree(effect, () => {
      switch (effect.kind) {
        case 'assign':
          return `assign ${this.node(effect.target)} ${this.node(effect.value)}`;
        case 'when':
          return `when ${this.node(effect.condition)} ${this.effects(effect.then)} ${this.effects(effect.else)}`;
        case 'forEach':
          return `forEach ${this.bound(effect.bound)} ${this.effects(effect.body)}`;
        case 'observe':
          return `observe ${quoted(effect.property)} ${this.node(effect.holds)}`;
      }
    });
  }

  private node(node: Node): number {
    return this.tree(node, () => this.nodeText(node));
  }

  private nodeText(node: Node): string {
    const list = (nodes: readonly Node[]): string => nodes.map((one) => this.node(one)).join();
    switch (node.kind) {
      case 'constant':
        return `constant ${node.value}`;
      case 'bound':
        return `bound ${this.bound(node.bound)}`;
      case 'read':
        return `read ${quoted(node.variable.name)} ${list(node.indices)}`;
      case 'compare':
        return `${node.op} ${list([node.left, node.right])}`;
      case 'not':
        return `not ${this.node(node.of)}`;
      case 'and':
      case 'or':
        return `${node.kind} ${list(node.of)}`;
      case 'sum':
        return `sum ${node.sign} ${list([node.left, node.right])}`;
      case 'single':
        return `single ${this.node(node.item)}`;
      case 'combine':
        return `${node.op} ${list([node.left, node.right])}`;
      case 'member':
        return `member ${list([node.set, node.item])}`;
      case 'if':
        return `if ${list([node.condition, node.then, node.else])}`;
      case 'table':
        return `table ${node.values.join(' ')} at ${this.node(node.index)}`;
      case 'exists':
        return `exists ${this.bound(node.bound)} ${this.node(node.body)}`;
    }
  }

  /** The position of a tree in the list, where it is written once for each structure. */
  private tree(object: object, text: () => string): number {
    const before = this.written.get(object);
    if (before !== undefined) return before;
    const line = text();
    const position = this.positions.get(line) ?? this.lines.push(line) - 1;
    this.positions.set(line, position);
    this.written.set(object, position);
    return position;
  }

  /** Bound variables are numbered as they are met. */
  private bound(bound: Bound): string {
    const before = this.bounds.get(bound);
    if (before !== undefined) return before;
    const text = `${this.bounds.size}:${domainText(bound.over)}:${quoted(bound.name)}`;
    this.bounds.set(bound, text);
    return text;
  }
}

function variableText({ name, dimensions, domain, initial }: Variable): string {
  return `variable ${quoted(name)} [${dimensions.map(domainText).join()}] ${domainText(domain)} ${initial}`;
}

function domainText(domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return 'bool';
    case 'range':
      return `${domain.low}..${domain.high}`;
    case 'choice':
      return `oneOf ${JSON.stringify(domain.names)}`;
    case 'index':
      return `index ${quoted(domain.name)} ${JSON.stringify(domain.members)}`;
    case 'optional':
    case 'set':
      return `${domain.kind} ${domainText(domain.of)}`;
  }
}

const quoted = (name: string): string => JSON.stringify(name);
