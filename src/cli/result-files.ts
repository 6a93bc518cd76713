/** Results of planned jobs on disk: one file for each, named by its job, which says the same wherever and whenever it is made. */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ResultCache } from '../store/result-cache.js';
import { writeWhole } from '../store/whole-file.js';
import type { Result, Violated } from '../sweep/job.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { at, count, items, jsonPlace, maybe, oneOf, problemAt, string, wrong, type Place } from './place.js';
import { makeFolder } from '../store/folder.js';

const head = { format: 'shootdown-result', version: 1 } as const;

/** The extension of result files. */
export const resultExtension = '.json';

/** The file of a job's result. */
export function resultPath(folder: string, id: string): string {
  return join(folder, `${id}${resultExtension}`);
}

/** Makes the folder; throws an InputError where results cannot be written there, before any time goes into one. */
export function makeResultFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(`cannot write results to ${folder}: ${describe(error)}`);
  }
}

/** Writes a result, whole or not at all; throws an InputError where that is impossible. */
export function writeResult(folder: string, id: string, result: Result): void {
  const path = resultPath(folder, id);
  try {
    writeWhole(path, `${JSON.stringify({ ...head, job: id, digest: digestOf(id, result), result }, undefined, 2)}\n`);
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${describe(error)}`);
  }
}

/** The result in a file and the job it answers; throws an InputError that says what is wrong with the file. */
export function readResult(path: string): { readonly id: string; readonly result: Result } {
  const root = jsonPlace(textOf(path), path);
  const [format, version] = [at(root, 'format'), at(root, 'version')];
  if (format.value !== head.format) throw wrong(format, `"${head.format}"`);
  if (version.value !== head.version) throw wrong(version, `version ${head.version}`);
  const [job, digest, result] = [at(root, 'job'), at(root, 'digest'), resultAt(at(root, 'result'))];
  const id = string(job);
  if (digest.value !== digestOf(id, result)) throw problemAt(digest, 'does not fit the result', 'a file as shootdown run has written it, unchanged');
  if (basename(path) !== `${id}${resultExtension}`) throw problemAt(job, 'is another job', `that of the file's name`);
  return { id, result };
}

function digestOf(id: string, result: Result): string {
  return ResultCache.keyOf(id, JSON.stringify(result));
}

function resultAt(place: Place): Result {
  const text = (key: string): string => string(at(place, key));
  const number = (key: string): number => count(at(place, key));
  const texts = (key: string): string[] => items(at(place, key)).map(string);
  const limit = maybe(place, 'limit');
  return {
    kernel: text('kernel'),
    arch: text('arch'),
    asked: texts('asked'),
    observation: oneOf(at(place, 'observation'), ['Never', 'Sometimes', 'Always', '??']),
    vacuous: at(place, 'vacuous').value === true,
    violations: items(at(place, 'violations')).map(violatedAt),
    states: number('states'),
    transitions: number('transitions'),
    depth: number('depth'),
    outOfMemory: number('outOfMemory'),
    uncovered: texts('uncovered'),
    ...(limit && { limit: string(limit) }),
  };
}

function violatedAt(place: Place): Violated {
  return { property: string(at(place, 'property')), length: count(at(place, 'length')) };
}

function textOf(path: string): string {
  try {
    if (!statSync(path).isFile()) throw new Error('it is no regular file');
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${describe(error)}`);
  }
}
