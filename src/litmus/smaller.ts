/**
 * What can be left out of a scenario: every single cut that leaves a scenario whole, so that its text can still be
 * read. Whether the vocabulary accepts it, and whether it shows anything, is not asked here.
 */
import { formatLocation, locationsOf } from './propositions.js';
import type { Argument, Location, Proposition, Scenario, Statement, Thread } from './scenario.js';

/** The greatest value that a reader need not be spared. */
const plainMax = 9;

/** Every scenario that one cut makes, the largest cuts first. */
export function smallerScenarios(scenario: Scenario): Scenario[] {
  const cuts = [
    ...plain(scenario),
    ...withoutThreads(scenario),
    ...mergedThreads(scenario),
    ...withoutStatements(scenario),
    ...withoutDeclarations(scenario),
    ...withoutOptions(scenario),
    ...withFewerFrames(scenario),
    ...withoutRegisters(scenario),
    ...withPlainValues(scenario),
  ];
  return cuts.flatMap(whole);
}

/** Number of operations of all threads. */
export function operationsOf({ threads }: Scenario): number {
  return threads.reduce((sum, { body }) => sum + body.length, 0);
}

/** Nothing but what is searched: no prose, no claims, no filter, and the simplest condition there is. */
function plain(scenario: Scenario): Scenario[] {
  const { question, expectations, filter, ...rest } = scenario;
  if (question === '' && expectations.length === 0 && filter === undefined) return [];
  return [{ ...rest, question: '', expectations: [], ...conditionOf(rest) }];
}

function withoutThreads(scenario: Scenario): Scenario[] {
  return scenario.threads.map((_, i) => ({ ...scenario, threads: without(scenario.threads, i) }));
}

/** Two threads that one can stand for, one after the other in either order; the first keeps its name and its CPU. */
function mergedThreads(scenario: Scenario): Scenario[] {
  const { threads } = scenario;
  const registers = ({ body }: Thread): string[] => body.flatMap((statement) => statement.register ?? []);
  return threads.flatMap((one, i) =>
    threads.slice(i + 1).flatMap((other) => {
      if (one.mm !== other.mm || registers(one).some((register) => registers(other).includes(register))) return [];
      return [[...one.body, ...other.body], [...other.body, ...one.body]].map((body) => ({
        ...scenario,
        threads: threads.flatMap((thread) => (thread === one ? [{ ...one, body }] : thread === other ? [] : [thread])),
      }));
    }),
  );
}

function withoutStatements(scenario: Scenario): Scenario[] {
  return scenario.threads.flatMap((thread) =>
    thread.body.map((_, i) => withThread(scenario, thread, { ...thread, body: without(thread.body, i) })),
  );
}

/** Without one file, page or integer that no thread and no page needs. */
function withoutDeclarations(scenario: Scenario): Scenario[] {
  const { files, pages, integers } = scenario;
  return [
    ...files.map((_, i) => ({ ...scenario, files: without(files, i) })),
    ...pages.map((_, i) => ({ ...scenario, pages: without(pages, i) })),
    ...integers.map((_, i) => ({ ...scenario, integers: without(integers, i) })),
  ];
}

/** Without one option of the machine or of a file, or one protection of a page besides its first. */
function withoutOptions(scenario: Scenario): Scenario[] {
  const { options, files, pages } = scenario;
  return [
    ...options.map((_, i) => ({ ...scenario, options: without(options, i) })),
    ...files.flatMap((file, f) =>
      file.options.map((_, i) => ({ ...scenario, files: files.with(f, { ...file, options: without(file.options, i) }) })),
    ),
    ...pages.flatMap((page, p) => {
      const { mapping } = page;
      if (!mapping) return [];
      return mapping.protection.slice(1).map((_, i) => ({
        ...scenario,
        pages: pages.with(p, { ...page, mapping: { ...mapping, protection: without(mapping.protection, i + 1) } }),
      }));
    }),
  ];
}

/** A scenario that leaves the number open gets three or more. */
const framesOpen = 3;

function withFewerFrames(scenario: Scenario): Scenario[] {
  const most = (scenario.frames ?? framesOpen) - 1;
  return Array.from({ length: most }, (_, i) => ({ ...scenario, frames: i + 1 }));
}

function withoutRegisters(scenario: Scenario): Scenario[] {
  return scenario.threads.flatMap((thread) =>
    thread.body.flatMap(({ register, ...statement }, i) =>
      register === undefined ? [] : [withThread(scenario, thread, { ...thread, body: thread.body.with(i, statement) })],
    ),
  );
}

