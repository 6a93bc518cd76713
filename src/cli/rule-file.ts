/** Rule files: a fix under discussion as data in JSON, or as a TypeScript or JavaScript module, which is code that runs. */
import { readFileSync, writeSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import {
  bundledRules,
  DefinitionError,
  linuxWith,
  withRules,
  withRuleSet,
  type Condition,
  type Linux,
  type HookedFlush,
  type Provenance,
  type RuleDefinition,
  type RuleTable,
} from '../../models/linux/index.js';
import * as linuxModule from '../../models/linux/index.js';
import * as engineModule from '../index.js';
import { LitmusError } from '../litmus/error.js';
import { parseRules } from '../litmus/results.js';
import { resolveRules as resolveNames } from '../litmus/resolve.js';
import type { RuleExpression } from '../litmus/scenario.js';
import { describe } from './describe.js';
import { exitCodes, InputError } from './exit.js';
import { at, items, jsonPlace, maybe, object, oneOf, problemAt, string, wrong, type Place } from './place.js';

const extensions = ['.json', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** Whether a word of the command line names a rule file and not a choice of rules. */
export function isRuleFile(word: string): boolean {
  return extensions.includes(extname(word)) || /^\.{0,2}\//.test(word);
}

/** A table with the rules of a file, and the names of what the file adds. */
export interface LoadedRules {
  readonly table: RuleTable;
  readonly rules: readonly string[];
  readonly ruleSets: readonly string[];
}

/** A rule file by its path, or the definitions of one as JSON, which need no file any more. */
export type RuleSource = string | { readonly name: string; readonly json: string };

/** Adds what a file defines to a table; throws an InputError that names the file, the place and what was expected. */
export async function loadRuleFile(source: RuleSource, table: RuleTable): Promise<LoadedRules> {
  const file = typeof source === 'string' ? source : source.name;
  const root = typeof source === 'string' ? await rootOf(source) : jsonPlace(source.json, file);
  object(root, ['rules', 'ruleSets']);
  const sets = listAt(root, 'ruleSets');
  const rules = listAt(root, 'rules');
  if (sets.length + rules.length === 0) throw problemAt(root, 'defines nothing', '`rules`, `ruleSets` or both');
  const extended = defined(root, () => withRules(table, rules.map(ruleAt), file));
  const whole = sets.reduce((known, set) => addRuleSet(known, set, root), extended);
  const names = (some: readonly Place[]): string[] => some.map((one) => string(at(one, 'name')));
  return { table: whole, rules: names(rules), ruleSets: names(sets) };
}

/** The definitions of a rule file as JSON; throws an InputError where some are code, which no text stands for. */
export async function ruleDefinitions(file: string): Promise<unknown> {
  const root = await rootOf(file);
  refuseCode(root);
  return JSON.parse(JSON.stringify(root.value)) as unknown;
}

function refuseCode(place: Place): void {
  const { value } = place;
  if (typeof value === 'function') throw wrong(place, 'the name of a condition: other machines get the rules as JSON');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inside] of Object.entries(value)) refuseCode({ ...place, path: [...place.path, Array.isArray(value) ? Number(key) : key], value: inside });
}

const known = new Map<string, Promise<Linux>>();

/** The vocabulary with the rules of some files; each thread loads them once. */
export function wordsOf(files: readonly RuleSource[]): Promise<Linux> {
  const key = JSON.stringify(files);
  const words = known.get(key) ?? loadAll(files);
  known.set(key, words);
  return words;
}

async function loadAll(files: readonly RuleSource[]): Promise<Linux> {
  let table = bundledRules;
  for (const file of files) ({ table } = await loadRuleFile(file, table));
  return linuxWith(table);
}

