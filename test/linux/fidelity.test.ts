/** Every kernel name that a model prints is in the record, and the record is what the kernel's source says. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foundNote, kernelNames, type KernelName } from '../../models/linux/kernel-names.js';
import { claimsOfModels, keyOf } from '../kernel-names/claims.js';
import { debianSource, withKernelTree } from '../kernel-names/kernel-tree.js';
import { isPlaced, lookUp } from '../kernel-names/look-up.js';
import { instantiate, scenarioOf } from './run.js';

const claims = claimsOfModels();
const installed = existsSync(debianSource);
if (!installed) console.warn(`The kernel names are not looked up: ${debianSource} is not there (apt-get install linux-source-6.12).`);

const difference = (a: readonly string[], b: readonly string[]): string[] => [...new Set(a)].filter((key) => !b.includes(key)).sort();

describe('the record of kernel names', () => {
  const callerOf = ({ kind }: KernelName): { caller?: string } => {
    const caller = /^in (\w+)\(\)$/.exec(kind)?.[1];
    return caller === undefined ? {} : { caller };
  };
  const recorded = [
    ...kernelNames.places.map((place) => keyOf({ name: place.name, ...callerOf(place), ...(place.file !== null && { file: place.file }) })),
    ...kernelNames.names.map(({ name }) => name),
  ];
  const placed = new Set(claims.filter(isPlaced).map(({ name }) => name));
  const printed = claims.filter(({ file, name }) => file !== undefined || !placed.has(name)).map(keyOf);

  it('has every name that a model or a rule prints; `npm run promote` looks new ones up', () => {
    expect(difference(printed, recorded)).toEqual([]);
  });

  it('has no other names', () => {
    expect(difference(recorded, printed)).toEqual([]);
  });

  it('says of names that v6.12 lacks who has them', () => {
    const lacking = [...kernelNames.places, ...kernelNames.names].filter(({ line }) => line === null);
    expect(lacking.filter(({ kind }) => !/^(LUF )?v\d+/.test(kind))).toEqual([]);
    expect(lacking).not.toEqual([]);
  });
});

describe('a step', () => {
  const { steps } = instantiate(scenarioOf('munmap-map-fixed'), 'luf-v10').model;
  const noteOf = (source: string): string | undefined => foundNote({ notes: { source } })['found'];

  it('of kernel code is noted with the line at which its function was found', () => {
    expect(steps.filter(({ notes }) => /^\S+\.[chS] /.test(notes['source']!) && noteOf(notes['source']!) === undefined)).toEqual([]);
    expect(noteOf('mm/rmap.c try_to_unmap_one()')).toMatch(/^mm\/rmap\.c:\d+ \(6\.12\.\d+\)$/);
  });

  it('of LUF is noted with the version that brought it', () => {
    expect(noteOf('mm/rmap.c try_to_unmap_luf()')).toBe('in LUF v10 only');
  });

  it('of user code or hardware has no such note', () => {
    expect(noteOf('user load')).toBeUndefined();
  });
});

describe.skipIf(!installed)(`the source in ${debianSource}`, () => {
  it('has every name where the record says, in the file that the model names', () => {
    const { record, problems } = withKernelTree(debianSource, (tree) => lookUp(claims, tree));
    expect(problems).toEqual([]);
    // Another update of Debian's kernel may have moved them to other lines.
    const lines = record.kernel === kernelNames.kernel;
    if (!lines) console.warn(`Installed is ${record.kernel}, recorded ${kernelNames.kernel}: lines are not compared.`);
    const comparable = (names: readonly KernelName[]): unknown[] => names.map(({ file, name, line, kind }) => ({ file, name, kind, ...(lines && { line }) }));
    expect(comparable(record.places)).toEqual(comparable(kernelNames.places));
    expect(comparable(record.names)).toEqual(comparable(kernelNames.names));
  });
});
