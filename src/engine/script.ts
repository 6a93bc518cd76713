/** JavaScript as a target. The arrays are constants of the module, a given state is `A` from `o` on. */
import type { ArrayName, Code, Operator, Subject, Target } from './target.js';

/** Writes functions in JavaScript. */
export class Script implements Target {
  readonly limit = Infinity;
  /** The texts of the functions closed. */
  readonly functions: string[] = [];
  private readonly tables: string[] = [];
  private subject: Subject = 'current';

  /** Declarations of the constant tables that the functions use. */
  get declarations(): string[] {
    return this.tables.map((table, i) => `const T${i} = ${table};`);
  }

  open(subject: Subject): void {
    this.subject = subject;
  }

  close(name: string, body: readonly Code[], result?: Code): void {
    const parameters = { current: '', given: 'A, o', several: 'A, o, n', number: 'n' }[this.subject];
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

  ask(name: string, position?: Code): Code {
    return position === undefined ? `${name}(A, o)` : `${name}(B, ${position})`;
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

  call(name: string): Code {
    return `${name}();`;
  }

  pass(name: string): Code {
    return `${name}(A, o);`;
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
