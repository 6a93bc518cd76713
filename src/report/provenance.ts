/** How the steps are known that a verdict depends on: those that are not plain, and how many others there are. */
import type { Step } from '../engine/model.js';
import { counted } from './quantity.js';
import { wrap } from './wrap.js';

const width = 80;

/** Steps that are known, and differ from the kernel, in one and the same way. */
export interface ProvenanceEntry {
  readonly label: string;
  /** The step's place, as its notes have it. */
  readonly source: string;
  readonly provenance: string;
  readonly approximation: string;
  /** How many such steps there are; in a trace, how often they are taken. */
  readonly steps: number;
}

/** What a verdict depends on. */
export interface Provenance {
  /** A counterexample depends on its own steps, any other verdict on all of the model's. */
  readonly of: 'trace' | 'model';
  /** Number of all steps. */
  readonly steps: number;
  /** Number of the steps that are read in the source and exact. */
  readonly plain: number;
  /** The others, in the order of their first. */
  readonly entries: readonly ProvenanceEntry[];
}

/** How the steps of a trace or of a model are known. */
export function provenanceOf(of: Provenance['of'], steps: readonly Step[]): Provenance {
  const others = steps.filter((step) => !isPlain(step));
  const groups = new Map<string, Step[]>();
  for (const step of others) {
    const key = JSON.stringify(factsOf(step));
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  const entries = [...groups.values()].flatMap(([first, ...more]) =>
    first ? [{ ...factsOf(first), steps: more.length + 1 }] : [],
  );
  return { of, steps: steps.length, plain: steps.length - others.length, entries };
}

/** The text, ending with a newline. */
export function provenanceText({ of, steps, plain, entries }: Provenance): string {
  const whole = `The ${of} has ${counted(steps, 'step')}`;
  if (entries.length === 0) return `${whole}, all read in the source and exact.\n`;
  const others = counted(steps - plain, 'step');
  const lines = [
    ...wrap(`${whole}, ${plain} of them read in the source and exact. The verdict also depends on ${others}:`, width, '  '),
    ...entries.flatMap((entry) => entryLines(entry, of === 'trace' ? 'time' : 'step')),
  ];
  return `${lines.join('\n')}\n`;
}

function isPlain(step: Step): boolean {
  const { provenance, approximation } = factsOf(step);
  // After `exact:` comes why; `exact for ...` says where it is not.
  return provenance === 'source' && /^exact(:|$)/.test(approximation);
}

function factsOf({ label, notes }: Step): Omit<ProvenanceEntry, 'steps'> {
  const { source = label, provenance = 'unstated', approximation = 'unstated' } = notes;
  return { label, source, provenance, approximation };
}

function entryLines({ source, provenance, approximation, steps }: ProvenanceEntry, noun: string): string[] {
  const times = steps === 1 ? '' : `, ${counted(steps, noun)}`;
  return [
    ...wrap(`  ${source}: ${provenance}${times}`, width, '      '),
    ...(approximation === 'exact' ? [] : wrap(`      ${approximation}`, width, '      ')),
  ];
}
