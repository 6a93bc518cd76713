/** The names of a test: each is a page, a file or an integer, and is declared once. */
import type { PageDeclaration, Position } from './scenario.js';
import type { WordSyntax } from './syntax.js';
import { LitmusError, quote } from './error.js';
import { unknownName } from './suggest.js';

/** What a name stands for. */
export type Named =
  | { readonly kind: 'file' | 'integer' }
  | { readonly kind: 'page'; readonly page: PageDeclaration };

/** The noun for each kind of name, with its article. */
export const NOUNS = { page: 'a page', file: 'a file', integer: 'an integer' } as const;

/** The word that stands for memory of no file; nothing may be named so. */
export const ANON = 'anon';

/** The names declared so far; `declare` all of them before the first `find`. */
export class Names {
  private readonly declared = new Map<string, Named & { readonly position: Position }>();

  /** `source` names the file in errors. */
  constructor(private readonly source: string) {}

  /** Adds a name; throws a LitmusError if it is taken, where `instead` says what would be right. */
  declare(word: WordSyntax, named: Named, instead = 'a new name'): void {
    const { text, position } = word;
    if (text === ANON) {
      throw new LitmusError(this.source, position, '`anon` means anonymous memory', instead);
    }
    const earlier = this.declared.get(text);
    if (earlier !== undefined) {
      const { line, column } = earlier.position;
      const what = `already ${NOUNS[earlier.kind]}, declared at ${line}:${column}`;
      const problem = `${quote(text)} is ${what}`;
      throw new LitmusError(this.source, position, problem, instead);
    }
    this.declared.set(text, { ...named, position });
  }

  /** What a name stands for, if it is declared. */
  find(name: string): Named | undefined {
    return this.declared.get(name);
  }

  /** All names of some kinds, in the order declared. */
  of(kinds: readonly Named['kind'][]): string[] {
    return [...this.declared].filter(([, { kind }]) => kinds.includes(kind)).map(([name]) => name);
  }

  /** All pages, in the order declared. */
  get pages(): PageDeclaration[] {
    const all = [...this.declared.values()];
    return all.flatMap((named) => (named.kind === 'page' ? [named.page] : []));
  }
}

/** The error of the first word that is not known or is written twice, if any; `what` is a noun. */
export function wrongWord(
  source: string,
  words: readonly WordSyntax[],
  what: string,
  known: readonly string[],
): LitmusError | undefined {
  const seen = new Set<string>();
  for (const word of words) {
    if (!known.includes(word.text)) return unknownName(source, word, what, known);
    if (seen.has(word.text)) {
      const problem = `${what} ${quote(word.text)} is given twice`;
      return new LitmusError(source, word.position, problem, 'it once');
    }
    seen.add(word.text);
  }
  return undefined;
}

/** The words as text; throws a LitmusError unless every word is known and none is written twice. */
export function checkWords(
  source: string,
  words: readonly WordSyntax[],
  what: string,
  known: readonly string[],
): string[] {
  const wrong = wrongWord(source, words, what, known);
  if (wrong !== undefined) throw wrong;
  return words.map(({ text }) => text);
}
