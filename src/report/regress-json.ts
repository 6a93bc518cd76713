/** A regression run as JSON; the format is published as schemas/regress.schema.json. */
import type { Json } from './json.js';
import type { RegressReport } from './regress.js';

/** The document; `trace` is the shortest new counterexample as trace files hold it. */
export function regressJson(report: RegressReport, trace: Json | undefined): Json {
  const { command, exitCode, columns, baseline, cells, followed, timeMs, remembered } = report;
  return {
    format: 'shootdown-regress',
    version: 1,
    command,
    exitCode,
    baseline: baseline ?? null,
    columns,
    timeMs: Math.round(timeMs),
    remembered,
    cells: cells.map(({ scenario, source, line, rules, result, findings, command: again }) => ({
      scenario,
      source,
      line: line ?? null,
      rules,
      result: result
        ? {
            kernel: result.kernel,
            arch: result.arch,
            observation: result.observation,
            violations: result.violations.map(({ property, length }) => ({ property, length })),
            states: result.states,
            limit: result.limit ?? null,
          }
        : null,
      findings: findings.map(({ kind, text }) => ({ kind, text })),
      command: again,
    })),
    followed: followed.map(({ scenario, recorded, under, shows, outcome, text }) => ({ scenario, recorded, under, shows, outcome, text })),
    trace: trace ?? null,
  };
}
