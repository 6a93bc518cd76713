/** Commands as people paste them into a shell. */

/** Words quoted for a POSIX shell where they need it. */
export function quoted(words: readonly string[]): string {
  return words.map(quotedWord).join(' ');
}

function quotedWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Double quotes where nothing inside them is special: rules are easier to read so.
  return /["$`\\!\n]/.test(word) || word === '' ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
