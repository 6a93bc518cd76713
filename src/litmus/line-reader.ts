/** Reads one line of text piece by piece, so that an error can point at the piece that is wrong. */
import type { WordSyntax } from './syntax.js';
import type { Position } from './scenario.js';
import { LitmusError, quote } from './error.js';

/** A cursor in one line; every pattern that it is given must be sticky. */
export class LineReader {
  private offset = 0;

  /** `origin` is the position of the first character of `text` in the file `source`. */
  constructor(
    private readonly text: string,
    private readonly source: string,
    private readonly origin: Position,
  ) {}

  /** True at the end of the line. */
  get done(): boolean {
    return this.offset === this.text.length;
  }

  /** Steps over spaces and tells how many there were. */
  skipSpaces(): number {
    return this.take(/\s*/y)?.text.length ?? 0;
  }

  /** The next piece if it matches. */
  take(pattern: RegExp): WordSyntax | undefined {
    pattern.lastIndex = this.offset;
    const text = pattern.exec(this.text)?.[0];
    if (text === undefined) return undefined;
    const piece = { text, position: this.position };
    this.offset += text.length;
    return piece;
  }

  /** The next piece, which must match; `expected` says what it is if it does not. */
  expect(pattern: RegExp, expected: string): WordSyntax {
    const piece = this.take(pattern);
    if (piece === undefined) throw this.errorHere(expected);
    return piece;
  }

  /** The error of a piece that was read and is not what was expected. */
  error(piece: WordSyntax, expected: string): LitmusError {
    return new LitmusError(this.source, piece.position, `found ${quote(piece.text)}`, expected);
  }

  /** The error of whatever comes next. */
  errorHere(expected: string): LitmusError {
    const { position } = this;
    const next = this.take(/[\w.-]+|[^]/uy);
    if (next !== undefined) return this.error(next, expected);
    return new LitmusError(this.source, position, 'found end of line', expected);
  }

  private get position(): Position {
    return { line: this.origin.line, column: this.origin.column + this.offset };
  }
}
