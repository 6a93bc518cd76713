/** The answer of `synthesize` as JSON (schemas/synthesize.schema.json). */
import type { Command, Json } from './json.js';
import type { DemandEntry, Shows, SynthesisReport } from './synthesis.js';

/** The result of `synthesize`. */
export function synthesisJson({ command, exitCode }: Command, report: SynthesisReport): Json {
  const { parts, shown, studies, leftOut, harms } = report;
  return {
    format: 'shootdown-synthesize',
    version: 1,
    command,
    exitCode,
    complete: report.complete,
    base: report.base,
    full: report.full,
    kernel: report.kernel,
    reference: report.reference,
    notJudged: report.notJudged,
    candidates: report.candidates.map(({ name, call }) => ({ name, call })),
    minimalSafeSets: {
      count: report.count,
      listed: report.listed,
      parts: parts.map(({ demands, choices }) => ({ demands: demands.map(demandJson), choices })),
      searched: shown.map(({ members, rules, scenarios, why, fragile, saved }) => ({
        members,
        rules,
        states: scenarios.reduce((sum, { states }) => sum + states, 0),
        scenarios: scenarios.map(({ scenario, states }) => ({ scenario, states })),
        why: why.map(({ without, shows }) => ({ without, shows: showsJson(shows) })),
        hasUnsafeSupersets: fragile,
        saved: saved?.map((one) => ({ ...one })) ?? null,
      })),
    },
    harms: harms.map(({ rule, to, shows }) => ({ rule, to, shows: showsJson(shows) })),
    scenarios: studies.map(({ scenario, arch, models, states, exact, pairs }) => ({ scenario, arch, models, states, exact, pairs })),
    leftOut: leftOut.map(({ because, shows, safeWithNone, mendedBy }) => ({
      because,
      shows: showsJson(shows),
      safeWithNone: safeWithNone ?? null,
      mendedBy,
    })),
    ways: report.ways,
    seed: report.seed,
  };
}

function demandJson({ given, oneOf, shownBy }: DemandEntry): Json {
  return { given, oneOf, shownBy: shownBy.map(showsJson) };
}

function showsJson({ scenario, property, length, states, limit, command, saved }: Shows): Json {
  return {
    scenario,
    property: property ?? null,
    length: length ?? null,
    states,
    limit: limit ?? null,
    command,
    saved: saved ?? null,
  };
}
