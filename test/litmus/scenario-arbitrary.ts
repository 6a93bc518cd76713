/** Random scenarios of the toy domain, built as `resolve` would build them. */
import * as fc from 'fast-check';
import type * as litmus from '../../src/litmus/scenario.js';
import { distinct, locationsOf } from '../../src/litmus/propositions.js';
import { toy } from './toy-vocabulary.js';

const position: litmus.Position = { line: 1, column: 1 };

/** Random choices, each of which fast-check can shrink. */
class Choice {
  constructor(private readonly g: fc.GeneratorValue) {}

  upTo(max: number): number {
    return this.g(fc.nat, { max });
  }

  odds(): boolean {
    return this.g(fc.boolean);
  }

  one<T>(list: readonly T[]): T {
    return list[this.upTo(list.length - 1)] as T;
  }

  some<T>(list: readonly T[]): T[] {
    return list.filter(() => this.odds());
  }

  many<T>(max: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.upTo(max) }, (_, index) => make(index));
  }
}

type Statement = Omit<litmus.Statement, 'position'>;

interface Memory {
  readonly files: readonly litmus.FileDeclaration[];
  readonly integers: readonly litmus.IntegerDeclaration[];
  readonly mapped: litmus.PageDeclaration[];
  readonly fresh: litmus.PageDeclaration[];
}

function memory(choice: Choice): Memory {
  const files = choice.many(3, (index) => ({
    name: ['A', 'file', 'B_2'][index] ?? '',
    value: choice.upTo(255),
    options: choice.some(toy.fileOptions),
  }));
  const value = choice.upTo(255);
  const more = choice.many(1, () => ({ name: 'cpu', value: choice.upTo(255) }));
  return { files, integers: [{ name: 'x', value }, ...more], mapped: [], fresh: [] };
}

/** Threads in the order of the file, with CPUs numbered by first use. */
function threads(choice: Choice): Omit<litmus.Thread, 'body'>[] {
  const cpus = new Map<number, number>();
  return choice.some(['P0', 'kswapd', 'P1', 'P12', 'P300', 'kworker', 'P07']).map((name) => {
    const where = choice.upTo(6);
    const cpu = cpus.get(where) ?? cpus.size;
    cpus.set(where, cpu);
    return name.startsWith('P') ? { name, mm: choice.one(['mm', 'Q', 'R']), cpu } : { name, cpu };
  });
}

function mapping(choice: Choice, { files }: Memory): litmus.Mapping {
  return {
    object: choice.one(['anon', ...files.map(({ name }) => name)]),
    protection: [choice.one(toy.protections)],
    flags: [...choice.some(toy.mapFlags.slice(1)), 'MAP_SHARED'],
  };
}

/** `mmap` of a new page or, with a name, at the page's own address. */
function mmap(choice: Choice, all: Memory, page: string, fixed: boolean): Statement {
  const { object, protection, flags } = mapping(choice, all);
  const kind = object === 'anon' ? 'anon' : 'file';
  const given = fixed ? ['MAP_FIXED', ...flags] : flags;
  const list: litmus.Argument[] = [
    kind === 'anon' ? { kind } : { kind, file: object },
    { kind: 'flags', flags: protection },
    { kind: 'flags', flags: given },
  ];
  const names = [object, protection.join(' | '), given.join(' | ')];
  return {
    operation: `mmap-${fixed ? 'page-' : ''}${kind}-flags-flags`,
    arguments: fixed ? [{ kind: 'page', page }, ...list] : list,
    page,
    text: `${page} = mmap(${[...(fixed ? [page] : []), ...names].join(', ')})`,
  };
}

function anyStatement(choice: Choice, { integers }: Memory): Statement {
  const integer = choice.one(integers).name;
  const value = choice.upTo(255);
  const argument: litmus.Argument = { kind: 'integer', integer };
  const text = `READ_ONCE(${integer})`;
  const read: Statement = { operation: 'READ_ONCE-integer', arguments: [argument], text };
  const count = value || 1;
  return choice.one<Statement>([
    read,
    { ...read, register: choice.one(['r0', 'r1', 'C']) },
    { operation: 'WRITE_ONCE-integer-value', arguments: [argument, { kind: 'value', value }],
      text: `WRITE_ONCE(${integer}, ${value})` },
    { operation: 'any-count', arguments: [{ kind: 'count', value: count }], text: `any(${count})` },
  ]);
}

function kernelStatement(choice: Choice, all: Memory): Statement {
  const pages = [...all.mapped, ...all.fresh].map(({ name: page }): Statement => (
    { operation: 'reclaim-page', arguments: [{ kind: 'page', page }], text: `reclaim(${page})` }));
  const files = all.files.map(({ name: file }): Statement => (
    { operation: 'reclaim-file', arguments: [{ kind: 'file', file }], text: `reclaim(${file})` }));
  return choice.one([...pages, ...files, anyStatement(choice, all)]);
}

