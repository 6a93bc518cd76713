/** Breaking text into lines at spaces. */

/**
 * The text in lines of at most `width` characters, all but the first after `hang`. A word longer than
 * a line stands alone and runs over.
 */
export function wrap(text: string, width: number, hang = ''): string[] {
  const lines: string[] = [];
  const indent = /^ */.exec(text)?.[0] ?? '';
  let line = '';
  for (const word of text.trim().split(/ +/)) {
    const start = lines.length === 0 ? indent : hang;
    const longer = line === '' ? start + word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = hang + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
