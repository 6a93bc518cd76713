/**
 * WebAssembly as a target. The arrays lie in one memory at addresses that are literals of the code, a given
 * state at the address in the first parameter; conditions are any number but 0 where they hold.
 */
import { bytes, empty, i32, opcode, signed, unsigned, type Bytes, type FunctionBody } from './binary.js';
import type { ArrayName, Code, Operator, Parameters, Target } from './target.js';

/** Bytes of an element. */
export const elementBytes = 4;

const operators: Readonly<Record<Operator, number>> = {
  '+': opcode.add, '-': opcode.sub, '*': opcode.mul, 'imul': opcode.mul, '%': opcode.remU,
  '&': opcode.and, '|': opcode.or, '^': opcode.xor, '<<': opcode.shl, '>>>': opcode.shrU,
  '===': opcode.eq, '<': opcode.ltS, '<=': opcode.leS, '>=': opcode.geS,
};

/** A selection among values is a jump through a table that has at most this many empty places, or one a value. */
const emptyMax = 64;

/** The function that raises faults, which the module imports as its first. */
export const faultImport = { name: 'fault', signature: { parameters: 2, results: 1 } };

/** Functions in WebAssembly. */
export interface WasmTarget extends Target {
  /** The functions closed. */
  readonly functions: readonly FunctionBody[];
  /** The constant tables, one after the other. */
  readonly tables: readonly number[];
}

/**
 * Begins a module in WebAssembly.
 * @param arrays - the elements before each array in the memory
 * @param tablesFrom - the elements before the tables, which are the last
 */
export const wasm = (arrays: Positions, tablesFrom: number): WasmTarget => new Wasm(arrays, tablesFrom);

type Positions = Readonly<Record<Exclude<ArrayName, 'A'>, number>>;

class Wasm implements WasmTarget {
  readonly limit = 2 ** 31;
  readonly functions: FunctionBody[] = [];
  readonly tables: number[] = [];
  private readonly tableAt = new Map<string, number>();
  private readonly numberOf = new Map<string, number>();
  private locals = new Map<string, Bytes>();
  private parameters = 0;

  constructor(
    private readonly arrays: Positions,
    private readonly tablesFrom: number,
  ) {}

  open(parameters: Parameters = []): void {
    this.parameters = parameters.length;
    this.locals = new Map(parameters.map((name, i) => [name === 'state' ? 'o' : name, unsigned(i)]));
  }

  close(name: string, body: readonly Code[], result?: Code): void {
    this.numberOf.set(name, this.functions.length + 1);
    const signature = { parameters: this.parameters, results: result === undefined ? 0 : 1 };
    this.functions.push({ name, signature, locals: this.locals.size - this.parameters, code: body.join('') + (result ?? '') });
  }

  number(value: number): Code {
    return bytes(opcode.constant) + signed(value | 0);
  }

  get(local: string): Code {
    return bytes(opcode.localGet) + this.local(local);
  }

  tee(local: string, value: Code): Code {
    return value + bytes(opcode.localTee) + this.local(local);
  }

  binary(left: Code, operator: Operator, right: Code): Code {
    if (operator === '===' && right === zero) return left + bytes(opcode.eqz);
    return left + right + bytes(operators[operator]);
  }

  not(condition: Code): Code {
    return condition + bytes(opcode.eqz);
  }

  truth(condition: Code): Code {
    return condition + bytes(opcode.eqz, opcode.eqz);
  }

  all(conditions: readonly Code[]): Code {
    return conditions.reduceRight((rest, condition) => this.choose(condition, rest, zero));
  }

  any(conditions: readonly Code[]): Code {
    return conditions.reduceRight((rest, condition) => this.choose(condition, one, rest));
  }

  choose(condition: Code, then: Code, otherwise: Code): Code {
    return condition + bytes(opcode.if, i32) + then + bytes(opcode.else) + otherwise + bytes(opcode.end);
  }

  element(table: readonly number[], index: Code): Code {
    const text = table.join();
    const at = this.tableAt.get(text) ?? this.tables.push(...table) - table.length;
    this.tableAt.set(text, at);
    return this.read(this.position(index, 1), this.tablesFrom + at);
  }

