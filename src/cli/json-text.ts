/**
 * Where things are in a JSON text: the first mistake, and the line of each value. `JSON.parse` tells neither, so
 * this walks the text once more, by the grammar of RFC 8259.
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

/** What there is to know of a JSON text besides its value. */
export interface JsonText {
  /** The first mistake; undefined for a text that is JSON. */
  readonly mistake?: JsonMistake;
  /** The line of the value at a path, such as `['steps', 0, 'name']`; undefined where there is none. */
  readonly lineOf: (path: readonly (string | number)[]) => number | undefined;
}

/** Walks a text. */
export function jsonText(text: string): JsonText {
  const walk = new Walk(text);
  const lineOf = (path: readonly (string | number)[]): number | undefined => {
    const offset = walk.offsets.get(JSON.stringify(path));
    return offset === undefined ? undefined : text.slice(0, offset).split('\n').length;
  };
  try {
    const end = space(text, walk.value(space(text, 0), []));
    if (end < text.length) throw new Mistake(end, 'the end of the file');
    return { lineOf };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { mistake: { line: before.length, column: (before.at(-1) ?? '').length + 1, expected: error.expected }, lineOf };
  }
}

type Path = readonly (string | number)[];

/** Each reader returns where what it read ends. */
class Walk {
  /** Where each value begins, by its path as JSON. */
  readonly offsets = new Map<string, number>();

  constructor(private readonly text: string) {}

  value(at: number, path: Path): number {
    const { text } = this;
    if (path.length > depthMax) throw new Mistake(at, `at most ${depthMax} levels`);
    this.offsets.set(JSON.stringify(path), at);
    let items = 0;
    switch (text[at]) {
      case '{':
        return this.members(at, '}', (key) => this.member(key, path));
      case '[':
        return this.members(at, ']', (item) => this.value(item, [...path, items++]));
      case '"':
        return string(text, at);
      default:
        return take(text, at, /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, 'a value');
    }
  }

  private members(open: number, close: string, one: (at: number) => number): number {
    const { text } = this;
    let at = space(text, open + 1);
    if (text[at] === close) return at + 1;
    for (;;) {
      at = space(text, one(at));
      if (text[at] === close) return at + 1;
      if (text[at] !== ',') throw new Mistake(at, `\`,\` or \`${close}\``);
      at = space(text, at + 1);
    }
  }

  private member(at: number, path: Path): number {
    const { text } = this;
    if (text[at] !== '"') throw new Mistake(at, 'a key in double quotes');
    const end = string(text, at);
    const colon = space(text, end);
    if (text[colon] !== ':') throw new Mistake(colon, '`:`');
    return this.value(space(text, colon + 1), [...path, JSON.parse(text.slice(at, end)) as string]);
  }
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
