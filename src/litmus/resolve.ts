/**
 * Gives every name of a litmus test its meaning. Names are declared first and used after, so that a
 * thread may use a page that a later thread maps.
 */
import type { Expectation, RuleExpression, Scenario, Thread } from './scenario.js';
import type { DeclarationSyntax, RulesSyntax, TestSyntax } from './syntax.js';
import type { Vocabulary } from './vocabulary.js';
import type { Scope } from './arguments.js';
import { LitmusError, quote } from './error.js';
import { checkWords, Names } from './names.js';
import { declarePages, visibility } from './pages.js';
import { declarationsOf, place, type Placement } from './placement.js';
import { distinct, locationsOf, resolveLocation, resolveProposition } from './propositions.js';
import { formatRules } from './results.js';
import { resolveBody } from './statements.js';
import { unknownName } from './suggest.js';

/** Resolves a test against the words of a domain; throws a LitmusError at the first mistake. */
export function resolve(test: TestSyntax, vocabulary: Vocabulary): Scenario {
  const { source } = test;
  const names = new Names(source);
  const placement = place(test);
  const { mms, cpus } = placement;
  const memory = declareMemory(test, vocabulary, names);
  declarePages(test, vocabulary, names, placement);
  checkParameters(test, names);
  const sees = visibility(test, vocabulary, placement);
  const threads = resolveThreads({ source, vocabulary, names, mms, sees }, test, placement);
  return {
    name: test.name.text,
    source,
    question: test.question,
    expectations: resolveExpectations(test, vocabulary),
    ...machineOf(test, vocabulary),
    ...memory,
    pages: names.pages,
    mms,
    threads,
    cpus,
    ...conditionOf(test, names, threads),
  };
}

/** Declares files and integers, in the order of the file so that a clash is found at the second. */
function declareMemory(
  test: TestSyntax,
  vocabulary: Vocabulary,
  names: Names,
): Pick<Scenario, 'files' | 'integers'> {
  for (const one of test.declarations) {
    if (one.kind === 'file' || one.kind === 'integer') names.declare(one.name, { kind: one.kind });
  }
  const files = declarationsOf(test, 'file').map(({ name, value, options }) => {
    const checked = checkWords(test.source, options, 'file option', vocabulary.fileOptions);
    return { name: name.text, value, options: checked };
  });
  const integers = declarationsOf(test, 'integer').map(({ name, value }) => (
    { name: name.text, value }
  ));
  return { files, integers };
}

/** Parameters only document, but they must not document what is not there. */
function checkParameters(test: TestSyntax, names: Names): void {
  for (const parameter of test.threads.flatMap(({ parameters }) => parameters)) {
    const known = names.of(['page', 'file', 'integer']);
    if (!known.includes(parameter.text)) throw unknownName(test.source, parameter, 'name', known);
  }
}

function resolveThreads(scope: Scope, test: TestSyntax, { threads }: Placement): Thread[] {
  return threads.flatMap((thread, index) => {
    const syntax = test.threads[index];
    return syntax === undefined ? [] : [{ ...thread, body: resolveBody(scope, thread, syntax) }];
  });
}

function machineOf(
  test: TestSyntax,
  vocabulary: Vocabulary,
): Pick<Scenario, 'arch' | 'frames' | 'framesPosition' | 'options'> {
  const { source } = test;
  const words = declarationsOf(test, 'option').flatMap(({ names }) => names);
  const options = checkWords(source, words, 'option', vocabulary.options);
  const arch = once(source, declarationsOf(test, 'arch'))?.name;
  if (arch !== undefined) checkWords(source, [arch], 'architecture', vocabulary.archs);
  const frames = once(source, declarationsOf(test, 'frames'))?.count;
  if (frames?.value === 0) {
    throw new LitmusError(source, frames.position, 'found `0`', 'a number of frames from 1 to 255');
  }
  return {
    options,
    ...(arch && { arch: arch.text }),
    ...(frames && { frames: frames.value, framesPosition: frames.position }),
  };
}

function once<D extends DeclarationSyntax>(
  source: string,
  [first, second]: readonly D[],
): D | undefined {
  if (second === undefined) return first;
  throw new LitmusError(source, second.position, `\`${second.kind}\` is given twice`, 'it once');
}

function conditionOf(
  test: TestSyntax,
  names: Names,
  threads: readonly Thread[],
): Pick<Scenario, 'filter' | 'locations' | 'condition'> {
  const scope = { source: test.source, names, threads };
  const listed = test.locations.map((location) => resolveLocation(scope, location));
  const filter = test.filter && resolveProposition(scope, test.filter);
  const { quantifier } = test.condition;
  const proposition = resolveProposition(scope, test.condition.proposition);
  return {
    ...(filter && { filter }),
    locations: distinct([...locationsOf(proposition), ...listed]),
    condition: { quantifier, proposition },
  };
}

function resolveExpectations(test: TestSyntax, vocabulary: Vocabulary): Expectation[] {
  const seen = new Set<string>();
  return test.expectations.map(({ observation, rules, position }) => {
    const resolved = resolveRules(rules, vocabulary, test.source);
    const text = formatRules(resolved);
    if (seen.has(text)) {
      const problem = `${quote(text)} has a result already`;
      throw new LitmusError(test.source, position, problem, 'each choice of rules once');
    }
    seen.add(text);
    return { observation, rules: resolved, position };
  });
}

/** Checks the names of a rule expression; throws a LitmusError at one that the domain lacks. */
export function resolveRules(
  { base, changes, position }: RulesSyntax,
  { ruleSets, rules }: Vocabulary,
  source: string,
): RuleExpression {
  if (!ruleSets.includes(base)) {
    throw unknownName(source, { text: base, position }, 'rule set', ruleSets);
  }
  for (const { rule, position: at } of changes) {
    if (rules.includes(rule)) continue;
    throw unknownName(source, { text: rule, position: at }, 'rule', rules);
  }
  return { base, changes: changes.map(({ sign, rule }) => ({ sign, rule })) };
}
