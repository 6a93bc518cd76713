/** What became of the mutants of the model, as text and as JSON. */
import { markdownTable } from 'markdown-table';
import type { Command, Json } from './json.js';
import { counted } from './quantity.js';
import { wrap } from './wrap.js';

/** A mutant and its fate. */
export interface FateEntry {
  readonly mutant: { readonly id: string; readonly kind: string; readonly name: string };
  readonly outcome: 'killed' | 'counted' | 'same' | 'open';
  readonly by?: { readonly scenario: string; readonly rules: string };
  readonly how?: string;
  readonly searches: number;
  /** Why it is no fault at all; for mutants that no verdict tells from the original. */
  readonly reason?: string;
}

/** A whole run. */
export interface MutationReport {
  /** Scenarios, and choices of rules. */
  readonly scenarios: number;
  readonly rules: readonly string[];
  /** Mutants that there are, a sample of which may have been searched. */
  readonly mutants: number;
  readonly fates: readonly FateEntry[];
}

const width = 100;

/** Whether somebody has to look at a mutant: no verdict tells it apart, and nobody has said why. */
export function survives({ outcome, reason }: FateEntry): boolean {
  return (outcome === 'same' || outcome === 'counted') && reason === undefined;
}

/** The text of a run, ending with a newline. */
export function mutationText({ scenarios, rules, mutants, fates }: MutationReport): string {
  const kinds = [...new Set(fates.map(({ mutant }) => mutant.kind))];
  const count = (some: readonly FateEntry[]): string[] => [
    String(some.length),
    String(some.filter(({ outcome }) => outcome === 'killed').length),
    String(some.filter((fate) => fate.outcome !== 'killed' && fate.outcome !== 'open' && fate.reason !== undefined).length),
    String(some.filter((fate) => survives(fate) && fate.outcome === 'counted').length),
    String(some.filter((fate) => survives(fate) && fate.outcome === 'same').length),
    String(some.filter(({ outcome }) => outcome === 'open').length),
  ];
  const table = markdownTable(
    [
      ['mutants', 'all', 'killed', 'equivalent', 'counts only', 'survive', 'open'],
      ...kinds.map((kind) => [kind, ...count(fates.filter(({ mutant }) => mutant.kind === kind))]),
      ['all', ...count(fates)],
    ],
    { align: ['l', 'r', 'r', 'r', 'r', 'r', 'r'] },
  );
  const sample = fates.length < mutants ? `, a sample of ${mutants}` : '';
  return [
    `${counted(fates.length, 'mutant')}${sample}, in ${counted(scenarios, 'scenario')} under ${rules.join(', ')}`,
    '',
    table,
    ...listOf('Survivors: the scenarios give the same verdicts, and nobody has said why', fates.filter(survives)),
    ...listOf('Equivalent, with the reason', fates.filter(({ outcome, reason }) => outcome !== 'killed' && outcome !== 'open' && reason !== undefined)),
    ...listOf('Open: a limit, or interrupted', fates.filter(({ outcome }) => outcome === 'open')),
    '',
  ].join('\n');
}

function listOf(title: string, fates: readonly FateEntry[]): string[] {
  if (fates.length === 0) return [];
  return ['', `${title} (${fates.length}):`, ...fates.flatMap(fateText)];
}

function fateText({ mutant, by, how, reason, searches }: FateEntry): string[] {
  const where = by && how !== undefined ? `; told by counts in ${by.scenario} under ${by.rules}` : '';
  return [
    ...wrap(`  ${mutant.id}: ${mutant.name}`, width, '      '),
    ...wrap(`      ${reason === undefined ? '' : `${reason}; `}${counted(searches, 'model')} searched${where}`, width, '      '),
  ];
}

/** The same as JSON; the format is published as schemas/mutate.schema.json. */
export function mutationJson({ command, exitCode }: Command, { scenarios, rules, mutants, fates }: MutationReport): Json {
  return {
    format: 'shootdown-mutate',
    version: 1,
    command,
    exitCode,
    scenarios,
    rules,
    mutants,
    fates: fates.map((fate) => ({
      id: fate.mutant.id,
      kind: fate.mutant.kind,
      name: fate.mutant.name,
      outcome: fate.outcome,
      by: fate.by ? { scenario: fate.by.scenario, rules: fate.by.rules } : null,
      how: fate.how ?? null,
      reason: fate.reason ?? null,
      searches: fate.searches,
    })),
  };
}
