/**
 * A language that a model's trees are translated to. The translation decides what is computed; a target
 * says how that is written. Pieces of code are strings, so that equal pieces are found by comparison.
 *
 * Code works on the arrays of `emit.ts` and on local variables, which it names.
 */

/** A piece of a function: an expression or statements. */
export type Code = string;

/** Operators on whole numbers of 32 bits; `imul` is a product cut to these. Comparisons are 0 or 1, or false or true. */
export type Operator = '+' | '-' | '*' | 'imul' | '%' | '&' | '|' | '^' | '<<' | '>>>' | '===' | '<' | '<=' | '>=';

/** The arrays, see `emit.ts` and `canonize.ts`; `A` is the segment of a state that a function is given. */
export type ArrayName = 'A' | 'B' | 'H' | 'K' | 'V' | 'W' | 'M' | 'C' | 'F' | 'P' | 'L' | 'J' | 'O' | 'Z';

/** What a function is given: whole numbers by name, and a state by the name of `state`. */
export type Parameters = readonly string[];

/** Writes the functions of one module, one after the other; a function calls only those before it. */
export interface Target {
  /** Whole numbers from here on cannot be computed with. */
  readonly limit: number;
  /** Begins a function. */
  open(parameters?: Parameters): void;
  /** Ends the function that {@link open} began; without a result it returns nothing. */
  close(name: string, body: readonly Code[], result?: Code): void;

  number(value: number): Code;
  get(local: string): Code;
  /** Sets a declared variable and is its value. */
  tee(local: string, value: Code): Code;
  binary(left: Code, operator: Operator, right: Code): Code;
  not(condition: Code): Code;
  /** 0 or 1 for a condition, which may be any number but 0 where it holds. */
  truth(condition: Code): Code;
  /** Whether all hold; none is computed after one that does not. */
  all(conditions: readonly Code[]): Code;
  any(conditions: readonly Code[]): Code;
  choose(condition: Code, then: Code, otherwise: Code): Code;
  /** An element of a constant table. */
  element(table: readonly number[], index: Code): Code;
  /** Raises the fault of this number, as an expression. */
  fault(site: number, value: Code): Code;
  /** The state given to the function at hand, as an argument. */
  state(): Code;
  /** The successor at a position of the buffer, as an argument. */
  successor(position: Code): Code;
  call(name: string, given?: readonly Code[]): Code;
  /** Where the elements of an array begin that belong to the item of this number, for {@link load} and {@link store}. */
  position(item: Code, size: number): Code;
  load(array: ArrayName, offset: number, position?: Code): Code;

  /** Declares a variable. */
  declare(local: string, value: Code): Code;
  set(local: string, value: Code): Code;
  store(array: ArrayName, offset: number, value: Code, position?: Code): Code;
  /** An expression for its faults only. */
  drop(value: Code): Code;
  when(conditions: readonly Code[], then: Code, otherwise?: Code): Code;
  /** Carries out the code of the value, if any. */
  select(value: Code, cases: ReadonlyMap<number, Code>): Code;
  loop(condition: Code, body: readonly Code[]): Code;
  /** Goes on to the next of several states of so many words. */
  advance(words: number): Code;
  /** Calls a function that has no result. */
  run(name: string, given?: readonly Code[]): Code;
  /** Returns early. */
  leave(): Code;
}
