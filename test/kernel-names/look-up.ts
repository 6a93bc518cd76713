/** Looks every printed name up in a kernel tree: the record, and what is wrong. */
import type { KernelName, KernelNames } from '../../models/linux/kernel-names.js';
import { nearest } from '../../src/litmus/suggest.js';
import type { Claim } from './claims.js';
import { otherKernels, patchNames } from './elsewhere.js';
import type { KernelTree, Located } from './kernel-tree.js';

/** What a look-up gives. */
export interface LookUp {
  readonly record: KernelNames;
  /** One line for each wrong name: the claim, what is wrong, where the name is, and who prints it. */
  readonly problems: readonly string[];
}

/** Whether nothing is left to find out: of a function that a caller uses, the definition is. */
export function isPlaced({ file, caller, what }: Pick<Claim, 'file' | 'caller' | 'what'>): boolean {
  return file !== undefined && (caller === undefined || what === 'word');
}

type Found = { readonly entry: KernelName } | { readonly problem: string };

/** Looks all claims up. */
export function lookUp(claims: readonly Claim[], tree: KernelTree): LookUp {
  const defined = tree.find(claims);
  const placed = new Set(claims.filter(isPlaced).map(({ name }) => name));
  const results = claims
    // A name that is printed with its file as well needs no second look.
    .filter(({ file, name }) => file !== undefined || !placed.has(name))
    .map((claim) => ({ claim, found: find(claim, tree, defined.get(claim.name) ?? []) }));
  const entries = (withFile: boolean): KernelName[] =>
    results.flatMap(({ claim, found }) => ('entry' in found && (claim.file !== undefined) === withFile ? [found.entry] : [])).sort(byFile);
  return {
    record: { kernel: tree.version, places: entries(true), names: entries(false) },
    problems: [...results.flatMap(({ found }) => ('problem' in found ? [found.problem] : [])), ...unusedExceptions(claims)].sort(),
  };
}

function find(claim: Claim, tree: KernelTree, defined: readonly Located[]): Found {
  return elsewhere(claim, defined) ?? (claim.file === undefined ? anywhere(claim, defined) : inFile(claim, claim.file, tree, defined));
}

/** A name that v6.12 lacks must be one that we know to be somewhere else, and lack. */
function elsewhere({ file, caller, name, provenance, by }: Claim, defined: readonly Located[]): Found | undefined {
  const luf = patchNames.get(name);
  const kind = luf?.patch ?? otherKernels.get(`${file ?? ''} ${name}`) ?? otherKernels.get(name);
  if (kind === undefined) return undefined;
  const wrong = (what: string): Found => ({ problem: `${titled(file, name)}: ${what}; printed by ${by}` });
  if (defined.some((place) => luf !== undefined || file === undefined || place.file === file)) {
    return wrong(`${kind} has it by our table, but so has this kernel (${places(defined)})`);
  }
  if (luf && file !== undefined && caller === undefined) {
    if (provenance === 'source') return wrong(`only ${kind} has it, but the provenance is \`source\``);
    if (!luf.files.includes(file)) return wrong(`not defined there (${kind} defines it in ${luf.files.join(', ')})`);
  }
  return { entry: { file: file ?? null, name, line: null, kind } };
}

function anywhere({ name, what, by }: Claim, defined: readonly Located[]): Found {
  const [first] = defined;
  if (!first) return { problem: what === 'word' ? `${name}: stands nowhere; printed by ${by}` : `${name}(): defined nowhere; printed by ${by}` };
  return { entry: { file: first.file, name, line: first.line, kind: first.kind } };
}

function inFile({ name, caller, by }: Claim, file: string, tree: KernelTree, defined: readonly Located[]): Found {
  const source = tree.source(file);
  const title = titled(file, name);
  if (!source) return { problem: `${title}: there is no such file (${places(defined)}); printed by ${by}` };
  if (caller !== undefined) {
    const line = source.lineIn(caller, name);
    if (line === undefined) return { problem: `${title}: not in ${caller}() (${places(defined)}); printed by ${by}` };
    return { entry: { file, name, line, kind: `in ${caller}()` } };
  }
  const definition = source.definitionOf(name);
  if (definition) return { entry: { file, name, line: definition.line, kind: definition.kind } };
  const guess = defined.length === 0 ? nearest(name, source.functionNames()) : undefined;
  const hint = guess === undefined ? places(defined) : `${places(defined)}; ${guess}() is`;
  return { problem: `${title}: not defined there (${hint}); printed by ${by}` };
}

function unusedExceptions(claims: readonly Claim[]): string[] {
  const used = new Set(claims.flatMap(({ file, name }) => [name, `${file ?? ''} ${name}`]));
  return [...otherKernels.keys()].filter((key) => !used.has(key)).map((key) => `${key}: an exception that nothing prints any more`);
}

function titled(file: string | undefined, name: string): string {
  return file === undefined ? `${name}()` : `${file} ${name}()`;
}

function places(defined: readonly Located[]): string {
  if (defined.length === 0) return 'defined nowhere';
  const shown = defined.slice(0, 3).map(({ file, line }) => `${file}:${line}`);
  return `defined in ${shown.join(', ')}${defined.length > 3 ? ' and elsewhere' : ''}`;
}

function byFile(a: KernelName, b: KernelName): number {
  const [left, right] = [a, b].map(({ file, name }) => `${file ?? ''} ${name}`) as [string, string];
  return left < right ? -1 : Number(left > right);
}