function userStatement(choice: Choice, all: Memory, mm: string): Statement {
  const own = [...all.mapped, ...all.fresh].filter((page) => page.mm === mm);
  if (choice.upTo(4) === 0) {
    const name = `n${all.fresh.length}`;
    const statement = mmap(choice, all, name, false);
    all.fresh.push({ name, mm, position });
    return statement;
  }
  const page = own.length === 0 ? undefined : choice.one(own).name;
  if (page === undefined || choice.upTo(3) === 0) return anyStatement(choice, all);
  const argument: litmus.Argument = { kind: 'page', page };
  const text = `READ_ONCE(*${page})`;
  const read: Statement = { operation: 'READ_ONCE-page', arguments: [argument], text };
  return choice.one<() => Statement>([
    () => ({ ...read, register: 'r2' }),
    () => ({ operation: 'munmap-page', arguments: [argument], text: `munmap(${page})` }),
    () => mmap(choice, all, page, true),
  ])();
}

function proposition(
  choice: Choice,
  locations: readonly litmus.Location[],
  depth: number,
): litmus.Proposition {
  const kind = depth === 0 ? 'compare' : choice.one(['compare', 'not', 'and', 'or'] as const);
  if (kind === 'not') return { kind, of: proposition(choice, locations, depth - 1) };
  if (kind === 'compare') {
    const value = choice.one<litmus.ConditionValue>([choice.upTo(255), 'SIGSEGV', 'SIGBUS']);
    return { kind, location: choice.one(locations), equal: choice.odds(), value };
  }
  const part = (): litmus.Proposition => proposition(choice, locations, depth - 1);
  const of = [part(), part(), ...choice.many(2, part)];
  return { kind, of };
}

function expectations(choice: Choice): litmus.Expectation[] {
  const signs = ['+', '-'] as const;
  return choice.some(toy.ruleSets).map((base) => ({
    observation: choice.one(['Never', 'Sometimes', 'Always'] as const),
    rules: {
      base,
      changes: choice.some(toy.rules).map((rule) => ({ sign: choice.one(signs), rule })),
    },
    position,
  }));
}

function scenario(choice: Choice, question: string): litmus.Scenario {
  const all = memory(choice);
  const placed = threads(choice);
  const used = placed.flatMap(({ mm }) => (mm === undefined ? [] : [mm]));
  const owners = placed.filter(({ mm }) => mm !== undefined);
  all.mapped.push(...owners.flatMap(({ mm = '' }, index) =>
    choice.many(2, (which) => (
      { name: `p${index}${which}`, mm, mapping: mapping(choice, all), position }
    ))));
  const bodies = placed.map((thread): litmus.Thread => {
    const make = (): Statement => (thread.mm === undefined
      ? kernelStatement(choice, all) : userStatement(choice, all, thread.mm));
    return { ...thread, body: choice.many(5, () => ({ ...make(), position })) };
  });
  const locations = locationsFor(all, bodies);
  const condition = proposition(choice, locations, 3);
  return {
    name: choice.one(['t', '2+2W', 'munmap-map-fixed+no.zap_x']),
    source: 'test.litmus',
    question,
    expectations: expectations(choice),
    ...(choice.odds() && { arch: choice.one(toy.archs) }),
    options: choice.some(toy.options),
    ...(choice.odds() && { frames: 1 + choice.upTo(254) }),
    files: all.files,
    integers: all.integers,
    pages: [...all.mapped, ...all.fresh],
    mms: [...new Set([...used, ...choice.some(['mm', 'empty'])])],
    threads: bodies,
    cpus: new Set(placed.map(({ cpu }) => cpu)).size,
    ...(choice.odds() && { filter: proposition(choice, locations, 2) }),
    locations: distinct([...locationsOf(condition), ...choice.some(locations)]),
    condition: {
      quantifier: choice.one(['exists', '~exists', 'forall'] as const),
      proposition: condition,
    },
  };
}

function locationsFor(
  { files, integers }: Memory,
  bodies: readonly litmus.Thread[],
): litmus.Location[] {
  return distinct([
    ...bodies.flatMap(({ name: thread, body }) => body.flatMap(({ register }): litmus.Location[] =>
      (register === undefined ? [] : [{ kind: 'register', thread, register }]))),
    ...files.map(({ name: file }): litmus.Location => ({ kind: 'file', file })),
    ...integers.map(({ name: integer }): litmus.Location => ({ kind: 'integer', integer })),
  ]);
}

const line = fc.stringMatching(/^( {0,3}[\w.,?'()*/{}"-]+){0,4}$/)
  .filter((text) => !text.includes('*)'));
const question = fc.array(line, { maxLength: 4 })
  .map((lines) => lines.join('\n').replace(/^\n+|\n+$/g, ''));

/** A random scenario of the toy domain; all its positions are the same. */
export const anyScenario: fc.Arbitrary<litmus.Scenario> = fc
  .tuple(fc.gen(), question)
  .map(([g, text]) => scenario(new Choice(g), text));
