/** Locations and propositions: what a condition speaks of, and when it is true. */
import type { ConditionValue, Location, Proposition, Scenario, Thread } from './scenario.js';
import type { LocationSyntax, PropositionSyntax } from './syntax.js';
import type { Names } from './names.js';
import { LitmusError, quote } from './error.js';
import { nearest, unknownName } from './suggest.js';

/** What locations are resolved against; the threads' bodies must be resolved. */
export interface LocationScope {
  readonly source: string;
  readonly names: Names;
  readonly threads: readonly Thread[];
}

/** Resolves a proposition; throws a LitmusError at a location that has no final value. */
export function resolveProposition(scope: LocationScope, syntax: PropositionSyntax): Proposition {
  switch (syntax.kind) {
    case 'compare': {
      const { equal, value } = syntax;
      return { kind: 'compare', location: resolveLocation(scope, syntax.location), equal, value };
    }
    case 'not':
      return { kind: 'not', of: resolveProposition(scope, syntax.of) };
    default:
      return { kind: syntax.kind, of: syntax.of.map((part) => resolveProposition(scope, part)) };
  }
}

/** Resolves a location; throws a LitmusError if it has no final value. */
export function resolveLocation(scope: LocationScope, syntax: LocationSyntax): Location {
  const { thread } = syntax;
  return thread === undefined ? memory(scope, syntax) : register(scope, syntax, thread);
}

function register(
  { source, threads }: LocationScope,
  { name }: LocationSyntax,
  word: NonNullable<LocationSyntax['thread']>,
): Location {
  const thread = threads.find((one) => one.name === word.text);
  if (thread === undefined) {
    throw unknownName(source, word, 'thread', threads.map((one) => one.name));
  }
  const assigned = registersOf(thread);
  if (assigned.includes(name.text)) {
    return { kind: 'register', thread: thread.name, register: name.text };
  }
  const problem = `${quote(thread.name)} never assigns ${quote(name.text)}`;
  const guess = nearest(name.text, assigned);
  const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`;
  throw new LitmusError(source, name.position, problem, `a register that it assigns${hint}`);
}

function registersOf({ body }: Thread): string[] {
  return [...new Set(body.flatMap((statement) => statement.register ?? []))];
}

function memory({ source, names, threads }: LocationScope, { name }: LocationSyntax): Location {
  const named = names.find(name.text);
  if (named?.kind === 'file') return { kind: 'file', file: name.text };
  if (named?.kind === 'integer') return { kind: 'integer', integer: name.text };
  const problem = named === undefined
    ? `unknown name ${quote(name.text)}`
    : `${quote(name.text)} is a page, which has no final value of its own`;
  const owner = threads.find((thread) => registersOf(thread).includes(name.text));
  const guess = named !== undefined ? undefined
    : owner === undefined ? nearest(name.text, names.of(['file', 'integer']))
    : formatLocation({ kind: 'register', thread: owner.name, register: name.text });
  const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`;
  const expected = `a register such as \`0:r1\`, a file or an integer${hint}`;
  throw new LitmusError(source, name.position, problem, expected);
}

/** Writes a location as herd does: `0:r1`, `kswapd:r0`, `[A]`. */
export function formatLocation(location: Location): string {
  switch (location.kind) {
    case 'register': {
      const index = /^P(0|[1-9][0-9]{0,2})$/.exec(location.thread)?.[1];
      const short = index !== undefined && Number(index) <= 255;
      return `${short ? index : location.thread}:${location.register}`;
    }
    case 'file': return `[${location.file}]`;
    case 'integer': return `[${location.integer}]`;
  }
}

/** Writes a proposition so that it reads back as the same tree. */
export function formatProposition(proposition: Proposition): string {
  switch (proposition.kind) {
    case 'compare': {
      const { location, equal, value } = proposition;
      return `${formatLocation(location)}${equal ? '=' : '!='}${value}`;
    }
    case 'not': return `~${formatPart(proposition.of)}`;
    case 'and': return proposition.of.map(formatPart).join(' /\\ ');
    case 'or': return proposition.of.map(formatPart).join(' \\/ ');
  }
}

function formatPart(part: Proposition): string {
  const simple = part.kind === 'compare' || part.kind === 'not';
  return simple ? formatProposition(part) : `(${formatProposition(part)})`;
}

/** Locations of a proposition in order of appearance, each once. */
export function locationsOf(proposition: Proposition): Location[] {
  switch (proposition.kind) {
    case 'compare': return [proposition.location];
    case 'not': return locationsOf(proposition.of);
    default: return distinct(proposition.of.flatMap(locationsOf));
  }
}

/** The same locations without repetition. */
export function distinct(locations: readonly Location[]): Location[] {
  return [...new Map(locations.map((one) => [formatLocation(one), one])).values()];
}

/** The locations that a row needs for `judge`: the scenario's, then those only `filter` names. */
export function observedLocations({ locations, filter }: Scenario): Location[] {
  return distinct([...locations, ...(filter === undefined ? [] : locationsOf(filter))]);
}

/** Whether a proposition is true of final values; `valueOf` must know each location it names. */
export function holds(
  proposition: Proposition,
  valueOf: (location: Location) => ConditionValue,
): boolean {
  switch (proposition.kind) {
    case 'compare': {
      const { location, equal, value } = proposition;
      return (valueOf(location) === value) === equal;
    }
    case 'not': return !holds(proposition.of, valueOf);
    case 'and': return proposition.of.every((part) => holds(part, valueOf));
    case 'or': return proposition.of.some((part) => holds(part, valueOf));
  }
}
