/** Rule files: fixes from outside the package, as data and as code, and what is said of mistakes in them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledRules, linuxWith } from '../../models/linux/index.js';
import { isMistake } from '../../src/cli/exit.js';
import { loadRuleFile } from '../../src/cli/rule-file.js';
import { scenarioOf } from '../linux/run.js';
import { shootdownIn } from './shootdown.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'shootdown-rules-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function withFile(name: string, text: string, ...words: string[]): ReturnType<typeof shootdownIn> {
  writeFileSync(join(folder, name), text);
  return shootdownIn(folder, ...words);
}

/** What litmus observes under each rule set of the file. */
function observed(stdout: string): string[] {
  const blocks = stdout.split(/^Rules /m).slice(1);
  return blocks.map((block) => `${block.split('\n')[0]}: ${/^Observation \S+ (\w+)/m.exec(block)?.[1]}`);
}

/** The message with which a file is refused when it is loaded, or when its first rule set is built into a model. */
async function refusal(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, text);
  try {
    const { table, ruleSets } = await loadRuleFile(file, bundledRules);
    linuxWith(table).instantiate(scenarioOf('file-write'), { base: ruleSets[0]!, changes: [] });
    return 'accepted';
  } catch (error) {
    if (!isMistake(error)) throw error;
    return error.message;
  }
}

const module = `
import { allOf } from 'shootdown';
import type { RuleFile } from 'shootdown/linux';

export default {
  rules: [
    { name: 'my.write', summary: 'write(2) flushes.', hook: { at: 'write.begin', scope: 'mapping' } },
    { name: 'my.never', summary: 'A flush that is never due.', hook: { at: 'write.begin', scope: 'mapping', onlyIf: () => false } },
    { name: 'my.shared', summary: 'Shared pages do not qualify.', excludes: ({ state, page }) => allOf([state.vma.at(page!).kind.is('shared')]) },
  ],
  ruleSets: [
    { name: 'my-v13', rules: 'luf-v10 + publish.early + my.write' },
    { name: 'my-v14', rules: 'my-v13 - my.write + my.never' },
    { name: 'my-v15', rules: 'luf-v10 + my.shared', base: 'v6.99', summary: 'No shared pages.' },
  ],
} satisfies RuleFile;`;

