/** What rule sets cost as JSON; the format is published as schemas/cost.schema.json. */
import type { CostReport, CostRow } from './cost.js';
import type { Json } from './json.js';

/** The document. */
export function costJson({ command, exitCode, arch, seeds, within, tables, interrupted, timeMs }: CostReport): Json {
  return {
    format: 'shootdown-cost',
    version: 1,
    command,
    exitCode,
    arch,
    seeds,
    within,
    interrupted,
    timeMs: Math.round(timeMs),
    workloads: tables.map(({ workload, summary, unit, parameters, rows, compared }) => ({
      workload,
      summary,
      unit,
      parameters: Object.fromEntries(parameters),
      rows: rows.map(rowJson),
      compared: compared.map((one) => ({ ...one })),
    })),
  };
}

function rowJson({ rules, kernel, runs, flushes, saved, limit, verdict }: CostRow): Json {
  return {
    rules,
    kernel,
    flushes,
    saved,
    limit: limit ?? null,
    verdict: verdict ? { ...verdict, shortest: verdict.shortest ? { ...verdict.shortest } : null } : null,
    runs: runs.map((run) => ({ ...run })),
  };
}
