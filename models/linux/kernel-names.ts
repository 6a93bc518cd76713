/**
 * The kernel names that the model prints, as they were looked up in Debian's linux-source-6.12. The
 * record is generated (`npm run promote`) and reviewed; a test holds it against models and source.
 */
import type { Step } from '../../src/index.js';
import record from './kernel-names.json' with { type: 'json' };

/** A kernel name and what the look-up said of it. */
export interface KernelName {
  /** The file that the model names, or else the one in which the name was found; null for LUF's own names. */
  readonly file: string | null;
  readonly name: string;
  /** Where it is defined or used; null where the kernel lacks it. */
  readonly line: number | null;
  /**
   * What is there: `function`, `macro` and so on, or `in zap_pte_range()` for a use in that function; or else
   * which patch or other kernel has it: `LUF v10`.
   */
  readonly kind: string;
}

/** The record of a look-up. */
export interface KernelNames {
  /** The version of the kernel that was read. */
  readonly kernel: string;
  /** Names that the model prints with their file. */
  readonly places: readonly KernelName[];
  /** Names that it prints without one. */
  readonly names: readonly KernelName[];
}

/** The record that comes with the model. */
export const kernelNames: KernelNames = record;

/** A kernel name in a text of the model. */
export interface Mention {
  /** A function, as `luf_flush` or `->write_begin`, or another word of the kernel: `PROT_WRITE`, `tlb->freed_tables`. */
  readonly name: string;
  readonly what: 'function' | 'word';
  /** The file that is said to define the function, or to use it. */
  readonly file?: string;
  /** The function of the file in which it stands: `mm/memory.c do_wp_page(), luf_flush()`. */
  readonly caller?: string;
}

const file = String.raw`(?<file>[\w-]+(?:/[\w-]+)*/[\w-]+\.[chS])`;
const callee = String.raw`(?<function>(?:->)?\b[A-Za-z_]\w*)\(`;
const word = String.raw`(?<word>(?:\b[a-z]\w*)?->\w+|\b[A-Za-z_]\w*_\w*[A-Za-z\d])`;
const mention = new RegExp(`(?:${file} )?${callee}|[\\w-]+(?:/[\\w.-]+)+|${word}`, 'g');

/** The kernel names in a text: `mm/rmap.c luf_flush(), from do_wp_page(), without TTU_BATCH_FLUSH`. */
export function mentionsIn(text: string): Mention[] {
  const found: Mention[] = [];
  let last: { readonly place: Pick<Mention, 'file' | 'caller'>; readonly end: number } | undefined;
  for (const { 0: match, groups, index } of text.matchAll(mention)) {
    const { file: inFile, function: name, word: other } = groups ?? {};
    if (name === undefined && other === undefined) continue;
    const between = text.slice(last?.end, index);
    const called = last && /^\), (?:an? )?$/.test(between);
    const place = inFile === undefined ? (called ? last?.place : {}) : { file: inFile };
    found.push({ name: name ?? other ?? '', what: name === undefined ? 'word' : 'function', ...place });
    const end = index + match.length;
    if (inFile !== undefined && name !== undefined) last = { place: { file: inFile, caller: name }, end };
  }
  return found;
}

const defined = kernelNames.places.filter(({ kind }) => !kind.startsWith('in '));
const places = new Map(defined.map((place) => [`${place.file ?? ''} ${place.name}()`, place]));

/**
 * A step with what is known of its claim to be read in the source: one whose function was never looked up
 * there, such as a path that somebody has just written, is `not looked up`.
 */
export function withLookUp<S extends Pick<Step, 'notes'>>(step: S): S {
  const { source = '', provenance } = step.notes;
  const claims = provenance === 'source' && /^\S+\.[chS] /.test(source);
  return claims && !places.has(source) ? { ...step, notes: { ...step.notes, provenance: 'not looked up' } } : step;
}

/** A note for the ledger: where the function that a step stands for was found. */
export function foundNote({ notes }: Pick<Step, 'notes'>): Readonly<Record<string, string>> {
  const place = places.get(notes['source'] ?? '');
  if (!place) return {};
  const { file, line, kind } = place;
  return { found: line === null ? `in ${kind} only` : `${file ?? ''}:${line} (${kernelNames.kernel})` };
}
