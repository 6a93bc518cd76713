/** Locations, propositions over their final values, and the condition that ends a test. */
import type { ConditionSyntax, LocationSyntax, PropositionSyntax, WordSyntax } from './syntax.js';
import type { ConditionValue, Position } from './scenario.js';
import { quote } from './error.js';
import { positionOf, reservedWords, signs } from './lexer.js';
import { ThreadGrammar } from './grammar-thread.js';

const FACT = 'a location such as `0:r1` or `A`, `(` or `~`';
const LOCATION = 'a location such as `0:r1` or `A`';
const VALUE = 'a number, `SIGSEGV` or `SIGBUS`';
const MORE = '`/\\`, `\\/` or ';
/** Deepest nesting of `(` and `~`: the parser calls itself for each. */
const NESTING_MAX = 64;

/** Rules for the end of a test. */
export class ConditionGrammar extends ThreadGrammar {
  protected nesting = 0;

  protected locationList = this.RULE('locationList', (): readonly LocationSyntax[] => {
    this.CONSUME(reservedWords.locations);
    this.CONSUME(signs.openSquare);
    const list: LocationSyntax[] = [];
    this.MANY(() => {
      list.push(this.SUBRULE(this.location));
      this.CONSUME(signs.semicolon);
    });
    this.CONSUME(signs.closeSquare, { ERR_MSG: `${LOCATION}, or \`]\`` });
    return list;
  });

  protected condition = this.RULE('condition', (expected: string): ConditionSyntax => {
    const quantifier = this.OR<ConditionSyntax['quantifier']>({
      DEF: [
        { ALT: () => { this.CONSUME1(reservedWords.exists); return 'exists'; } },
        { ALT: () => { this.CONSUME(reservedWords.forall); return 'forall'; } },
        {
          ALT: () => {
            this.CONSUME(signs.not);
            this.CONSUME2(reservedWords.exists);
            return '~exists';
          },
        },
      ],
      ERR_MSG: expected,
    });
    return { quantifier, proposition: this.SUBRULE(this.proposition) };
  });

  protected proposition = this.RULE('proposition', (): PropositionSyntax => {
    const terms: PropositionSyntax[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: signs.or,
      DEF: () => terms.push(this.SUBRULE(this.term)),
      ERR_MSG: FACT,
    });
    return joined('or', terms);
  });

  private term = this.RULE('term', (): PropositionSyntax => {
    const facts: PropositionSyntax[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: signs.and,
      DEF: () => facts.push(this.SUBRULE(this.fact)),
      ERR_MSG: FACT,
    });
    return joined('and', facts);
  });

  private fact = this.RULE('fact', (): PropositionSyntax => {
    const position = positionOf(this.LA(1));
    this.ACTION(() => this.enter(position));
    const fact = this.OR<PropositionSyntax>({
      DEF: [
        { ALT: () => this.SUBRULE(this.negation) },
        { ALT: () => this.SUBRULE(this.group) },
        { ALT: () => this.SUBRULE(this.comparison) },
      ],
      ERR_MSG: FACT,
    });
    this.ACTION(() => this.nesting--);
    return fact;
  });

  private enter(position: Position): void {
    this.nesting++;
    if (this.nesting > NESTING_MAX) {
      this.refuse('condition nested too deeply', `at most ${NESTING_MAX} levels`, position);
    }
  }

  private negation = this.RULE('negation', (): PropositionSyntax => {
    this.CONSUME(signs.not);
    return { kind: 'not', of: this.SUBRULE(this.fact) };
  });

  private group = this.RULE('group', (): PropositionSyntax => {
    this.CONSUME(signs.open);
    const proposition = this.SUBRULE(this.proposition);
    this.CONSUME(signs.close, { ERR_MSG: `${MORE}\`)\`` });
    return proposition;
  });

  private comparison = this.RULE('comparison', (): PropositionSyntax => {
    const location = this.SUBRULE(this.location);
    const equal = this.OR<boolean>({
      DEF: [
        { ALT: () => { this.CONSUME(signs.equal); return true; } },
        { ALT: () => { this.CONSUME(signs.notEqual); return false; } },
      ],
      ERR_MSG: '`=` or `!=`',
    });
    return { kind: 'compare', location, equal, value: this.SUBRULE(this.value) };
  });

  private value = this.RULE('value', (): ConditionValue => this.OR<ConditionValue>({
    DEF: [
      { ALT: () => this.SUBRULE(this.number).value },
      { ALT: () => this.SUBRULE(this.signal) },
    ],
    ERR_MSG: VALUE,
  }));

  private signal = this.RULE('signal', (): 'SIGSEGV' | 'SIGBUS' => {
    const { text, position } = this.SUBRULE(this.word, { ARGS: [VALUE] });
    return this.ACTION(() => {
      if (text === 'SIGSEGV' || text === 'SIGBUS') return text;
      return this.refuse(`found ${quote(text)}`, VALUE, position);
    });
  });

  private location = this.RULE('location', (): LocationSyntax => {
    const position = positionOf(this.LA(1));
    return this.OR<LocationSyntax>({
      DEF: [
        { ALT: () => ({ ...this.SUBRULE(this.numberedRegister), position }) },
        { ALT: () => ({ ...this.SUBRULE(this.namedLocation), position }) },
        { ALT: () => ({ ...this.SUBRULE(this.memory), position }) },
      ],
      ERR_MSG: LOCATION,
    });
  });

  private numberedRegister = this.RULE('numberedRegister', (): Omit<LocationSyntax, 'position'> => {
    const index = this.SUBRULE(this.number);
    this.CONSUME(signs.colon, { ERR_MSG: '`:` and a register' });
    const name = this.SUBRULE(this.word, { ARGS: ['the name of a register'] });
    return { thread: { text: `P${index.value}`, position: index.position }, name };
  });

  private namedLocation = this.RULE('namedLocation', (): Omit<LocationSyntax, 'position'> => {
    const name = this.SUBRULE(this.word, { ARGS: [LOCATION] });
    const register = this.OPTION((): WordSyntax => {
      this.CONSUME(signs.colon);
      return this.SUBRULE1(this.word, { ARGS: ['the name of a register'] });
    });
    return register === undefined ? { name } : { thread: name, name: register };
  });

  private memory = this.RULE('memory', (): Omit<LocationSyntax, 'position'> => {
    this.CONSUME(signs.openSquare);
    const name = this.SUBRULE(this.word, { ARGS: ['the name of a file or an integer'] });
    this.CONSUME(signs.closeSquare);
    return { name };
  });
}

function joined(kind: 'and' | 'or', parts: readonly PropositionSyntax[]): PropositionSyntax {
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : { kind, of: parts };
}
