/** A trace with all that a reader must know to judge it: what diagrams are drawn and JSON is made from. */
import type { Step } from '../engine/model.js';
import type { Trace } from '../engine/trace.js';

/** What the end of a trace shows. */
export type Shown =
  | { readonly kind: 'property'; readonly name: string }
  /** The final condition can no longer fail (or, for `forall`, no longer hold). */
  | { readonly kind: 'condition'; readonly condition: string };

/** A trace of one scenario under one choice of rules. */
export interface Counterexample {
  readonly scenario: string;
  /** The whole text of the scenario. */
  readonly litmus: string;
  /** The rules as written: `luf-v10 - zap.batched`. */
  readonly rules: string;
  /** The rule set that the rules start from. */
  readonly ruleSet: string;
  /** What was added to it or taken away, in kernel words. */
  readonly changes: readonly string[];
  /** Kernel version that the rule set sits on. */
  readonly kernel: string;
  readonly arch: string;
  readonly shows: Shown;
  readonly trace: Trace;
  /** The model's step behind each step of the trace. */
  readonly steps: readonly Step[];
  /** Every actor of the model, in its order. */
  readonly actors: readonly string[];
  /** What the trace takes for granted, one sentence each. */
  readonly assumptions: readonly string[];
}

/** How often the next step is another actor's. */
export function contextSwitches(trace: Trace): number {
  return trace.steps.filter((step, i) => i > 0 && step.actor !== trace.steps[i - 1]?.actor).length;
}
