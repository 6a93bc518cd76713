/**
 * Finds the first mistake in a JSON text. `JSON.parse` of older Node versions does not say where it
 * is, so this walks the text once more, by the grammar of RFC 8259.
 */

/** Where a text stops being JSON. */
export interface JsonMistake {
  readonly line: number;
  readonly column: number;
  /** What would have been right there. */
  readonly expected: string;
}

const depthMax = 500;

class Mistake extends Error {
  constructor(
    readonly at: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

/** The first mistake; undefined for a text that is JSON. */
export function jsonMistake(text: string): JsonMistake | undefined {
  try {
    const end = space(text, value(text, space(text, 0), 0));
    if (end < text.length) throw new Mistake(end, 'the end of the file');
    return undefined;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1, expected: error.expected };
  }
}

/** Each reader returns where what it read ends. */
function value(text: string, at: number, depth: number): number {
  if (depth > depthMax) throw new Mistake(at, `at most ${depthMax} levels`);
  switch (text[at]) {
    case '{':
      return members(text, at, '}', (key) => member(text, key, depth));
    case '[':
      return members(text, at, ']', (item) => value(text, item, depth + 1));
    case '"':
      return string(text, at);
    default:
      return take(text, at, /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, 'a value');
  }
}

function members(text: string, open: number, close: string, one: (at: number) => number): number {
  let at = space(text, open + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = space(text, one(at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new Mistake(at, `\`,\` or \`${close}\``);
    at = space(text, at + 1);
  }
}

function member(text: string, at: number, depth: number): number {
  if (text[at] !== '"') throw new Mistake(at, 'a key in double quotes');
  const colon = space(text, string(text, at));
  if (text[colon] !== ':') throw new Mistake(colon, '`:`');
  return value(text, space(text, colon + 1), depth + 1);
}

function string(text: string, at: number): number {
  // eslint-disable-next-line no-control-regex -- exactly what JSON forbids inside a string
  return take(text, at, /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y, 'a string that is closed');
}

function space(text: string, at: number): number {
  return take(text, at, /[ \t\r\n]*/y, '');
}

function take(text: string, at: number, pattern: RegExp, expected: string): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new Mistake(at, expected);
  return pattern.lastIndex;
}
