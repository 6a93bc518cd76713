/** From the text of a litmus file to its syntax tree. */
import type { TestSyntax } from './syntax.js';
import type { Position } from './scenario.js';
import { parseTokens } from './grammar.js';
import { tokenize } from './lexer.js';
import { readComments } from './results.js';

/** Parses a litmus file; throws a LitmusError at the first mistake, naming the file `source`. */
export function parse(text: string, source: string): TestSyntax {
  const { tokens, comments } = tokenize(text);
  const body = parseTokens(source, tokens, endOf(text));
  return { source, ...body, ...readComments(comments, source) };
}

/** Just past the last character that is not a space: where a person would go on writing. */
function endOf(text: string): Position {
  const lines = text.trimEnd().split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines[lines.length - 1] ?? '').length + 1 };
}