describe('a rule file', () => {
  it('in TypeScript brings rules with tests of their own, and rule sets that build on each other', () => {
    const { code, stdout, stderr } = withFile('fix.ts', module, 'litmus', 'file-write', '--rules', './fix.ts', '--rules', 'luf-v10');
    expect(stderr).toBe('');
    expect(observed(stdout)).toEqual(['my-v13: Never', 'my-v14: Sometimes', 'my-v15: Never', 'luf-v10: Sometimes']);
    expect(code).toBe(0);
  });

  it('is listed beside the rules of the package', () => {
    const { stdout } = withFile('fix.ts', module, 'rules', '--rules', './fix.ts', 'my-v15', 'my.write');
    expect(stdout).toContain('my-v15 (v6.99)\n  No shared pages.\n');
    expect(stdout).toContain(
      'my.write\n  write(2) flushes.\n' +
        '  flushes: file, after ->write_begin has locked the folio, before the copy\n' +
        '  place:   mm/filemap.c generic_perform_write()\n  call:    my.write\n  from:    ./fix.ts (patch)\n  in:      my-v13\n',
    );
  });

  it('in JSON is data: sets of known rules, and rules with named conditions', () => {
    const data = {
      rules: [{ name: 'my.dirty', summary: 'Dirty PTEs do not qualify.', excludes: 'PTE dirty' }],
      ruleSets: [{ name: 'mine', rules: 'luf-v12 + my.dirty' }],
    };
    const { code, stdout } = withFile('fix.json', JSON.stringify(data), 'check', 'fork-migrate', '--rules', './fix.json');
    expect(stdout).toMatch(/^fork-migrate under mine \(v6.14, x86\): holds,/);
    expect(code).toBe(0);
  });

  it('can be used in a scenario of one\'s own, whose Result lines name its sets', () => {
    writeFileSync(
      join(folder, 'mine.litmus'),
      'C mine\n(* Result: Never (my-v13) *)\n{ file A = 1; P0: p = mmap(A, PROT_READ, MAP_SHARED); }\n' +
        'P0() { int r0 = READ_ONCE(*p); pwrite(A, 2); int r1 = READ_ONCE(*p); }\nkswapd() { reclaim(A); }\nexists (0:r1=1)\n',
    );
    const { code, stdout } = withFile('fix.ts', module, 'litmus', 'mine.litmus', '--rules', './fix.ts', '--rules', 'my-v13');
    expect(stdout).toContain('Result Never: as expected');
    expect(code).toBe(0);
    expect(shootdownIn(folder, 'litmus', 'mine.litmus').stderr).toContain('mine.litmus:2:19: error: unknown rule set `my-v13`');
  });

  const set = (rules: string): string => `{\n  "ruleSets": [\n    { "name": "a", "rules": ${JSON.stringify(rules)} }\n  ]\n}`;
  const rule = (text: string): string => `{ "rules": [\n{ "name": "a.b", "summary": "s", ${text} } ] }`;

  it.each([
    ['no JSON at all', '{ "rules": ', 'fix.json:1:12: error: no JSON, expected a value'],
    ['an unknown rule', set('luf-v12 + write.beginn'), 'fix.json:3: $.ruleSets[0].rules is "luf-v12 + write.beginn": unknown rule `write.beginn`, expected a known rule; did you mean `write.begin`?'],
    ['an unknown rule set', set('luf-v13'), 'fix.json:3: $.ruleSets[0].rules is "luf-v13": unknown rule set `luf-v13`'],
    ['a name that is taken', '{ "ruleSets": [\n{ "name": "vanilla", "rules": "luf-v12" }\n] }', 'fix.json:2: $.ruleSets[0].name is `vanilla`, which the package has already, expected a name of its own'],
    ['a name that cannot be written', '{ "ruleSets": [{ "name": "my v13", "rules": "luf-v12" }] }', '$.ruleSets[0].name is `my v13`, expected a name such as my.rule or my-v13'],
    ['a rule that does nothing', rule('"place": "mm/x.c y()"'), 'fix.json:2: $.rules[0] does nothing, expected `hook`, `excludes` or both'],
    ['an unknown hook', rule('"hook": { "at": "write.begn", "scope": "all" }'), '$.rules[0].hook.at is `write.begn`, which is no hook, expected one of fault.start'],
    ['a scope that the hook cannot have', rule('"hook": { "at": "write.begin", "scope": "vma" }'), '$.rules[0].hook.scope is `vma` at write.begin, expected one of all, mapping'],
    ['a condition that nothing sets', rule('"excludes": "PTE marked"'), '$.rules[0].excludes is `PTE marked`, expected PTE writable, PTE dirty, gather open, may write, a function of the situation'],
    ['a place that is none', rule('"excludes": "PTE dirty", "place": "somewhere"'), '$.rules[0].place is `somewhere`, expected a kernel file and function such as mm/mmap.c do_mmap()'],
    ['a key that is not known', rule('"hooks": {}'), '$.rules[0].hooks is not known, expected name, summary'],
    ['nothing', '{}', 'fix.json:1: $ defines nothing, expected `rules`, `ruleSets` or both'],
    ['a number for a name', '{ "ruleSets": [{ "name": 3, "rules": "vanilla" }] }', '$.ruleSets[0].name is 3, expected a string'],
  ])('is refused for %s', async (_, text, message) => {
    expect(await refusal('fix.json', text)).toContain(message);
  });

  it('that is refused ends the program with 129 and without a stack trace', () => {
    const { code, stdout, stderr } = withFile('fix.json', '{}', 'litmus', 'file-write', '--rules', './fix.json');
    expect(stderr).toBe('error: ./fix.json:1: $ defines nothing, expected `rules`, `ruleSets` or both\nReproduce: shootdown litmus file-write --rules ./fix.json\n');
    expect([code, stdout]).toEqual([129, '']);
  });

  it('that defines no rule set is refused unless something names its rules', () => {
    const text = rule('"hook": { "at": "zap.end", "scope": "vma" }');
    const idle = withFile('fix.json', text, 'check', '--rules', './fix.json');
    expect(idle.stderr).toContain('error: ./fix.json defines no rule set, and nothing names its rules: expected `ruleSets` in it, or e.g. --rules "fixed + a.b"');
    expect([idle.code, idle.stdout]).toEqual([129, '']);
    const under = withFile('fix.json', text, 'replay', join(process.cwd(), 'counterexamples/file-write@luf-v10.json'), '--under', './fix.json');
    expect([under.code, under.stdout]).toEqual([129, '']);
    const named = withFile('fix.json', text, 'litmus', 'realloc', '--rules', './fix.json', '--rules', 'luf-v12 + a.b');
    expect([named.code, named.stdout.split('\n')[0]]).toEqual([0, 'Rules luf-v12 + a.b']);
  });

  it('that is a module which ends the program or waits for ever is told of', () => {
    for (const text of ['process.exit(0);', 'await new Promise(() => {}); export default {};']) {
      const { code, stderr } = withFile('fix.ts', text, 'litmus', 'realloc', '--rules', './fix.ts');
      expect(stderr).toBe('error: ./fix.ts: the program ended while the module was loaded, expected a module that neither exits nor waits for ever\n');
      expect(code).toBe(129);
    }
  });

  it.each([
    ['that is no TypeScript', 'export default { rules: [ }', 'fix.ts:1: cannot be loaded: ParseError'],
    ['without a default export', 'export const rules = [];', 'fix.ts: no default export, expected export default { rules: [...], ruleSets: [...] }'],
    ['that throws', '\nthrow new Error("not today"); export default {};', 'fix.ts:2: cannot be loaded: not today'],
    ['whose condition throws', `export default { rules: [{ name: 'a.b', summary: 's', excludes: ({ file }) => file.nothing }], ruleSets: [{ name: 'a', rules: 'luf-v10 + a.b' }] };`, 'fix.ts: rule a.b: its condition fails: Cannot read properties of undefined (reading \'nothing\'); expected a test of state, page, mm, write, which is what is known here'],
    ['whose condition is no test', `export default { rules: [{ name: 'a.b', summary: 's', excludes: () => 3 }], ruleSets: [{ name: 'a', rules: 'luf-v10 + a.b' }] };`, 'fix.ts: rule a.b: its condition gives number, expected a test such as state.pte.at(page).dirty'],
  ])('is refused for a module %s', async (_, text, message) => {
    expect(await refusal('fix.ts', text)).toContain(message);
  });
});
