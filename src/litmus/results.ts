/**
 * What comments say that the checker must know: the question of a test, and the `Result:` lines
 * that claim an outcome under some rules: `Result: Never (luf-v10 - zap.batched, vanilla)`.
 */
import type { Comment } from './lexer.js';
import type { ExpectationSyntax, RulesSyntax, TestSyntax } from './syntax.js';
import type { Observation, Position, RuleExpression } from './scenario.js';
import { LineReader } from './line-reader.js';

const OBSERVATIONS: readonly Observation[] = ['Never', 'Sometimes', 'Always'];
const OUTCOMES = '`Never`, `Sometimes` or `Always`';
const RULE_NAME = /[A-Za-z0-9_][\w.-]*/y;

/** One line of a comment without its decoration. */
interface CommentLine {
  readonly text: string;
  readonly position: Position;
}

/** Reads the question and the expectations; throws a LitmusError at a malformed Result line. */
export function readComments(
  comments: readonly Comment[],
  source: string,
): Pick<TestSyntax, 'question' | 'expectations'> {
  const leading = comments.find((comment) => comment.leading);
  const prose = leading === undefined ? [] : linesOf(leading).filter((line) => !isResult(line));
  const results = comments.flatMap(linesOf).filter(isResult);
  return {
    question: prose.map((line) => line.text).join('\n').replace(/^\n+|\n+$/g, ''),
    expectations: results.flatMap((line) => readResult(line, source)),
  };
}

/** Lines of a comment without its brackets and without the `*` that decorates the margin. */
function linesOf(comment: Comment): CommentLine[] {
  const { line, column } = comment.position;
  const body = comment.text.startsWith('//') ? comment.text : comment.text.slice(0, -2);
  return body.split(/\r\n|\r|\n/).map((whole, index) => {
    const opening = index === 0 ? 2 : 0;
    const margin = /^\s*(\* ?)?/.exec(whole.slice(opening))?.[0].length ?? 0;
    const text = whole.slice(opening + margin).trimEnd();
    const start = index === 0 ? column : 1;
    return { text, position: { line: line + index, column: start + opening + margin } };
  });
}

/** Also true for `result:` and `Result :`: a claim that is silently not judged is worse. */
function isResult(line: CommentLine): boolean {
  return /^\s*result\s*:/i.test(line.text);
}

function readResult(line: CommentLine, source: string): ExpectationSyntax[] {
  const reader = new LineReader(line.text, source, line.position);
  reader.skipSpaces();
  reader.expect(/Result:/y, '`Result:`');
  reader.skipSpaces();
  const outcome = reader.expect(/\w+/y, OUTCOMES);
  const observation = OBSERVATIONS.find((name) => name === outcome.text);
  if (observation === undefined) throw reader.error(outcome, OUTCOMES);
  reader.skipSpaces();
  reader.expect(/\(/y, '`(` and the name of a rule set');
  const expectations: ExpectationSyntax[] = [];
  do {
    const rules = readRules(reader);
    expectations.push({ observation, rules, position: rules.position });
  } while (reader.take(/,/y));
  reader.expect(/\)/y, '` + rule`, ` - rule`, `,` or `)`');
  reader.skipSpaces();
  if (!reader.done) throw reader.errorHere('nothing after `)`');
  return expectations;
}

/** Reads a rule set's name and its changes, and the spaces after them. */
function readRules(reader: LineReader): RulesSyntax {
  reader.skipSpaces();
  const base = reader.expect(RULE_NAME, 'the name of a rule set');
  const changes: RulesSyntax['changes'][number][] = [];
  let spaces = reader.skipSpaces();
  let operator = reader.take(/[+-]/y);
  while (operator !== undefined) {
    const sign = operator.text === '+' ? '+' : '-';
    if (spaces === 0 || reader.skipSpaces() === 0) {
      throw reader.error(operator, `a space on either side of \`${sign}\``);
    }
    const { text: rule, position } = reader.expect(RULE_NAME, 'the name of a rule');
    changes.push({ sign, rule, position });
    spaces = reader.skipSpaces();
    operator = reader.take(/[+-]/y);
  }
  return { base: base.text, changes, position: base.position };
}

/**
 * Reads one rule expression outside a file, such as the argument of `--rules`; whatever else it
 * says is a LitmusError, in which `source` stands for the file.
 */
export function parseRules(text: string, source = '--rules'): RulesSyntax {
  const reader = new LineReader(text, source, { line: 1, column: 1 });
  const rules = readRules(reader);
  if (!reader.done) throw reader.errorHere('` + rule` or ` - rule`');
  return rules;
}

/** Writes a rule expression the way `parseRules` reads it. */
export function formatRules(rules: RuleExpression): string {
  return [rules.base, ...rules.changes.map(({ sign, rule }) => `${sign} ${rule}`)].join(' ');
}
