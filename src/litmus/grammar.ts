/**
 * The grammar of litmus files, rule by rule. One token always
 * decides, so the first token that fits nowhere is exactly where the mistake is.
 */
import type { IToken } from 'chevrotain';
import type { BodySyntax, DeclarationSyntax, LocationSyntax, ThreadSyntax } from './syntax.js';
import type { Position } from './scenario.js';
import { alternatives, LitmusError, quote } from './error.js';
import * as lexer from './lexer.js';
import { ConditionGrammar } from './grammar-condition.js';
import { DECLARATION_OR_END } from './grammar-init.js';
import { wordOf } from './grammar-words.js';

const CONDITION = ['`exists`', '`~exists`', '`forall`'];

class TestGrammar extends ConditionGrammar {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  test = this.RULE('test', (): BodySyntax => {
    this.CONSUME(lexer.Language, { ERR_MSG: '`C` and the name of the test' });
    const name = wordOf(this.CONSUME(lexer.TestName, { ERR_MSG: 'the name of the test' }));
    const declarations = this.SUBRULE(this.init);
    const threads: ThreadSyntax[] = [];
    this.MANY(() => threads.push(this.SUBRULE(this.thread)));
    let next = ['a thread', '`locations`', '`filter`', ...CONDITION];
    const locations = this.OPTION1((): readonly LocationSyntax[] => {
      next = ['`filter`', ...CONDITION];
      return this.SUBRULE(this.locationList);
    });
    const filter = this.OPTION2(() => {
      next = ['`/\\`', '`\\/`', ...CONDITION];
      this.CONSUME(lexer.reservedWords.filter);
      return this.SUBRULE(this.proposition);
    });
    const condition = this.SUBRULE(this.condition, { ARGS: [alternatives(next)] });
    const test = { name, declarations, threads, locations: locations ?? [], condition };
    return filter === undefined ? test : { ...test, filter };
  });

  private init = this.RULE('init', (): readonly DeclarationSyntax[] => {
    this.CONSUME(lexer.InitOpen);
    const declarations: DeclarationSyntax[] = [];
    this.MANY(() => declarations.push(this.SUBRULE(this.declaration)));
    this.CONSUME(lexer.InitClose, { ERR_MSG: DECLARATION_OR_END });
    return declarations;
  });

  /** Parses all tokens of one file; throws a LitmusError at the first that does not fit. */
  run(source: string, tokens: IToken[], end: Position): BodySyntax {
    this.source = source;
    this.nesting = 0;
    this.input = tokens;
    const body = this.test();
    const [error] = this.errors;
    if (error !== undefined) throw syntaxError(source, error.token, end, error.message);
    return body;
  }
}

function syntaxError(source: string, found: IToken, end: Position, expected: string): LitmusError {
  if (found.tokenType.name === 'EOF') {
    return new LitmusError(source, end, 'found end of file', expected);
  }
  const position = lexer.positionOf(found);
  if (lexer.opensComment(found)) {
    const close = found.image.startsWith('(*') ? '`*)`' : '`*/`';
    const expectedClose = `${close} before end of file`;
    return new LitmusError(source, position, 'comment is never closed', expectedClose);
  }
  if (found.tokenType === lexer.MisplacedComment) {
    const problem = `${quote(found.image)} opens a comment only inside a thread`;
    return new LitmusError(source, position, problem, '`(*` here');
  }
  return new LitmusError(source, position, `found ${quote(found.image)}`, expected);
}

const grammar = new TestGrammar();

/** Parses the tokens of one file; `end` is where "end of file" is said to be. */
export function parseTokens(source: string, tokens: IToken[], end: Position): BodySyntax {
  return grammar.run(source, tokens, end);
}
