/**
 * Tokens of a litmus file. What a character means depends on where it stands: `(*` opens a comment
 * outside thread bodies and dereferences a pointer inside them, and only a test's name may contain
 * `-`, `+` and `.`. So the lexer has a mode for each part of the file, and the brackets that lead
 * from one part to the next are tokens of their own. Every character belongs to some token: what
 * nothing else wants becomes `Stray`, so that the parser can say what it expected instead.
 */
import { createToken, Lexer, type IToken, type TokenType } from 'chevrotain';
import type { Position } from './scenario.js';

/** Any name, including the words that mean something only at the start of a declaration. */
export const Word = createToken({ name: 'Word', pattern: Lexer.NA });

const NamePattern = /[A-Za-z_][A-Za-z0-9_]*/;
/** A name that is no word of the grammar. */
export const Name = createToken({ name: 'Name', pattern: NamePattern, categories: [Word] });

function keyword(text: string, reserved: boolean): TokenType {
  const categories = reserved ? [] : [Word];
  return createToken({ name: `Keyword${text}`, pattern: text, longer_alt: Name, categories });
}

/** Words that start a declaration; anywhere else they are names like any other. */
export const declarationWords = {
  file: keyword('file', false),
  mm: keyword('mm', false),
  cpu: keyword('cpu', false),
  frames: keyword('frames', false),
  arch: keyword('arch', false),
  option: keyword('option', false),
};

/** Words that nothing may be named. */
export const reservedWords = {
  int: keyword('int', true),
  locations: keyword('locations', true),
  filter: keyword('filter', true),
  exists: keyword('exists', true),
  forall: keyword('forall', true),
};

/** The `C` that every test begins with. */
export const Language = createToken({
  name: 'Language',
  pattern: /C(?![\w.+-])/,
  push_mode: 'name',
});
/** A test's name. */
export const TestName = createToken({
  name: 'TestName',
  pattern: /[A-Za-z0-9_][\w.+-]*/,
  push_mode: 'beforeInit',
});

/** A number; what cannot be one (`-1`, `0x10`) is refused by the parser with a better message. */
export const Numeral = createToken({ name: 'Numeral', pattern: /-?[0-9]\w*/ });

/** Bracket that opens the init block. */
export const InitOpen = createToken({ name: 'InitOpen', pattern: '{', push_mode: 'init' });
/** Bracket that closes the init block. */
export const InitClose = createToken({ name: 'InitClose', pattern: '}', push_mode: 'threads' });
/** Bracket that opens the list of an address space's threads. */
export const MmOpen = createToken({ name: 'MmOpen', pattern: '{', push_mode: 'mm' });
/** Bracket that closes the list of an address space's threads. */
export const MmClose = createToken({ name: 'MmClose', pattern: '}', pop_mode: true });
/** Bracket that opens a thread's body. */
export const BodyOpen = createToken({ name: 'BodyOpen', pattern: '{', push_mode: 'body' });
/** Bracket that closes a thread's body. */
export const BodyClose = createToken({ name: 'BodyClose', pattern: '}', pop_mode: true });

function sign(name: string, text: string): TokenType {
  return createToken({ name, pattern: text });
}

/** Punctuation with one meaning everywhere. */
export const signs = {
  open: sign('Open', '('),
  close: sign('Close', ')'),
  openSquare: sign('OpenSquare', '['),
  closeSquare: sign('CloseSquare', ']'),
  semicolon: sign('Semicolon', ';'),
  comma: sign('Comma', ','),
  colon: sign('Colon', ':'),
  notEqual: sign('NotEqual', '!='),
  equal: sign('Equal', '='),
  star: sign('Star', '*'),
  and: sign('And', '/\\'),
  or: sign('Or', '\\/'),
  bar: sign('Bar', '|'),
  not: sign('Not', '~'),
};

const Space = createToken({
  name: 'Space',
  pattern: /\s+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
const OuterComment = createToken({
  name: 'OuterComment',
  pattern: /\(\*[^]*?\*\)/,
  group: 'comments',
  line_breaks: true,
});
const InnerComment = createToken({
  name: 'InnerComment',
  pattern: /\/\*[^]*?\*\/|\/\/[^\r\n]*/,
  group: 'comments',
  line_breaks: true,
});

const UnclosedComment = createToken({
  name: 'UnclosedComment',
  pattern: /\(\*[^]*/,
  line_breaks: true,
});
const UnclosedInnerComment = createToken({
  name: 'UnclosedInnerComment',
  pattern: /\/\*[^]*/,
  line_breaks: true,
});

/** A comment of thread bodies that stands outside them. */
export const MisplacedComment = createToken({ name: 'MisplacedComment', pattern: /\/[/*]/ });
/** Text that belongs nowhere. */
export const Stray = createToken({
  name: 'Stray',
  pattern: /[A-Za-z0-9_][\w.+-]*|[\ud800-\udbff][\udc00-\udfff]|[^]/,
  line_breaks: true,
});

const outside = [Space, OuterComment, UnclosedComment, MisplacedComment];
const words = [...Object.values(declarationWords), ...Object.values(reservedWords), Name];
const marks = [Numeral, ...Object.values(signs)];
const modes = {
  language: [...outside, Language, Stray],
  name: [...outside, TestName, Stray],
  beforeInit: [...outside, InitOpen, Stray],
  init: [...outside, MmOpen, InitClose, ...words, ...marks, Stray],
  mm: [...outside, MmClose, ...words, ...marks, Stray],
  threads: [...outside, BodyOpen, ...words, ...marks, Stray],
  body: [Space, InnerComment, UnclosedInnerComment, BodyClose, ...words, ...marks, Stray],
};

/** Every kind of token, as the parser wants them. */
export const tokenTypes: TokenType[] = [...new Set([Word, ...Object.values(modes).flat()])];

const lexer = new Lexer({ modes, defaultMode: 'language' }, { positionTracking: 'full' });

/** A comment with its brackets, exactly as written. */
export interface Comment {
  readonly text: string;
  readonly position: Position;
  /** True when it stands before the init block. */
  readonly leading: boolean;
}

/** True for the opening of a comment that is never closed. */
export function opensComment(token: IToken): boolean {
  return token.tokenType === UnclosedComment || token.tokenType === UnclosedInnerComment;
}

/** Splits a file into tokens and comments; never fails, see {@link Stray}. */
export function tokenize(text: string): { tokens: IToken[]; comments: Comment[] } {
  const { tokens, groups } = lexer.tokenize(text);
  const init = tokens.find((token) => token.tokenType === InitOpen)?.startOffset ?? text.length;
  const comments = (groups['comments'] ?? []).map((token) => ({
    text: token.image,
    position: positionOf(token),
    leading: token.startOffset < init,
  }));
  return { tokens, comments };
}

/** Where a token begins; it must not be the end of the file, which has no position of its own. */
export function positionOf(token: IToken): Position {
  return { line: token.startLine ?? 1, column: token.startColumn ?? 1 };
}