async function rootOf(file: string): Promise<Place> {
  if (!extensions.includes(extname(file))) throw new InputError(`${file}: expected a rule file, whose name ends in ${extensions.join(', ')}`);
  if (extname(file) === '.json') return jsonPlace(textOf(file), file);
  textOf(file);
  return { source: file, path: [], value: await moduleOf(file) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${describe(error)}`);
  }
}

/** The default export of a module, which may import `shootdown` and `shootdown/linux` wherever it lies. */
async function moduleOf(file: string): Promise<unknown> {
  const jiti = createJiti(pathToFileURL(resolve(file)).href, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { shootdown: engineModule, 'shootdown/linux': linuxModule },
  });
  const ended = (): void => {
    process.exitCode = exitCodes.badInput;
    writeSync(process.stderr.fd, `error: ${file}: the program ended while the module was loaded, expected a module that neither exits nor waits for ever\n`);
  };
  process.once('exit', ended);
  try {
    const { default: exported } = await jiti.import<{ default?: unknown }>(resolve(file));
    if (exported === undefined) throw new InputError(`${file}: no default export, expected export default { rules: [...], ruleSets: [...] }`);
    return exported;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}${lineIn(error, resolve(file))}: cannot be loaded: ${describe(error).replaceAll(`${resolve(file)}:`, '').replaceAll(resolve(file), file)}`);
  } finally {
    process.off('exit', ended);
  }
}

/** The line of a module at which something was thrown: `:12`. */
function lineIn(error: unknown, path: string): string {
  const frame = error instanceof Error ? error.stack?.split('\n').find((line) => line.includes(`${path}:`)) : undefined;
  return /:\d+(?=:\d+\)?$)/.exec(frame ?? '')?.[0] ?? '';
}

function listAt(root: Place, key: string): Place[] {
  const list = maybe(root, key);
  return list === undefined ? [] : items(list);
}

function ruleAt(place: Place): RuleDefinition {
  object(place, ['name', 'summary', 'place', 'call', 'source', 'provenance', 'hook', 'excludes']);
  const [hook, excludes, provenance] = [maybe(place, 'hook'), maybe(place, 'excludes'), maybe(place, 'provenance')];
  return {
    name: string(at(place, 'name')),
    summary: string(at(place, 'summary')),
    ...textsAt(place, ['place', 'call', 'source']),
    ...(provenance && { provenance: oneOf<Provenance>(provenance, ['source', 'patch', 'mail', 'inferred']) }),
    ...(hook && { hook: hookAt(hook) }),
    ...(excludes && { excludes: conditionAt(excludes) }),
  };
}

/** Names of hooks, scopes and conditions are checked where the rule is added. */
function hookAt(place: Place): HookedFlush {
  object(place, ['at', 'scope', 'onlyIf']);
  const onlyIf = maybe(place, 'onlyIf');
  return {
    at: string(at(place, 'at')) as HookedFlush['at'],
    scope: string(at(place, 'scope')) as HookedFlush['scope'],
    ...(onlyIf && { onlyIf: conditionAt(onlyIf) }),
  };
}

function conditionAt(place: Place): Condition {
  if (typeof place.value !== 'string' && typeof place.value !== 'function') throw wrong(place, 'the name of a condition, or a function in a module');
  return place.value as Condition;
}

function textsAt<K extends string>(place: Place, keys: readonly K[]): Partial<Record<K, string>> {
  const found = keys.flatMap((key) => {
    const text = maybe(place, key);
    return text === undefined ? [] : [[key, string(text)] as const];
  });
  return Object.fromEntries(found) as Partial<Record<K, string>>;
}

function addRuleSet(table: RuleTable, place: Place, root: Place): RuleTable {
  object(place, ['name', 'rules', 'summary', 'base']);
  const rules = expressionAt(at(place, 'rules'), table);
  const definition = { name: string(at(place, 'name')), rules, ...textsAt(place, ['summary', 'base']) };
  return defined(root, () => withRuleSet(table, definition, place.path, root.source));
}

function expressionAt(place: Place, table: RuleTable): RuleExpression {
  try {
    return resolveNames(parseRules(string(place), place.source), linuxWith(table), place.source);
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    throw problemAt(place, `is ${JSON.stringify(place.value)}: ${error.problem}`, error.expected ?? 'something else');
  }
}

/** Turns a mistake in a definition into one that names the file and the line. */
function defined(root: Place, work: () => RuleTable): RuleTable {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw problemAt({ ...root, path: error.path, value: undefined }, error.problem, error.expected);
  }
}
