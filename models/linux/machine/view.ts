/** Packed states of a machine, read and written by the names of its variables, by whoever runs a model step by step. */
import type { Layout, Variable } from '../../../src/index.js';

/** Reads the state of the machine by the names of its variables. */
export class View {
  private readonly variables: ReadonlyMap<string, Variable>;

  constructor(private readonly layout: Layout) {
    this.variables = new Map(layout.variables.map((variable) => [variable.name, variable]));
  }

  /** An element of a variable. */
  read(words: Int32Array, name: string, element = 0): number {
    return this.layout.read(words, this.variable(name), element);
  }

  /** Writes an element of a variable. */
  write(words: Int32Array, name: string, element: number, value: number): void {
    this.layout.write(words, this.variable(name), element, value);
  }

  /** The position of a name in the domain of a variable. */
  named(name: string, value: string): number {
    const { domain } = this.variable(name);
    return domain.kind === 'choice' ? domain.names.indexOf(value) : -1;
  }

  /** The variable with a name; throws where the model has none. */
  variable(name: string): Variable {
    const found = this.variables.get(name);
    if (!found) throw new Error(`the model has no variable ${name}`);
    return found;
  }
}
