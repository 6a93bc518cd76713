import { convert } from 'xmlbuilder2';
import { describe, expect, it } from 'vitest';
import { junit } from '../../src/report/junit.js';
import { regressMarkdown } from '../../src/report/regress-markdown.js';
import { letterOf, regressText, type RegressCell, type RegressReport } from '../../src/report/regress.js';
import { sarif } from '../../src/report/sarif.js';

const letters = { foreign: 'F', coherent: 'C', strict: 's' };

function cell(scenario: string, rules: string, more: Partial<RegressCell> = {}): RegressCell {
  return {
    scenario,
    source: `${scenario}.litmus`,
    rules,
    result: { kernel: 'k1', arch: 'a', observation: 'Never', violations: [], states: 1000 },
    findings: [],
    command: `show ${scenario} & ${rules}`,
    ...more,
  };
}

const violated = (...names: string[]): NonNullable<RegressCell['result']> => ({
  kernel: 'k1',
  arch: 'a',
  observation: 'Sometimes',
  violations: names.map((property) => ({ property, length: 7 })),
  states: 1000,
});

const report: RegressReport = {
  command: 'shootdown regress <all>',
  exitCode: 1,
  columns: ['one', 'two'],
  letters,
  baseline: 'baseline.json',
  timeMs: 1234,
  remembered: 2,
  idle: [{ rules: 'two', remark: '+ x changes nothing' }],
  followed: [{ scenario: 'b', recorded: 'one', under: 'two', shows: 'coherent', outcome: 'blocked', text: 'at step 3' }],
  cells: [
    cell('a', 'one'),
    cell('a', 'two', { result: violated('foreign', 'coherent'), line: 4, findings: [{ kind: 'hole', text: 'foreign after 7 steps' }, { kind: 'hole', text: 'coherent | after 7 steps' }] }),
    cell('b', 'one', { findings: [{ kind: 'counts', text: '3 states; before 4' }] }),
    cell('b', 'two', { result: { ...violated(), limit: 'time' }, findings: [{ kind: 'open', text: 'limit of time' }] }),
    cell('b', 'one + x', { result: violated('strict') }),
  ],
  diagram: 'the diagram\n',
};

describe('the text of a regression run', () => {
  it('has a matrix, what is to be told of each cell, and a conclusion', () => {
    expect(regressText(report)).toBe(`2 scenarios under 2 choices of rules, and 1 more from Result lines
5 models, 5,000 states, 2 from the cache, 1.23 s

   1  one (k1)
   2  two (k1)
  Note on two: + x changes nothing

  . holds, F foreign, s strict, ? open, ! see below

   1  2
a  .  F!
b  .  ?!

Old counterexamples of one, followed under two: 1 blocked
  blocked:
    b (coherent): at step 3

New holes (1):
  a under two: foreign after 7 steps; coherent | after 7 steps
Seen with: show a & two

No verdict (1):
  b under two: limit of time
Seen with: show b & two

The same verdicts with other numbers of states (1):
  b under one: 3 states; before 4

The shortest new counterexample:

the diagram

2 models of 5 not as expected by the Result lines and baseline.json (exit code 1).
`);
  });

  it('says how much is missing of a run that was interrupted', () => {
    const { scenario, source, rules, findings, command } = cell('a', 'one');
    const missing = { scenario, source, rules, findings, command };
    expect(letterOf(missing, letters)).toBe('-');
    expect(regressText({ ...report, cells: [missing, cell('b', 'one')] })).toContain('Interrupted: 1 model not searched; 0 of the others not as expected.');
  });

  it('ends with one sentence where there is nothing to tell', () => {
    const good = { ...report, cells: [cell('a', 'one')], columns: ['one'], followed: [], exitCode: 0 };
    expect(regressText(good)).toMatch(/\n\nAll as expected by the Result lines and baseline.json.\n$/);
  });
});

describe('the JUnit report', () => {
  it('has a suite for each choice of rules and a case for each scenario; XML characters are escaped', () => {
    const xml = junit(report);
    const { testsuites } = convert(xml, { format: 'object' }) as unknown as { testsuites: Record<string, unknown> };
    expect(testsuites).toMatchObject({ '@name': 'shootdown regress &lt;all&gt;', '@tests': '5', '@failures': '1', '@skipped': '1', '@time': '1.234' });
    expect(testsuites['testsuite']).toMatchObject([
      { '@name': 'one', testcase: [{ '@name': 'a', '@file': 'a.litmus' }, { '@name': 'b' }] },
      { '@name': 'two', testcase: [{ failure: { '@message': 'hole: foreign after 7 steps; hole: coherent | after 7 steps' } }, { skipped: { '@message': 'limit of time' } }] },
      { '@name': 'one + x' },
    ]);
    expect(xml).toContain('show a &amp; two');
  });
});

describe('the SARIF report', () => {
  it('has a result for each finding, at the line of the Result where there is one', () => {
    const [run] = sarif(report, '1.2.3').runs;
    expect(run?.tool.driver.rules?.map(({ id }) => id)).toContain('hole');
    expect(run?.results?.map(({ ruleId, level }) => [ruleId, level])).toEqual([['hole', 'error'], ['hole', 'error'], ['counts', 'note'], ['open', 'warning']]);
    expect(run?.results?.[0]?.locations?.[0]?.physicalLocation).toEqual({ artifactLocation: { uri: 'a.litmus' }, region: { startLine: 4 } });
  });
});

describe('the Markdown report', () => {
  it('has a table of the findings and the diagram in a fence', () => {
    const text = regressMarkdown(report);
    expect(text).toContain('| a | `two` | new hole | coherent \\| after 7 steps | `show a & two` |');
    expect(text).toContain('**5 models** searched (5,000 states, 1.23 s), **2** not as expected.');
    expect(text).toContain('```\nthe diagram\n```');
  });
});
