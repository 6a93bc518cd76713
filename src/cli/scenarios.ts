/** Where scenarios come from: a path, or the name of one that the package brings. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { linux, type Linux } from '../../models/linux/index.js';
import { parse } from '../litmus/parse.js';
import { resolve } from '../litmus/resolve.js';
import type { Scenario } from '../litmus/scenario.js';
import { nearest } from '../litmus/suggest.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { packageRoot } from './session.js';

const folder = join(packageRoot, 'models', 'litmus');
const extension = '.litmus';

/** The names of the scenarios that the package brings, sorted. */
export function bundledScenarios(): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(extension));
  return files.map((file) => basename(file, extension)).sort();
}

/** The text of a litmus file, and its path as short as it can be written here. */
export interface LitmusFile {
  readonly text: string;
  readonly source: string;
  /** How to name it on the command line: a bundled one by its name. */
  readonly word: string;
}

/** Reads the litmus file of a path or a bundled name; throws an InputError. */
export function litmusFile(nameOrPath: string): LitmusFile {
  const path = find(nameOrPath);
  const short = relative(process.cwd(), path);
  const source = short.startsWith('..') ? path : short;
  return { text: readText(path), source, word: dirname(path) === folder ? basename(path, extension) : source };
}

/** Reads a scenario; throws an InputError or a LitmusError. */
export function loadScenario(nameOrPath: string, words: Linux): Scenario {
  const path = find(nameOrPath);
  return readScenario(readText(path), path, words);
}

/** The scenario of a litmus text; throws a LitmusError that names `source`. */
export function readScenario(text: string, source: string, words: Linux): Scenario {
  return resolve(parse(text, source), words);
}

/** Another architecture than the scenario's own; throws an InputError for an unknown one. */
export function onArch(scenario: Scenario, arch: string | undefined): Scenario {
  if (arch === undefined) return { ...scenario, arch: scenario.arch ?? defaultArch };
  if (!linux.archs.includes(arch)) throw new InputError(unknown('architecture', arch, linux.archs));
  return { ...scenario, arch };
}

/** The architecture of scenarios that name none. */
export const defaultArch = linux.archs[0] ?? '';

/** The text of a file; throws an InputError that names it. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${describe(error)}`);
  }
}

/** A message for a name that does not exist, with the nearest one that does. */
export function unknown(what: string, name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return `unknown ${what} ${name}.${hint} Known: ${known.join(', ')}.`;
}

/** A path as it is where it exists; else the bundled scenario of that name. */
function find(nameOrPath: string): string {
  if (isReadable(nameOrPath)) return nameOrPath;
  const bundled = join(folder, `${basename(nameOrPath, extension)}${extension}`);
  const named = !nameOrPath.includes('/') || join(packageRoot, nameOrPath) === bundled;
  if (named && isReadable(bundled)) return bundled;
  if (existsSync(nameOrPath)) throw new InputError(`cannot read ${nameOrPath}: it is a directory`);
  const guess = nearest(basename(nameOrPath, extension), bundledScenarios());
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  throw new InputError(`no such scenario: ${nameOrPath} is neither a file nor the name of a bundled scenario.${hint}`);
}

/** Whether something that can be read is there; pipes and devices can. */
function isReadable(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}
