/** Whether an argument is what a parameter asks for. */
import type { Argument } from './scenario.js';
import type { ArgumentSyntax, FlagsSyntax, WordSyntax } from './syntax.js';
import type { Operation, Parameter, Vocabulary } from './vocabulary.js';
import type { Placed } from './placement.js';
import { ANON, NOUNS, wrongWord, type Names } from './names.js';
import { alternatives, LitmusError, quote } from './error.js';
import { nearest } from './suggest.js';

/** What the statements of a test are resolved against. */
export interface Scope {
  readonly source: string;
  readonly vocabulary: Vocabulary;
  readonly names: Names;
  readonly mms: readonly string[];
  /** True when threads of an address space may use the pages of another. */
  readonly sees: (mm: string, owner: string) => boolean;
}

/** A parameter at its place in one form of an operation. */
export interface Place {
  readonly parameter: Parameter;
  /** True when the parameter is memory that is accessed, so that a page is written `*p`. */
  readonly accessed: boolean;
}

/** The parameter at `index` of a form. */
export function placeOf(vocabulary: Vocabulary, form: Operation, index: number): Place | undefined {
  const parameter = form.parameters[index];
  if (parameter === undefined) return undefined;
  const accessed = vocabulary.operations.some(
    ({ name, parameters }) => name === form.name && parameters[index] === 'integer',
  );
  return { parameter, accessed };
}

/** An argument that fits, one of the right kind that is wrong in itself, or one of another kind. */
type Attempt = Argument | LitmusError | undefined;

/** Tries an argument at a place; a form of the operation that fits better may still be found. */
export function resolveArgument(
  scope: Scope,
  thread: Placed,
  argument: ArgumentSyntax,
  place: Place,
): Attempt {
  const { parameter } = place;
  if (typeof parameter === 'object') return resolveFlags(scope, argument, parameter);
  switch (argument.kind) {
    case 'flags': return undefined;
    case 'number': return resolveNumber(scope, argument, parameter);
    case 'name': return resolveName(scope, thread, argument, place);
  }
}

function resolveFlags(
  { source }: Scope,
  argument: ArgumentSyntax,
  { flags, required = [], forbidden = [] }: Extract<Parameter, object>,
): Attempt {
  if (argument.kind === 'number') return undefined;
  if (argument.kind === 'name' && argument.dereferenced) return undefined;
  const words = argument.kind === 'name' ? [argument.name] : argument.names;
  const allowed = flags.filter((flag) => !forbidden.includes(flag));
  const excess = words.find(({ text }) => forbidden.includes(text));
  if (excess !== undefined) {
    const problem = `${quote(excess.text)} cannot stand here`;
    return new LitmusError(source, excess.position, problem, alternatives(allowed.map(quote)));
  }
  const wrong = wrongWord(source, words, 'flag', allowed);
  if (wrong !== undefined) return wrong;
  const given = words.map(({ text }) => text);
  const missing = required.find((flag) => !given.includes(flag));
  if (missing === undefined) return { kind: 'flags', flags: given };
  return new LitmusError(source, argument.position, `${quote(missing)} is missing`, 'it here');
}

function resolveNumber(
  { source }: Scope,
  { value, position }: Extract<ArgumentSyntax, { kind: 'number' }>,
  parameter: Parameter,
): Attempt {
  if (parameter === 'value') return { kind: 'value', value };
  if (parameter !== 'count') return undefined;
  if (value > 0) return { kind: 'count', value };
  return new LitmusError(source, position, 'found `0`', 'a number from 1 to 255');
}

function resolveName(
  scope: Scope,
  thread: Placed,
  { name: word, dereferenced }: Extract<ArgumentSyntax, { kind: 'name' }>,
  { parameter, accessed }: Place,
): Attempt {
  const { text: name } = word;
  const named = scope.names.find(name);
  if (parameter === 'integer') {
    return named?.kind === 'integer' ? { kind: 'integer', integer: name } : undefined;
  }
  if (parameter === 'page') {
    if (named?.kind !== 'page' || dereferenced !== accessed) return undefined;
    return hidden(scope, thread, word, named.page.mm) ?? { kind: 'page', page: name };
  }
  if (dereferenced) return undefined;
  if (parameter === 'anon') return name === ANON ? { kind: 'anon' } : undefined;
  if (parameter === 'mm') return scope.mms.includes(name) ? { kind: 'mm', mm: name } : undefined;
  return parameter === 'file' && named?.kind === 'file' ? { kind: 'file', file: name } : undefined;
}

/** The error of a page that the thread cannot name; a kernel thread may name them all. */
function hidden(
  { source, sees }: Scope,
  { name, mm }: Placed,
  word: WordSyntax,
  owner: string,
): LitmusError | undefined {
  if (mm === undefined || sees(mm, owner)) return undefined;
  const problem = `page ${quote(word.text)} belongs to ${quote(owner)}`;
  const expected = `a page of ${quote(mm)}, where ${quote(name)} runs`;
  return new LitmusError(source, word.position, problem, expected);
}

/** The error of an argument that fits none of the places that it might have; at least one. */
export function wrongArgument(
  scope: Scope,
  argument: ArgumentSyntax,
  places: readonly Place[],
  usages: string,
): LitmusError {
  const expected = [...new Set(places.map((place) => nounOf(place)))];
  const guess = guessFor(scope, argument, places);
  const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`;
  const problem = describe(scope, argument, places);
  const sentence = `${alternatives(expected)} in ${usages}${hint}`;
  return new LitmusError(scope.source, argument.position, problem, sentence);
}

function nounOf({ parameter, accessed }: Place): string {
  if (typeof parameter === 'object') return `flags such as \`${parameter.flags[0] ?? ''}\``;
  switch (parameter) {
    case 'page': return accessed ? 'a page as `*p`' : NOUNS.page;
    case 'file': return NOUNS.file;
    case 'integer': return NOUNS.integer;
    case 'anon': return '`anon`';
    case 'mm': return 'an address space';
    case 'value': return 'a number';
    case 'count': return 'a number of at least 1';
  }
}

function describe(scope: Scope, argument: ArgumentSyntax, places: readonly Place[]): string {
  if (argument.kind === 'number') return `found \`${argument.value}\``;
  if (argument.kind === 'flags') return `found ${flagsText(argument)}`;
  const { name: { text }, dereferenced } = argument;
  const named = scope.names.find(text);
  if (named !== undefined && !places.some(({ parameter }) => parameter === named.kind)) {
    return `${quote(text)} is ${NOUNS[named.kind]}`;
  }
  if (named === undefined && text !== ANON && !scope.mms.includes(text)) {
    return `unknown name ${quote(text)}`;
  }
  return `found ${quote(dereferenced ? `*${text}` : text)}`;
}

function flagsText({ names }: Pick<FlagsSyntax, 'names'>): string {
  return quote(names.map(({ text }) => text).join(' | '));
}

function guessFor(
  scope: Scope,
  argument: ArgumentSyntax,
  places: readonly Place[],
): string | undefined {
  if (argument.kind !== 'name' || scope.names.find(argument.name.text)) return undefined;
  const kinds = (['page', 'file', 'integer'] as const).filter(
    (kind) => places.some(({ parameter }) => parameter === kind),
  );
  const mms = places.some(({ parameter }) => parameter === 'mm') ? scope.mms : [];
  return nearest(argument.name.text, [...scope.names.of(kinds), ...mms]);
}
