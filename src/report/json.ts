/**
 * Results as plain JSON objects, each with the name and version of its format; keys always come in
 * the order written here. The formats are published as schemas/*.schema.json.
 */
import { nameOf, type Domain } from '../engine/domain.js';
import type { Model } from '../engine/model.js';
import { baseOf, sizeOf } from '../engine/node.js';
import type { Limits, Outcome } from '../engine/outcome.js';
import { effectText, nodeText } from '../engine/print.js';
import { contextSwitches, type Counterexample } from './counterexample.js';
import { ledgerOf, type FurtherNotes } from './ledger.js';
import type { Provenance } from './provenance.js';
import type { RuleEntry, RuleSetEntry, Wanted } from './rules.js';
import { symmetryJson, type SymmetryUsed } from './symmetry.js';
import { neverFired, statesOfEnd, vacuity, type CheckReport } from './verdict.js';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The name and the version of the trace format, which `replay` reads. */
export const traceFormat = { format: 'shootdown-trace', version: 1 } as const;

/** A trace with all that following it again needs. */
export function traceJson({ scenario, litmus, rules, kernel, arch, shows, trace }: Counterexample, provenance?: Provenance): Json {
  return {
    ...traceFormat,
    scenario,
    litmus,
    rules,
    kernel,
    arch,
    shows: shows.kind === 'property' ? { property: shows.name } : { condition: shows.condition },
    length: trace.steps.length,
    contextSwitches: contextSwitches(trace),
    start: { number: trace.start.number, fingerprint: trace.start.fingerprint },
    steps: trace.steps.map(({ name, label, actor, lines, fingerprint }) => ({ name, label, actor, lines, fingerprint })),
    ...(provenance && { provenance: provenanceJson(provenance) }),
  };
}

/** How the steps behind a verdict are known. */
function provenanceJson({ of, steps, plain, entries }: Provenance): Json {
  return {
    of,
    steps,
    plain,
    entries: entries.map(({ label, source, provenance, approximation, steps: times }) => ({
      label,
      source,
      provenance,
      approximation,
      steps: times,
    })),
  };
}

/** What a search covered, and why it ended. */
function coverageJson(outcome: Outcome, symmetry: SymmetryUsed, limits: Limits): Json {
  return {
    limit: outcome.limit ?? null,
    ...(outcome.problem !== undefined && { problem: outcome.problem }),
    ...(outcome.omission !== undefined && { omission: outcome.omission }),
    limits: {
      states: finite(limits.statesMax),
      memoryBytes: finite(limits.memoryBytesMax),
      depth: finite(limits.depthMax),
      timeMs: finite(limits.timeMsMax),
    },
    states: outcome.states,
    transitions: outcome.transitions,
    depth: outcome.depth,
    frontier: outcome.frontier,
    symmetry: symmetryJson(outcome, symmetry),
    memoryBytes: outcome.memoryBytes,
    timeMs: Math.round(outcome.timeMs),
  };
}

function finite(value: number): number | null {
  return value === Infinity ? null : value;
}

/** One check, with what was asked for beside the verdict. */
export interface CheckResult {
  readonly report: CheckReport;
  /** The violations by cause, where they were asked for. */
  readonly causes?: Json;
  readonly counterexample?: Counterexample;
  readonly provenance?: Provenance;
}

function checkedJson({ report, causes, counterexample, provenance }: CheckResult): Json {
  const { scenario, rules, kernel, arch, outcome, symmetry, limits, judged } = report;
  return {
    scenario,
    rules,
    kernel,
    arch,
    verdict: outcome.verdict,
    vacuous: vacuity(report),
    ...coverageJson(outcome, symmetry, limits),
    ...(report.privatePlaces !== undefined && { privatePlaces: report.privatePlaces }),
    ...(report.lengthsOpen && { lengthsOpen: true }),
    judged: judged.map(({ name, meaning }) => ({ name, meaning })),
    violations: outcome.violations.map(({ property, length }) => ({ property, length })),
    ends: outcome.ends.map(({ name, states }) => ({ name, states: states.length })),
    outOfMemory: statesOfEnd(outcome, report.outOfMemory),
    neverFired: neverFired(report),
    fired: [...outcome.fired].map(([step, count]) => ({ step, count })),
    uncovered: outcome.uncovered,
    causes: causes ?? null,
    trace: counterexample ? traceJson(counterexample) : null,
    provenance: provenance ? provenanceJson(provenance) : null,
  };
}

/** The result of a command: what was typed and what it exits with. */
export interface Command {
  /** The command that gives this result again. */
  readonly command: string;
  readonly exitCode: number;
}

/** The result of `check`. */
export function checkJson(
  { command, exitCode }: Command,
  checks: readonly CheckResult[],
): Json {
  return {
    format: 'shootdown-check',
    version: 1,
    command,
    exitCode,
    checks: checks.map(checkedJson),
  };
}