  fault(site: number, value: Code): Code {
    return this.number(site) + value + bytes(opcode.call) + unsigned(0);
  }

  state(): Code {
    return this.get('o');
  }

  successor(position: Code): Code {
    return this.binary(position, '+', this.number(this.arrays.B * elementBytes));
  }

  call(name: string, given: readonly Code[] = []): Code {
    return given.join('') + bytes(opcode.call) + unsigned(this.numberOf.get(name)!);
  }

  position(item: Code, count: number): Code {
    return this.binary(item, '*', this.number(count * elementBytes));
  }

  load(array: ArrayName, offset: number, position?: Code): Code {
    return this.read(this.from(array, position), this.elements(array) + offset);
  }

  declare(local: string, value: Code): Code {
    // Variables are 0 at first.
    return value === zero ? '' : this.set(local, value);
  }

  set(local: string, value: Code): Code {
    return value + bytes(opcode.localSet) + this.local(local);
  }

  store(array: ArrayName, offset: number, value: Code, position?: Code): Code {
    return this.from(array, position) + value + bytes(opcode.store, 2) + unsigned((this.elements(array) + offset) * elementBytes);
  }

  drop(value: Code): Code {
    return value + bytes(opcode.drop);
  }

  when(conditions: readonly Code[], then: Code, otherwise?: Code): Code {
    if (otherwise) return this.all(conditions) + bytes(opcode.if, empty) + then + bytes(opcode.else) + otherwise + bytes(opcode.end);
    if (conditions.length === 1) return conditions[0]! + bytes(opcode.if, empty) + then + bytes(opcode.end);
    const skip = conditions.map((condition) => condition + bytes(opcode.eqz, opcode.brIf) + unsigned(0));
    return bytes(opcode.block, empty) + skip.join('') + then + bytes(opcode.end);
  }

  select(value: Code, cases: ReadonlyMap<number, Code>): Code {
    const values = [...cases.keys()];
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    if (greatest - least >= values.length + Math.max(emptyMax, values.length)) {
      return [...cases].map(([of, code]) => this.when([this.binary(value, '===', this.number(of))], code)).join('');
    }
    const numbers = Array.from({ length: greatest - least + 1 }, (_, i) => values.indexOf(least + i));
    const targets = numbers.map((number) => unsigned(number < 0 ? values.length : number));
    const jump = bytes(opcode.brTable) + unsigned(targets.length) + targets.join('') + unsigned(values.length);
    const codes = [...cases.values()].map((code, i) => {
      const leave = bytes(opcode.br) + unsigned(values.length - 1 - i);
      return bytes(opcode.end) + code + leave;
    });
    const blocks = bytes(opcode.block, empty).repeat(values.length + 1);
    return blocks + this.binary(value, '-', this.number(least)) + jump + codes.join('') + bytes(opcode.end);
  }

  loop(condition: Code, body: readonly Code[]): Code {
    const test = this.not(condition) + bytes(opcode.brIf) + unsigned(1);
    const again = bytes(opcode.br) + unsigned(0);
    return bytes(opcode.block, empty, opcode.loop, empty) + test + body.join('') + again + bytes(opcode.end, opcode.end);
  }

  advance(words: number): Code {
    return this.set('o', this.binary(this.get('o'), '+', this.number(words * elementBytes)));
  }

  run(name: string, given?: readonly Code[]): Code {
    return this.call(name, given);
  }

  leave(): Code {
    return bytes(opcode.return);
  }

  private read(address: Code, element: number): Code {
    return address + bytes(opcode.load, 2) + unsigned(element * elementBytes);
  }

  private from(array: ArrayName, position: Code | undefined): Code {
    return array === 'A' ? this.get('o') : (position ?? zero);
  }

  private elements(array: ArrayName): number {
    return array === 'A' ? 0 : this.arrays[array];
  }

  private local(name: string): Bytes {
    const known = this.locals.get(name);
    if (known !== undefined) return known;
    const number = unsigned(this.locals.size);
    this.locals.set(name, number);
    return number;
  }
}

const zero = bytes(opcode.constant) + signed(0);
const one = bytes(opcode.constant) + signed(1);
