/** A regression run as JUnit XML, one test case for each scenario under each choice of rules. */
import { create } from 'xmlbuilder2';
import { isFault, type RegressCell, type RegressReport } from './regress.js';

/** The XML document, ending with a newline. */
export function junit({ cells, command, timeMs }: RegressReport): string {
  const suites = [...new Set(cells.map(({ rules }) => rules))];
  const failed = (some: readonly RegressCell[]): number => some.filter((cell) => faults(cell).length > 0).length;
  const skipped = (some: readonly RegressCell[]): number => some.filter((cell) => isSkipped(cell)).length;
  const counts = (some: readonly RegressCell[]): Record<string, string> => ({
    tests: String(some.length),
    failures: String(failed(some)),
    errors: '0',
    skipped: String(skipped(some)),
  });
  const root = create({ version: '1.0', encoding: 'UTF-8' })
    .ele('testsuites', { name: command, ...counts(cells), time: (timeMs / 1000).toFixed(3) });
  for (const rules of suites) {
    const some = cells.filter((cell) => cell.rules === rules);
    const suite = root.ele('testsuite', { name: rules, ...counts(some) });
    for (const cell of some) {
      const test = suite.ele('testcase', { name: cell.scenario, classname: rules, file: cell.source });
      if (isSkipped(cell)) test.ele('skipped', { message: skipReason(cell) });
      else if (faults(cell).length > 0) test.ele('failure', { message: faults(cell).join('; ') }).txt(`${faults(cell).join('\n')}\n${cell.command}`);
    }
  }
  return `${root.end({ prettyPrint: true })}\n`;
}

function faults({ findings }: RegressCell): string[] {
  return findings.filter((finding) => isFault(finding) && finding.kind !== 'open').map(({ kind, text }) => `${kind}: ${text}`);
}

/** Without a verdict nothing has passed and nothing failed. */
function isSkipped(cell: RegressCell): boolean {
  return faults(cell).length === 0 && (!cell.result || cell.findings.some(({ kind }) => kind === 'open'));
}

function skipReason({ result, findings }: RegressCell): string {
  return result ? findings.find(({ kind }) => kind === 'open')?.text ?? '' : 'not searched: interrupted';
}
