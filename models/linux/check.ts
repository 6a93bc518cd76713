/** What the model refuses to be built from, and what a reader of its verdicts must be told. */
import { LitmusError } from '../../src/litmus/error.js';
import type { ConditionValue, Proposition, RuleExpression, Scenario } from '../../src/litmus/scenario.js';
import { contentsOf, kindOf, type World } from './machine/contents.js';
import { worldOf } from './operations.js';
import type { RuleTable } from './rules/rule.js';

/** The most members of a set in a state. */
const setMax = 30;

/** Throws a LitmusError for a scenario that the machine cannot run. */
export function checkScenario(scenario: Scenario, world: World = worldOf(scenario)): void {
  checkForks(scenario);
  checkFrames(scenario);
  checkMappings(scenario);
  checkContents(scenario, world);
  checkReferences(scenario);
  checkHugeZero(scenario);
}

/** An address space is made once, and a process cannot be its own ancestor; its threads use pages that it has. */
function checkForks({ threads, pages, source }: Scenario): void {
  const parents = new Map<string, string>();
  for (const { mm: parent, body } of threads) {
    for (const { operation, arguments: args, position } of body) {
      const child = args.find((a) => a.kind === 'mm');
      if (operation !== 'fork' || child?.kind !== 'mm' || parent === undefined) continue;
      if (parents.has(child.mm)) throw new LitmusError(source, position, `${child.mm} is forked already`, 'an address space of its own for each fork()');
      parents.set(child.mm, parent);
    }
  }
  const ancestors = (mm: string): string[] => {
    const list = [mm];
    for (let at = parents.get(mm); at !== undefined && !list.includes(at); at = parents.get(at)) list.push(at);
    return list;
  };
  for (const { mm, name, body } of threads) {
    if (mm === undefined || !parents.has(mm)) continue;
    const line = ancestors(mm);
    const oldest = parents.get(line.at(-1)!);
    if (oldest !== undefined) throw new LitmusError(source, body[0]?.position ?? { line: 1, column: 1 }, `${mm} is forked by itself`, 'a fork() by a process that there is before');
    for (const { arguments: args, position } of body) {
      const page = args.find((a) => a.kind === 'page');
      const owner = page?.kind === 'page' ? pages.find((p) => p.name === page.page)?.mm : undefined;
      if (page?.kind === 'page' && owner !== undefined && !line.includes(owner)) {
        throw new LitmusError(source, position, `${name} has no page ${page.page}: ${mm} is no descendant of ${owner}`, `a page of ${line.join(' or ')}`);
      }
    }
  }
}

function checkFrames({ files, pages, options, frames, framesPosition, source }: Scenario): void {
  const cached = files.filter((file) => !file.options.includes('uncached')).length;
  const own = options.includes('dirtied') ? pages.filter(({ mapping }) => mapping && kindOf(mapping) !== 'shared').length : 0;
  if (frames === undefined || frames >= cached + own) return;
  const memory = own > 0 ? ` and ${own} pages have memory of their own` : '';
  const problem = `frames = ${frames}, but ${cached} files are in the page cache${memory} at the start`;
  throw new LitmusError(source, framesPosition ?? { line: 1, column: 1 }, problem, `at least ${cached + own}`);
}

/** Sets of values and of objects are masks of 30 bits. */
function checkContents(scenario: Scenario, world: World): void {
  const { values, origins } = contentsOf(world);
  const [count, what] = values.length >= origins.length ? [values.length, 'values'] : [origins.length, 'objects'];
  if (count <= setMax) return;
  const position = scenario.threads.flatMap((t) => t.body)[0]?.position ?? { line: 1, column: 1 };
  const problem = `${count} different ${what} in memory, counting one for each choice of any(n)`;
  throw new LitmusError(scenario.source, position, problem, `at most ${setMax}: fewer threads, files, pages or operations`);
}

/** Shared anonymous memory is shmem, a file mapping of another kind. */
function checkMappings({ pages, source }: Scenario): void {
  const shared = pages.find(({ mapping }) => mapping?.object === 'anon' && !mapping.flags.includes('MAP_PRIVATE'));
  if (!shared) return;
  const problem = `${shared.name} maps shared anonymous memory, of which this version has no model`;
  throw new LitmusError(source, shared.position, problem, 'MAP_PRIVATE');
}

/** get() and put() of one name alternate in a thread: it keeps one reference through each name. */
function checkReferences({ threads, source }: Scenario): void {
  for (const { body } of threads) {
    const held = new Set<string>();
    for (const { operation, text, position } of body) {
      const name = /\((.*)\)/.exec(text)?.[1] ?? '';
      if (operation.startsWith('get-')) {
        if (held.has(name)) throw new LitmusError(source, position, `the thread holds a reference through ${name} already`, `put(${name}) before it`);
        held.add(name);
      } else if (operation.startsWith('put-') && !held.delete(name)) {
        throw new LitmusError(source, position, `the thread holds no reference through ${name}`, `get(${name}) before it`);
      }
    }
  }
}

/** fork() copies page tables without counting another user of the huge zero page. */
function checkHugeZero({ options, threads, source }: Scenario): void {
  if (!options.includes('huge_zero_page')) return;
  const fork = threads.flatMap(({ body }) => body).find(({ operation }) => operation === 'fork');
  if (fork) throw new LitmusError(source, fork.position, 'of fork() with a huge zero page this version has no model', 'no option huge_zero_page');
}

/** Notes on a scenario under some rules: what looks like a test and is none. */
export function remarksOn(scenario: Scenario, expression: RuleExpression, table: RuleTable): string[] {
  return [...alike(scenario), ...impossible(scenario), ...idleChanges(expression, table)];
}

/** Loads are judged by the value they return, so equal contents hide a wrong frame. */
function alike({ files }: Scenario): string[] {
  return files.flatMap(({ name, value }, i) =>
    files.slice(i + 1).filter((other) => other.value === value).map((other) =>
      `${name} and ${other.name} both start with ${value}: a load of the wrong one cannot be told from the right one`,
    ),
  );
}

/** A comparison with a value that nothing writes decides nothing. */
function impossible(scenario: Scenario): string[] {
  const { values } = contentsOf(worldOf(scenario));
  const { condition, filter } = scenario;
  const compared = [condition.proposition, ...(filter ? [filter] : [])].flatMap(comparedValues);
  return [...new Set(compared.map(String))]
    .filter((value) => !values.includes(value))
    .map((value) => `nothing in the scenario produces ${value}, which the condition compares with`);
}

function comparedValues(proposition: Proposition): ConditionValue[] {
  switch (proposition.kind) {
    case 'compare':
      return [proposition.value];
    case 'not':
      return comparedValues(proposition.of);
    case 'and':
    case 'or':
      return proposition.of.flatMap(comparedValues);
  }
}

/** Changes of an expression that change nothing, each in a sentence. */
export function idleChanges({ base, changes }: RuleExpression, { rules, ruleSets }: RuleTable): string[] {
  const inForce = new Set(ruleSets.find((set) => set.name === base)?.rules);
  return changes.flatMap(({ sign, rule }) => {
    const had = inForce.has(rule);
    if (sign === '+') inForce.add(rule);
    else inForce.delete(rule);
    if (had !== (sign === '+') || !rules.some((r) => r.name === rule)) return [];
    return [`${sign} ${rule} changes nothing: the rule ${had ? 'is in force already' : 'is not in force'}`];
  });
}
