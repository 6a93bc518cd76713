/** The declarations of the init block. */
import type { DeclarationSyntax } from './syntax.js';
import { alternatives, quote } from './error.js';
import {
  declarationWords, MmClose, MmOpen, Name, positionOf, reservedWords, signs,
} from './lexer.js';
import { WordGrammar, wordOf } from './grammar-words.js';

/** A declaration before its position is known. */
type Declared = DeclarationSyntax extends infer D
  ? D extends DeclarationSyntax ? Omit<D, 'position'> : never
  : never;

/** What may stand in the init block between two declarations. */
export const DECLARATION_OR_END = alternatives([
  ...Object.keys(declarationWords).map((word) => `\`${word}\``),
  '`int`',
  'a thread such as `P0:`',
  '`}`',
]);

/** Rules for what may stand between the brackets of the init block. */
export class InitGrammar extends WordGrammar {
  protected declaration = this.RULE('declaration', (): DeclarationSyntax => {
    const position = positionOf(this.LA(1));
    const declared = this.OR<Declared>([
      { ALT: () => this.SUBRULE(this.file) },
      { ALT: () => this.SUBRULE(this.integer) },
      { ALT: () => this.SUBRULE(this.mm) },
      { ALT: () => this.SUBRULE(this.cpu) },
      { ALT: () => this.SUBRULE(this.frames) },
      { ALT: () => this.SUBRULE(this.arch) },
      { ALT: () => this.SUBRULE(this.machineOptions) },
      { ALT: () => this.SUBRULE(this.page) },
    ]);
    return { ...declared, position };
  });

  private file = this.RULE('file', (): Declared => {
    this.CONSUME(declarationWords.file);
    const name = this.SUBRULE(this.word, { ARGS: ['the name of the file'] });
    this.CONSUME(signs.equal);
    const { value } = this.SUBRULE(this.number);
    let end = '`(` or `;`';
    const options = this.OPTION(() => {
      this.CONSUME(signs.open);
      const given = this.SUBRULE(this.names, { ARGS: ['an option of the file'] });
      this.CONSUME(signs.close, { ERR_MSG: '`,` or `)`' });
      end = '`;`';
      return given;
    });
    this.CONSUME(signs.semicolon, { ERR_MSG: end });
    return { kind: 'file', name, value, options: options ?? [] };
  });

  private integer = this.RULE('integer', (): Declared => {
    this.CONSUME(reservedWords.int);
    const name = this.SUBRULE(this.word, { ARGS: ['the name of the integer'] });
    let end = '`=` or `;`';
    const initial = this.OPTION(() => {
      this.CONSUME(signs.equal);
      end = '`;`';
      return this.SUBRULE(this.number);
    });
    this.CONSUME(signs.semicolon, { ERR_MSG: end });
    return { kind: 'integer', name, value: initial?.value ?? 0 };
  });

  private mm = this.RULE('mm', (): Declared => {
    this.CONSUME(declarationWords.mm);
    const name = this.SUBRULE1(this.word, { ARGS: ['the name of the address space'] });
    this.CONSUME(MmOpen);
    const threads: (typeof name)[] = [];
    this.MANY(() => threads.push(this.SUBRULE2(this.word, { ARGS: ['a thread'] })));
    this.CONSUME(MmClose, { ERR_MSG: 'a thread or `}`' });
    this.OPTION(() => this.CONSUME(signs.semicolon));
    return { kind: 'mm', name, threads };
  });

  private cpu = this.RULE('cpu', (): Declared => {
    this.CONSUME(declarationWords.cpu);
    const thread = this.SUBRULE1(this.word, { ARGS: ['a thread'] });
    this.CONSUME(signs.equal);
    const of = this.SUBRULE2(this.word, { ARGS: ['the thread whose CPU is shared'] });
    this.CONSUME(signs.semicolon);
    return { kind: 'cpu', thread, of };
  });

  private frames = this.RULE('frames', (): Declared => {
    this.CONSUME(declarationWords.frames);
    this.CONSUME(signs.equal);
    const count = this.SUBRULE(this.number);
    this.CONSUME(signs.semicolon);
    return { kind: 'frames', count };
  });

  private arch = this.RULE('arch', (): Declared => {
    this.CONSUME(declarationWords.arch);
    const name = this.SUBRULE(this.word, { ARGS: ['the name of an architecture'] });
    this.CONSUME(signs.semicolon);
    return { kind: 'arch', name };
  });

  private machineOptions = this.RULE('machineOptions', (): Declared => {
    this.CONSUME(declarationWords.option);
    const names = this.SUBRULE(this.names, { ARGS: ['the name of an option'] });
    this.CONSUME(signs.semicolon, { ERR_MSG: '`,` or `;`' });
    return { kind: 'option', names };
  });

  private page = this.RULE('page', (): Declared => {
    const thread = wordOf(this.CONSUME(Name));
    this.CONSUME(signs.colon, { ERR_MSG: 'a declaration, or `:` as in `P0: p = mmap(...)`' });
    const name = this.SUBRULE1(this.word, { ARGS: ['the name of the page'] });
    this.CONSUME(signs.equal);
    this.SUBRULE(this.mmap);
    this.CONSUME(signs.open);
    const object = this.SUBRULE2(this.word, { ARGS: ['a file or `anon`'] });
    this.CONSUME1(signs.comma);
    const protection = this.SUBRULE1(this.flags);
    this.CONSUME2(signs.comma, { ERR_MSG: '`|` or `,`' });
    const flags = this.SUBRULE2(this.flags);
    this.CONSUME(signs.close, { ERR_MSG: '`|` or `)`' });
    this.CONSUME(signs.semicolon);
    return { kind: 'page', thread, name, object, protection, flags };
  });

  private mmap = this.RULE('mmap', (): void => {
    const { text, position } = wordOf(this.CONSUME(Name, { ERR_MSG: '`mmap`' }));
    this.ACTION(() => {
      if (text !== 'mmap') this.refuse(`found ${quote(text)}`, '`mmap`', position);
    });
  });
}
