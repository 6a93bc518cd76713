/** Exit codes, made for `git bisect run`, and the errors that lead to them. */

import { RuleError } from '../../models/linux/index.js';
import { LitmusError } from '../litmus/error.js';

/** What the process exits with. */
export const exitCodes = {
  asExpected: 0,
  /** Violated, not as expected, or vacuous. */
  violated: 1,
  /** A limit was hit. */
  noVerdict: 125,
  internal: 128,
  /** Usage or bad input. */
  badInput: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const worstFirst: readonly ExitCode[] = [128, 129, 130, 143, 1, 125, 0];

/** The code that wins over the others; 0 when there is none. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  return worstFirst.find((code) => codes.includes(code)) ?? exitCodes.asExpected;
}

/** Something that whoever typed the command must change; the message says what. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** An error that is the user's to mend. */
export type Mistake = InputError | LitmusError | RuleError;

/** Whether an error is the user's to mend. */
export function isMistake(error: unknown): error is Mistake {
  return [InputError, LitmusError, RuleError].some((kind) => error instanceof kind);
}

/** A mistake in one line; one in a litmus file begins with its place, as compilers write it. */
export function mistakeText(error: Mistake): string {
  const text = error.message.replace(/\s*\n\s*/g, ' ');
  return /^[^ ]*(?: \$\.\w+)?:\d+:\d+: /.test(text) ? text : `error: ${text}`;
}

/** The exit codes, for every help text. */
export const exitCodeHelp = `
Exit codes:
  0    as expected
  1    violated or not as expected; also a verdict that proves nothing
  125  no verdict: a limit was reached
  128  internal error
  129  bad usage or bad input
  130  interrupted by Ctrl-C (143: terminated)
Of several results the first in the order 128, 129, 130, 143, 1, 125, 0 wins.`;
