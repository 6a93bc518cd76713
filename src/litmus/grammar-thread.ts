/** Threads: their parameters, which only document, and the operations of their bodies. */
import type {
  ArgumentSyntax, CallSyntax, StatementSyntax, ThreadSyntax, WordSyntax,
} from './syntax.js';
import { quote } from './error.js';
import { BodyClose, BodyOpen, positionOf, reservedWords, signs } from './lexer.js';
import { InitGrammar } from './grammar-init.js';

/** Operation and arguments of a call. */
type Applied = Pick<CallSyntax, 'operation' | 'arguments'>;

/** Rules for a thread and all that is in it. */
export class ThreadGrammar extends InitGrammar {
  protected thread = this.RULE('thread', (): ThreadSyntax => {
    const name = this.SUBRULE(this.word, { ARGS: ['a thread'] });
    this.CONSUME(signs.open);
    const parameters: WordSyntax[] = [];
    let end = this.ACTION(() => `\`int\` or \`)\` after thread ${quote(name.text)}`);
    this.MANY_SEP({
      SEP: signs.comma,
      DEF: () => {
        parameters.push(this.SUBRULE(this.parameter));
        end = '`,` or `)`';
      },
    });
    this.CONSUME(signs.close, { ERR_MSG: end });
    this.CONSUME(BodyOpen);
    const body: StatementSyntax[] = [];
    this.MANY(() => body.push(this.SUBRULE(this.statement)));
    this.CONSUME(BodyClose, { ERR_MSG: 'a statement or `}`' });
    return { name, parameters, body };
  });

  private parameter = this.RULE('parameter', (): WordSyntax => {
    this.CONSUME(reservedWords.int);
    this.CONSUME(signs.star);
    return this.SUBRULE(this.word, { ARGS: ['the name of a page, a file or an integer'] });
  });

  private statement = this.RULE('statement', (): StatementSyntax => {
    const position = positionOf(this.LA(1));
    return this.OR<StatementSyntax>([
      { ALT: () => ({ ...this.SUBRULE(this.intStatement), position }) },
      { ALT: () => ({ ...this.SUBRULE(this.plainStatement), position }) },
    ]);
  });

  /** `int r0;` and `int r0 = READ_ONCE(x);`. */
  private intStatement = this.RULE('intStatement', (): StatementSyntax => {
    this.CONSUME(reservedWords.int);
    const name = this.SUBRULE(this.word, { ARGS: ['the name of a register'] });
    let end = '`=` or `;`';
    const applied = this.OPTION(() => {
      const right = this.SUBRULE(this.assigned);
      end = '`;`';
      return right;
    });
    this.CONSUME(signs.semicolon, { ERR_MSG: end });
    const { position } = name;
    if (applied === undefined) return { kind: 'register', name, position };
    return { kind: 'call', target: { name, declared: true }, ...applied, position };
  });

  /** `munmap(p);` and `r0 = READ_ONCE(x);`. */
  private plainStatement = this.RULE('plainStatement', (): StatementSyntax => {
    const name = this.SUBRULE(this.word, { ARGS: ['a statement'] });
    const { position } = name;
    const call = this.OR<CallSyntax>({
      DEF: [
        {
          ALT: () => {
            const applied = this.SUBRULE(this.assigned);
            return { kind: 'call', target: { name, declared: false }, ...applied, position };
          },
        },
        {
          ALT: () => {
            const list = this.SUBRULE(this.argumentList);
            return { kind: 'call', operation: name, arguments: list, position };
          },
        },
      ],
      ERR_MSG: '`=` or `(`',
    });
    this.CONSUME(signs.semicolon);
    return call;
  });

  private assigned = this.RULE('assigned', (): Applied => {
    this.CONSUME(signs.equal);
    const operation = this.SUBRULE(this.word, { ARGS: ['an operation'] });
    return { operation, arguments: this.SUBRULE(this.argumentList) };
  });

  private argumentList = this.RULE('argumentList', (): readonly ArgumentSyntax[] => {
    this.CONSUME(signs.open);
    const list: ArgumentSyntax[] = [];
    let end = 'an argument or `)`';
    this.MANY_SEP({
      SEP: signs.comma,
      DEF: () => {
        const argument = this.SUBRULE(this.argument);
        list.push(argument);
        const pointer = argument.kind === 'name' && argument.dereferenced;
        const flag = argument.kind !== 'number' && !pointer;
        end = flag ? '`,`, `|` or `)`' : '`,` or `)`';
      },
    });
    this.CONSUME(signs.close, { ERR_MSG: end });
    return list;
  });

  private argument = this.RULE('argument', (): ArgumentSyntax => {
    const position = positionOf(this.LA(1));
    return this.OR<ArgumentSyntax>({
      DEF: [
        { ALT: () => ({ kind: 'number', value: this.SUBRULE(this.number).value, position }) },
        { ALT: () => ({ ...this.SUBRULE(this.pointee), position }) },
        { ALT: () => ({ ...this.SUBRULE(this.nameOrFlags), position }) },
      ],
      ERR_MSG: 'an argument',
    });
  });

  private pointee = this.RULE('pointee', (): ArgumentSyntax => {
    this.CONSUME(signs.star);
    const name = this.SUBRULE(this.word, { ARGS: ['the name of a page or an integer'] });
    return { kind: 'name', dereferenced: true, name, position: name.position };
  });

  private nameOrFlags = this.RULE('nameOrFlags', (): ArgumentSyntax => {
    const { names, position } = this.SUBRULE(this.flags);
    return this.ACTION(() => {
      const [name, ...others] = names;
      if (name === undefined || others.length > 0) return { kind: 'flags', names, position };
      return { kind: 'name', dereferenced: false, name, position };
    });
  });
}