/** One block of `litmus`. */
export interface LitmusResult {
  readonly rules: string;
  readonly kernel: string;
  readonly arch: string;
  readonly kind: string;
  readonly rows: readonly (readonly (number | string)[])[];
  readonly validation: string;
  readonly witnesses: number;
  readonly others: number;
  readonly observation: string;
  readonly vacuous: boolean;
  /** The properties that some execution violates. */
  readonly flags: readonly string[];
  /** States in which executions wait for a frame for ever. */
  readonly outOfMemory: number;
  /** What a Result line claims; absent without one. */
  readonly expected?: string;
  readonly asExpected?: boolean | 'unknown';
  readonly hash: string;
  readonly outcome: Outcome;
  readonly symmetry: SymmetryUsed;
  readonly limits: Limits;
  readonly counterexample?: Counterexample;
  readonly provenance?: Provenance;
}

/** One scenario of `litmus`. */
export interface LitmusTest {
  readonly scenario: string;
  readonly source: string;
  readonly condition: string;
  /** What the values of a row belong to. */
  readonly locations: readonly string[];
  readonly results: readonly LitmusResult[];
  readonly conclusions: readonly string[];
}

/** The result of `litmus`. */
export function litmusJson({ command, exitCode }: Command, tests: readonly LitmusTest[]): Json {
  return {
    format: 'shootdown-litmus',
    version: 1,
    command,
    exitCode,
    tests: tests.map(({ scenario, source, condition, locations, results, conclusions }) => ({
      scenario,
      source,
      condition,
      locations,
      results: results.map(resultJson),
      conclusions,
    })),
  };
}

function resultJson({ outcome, symmetry, limits, counterexample, provenance, expected, asExpected, ...result }: LitmusResult): Json {
  return {
    rules: result.rules,
    kernel: result.kernel,
    arch: result.arch,
    kind: result.kind,
    rows: result.rows,
    validation: result.validation,
    witnesses: result.witnesses,
    others: result.others,
    observation: result.observation,
    vacuous: result.vacuous,
    expected: expected ?? null,
    asExpected: asExpected ?? null,
    flags: result.flags,
    outOfMemory: result.outOfMemory,
    hash: result.hash,
    ...coverageJson(outcome, symmetry, limits),
    trace: counterexample ? traceJson(counterexample) : null,
    provenance: provenance ? provenanceJson(provenance) : null,
  };
}

/** The result of `rules`. */
export function rulesJson(
  ruleSets: readonly RuleSetEntry[],
  rules: readonly RuleEntry[],
  wanted: Wanted = () => true,
): Json {
  return {
    format: 'shootdown-rules',
    version: 1,
    ruleSets: ruleSets
      .filter(wanted)
      .map(({ name, base, summary, rules: members }) => ({ name, kernel: base, summary, rules: members })),
    rules: rules.filter(wanted).map(({ name, summary, flushes, when, place, source, provenance, call }) => ({
      name,
      summary,
      flushes,
      when,
      place,
      source,
      provenance,
      call,
      ruleSets: ruleSets.filter((set) => set.rules.includes(name)).map((set) => set.name),
    })),
  };
}

/** Which model a ledger is of. */
export interface ModelSubject {
  readonly scenario: string;
  readonly rules: string;
  readonly kernel: string;
  readonly arch: string;
}

/** The result of `model`. */
export function modelJson({ scenario, rules, kernel, arch }: ModelSubject, model: Model, more?: FurtherNotes): Json {
  return {
    format: 'shootdown-model',
    version: 1,
    scenario,
    rules,
    kernel,
    arch,
    variables: model.schema.variables.map(({ name, domain, dimensions }) => ({
      name,
      values: domainText(domain),
      indices: dimensions.map((over) =>
        Array.from({ length: sizeOf(over) }, (_, i) => nameOf(over, i + baseOf(over))),
      ),
    })),
    properties: model.properties.map(({ name, meaning }) => ({ name, meaning })),
    ends: model.ends.map(({ name }) => name),
    covers: model.covers.map(({ name }) => name),
    ledger: ledgerOf(model, more).map(({ steps, ...entry }) => ({
      label: entry.label,
      file: entry.file,
      place: entry.place,
      provenance: entry.provenance,
      approximation: entry.approximation,
      interleaves: entry.interleaves,
      notes: entry.notes,
      steps: steps.map(({ name, actor, spontaneous, when, then }) => ({
        name,
        actor,
        spontaneous,
        when: when.map(nodeText),
        then: then.map(effectText),
      })),
    })),
  };
}

/** The values of a domain in words. */
function domainText(domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return 'boolean';
    case 'range':
      return `${domain.low}..${domain.high}`;
    case 'choice':
      return domain.names.join(' | ');
    case 'index':
      return domain.name;
    case 'optional':
      return `${domain.of.name} | none`;
    case 'set':
      return `set of ${domain.of.name}`;
  }
}
