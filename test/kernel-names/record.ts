/** The recorded look-up, models/linux/kernel-names.json, and how it is made anew. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelName, KernelNames } from '../../models/linux/kernel-names.js';
import { claimsOfModels } from './claims.js';
import { debianSource, withKernelTree } from './kernel-tree.js';
import { lookUp } from './look-up.js';

const recordFile = join(process.cwd(), 'models', 'linux', 'kernel-names.json');

/** The record as it is kept. */
export function recordedNames(): KernelNames {
  return JSON.parse(readFileSync(recordFile, 'utf8')) as KernelNames;
}

/** The record as text: a line for each name. */
export function recordText({ kernel, places, names }: KernelNames): string {
  const rows = (list: readonly KernelName[]): string =>
    list.map(({ file, name, line, kind }) => `    ${JSON.stringify({ file, name, line, kind })}`).join(',\n');
  return `{\n  "kernel": "${kernel}",\n  "places": [\n${rows(places)}\n  ],\n  "names": [\n${rows(names)}\n  ]\n}\n`;
}

/** Looks all names up in a source tree or tarball and records those that are right; returns what is wrong, a line each. */
export function promoteNames(source = debianSource): string[] {
  if (!existsSync(source)) return [`${source} is not there: apt-get install linux-source-6.12, or name an unpacked tree`];
  const { record, problems } = withKernelTree(source, (tree) => lookUp(claimsOfModels(), tree));
  writeFileSync(recordFile, recordText(record));
  return [...problems];
}
