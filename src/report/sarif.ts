/** A regression run as SARIF 2.1.0: findings at the Result lines of the litmus files, for code-scanning views. */
import type { Log, Result, ReportingDescriptor } from 'sarif';
import type { RegressCell, RegressFinding, RegressReport } from './regress.js';

const kinds: Readonly<Record<RegressFinding['kind'], { readonly meaning: string; readonly level: Result.level }>> = {
  refuted: { meaning: 'A Result line is wrong.', level: 'error' },
  worse: { meaning: 'A property is violated that was not before.', level: 'error' },
  hole: { meaning: 'New rules violate a property that those they start from do not.', level: 'error' },
  kernel: { meaning: 'New rules violate a property, and so does the kernel that they sit on, without deferring anything.', level: 'note' },
  remains: { meaning: 'New rules violate a property, as those that they start from.', level: 'warning' },
  closed: { meaning: 'A hole of the rules that these start from is closed.', level: 'none' },
  better: { meaning: 'A property is not violated any more.', level: 'warning' },
  changed: { meaning: 'The verdict has changed.', level: 'warning' },
  lost: { meaning: 'A recorded trace cannot be followed any more.', level: 'error' },
  open: { meaning: 'A limit was reached before a verdict.', level: 'warning' },
  counts: { meaning: 'The same verdict with other numbers of states.', level: 'note' },
};

/** The log; `version` is that of the program. */
export function sarif({ cells, command, exitCode }: RegressReport, version: string): Log {
  const rules = Object.entries(kinds).map(([id, { meaning, level }]): ReportingDescriptor => ({
    id,
    shortDescription: { text: meaning },
    defaultConfiguration: { level },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'shootdown', version, rules } },
        invocations: [{ commandLine: command, exitCode, executionSuccessful: exitCode < 126 }],
        results: cells.flatMap((cell) => cell.findings.map((finding) => resultOf(cell, finding))),
      },
    ],
  };
}

function resultOf({ scenario, rules, source, line = 1, command }: RegressCell, { kind, text }: RegressFinding): Result {
  return {
    ruleId: kind,
    level: kinds[kind].level,
    message: { text: `${scenario} under ${rules}: ${kinds[kind].meaning} ${text}. ${command}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: source }, region: { startLine: line } } }],
    partialFingerprints: { 'scenarioAndRules/v1': `${scenario}|${rules}|${kind}` },
  };
}
