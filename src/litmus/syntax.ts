/**
 * The syntax tree of a litmus file: what was written, where, and in which order. Nothing here has
 * been looked up; `resolve` gives the names their meaning.
 */
import type { Expectation, Observation, Position, RuleExpression } from './scenario.js';

/** A name as written. */
export interface WordSyntax {
  readonly text: string;
  readonly position: Position;
}

/** A number as written, from 0 to 255. */
export interface NumberSyntax {
  readonly value: number;
  readonly position: Position;
}

/** Names joined by `|`, at least one. */
export interface FlagsSyntax {
  readonly names: readonly WordSyntax[];
  readonly position: Position;
}

/** One declaration of the init block. */
export type DeclarationSyntax = { readonly position: Position } & (
  | {
      readonly kind: 'file';
      readonly name: WordSyntax;
      readonly value: number;
      readonly options: readonly WordSyntax[];
    }
  | { readonly kind: 'integer'; readonly name: WordSyntax; readonly value: number }
  | {
      readonly kind: 'page';
      readonly thread: WordSyntax;
      readonly name: WordSyntax;
      readonly object: WordSyntax;
      readonly protection: FlagsSyntax;
      readonly flags: FlagsSyntax;
    }
  | { readonly kind: 'mm'; readonly name: WordSyntax; readonly threads: readonly WordSyntax[] }
  | { readonly kind: 'cpu'; readonly thread: WordSyntax; readonly of: WordSyntax }
  | { readonly kind: 'frames'; readonly count: NumberSyntax }
  | { readonly kind: 'arch'; readonly name: WordSyntax }
  | { readonly kind: 'option'; readonly names: readonly WordSyntax[] }
);

/** One argument of a call; a single name may turn out to be a flag. */
export type ArgumentSyntax = { readonly position: Position } & (
  | { readonly kind: 'name'; readonly dereferenced: boolean; readonly name: WordSyntax }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'flags'; readonly names: readonly WordSyntax[] }
);

/** What stands left of `=`. */
export interface TargetSyntax {
  readonly name: WordSyntax;
  /** True for `int r0 = ...`. */
  readonly declared: boolean;
}

/** An operation with its arguments, and what receives the result. */
export interface CallSyntax {
  readonly kind: 'call';
  readonly target?: TargetSyntax;
  readonly operation: WordSyntax;
  readonly arguments: readonly ArgumentSyntax[];
  readonly position: Position;
}

/** `int r0;` or an operation. */
export type StatementSyntax =
  | { readonly kind: 'register'; readonly name: WordSyntax; readonly position: Position }
  | CallSyntax;

/** A thread with its body. */
export interface ThreadSyntax {
  readonly name: WordSyntax;
  /** Names of the parameters `(int *x, int *y)`, which only document. */
  readonly parameters: readonly WordSyntax[];
  readonly body: readonly StatementSyntax[];
}

/** A location as written: `0:r1`, `kswapd:r0`, `A` or `[A]`. */
export interface LocationSyntax {
  /** Name of the thread; `P0` for the number 0. Absent for memory. */
  readonly thread?: WordSyntax;
  readonly name: WordSyntax;
  readonly position: Position;
}

/** A proposition as written. */
export type PropositionSyntax =
  | {
      readonly kind: 'compare';
      readonly location: LocationSyntax;
      readonly equal: boolean;
      readonly value: number | 'SIGSEGV' | 'SIGBUS';
    }
  | { readonly kind: 'not'; readonly of: PropositionSyntax }
  | { readonly kind: 'and' | 'or'; readonly of: readonly PropositionSyntax[] };

/** The final condition as written. */
export interface ConditionSyntax {
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly proposition: PropositionSyntax;
}

/** A rule expression with the place of every name, so that an unknown one can be pointed at. */
export interface RulesSyntax extends RuleExpression {
  readonly changes: readonly {
    readonly sign: '+' | '-';
    readonly rule: string;
    readonly position: Position;
  }[];
  readonly position: Position;
}

/** One claim of a `Result:` line. */
export interface ExpectationSyntax extends Expectation {
  readonly observation: Observation;
  readonly rules: RulesSyntax;
}

/** What the grammar accepts: a test without the meaning of its comments. */
export interface BodySyntax {
  readonly name: WordSyntax;
  readonly declarations: readonly DeclarationSyntax[];
  readonly threads: readonly ThreadSyntax[];
  readonly locations: readonly LocationSyntax[];
  readonly filter?: PropositionSyntax;
  readonly condition: ConditionSyntax;
}

/** A whole litmus file. */
export interface TestSyntax extends BodySyntax {
  /** Name of the file, for messages. */
  readonly source: string;
  /** Prose of the leading comment without its Result lines. */
  readonly question: string;
  readonly expectations: readonly ExpectationSyntax[];
}
