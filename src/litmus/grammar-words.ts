/** The smallest rules of the grammar, shared by all others: names, numbers, lists of names. */
import { EmbeddedActionsParser, type IParserErrorMessageProvider, type IToken } from 'chevrotain';
import type { FlagsSyntax, NumberSyntax, WordSyntax } from './syntax.js';
import type { Position } from './scenario.js';
import { LitmusError, quote } from './error.js';
import { Numeral, positionOf, signs, tokenTypes, Word } from './lexer.js';

const NUMBER_MAX = 255;
const NUMBER = `a decimal number from 0 to ${NUMBER_MAX}`;

/** A rule's message is what it expected, nothing else: the reader of the error adds the rest. */
const expectation: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected: { PATTERN, name } }) => `\`${typeof PATTERN === 'string' ? PATTERN : name}\``,
  buildNoViableAltMessage: ({ customUserDescription }) => String(customUserDescription),
  buildEarlyExitMessage: ({ customUserDescription }) => String(customUserDescription),
  buildNotAllInputParsedMessage: () => '`/\\`, `\\/` or end of file',
};

/** Rules for names and numbers; `source` must be set before a rule runs. */
export class WordGrammar extends EmbeddedActionsParser {
  /** Name of the file that is being parsed. */
  source = '';

  constructor() {
    super(tokenTypes, { maxLookahead: 1, errorMessageProvider: expectation });
  }

  /** Raises the error of a token that the grammar allows and the format does not. */
  protected refuse(problem: string, expected: string, position: Position): never {
    throw new LitmusError(this.source, position, problem, expected);
  }

  protected word = this.RULE('word', (what: string): WordSyntax =>
    wordOf(this.CONSUME(Word, { ERR_MSG: what })));

  protected number = this.RULE('number', (what: string = NUMBER): NumberSyntax => {
    const found = this.CONSUME(Numeral, { ERR_MSG: what });
    return this.ACTION(() => {
      const value = Number(found.image);
      const decimal = /^(0|[1-9][0-9]*)$/.test(found.image);
      const position = positionOf(found);
      if (decimal && value <= NUMBER_MAX) return { value, position };
      return this.refuse(`found ${quote(found.image)}`, what, position);
    });
  });

  protected names = this.RULE('names', (what: string): readonly WordSyntax[] => {
    const names: WordSyntax[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: signs.comma,
      DEF: () => names.push(this.SUBRULE(this.word, { ARGS: [what] })),
      ERR_MSG: what,
    });
    return names;
  });

  protected flags = this.RULE('flags', (): FlagsSyntax => {
    const position = positionOf(this.LA(1));
    const names: WordSyntax[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: signs.bar,
      DEF: () => names.push(this.SUBRULE(this.word, { ARGS: ['a flag'] })),
      ERR_MSG: 'a flag',
    });
    return { names, position };
  });
}

/** A token as a name. */
export function wordOf(token: IToken): WordSyntax {
  return { text: token.image, position: positionOf(token) };
}