/** A value of three digits, by which a free choice tells its writer, as the least that nothing else has. */
function withPlainValues(scenario: Scenario): Scenario[] {
  const valuesIn = ({ arguments: args }: Statement): number[] => args.flatMap((a) => (a.kind === 'value' ? [a.value] : []));
  const taken = [...scenario.files, ...scenario.integers].map(({ value }) => value);
  taken.push(...scenario.threads.flatMap(({ body }) => body.flatMap(valuesIn)));
  const free = Array.from({ length: plainMax }, (_, i) => i + 1).find((value) => !taken.includes(value));
  if (free === undefined) return [];
  return scenario.threads.flatMap((thread) =>
    thread.body.flatMap((statement, i) => {
      const value = valuesIn(statement).find((one) => one > plainMax);
      return value === undefined ? [] : [withThread(scenario, thread, { ...thread, body: thread.body.with(i, revalued(statement, value, free)) })];
    }),
  );
}

function revalued(statement: Statement, from: number, to: number): Statement {
  const argument = (a: Argument): Argument => (a.kind === 'value' && a.value === from ? { kind: 'value', value: to } : a);
  return {
    ...statement,
    arguments: statement.arguments.map(argument),
    text: statement.text.replace(new RegExp(`\\b${from}\\b`), String(to)),
  };
}

/** What a cut has left, made whole: CPUs without gaps, no names without a meaning; nothing where a name is missing. */
function whole(scenario: Scenario): Scenario[] {
  const { threads, pages, files, integers } = scenario;
  const all = threads.flatMap(({ body }) => body);
  const named = new Set(all.flatMap(namesIn).concat(pages.flatMap(({ mapping }) => mapping?.object ?? [])));
  const known = new Set(['anon', ...[...pages, ...files, ...integers].map(({ name }) => name)]);
  const mms = scenario.mms.filter((mm) => threads.some((thread) => thread.mm === mm) || all.some((s) => makes(s, mm)));
  const ownerless = pages.some(({ mm }) => !threads.some((thread) => thread.mm === mm));
  if (ownerless || [...named].some((name) => !known.has(name))) return [];
  const cpus = [...new Set(threads.map(({ cpu }) => cpu))];
  const kept = { ...scenario, mms, cpus: cpus.length, threads: threads.map((thread) => ({ ...thread, cpu: cpus.indexOf(thread.cpu) })) };
  const condition = conditionOf(kept);
  return condition ? [{ ...kept, ...condition }] : [];
}

/** Pages, files and integers that a statement names. */
function namesIn({ arguments: args, page }: Statement): string[] {
  const named = args.flatMap((a) => (a.kind === 'page' ? [a.page] : a.kind === 'file' ? [a.file] : a.kind === 'integer' ? [a.integer] : []));
  return page === undefined ? named : [...named, page];
}

function makes({ arguments: args }: Statement, mm: string): boolean {
  return args.some((a) => a.kind === 'mm' && a.mm === mm);
}

/** The scenario's condition where all that it and the filter name is there, else the first final value there is. */
function conditionOf(scenario: Omit<Scenario, 'question' | 'expectations'>): Pick<Scenario, 'condition' | 'locations'> | undefined {
  const { condition, filter, locations } = scenario;
  const there = new Set(finalsOf(scenario).map(({ location }) => formatLocation(location)));
  const exist = (some: readonly Location[]): boolean => some.every((location) => there.has(formatLocation(location)));
  if (exist([...locationsOf(condition.proposition), ...(filter ? locationsOf(filter) : [])])) {
    return { condition, locations: locations.filter((location) => exist([location])) };
  }
  const [first] = finalsOf(scenario);
  if (!first || filter) return undefined;
  const proposition: Proposition = { kind: 'compare', location: first.location, equal: true, value: first.value };
  return { condition: { quantifier: 'exists', proposition }, locations: [first.location] };
}

/** Everything that has a final value, and the value that it starts with. */
function finalsOf({ files, integers, threads }: Pick<Scenario, 'files' | 'integers' | 'threads'>): { location: Location; value: number }[] {
  return [
    ...files.map(({ name, value }) => ({ location: { kind: 'file', file: name } as const, value })),
    ...integers.map(({ name, value }) => ({ location: { kind: 'integer', integer: name } as const, value })),
    ...threads.flatMap(({ name, body }) =>
      body.flatMap(({ register }) => (register === undefined ? [] : [{ location: { kind: 'register', thread: name, register } as const, value: 0 }])),
    ),
  ];
}

function withThread(scenario: Scenario, from: Thread, to: Thread): Scenario {
  return { ...scenario, threads: scenario.threads.map((thread) => (thread === from ? to : thread)) };
}

function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, i) => i !== at);
}
