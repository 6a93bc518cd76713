/** The one error of this room: something in a litmus file that its author must change. */
import type { Position } from './scenario.js';

/** A mistake in a litmus file, with its place and what was expected there. */
export class LitmusError extends Error {
  override readonly name = 'LitmusError';
  readonly line: number;
  readonly column: number;

  /** `source` names the file as its user does; `expected` completes "expected ...". */
  constructor(
    readonly source: string,
    position: Position,
    readonly problem: string,
    readonly expected?: string,
  ) {
    const sentence = expected === undefined ? problem : `${problem}, expected ${expected}`;
    super(`${source}:${position.line}:${position.column}: error: ${sentence}`);
    this.line = position.line;
    this.column = position.column;
  }
}

/** Longest piece of a file that a message repeats. */
const QUOTED_MAX = 40;

/** Quotes what was found in a file; control characters and long texts are made readable. */
export function quote(found: string): string {
  const control = /^[\p{Cc}\p{Cf}\p{Cs}\p{Z}]$/u.test(found);
  if (control) {
    return `character U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  const line = found.split(/[\r\n]/, 1)[0] ?? '';
  const short = line.length > QUOTED_MAX ? `${line.slice(0, QUOTED_MAX)}...` : line;
  return `\`${short}\``;
}

/** Joins alternatives as a person would: `a`, `b` or `c`. */
export function alternatives(choices: readonly string[]): string {
  if (choices.length < 2) return choices.join('');
  return `${choices.slice(0, -1).join(', ')} or ${choices[choices.length - 1]}`;
}
