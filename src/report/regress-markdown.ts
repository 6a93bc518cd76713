/** A regression run in Markdown, short enough for a mail or a pull request: what is not as expected, and how to see it. */
import { markdownTable } from 'markdown-table';
import { counted, duration, grouped } from './quantity.js';
import { isFault, type RegressReport } from './regress.js';

const kinds = {
  hole: 'new hole',
  remains: 'hole remains',
  kernel: 'not of deferral',
  worse: 'violated, not before',
  refuted: 'Result line wrong',
  closed: 'closed',
  better: 'not violated any more',
  changed: 'changed',
  lost: 'recorded trace lost',
  open: 'no verdict',
  counts: 'other counts only',
} as const;

/** The document, ending with a newline. */
export function regressMarkdown(report: RegressReport): string {
  const { cells, command, diagram, followed, timeMs } = report;
  const told = cells.flatMap((cell) => cell.findings.map(({ kind, text }) => [cell.scenario, code(cell.rules), kinds[kind], text, code(cell.command)]));
  const faulty = cells.filter(({ findings }) => findings.some(isFault)).length;
  const searched = cells.filter(({ result }) => result);
  const states = searched.reduce((sum, { result }) => sum + (result?.states ?? 0), 0);
  const parts = [
    `**${counted(searched.length, 'model')}** searched (${counted(states, 'state')}, ${duration(timeMs)}), **${grouped(faulty)}** not as expected.`,
    ...(searched.length < cells.length ? [`Interrupted: ${counted(cells.length - searched.length, 'model')} not searched.`] : []),
    ...(told.length > 0 ? [table(['scenario', 'rules', '', 'what', 'command'], told)] : []),
    ...(followed.length > 0
      ? [
          'Old counterexamples under the new rules:',
          table(['scenario', 'shows', 'recorded under', 'now', 'why'], followed.map((one) => [one.scenario, one.shows, code(one.recorded), one.outcome, one.text])),
        ]
      : []),
    ...(diagram === undefined ? [] : [`The shortest new counterexample:\n\n\`\`\`\n${diagram.trimEnd()}\n\`\`\``]),
    `\`${command}\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')));
  return markdownTable(cells, { alignDelimiters: false });
}
