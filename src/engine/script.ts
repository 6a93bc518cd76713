/** JavaScript as a target. The arrays are constants of the module, a given state is `A` from `o` on. */
import type { ArrayName, Code, Operator, Parameters, Target } from './target.js';

/** Functions in JavaScript. */
export interface ScriptTarget extends Target {
  /** The texts of the functions closed. */
  readonly functions: readonly string[];
  /** Declarations of the constant tables that they use. */
  readonly declarations: readonly string[];
}

/** Begins a module in JavaScript. */
export const script = (): ScriptTarget => new Script();

class Script implements ScriptTarget {
  readonly limit = Infinity;
  readonly functions: string[] = [];
  private readonly tables: string[] = [];
  private parameters: Parameters = [];

  get declarations(): string[] {
    return this.tables.map((table, i) => `const T${i} = ${table};`);
  }

  open(parameters: Parameters = []): void {
    this.parameters = parameters;
  }

  close(name: string, body: readonly Code[], result?: Code): void {
    const parameters = this.parameters.map((parameter) => (parameter === 'state' ? this.state() : parameter)).join(', ');
    const last = result === undefined ? '' : `return ${result};`;
    this.functions.push([`function ${name}(${parameters}) {`, ...body.filter(Boolean), last, '}'].join('\n'));
  }

  number(value: number): Code {
    return value < 0 ? `(${value})` : String(value);
  }

  get(local: string): Code {
    return local;
  }

  tee(local: string, value: Code): Code {
    return `(${local} = ${value})`;
  }

  binary(left: Code, operator: Operator, right: Code): Code {
    return operator === 'imul' ? `Math.imul(${left}, ${right})` : `(${left} ${operator} ${right})`;
  }

  not(condition: Code): Code {
    return `!${condition}`;
  }

  truth(condition: Code): Code {
    return `(${condition} ? 1 : 0)`;
  }

  all(conditions: readonly Code[]): Code {
    return `(${conditions.join(' && ')})`;
  }

  any(conditions: readonly Code[]): Code {
    return `(${conditions.join(' || ')})`;
  }

  choose(condition: Code, then: Code, otherwise: Code): Code {
    return `(${condition} ? ${then} : ${otherwise})`;
  }

  element(table: readonly number[], index: Code): Code {
    const text = `[${table.join(', ')}]`;
    const known = this.tables.indexOf(text);
    return `T${known < 0 ? this.tables.push(text) - 1 : known}[${index}]`;
  }

  fault(site: number, value: Code): Code {
    return `fault(${site}, ${value})`;
  }

  state(): Code {
    return 'A, o';
  }

  successor(position: Code): Code {
    return `B, ${position}`;
  }

  call(name: string, given: readonly Code[] = []): Code {
    return `${name}(${given.join(', ')})`;
  }

  position(item: Code, size: number): Code {
    return this.binary(item, 'imul', this.number(size));
  }

  load(array: ArrayName, offset: number, position?: Code): Code {
    return `${array}[${this.at(array, offset, position)}]`;
  }

  declare(local: string, value: Code): Code {
    return `let ${local} = ${value};`;
  }

  set(local: string, value: Code): Code {
    return `${local} = ${value};`;
  }

  store(array: ArrayName, offset: number, value: Code, position?: Code): Code {
    return `${this.load(array, offset, position)} = ${value};`;
  }

  drop(value: Code): Code {
    return `${value};`;
  }

  when(conditions: readonly Code[], then: Code, otherwise?: Code): Code {
    const last = otherwise ? ` else {\n${otherwise}\n}` : '';
    return `if (${conditions.join(' && ')}) {\n${then}\n}${last}`;
  }

  select(value: Code, cases: ReadonlyMap<number, Code>): Code {
    const blocks = [...cases].map(([of, code]) => `case ${of}: ${code} break;`);
    return [`switch (${value}) {`, ...blocks, '}'].join('\n');
  }

  loop(condition: Code, body: readonly Code[]): Code {
    return [`while (${condition}) {`, ...body, '}'].join('\n');
  }

  advance(words: number): Code {
    return `o += ${words};`;
  }

  run(name: string, given?: readonly Code[]): Code {
    return `${this.call(name, given)};`;
  }

  leave(): Code {
    return 'return;';
  }

  private at(array: ArrayName, offset: number, position?: Code): Code {
    const from = array === 'A' ? 'o' : position;
    if (from === undefined) return String(offset);
    return offset === 0 ? from : `${from} + ${offset}`;
  }
}
