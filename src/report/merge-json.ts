/** The results of many machines as JSON; the format is published as schemas/merge.schema.json. */
import type { Json } from './json.js';
import type { MergeReport } from './merge.js';

/** The document. */
export function mergeJson({ command, exitCode, plan, limits, jobs, repeated, unused, missing }: MergeReport): Json {
  const finite = (value: number): number | null => (value === Infinity ? null : value);
  return {
    format: 'shootdown-merge',
    version: 1,
    command,
    exitCode,
    plan,
    limits: {
      states: finite(limits.statesMax),
      memoryBytes: finite(limits.memoryBytesMax),
      depth: finite(limits.depthMax),
      timeMs: finite(limits.timeMsMax),
    },
    repeated,
    jobs: jobs.map(({ number, id, scenario, rules, answer, command: shows }) => ({
      number,
      id,
      scenario,
      rules,
      result: answer
        ? {
            kernel: answer.kernel,
            arch: answer.arch,
            verdict: answer.verdict,
            vacuous: answer.vacuous,
            violations: answer.violations.map(({ property, length }) => ({ property, length })),
            states: answer.states,
            transitions: answer.transitions,
            depth: answer.depth,
            limit: answer.limit ?? null,
          }
        : null,
      command: shows,
    })),
    unused: unused.map(({ file, why }) => ({ file, why })),
    missing: missing ?? null,
  };
}
