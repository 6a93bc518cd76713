/**
 * Where a kernel source file defines a name. No C parser: it knows the kernel's style, in which a
 * function's head starts in the first column, and the macros by which the kernel defines functions.
 */

/** A place at which a name is defined. */
export interface Definition {
  readonly kind: 'function' | 'macro' | 'system call' | 'page flag' | 'method' | 'assembly' | 'enumerator' | 'declaration';
  /** Counted from 1. */
  readonly line: number;
}

/** A definition with where its text begins and ends. */
interface Candidate {
  readonly kind: Definition['kind'];
  readonly at: number;
  readonly end: number;
}

/** A source file with comments and strings blanked out. */
export class Source {
  /** Everything but comments and strings. */
  private readonly code: string;
  private unpreprocessed: string | undefined;

  constructor(text: string) {
    this.code = blank(text, /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\.)*'/g);
  }

  /** The definition of a function, macro or `->method`: of several the longest, a function rather than a macro. */
  definitionOf(name: string): Definition | undefined {
    const found = name.startsWith('->')
      ? this.methods(name.slice('->'.length))
      : (longest(this.functions(name)) ?? longest(this.made(name)) ?? longest(this.macros(name)));
    return found && { kind: found.kind, line: this.line(found.at) };
  }

  /** The definition of a constant, or the declaration of a variable or a member of a structure. */
  declarationOf(word: string): Definition | undefined {
    const [found] = [
      ...this.macros(word),
      ...(/^[A-Z\d_]+$/.test(word) ? this.all('enumerator', `^[ \\t]+${word}\\b(?=[ \\t]*(?:=[^=;]*)?,?[ \\t]*$)`) : []),
      ...this.all('declaration', `^(?![ \\t]*(?:return|goto)\\b)[ \\t]*\\w[\\w \\t*]*[ \\t*]${word}\\s*(?:[;=]|:\\s*\\d|\\[)`),
    ];
    return found && { kind: found.kind, line: this.line(found.at) };
  }

  /** The first line in a function on which a word stands. */
  lineIn(caller: string, word: string): number | undefined {
    const body = longest(this.functions(caller));
    return body && this.lineOf(word, body);
  }

  /** The first line on which a word stands. */
  lineOf(word: string, { at, end } = { at: 0, end: this.code.length }): number | undefined {
    const found = new RegExp(`\\b${word}\\b`).exec(this.code.slice(at, end));
    return found ? this.line(at + found.index) : undefined;
  }

  /** The names of all functions that the file defines. */
  functionNames(): string[] {
    const heads = [...this.bare.matchAll(/^(?:\w[^\n(={};]*[\s*])?(\w+)\s*\(/gm)].map((head) => head[1]!);
    return [...new Set(heads)].filter((name) => name !== name.toUpperCase() && this.functions(name).length > 0);
  }

  /** The code without preprocessor lines. */
  private get bare(): string {
    return (this.unpreprocessed ??= blank(this.code, /^[ \t]*#(?:[^\n\\]|\\[\s\S])*/gm));
  }

  private functions(name: string): Candidate[] {
    return [...this.bare.matchAll(new RegExp(`\\b${name}\\s*\\(`, 'g'))].flatMap(({ index, 0: head }) => {
      const before = this.bare.slice(this.bare.lastIndexOf('\n', index) + 1, index);
      if (/^\s+|[=;{]/.test(before)) return [];
      // Between the arguments and the body stand attributes: __releases(ptl), __must_check.
      const attributes = /\s*(?:\w+\s*(?:\([^()]*\))?\s*)*\{/y;
      attributes.lastIndex = afterArguments(this.bare, index + head.length);
      if (!attributes.test(this.bare)) return [];
      const close = this.bare.indexOf('}', attributes.lastIndex);
      const end = this.bare.indexOf('\n}', attributes.lastIndex);
      // An empty stub may stand on one line.
      const stub = close >= 0 && !this.bare.slice(attributes.lastIndex, close).includes('\n');
      return [{ kind: 'function', at: index, end: stub ? close : end < 0 ? this.bare.length : end }];
    });
  }

  private macros(name: string): Candidate[] {
    // `#define f f` only tells generic headers that there is an f.
    return this.all('macro', `^[ \\t]*#[ \\t]*define[ \\t]+${name}\\b(?!\\s+${name}\\s*$)(?:[^\\n\\\\]|\\\\[\\s\\S])*`);
  }

  /** Functions that macros make. */
  private made(name: string): Candidate[] {
    const [, flag] = /^(?:__)?folio_(?:test_set|test_clear|test|set|clear)_(\w+)$/.exec(name) ?? [];
    return [
      // C libraries call pread64() pread().
      ...this.all('system call', `^SYSCALL_DEFINE\\d\\(${name}(?:64)?\\s*[,)]`),
      ...this.all('function', `^DEFINE_\\w+\\(${name}\\s*[,)]`),
      ...this.all('assembly', `^SYM_(?:FUNC|CODE)_START\\w*\\(${name}\\)`),
      ...(flag === undefined ? [] : this.all('page flag', `^[ \\t]*\\w*FLAG\\w*\\((?:\\w+,\\s*)?${flag}\\b`)),
    ];
  }

  private methods(name: string): Candidate | undefined {
    return this.all('method', `\\(\\*\\s*${name}\\s*\\)\\s*\\(`)[0];
  }

  private all(kind: Definition['kind'], pattern: string): Candidate[] {
    const matches = [...this.code.matchAll(new RegExp(pattern, 'gm'))];
    return matches.map(({ index, 0: text }) => ({ kind, at: index, end: index + text.length }));
  }

  private line(at: number): number {
    return this.code.slice(0, at).split('\n').length;
  }
}

function longest(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) => b.end - b.at - (a.end - a.at))[0];
}

/** The text with everything that matches turned into spaces, lines kept. */
function blank(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, ' '));
}

/** Where the parenthesis closes that was opened just before `at`. */
function afterArguments(text: string, at: number): number {
  let depth = 1;
  let end = at;
  while (depth > 0 && end < text.length) {
    if (text[end] === '(') depth++;
    else if (text[end] === ')') depth--;
    end++;
  }
  return end;
}
