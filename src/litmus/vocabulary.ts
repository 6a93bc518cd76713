/**
 * What a domain must bring so that litmus files can speak of it: the operations, the options and the
 * rules that may be named, and how a resolved scenario becomes a model.
 */
import type { Model } from '../engine/model.js';
import type { Bool, Value } from '../engine/expression.js';
import type { Program } from '../engine/program.js';
import type { History, Trace } from '../engine/trace.js';
import type { Location, Proposition, RuleExpression, Scenario } from './scenario.js';

/** What may stand at one place of an operation's argument list. */
export type Parameter =
  /** Written `*p` where another form of the operation takes an integer there, `p` anywhere else. */
  | 'page'
  | 'file'
  | 'integer'
  | 'anon'
  | 'mm'
  /** An integer to write. */
  | 'value'
  /** A number of repetitions, at least 1. */
  | 'count'
  /** One or more of the listed names, joined by `|`; every name of `required` must be among them. */
  | { readonly flags: readonly string[]; readonly required?: readonly string[]; readonly forbidden?: readonly string[] };

/** One form of an operation; forms with the same name differ in their parameters. */
export interface Operation {
  /** Unique; equals the name where there is one form only. */
  readonly id: string;
  /** The name as written, for example `mmap`. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** The left-hand side: a register (optional), the page that is mapped, or none. */
  readonly result: 'register' | 'page' | 'none';
  readonly by: 'user' | 'kernel' | 'any';
  /** How to write it, for error messages: `munmap(p)`. */
  readonly usage: string;
}

/** Why a property is violated, in the domain's own words; what depends on numbers of CPUs and the like is left out. */
export interface Cause {
  readonly property: string;
  /** A sentence without its full stop. */
  readonly text: string;
  /** The same for equal causes, in other scenarios too. */
  readonly key: string;
}

/** A scenario made into a model under one choice of rules. */
export interface Instance {
  /** Kernel version that the rule set sits on, for example `v6.9`. */
  readonly base: string;
  readonly arch: string;
  /** The rules that were asked for while the model was built, in this order: any rules with the same answers give the same model. */
  readonly asked: readonly string[];
  /** What the rules added or taken away mean in kernel words: `flush_tlb_batched_pending() taken out`. */
  readonly changes: readonly string[];
  /** What a reader of any verdict must know: contents that look alike, changes that change nothing. */
  readonly remarks: readonly string[];
  /** The assumptions of the model that a trace rests on, one sentence each. */
  assumptions(trace: Trace): readonly string[];
  readonly model: Model;
  /** Physical frames of the machine that the scenario runs on. */
  readonly frames: number;
  /** The cause of a violation that the model's program has led to. */
  causeOf(program: Program, history: History): Cause;
  /** The scenario with every free choice of operations replaced by those that a trace has begun. */
  chosen(trace: Trace): Scenario;
  /** Name among the model's ends (classes of states without a step) of the executions that count. */
  readonly finished: string;
  /** Name of the end that is neither counted nor a deadlock. */
  readonly outOfMemory: string;
  /** Final value of a location, as an expression over the model's state. */
  value(location: Location): Value;
  /** True as soon as the proposition can no longer fail. */
  settled(proposition: Proposition): Bool;
}

/** The words of one domain. */
export interface Vocabulary {
  readonly operations: readonly Operation[];
  /** Operations of the format that the domain has no model of: naming one is an error that says so. */
  readonly unmodelled: readonly string[];
  readonly archs: readonly string[];
  readonly options: readonly string[];
  readonly fileOptions: readonly string[];
  readonly protections: readonly string[];
  readonly mapFlags: readonly string[];
  readonly ruleSets: readonly string[];
  readonly rules: readonly string[];
  /** Builds the model; throws a LitmusError for what only the domain can refuse. */
  instantiate(scenario: Scenario, rules: RuleExpression): Instance;
}
