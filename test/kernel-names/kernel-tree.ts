/** A kernel source tree: Debian's, unpacked for the time of a look-up, or one that is unpacked already. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mention } from '../../models/linux/kernel-names.js';
import { Source, type Definition } from './c-source.js';

/** Where Debian's package linux-source-6.12 puts the source. */
export const debianSource = '/usr/src/linux-source-6.12.tar.xz';

/** Where names are looked for that are printed without a file: of several definitions the first counts. */
export const folders = [
  'mm',
  'include/linux',
  'include/asm-generic',
  'include/uapi',
  'arch/x86/mm',
  'arch/x86/include',
  'arch/x86/kernel',
  'kernel',
  'fs',
  'lib',
  'arch/arm64/mm',
  'arch/arm64/include',
  'arch/arm64/kernel',
  'arch/riscv/mm',
  'arch/riscv/include',
  'arch/riscv/kernel',
];

/** Where a name is defined, or a word merely stands. */
export interface Located {
  readonly file: string;
  readonly line: number;
  readonly kind: Definition['kind'] | 'word';
}

/** The source of one kernel. */
export class KernelTree {
  private readonly sources = new Map<string, Source | undefined>();

  /** Throws where one of the folders is missing: names would be missed. */
  constructor(private readonly root: string) {
    const missing = ['Makefile', ...folders].find((name) => !existsSync(join(root, name)));
    if (missing !== undefined) throw new Error(`${root} is no kernel source: it has no ${missing}`);
  }

  /** The version of its Makefile, `6.12.117`. */
  get version(): string {
    const makefile = readFileSync(join(this.root, 'Makefile'), 'utf8');
    const part = (key: string): string => new RegExp(`^${key} = (\\d+)$`, 'm').exec(makefile)![1]!;
    return [part('VERSION'), part('PATCHLEVEL'), part('SUBLEVEL')].join('.');
  }

  /** One file; undefined where the tree has none of that path. */
  source(file: string): Source | undefined {
    if (!this.sources.has(file)) {
      const path = join(this.root, file);
      this.sources.set(file, existsSync(path) ? new Source(readFileSync(path, 'utf8')) : undefined);
    }
    return this.sources.get(file);
  }

  /** Where each of the names is found, definitions first, in the order of the folders; names that stand nowhere are left out. */
  find(names: readonly Pick<Mention, 'name' | 'what'>[]): ReadonlyMap<string, readonly Located[]> {
    const found = new Map<string, Located[]>();
    const distinct = new Map(names.map(({ name, what }) => [`${what} ${name}`, { name, what }]));
    const wanted = [...distinct.values()].map(({ name, what }) => ({ name, what, words: wordsOf(name) }));
    const any = new RegExp(`\\b(?:${[...new Set(wanted.flatMap(({ words }) => words))].join('|')})\\b`, 'g');
    for (const file of this.files()) {
      const text = readFileSync(join(this.root, file), 'utf8');
      const there = new Set(text.match(any));
      if (there.size === 0) continue;
      const source = new Source(text);
      for (const { name, what, words } of wanted) {
        const place = words.some((word) => there.has(word)) && placeIn(source, name, what);
        if (place) found.set(name, [...(found.get(name) ?? []), { file, ...place }]);
      }
    }
    return new Map([...found].map(([name, places]) => [name, places.sort((a, b) => rank(a) - rank(b))]));
  }

  private files(): string[] {
    return folders.flatMap((folder) =>
      readdirSync(join(this.root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.[chS]$/.test(file))
        .sort()
        .map((file) => `${folder}/${file}`),
    );
  }
}

/** What says little of a word comes last. */
function rank({ kind }: Located): number {
  return ['declaration', 'word'].indexOf(kind);
}

function placeIn(source: Source, name: string, what: Mention['what']): Omit<Located, 'file'> | undefined {
  const definition = source.definitionOf(name.replace(/^\w+->/, '->'));
  if (definition || what === 'function') return definition;
  const word = memberOf(name);
  const line = source.lineOf(word);
  return source.declarationOf(word) ?? (line === undefined ? undefined : { line, kind: 'word' });
}

/** Words of which one stands in every file that defines the name: macros complete some names. */
function wordsOf(name: string): string[] {
  const member = memberOf(name);
  return [member, `${member}64`, member.replace(/^(?:__)?folio_(?:test_|set_|clear_)+/, '')];
}

/** `tlb->freed_tables` is looked for as `freed_tables`. */
function memberOf(name: string): string {
  return name.replace(/^.*->/, '');
}

/** Calls `use` with the source of a tarball or of a folder; a tarball is unpacked for that time only. */
export function withKernelTree<T>(path: string, use: (tree: KernelTree) => T): T {
  if (!path.endsWith('.tar.xz')) return use(new KernelTree(path));
  const folder = mkdtempSync(join(tmpdir(), 'shootdown-linux-'));
  try {
    const inside = ['Makefile', ...folders].map((name) => `linux-source-6.12/${name}`);
    execFileSync('tar', ['--use-compress-program=xz -dc -T0', '-xf', path, '-C', folder, '--strip-components=1', ...inside]);
    return use(new KernelTree(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
