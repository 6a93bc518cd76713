/** The results of many machines in Markdown. */
import { markdownTable } from 'markdown-table';
import { columns, heading, isNumeric, remarks, rowsOf, type MergeReport } from './merge.js';

/** The document, ending with a newline. */
export function mergeMarkdown(report: MergeReport): string {
  const rows = rowsOf(report).map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const table = markdownTable([[...columns], ...rows], { align: columns.map((column) => (isNumeric(column) ? 'r' : 'l')), alignDelimiters: false });
  const texts = remarks(report).map((text) => `\`\`\`\n${text}\n\`\`\``);
  return `${[heading(report).replaceAll('\n', '  \n'), table, ...texts, `\`${report.command}\``].join('\n\n')}\n`;
}
