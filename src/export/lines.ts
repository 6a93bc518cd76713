/** Long generated lines, broken where their language allows it. */
import { wrap } from '../report/wrap.js';

/** Stands for a space at which a line is not to be broken. */
export const unbroken = '\u00a0';

const width = 110;

/** Breaks long lines at spaces, so many columns to the right of where they begin. */
export function folded(text: string, hang: number): string {
  const lines = text.split('\n').flatMap((line) => wrap(line, width, `${/^ */.exec(line)![0]}${' '.repeat(hang)}`));
  return lines.join('\n').replaceAll(unbroken, ' ');
}

/** Lines as a block comment between these signs, which the lines themselves may not contain. */
export function blockComment(lines: readonly string[], open: string, close: string): string {
  const safe = lines
    .flatMap((line) => wrap(line, width - 3, `${/^ */.exec(line)![0]}    `))
    .map((line) => line.replaceAll(open, [...open].join(' ')).replaceAll(close, [...close].join(' ')));
  return `${open}\n${safe.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n ${close}`;
}
