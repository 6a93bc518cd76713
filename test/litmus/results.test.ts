import { describe, expect, test } from 'vitest';
import { parse } from '../../src/litmus/parse.js';
import { resolveRules } from '../../src/litmus/resolve.js';
import { formatRules, parseRules } from '../../src/litmus/results.js';
import { toy } from './toy-vocabulary.js';

function commented(comment: string): ReturnType<typeof parse> {
  return parse(`C t\n${comment}\n{ int x; }\nexists (x=1)`, 't');
}

describe('comments', () => {
  test('give the question without margin and Result lines', () => {
    const { question } = commented(`(*
 * Result: Never (vanilla)
 *
 * First line,
 *   drawn in.
 *
 * Last line.
 * Result: Always (luf-v10)
 *)`);
    expect(question).toBe('First line,\n  drawn in.\n\nLast line.');
  });

  test('give a question that is written without a margin', () => {
    expect(commented('(* Who wins?\n   Nobody. *)').question).toBe('Who wins?\nNobody.');
  });

  test('give no question after the init block', () => {
    expect(parse('C t { int x; } (* not this *) exists (x=1)', 't').question).toBe('');
  });

  test('give expectations with the position of each rule expression', () => {
    const { expectations } = commented(`(*
 * Result: Never (luf-v10,  vanilla - zap.batched)
 *)
(* Result: Sometimes (luf-v12 + wp.pre - zap.batched) *)`);
    const claims = expectations.map(({ observation, rules }) => [observation, formatRules(rules)]);
    expect(claims).toEqual([
      ['Never', 'luf-v10'],
      ['Never', 'vanilla - zap.batched'],
      ['Sometimes', 'luf-v12 + wp.pre - zap.batched'],
    ]);
    expect(expectations.map(({ position }) => position)).toEqual([
      { line: 3, column: 19 },
      { line: 3, column: 29 },
      { line: 5, column: 23 },
    ]);
  });

  test('give expectations inside a thread too', () => {
    const text = 'C t { int x; } P0() { // Result: Never (vanilla)\n} exists (x=1)';
    expect(parse(text, 't').expectations).toHaveLength(1);
  });
});

describe('parseRules', () => {
  test('reads a rule set with the rules added and taken away, in order', () => {
    expect(parseRules(' luf-v10 - zap.batched + wp.pre ')).toMatchObject({
      base: 'luf-v10',
      changes: [{ sign: '-', rule: 'zap.batched' }, { sign: '+', rule: 'wp.pre' }],
    });
  });

  test('reads what formatRules writes', () => {
    const text = 'luf-v12 + a.one - b-two.x + c';
    expect(formatRules(parseRules(text))).toBe(text);
  });

  test.each([
    ['', '--rules:1:1: error: found end of line, expected the name of a rule set'],
    ['vanilla +', '--rules:1:9: error: found `+`, expected a space on either side of `+`'],
    ['vanilla + ', '--rules:1:11: error: found end of line, expected the name of a rule'],
    ['vanilla wp.pre', '--rules:1:9: error: found `wp.pre`, expected ` + rule` or ` - rule`'],
    ['vanilla, luf', '--rules:1:8: error: found `,`, expected ` + rule` or ` - rule`'],
  ])('refuses %j', (text, message) => {
    expect(() => parseRules(text)).toThrow(message);
  });
});

describe('resolveRules', () => {
  test('points at the unknown name', () => {
    const rules = parseRules('luf-v10 - zap.batchd', 'command line');
    expect(() => resolveRules(rules, toy, 'command line')).toThrow(
      'command line:1:11: error: unknown rule `zap.batchd`, expected a known rule; '
        + 'did you mean `zap.batched`?',
    );
  });

  test('leaves positions out', () => {
    expect(resolveRules(parseRules('luf-v10 - wp.pre'), toy, '')).toEqual({
      base: 'luf-v10',
      changes: [{ sign: '-', rule: 'wp.pre' }],
    });
  });
});
