/** Writes a scenario as a litmus file, always in the same order and spacing. */
import type { Expectation, PageDeclaration, Scenario, Statement, Thread } from './scenario.js';
import { formatRules } from './results.js';
import { formatLocation, formatProposition, locationsOf } from './propositions.js';

/** The text of a scenario; reading it back gives the same scenario but for positions. */
export function print(scenario: Scenario): string {
  const { name, threads, filter } = scenario;
  const blocks = [
    `C ${name}`,
    ...printComment(scenario),
    ['{', ...printDeclarations(scenario).map((line) => `\t${line}`), '}'].join('\n'),
    ...threads.map(printThread),
    ...printLocations(scenario),
    ...(filter === undefined ? [] : [`filter (${formatProposition(filter)})`]),
    formatCondition(scenario),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The condition as herd writes it: `exists (0:r0=1)`. */
export function formatCondition({ condition }: Scenario): string {
  return `${condition.quantifier} (${formatProposition(condition.proposition)})`;
}

function printComment({ question, expectations }: Scenario): string[] {
  const results = printResults(expectations);
  const gap = results.length > 0 && question !== '' ? [''] : [];
  const lines = [...results, ...gap, ...(question === '' ? [] : question.split('\n'))];
  if (lines.length === 0) return [];
  return [['(*', ...lines.map((line) => ` * ${line}`.trimEnd()), ' *)'].join('\n')];
}

/** One line for neighbours with the same outcome. */
function printResults(expectations: readonly Expectation[]): string[] {
  const lines: { observation: string; rules: string[] }[] = [];
  for (const { observation, rules } of expectations) {
    const last = lines[lines.length - 1];
    if (last?.observation === observation) last.rules.push(formatRules(rules));
    else lines.push({ observation, rules: [formatRules(rules)] });
  }
  return lines.map(({ observation, rules }) => `Result: ${observation} (${rules.join(', ')})`);
}

function printDeclarations(scenario: Scenario): string[] {
  const { arch, options, frames, files, integers } = scenario;
  return [
    ...(arch === undefined ? [] : [`arch ${arch};`]),
    ...(options.length === 0 ? [] : [`option ${options.join(', ')};`]),
    ...(frames === undefined ? [] : [`frames = ${frames};`]),
    ...files.map((file) => {
      const list = file.options.length === 0 ? '' : ` (${file.options.join(', ')})`;
      return `file ${file.name} = ${file.value}${list};`;
    }),
    ...integers.map(({ name, value }) => `int ${name} = ${value};`),
    ...printPlacement(scenario),
    ...scenario.pages.flatMap((page) => printPage(scenario, page)),
  ];
}

function printPlacement({ mms, threads }: Scenario): string[] {
  const spaces = mms.map((mm) => {
    const inside = threads.filter((thread) => thread.mm === mm).map(({ name }) => name);
    return `mm ${mm} { ${[...inside, ''].join(' ')}}`;
  });
  const shared = threads.flatMap((thread, index) => {
    const first = threads.findIndex(({ cpu }) => cpu === thread.cpu);
    return first === index ? [] : [`cpu ${thread.name} = ${threads[first]?.name};`];
  });
  // One address space called `mm` is what a test has that says nothing.
  const silent = mms.length === 1 && mms[0] === 'mm' && threads.some(({ mm }) => mm === 'mm');
  return [...(silent ? [] : spaces), ...shared];
}

function printPage({ threads }: Scenario, { name, mm, mapping }: PageDeclaration): string[] {
  const owner = threads.find((thread) => thread.mm === mm);
  if (mapping === undefined || owner === undefined) return [];
  const { object, protection, flags } = mapping;
  const list = [object, protection.join(' | '), flags.join(' | ')].join(', ');
  return [`${owner.name}: ${name} = mmap(${list});`];
}

function printThread({ name, body }: Thread): string {
  const declared = new Set<string>();
  const lines = body.map((statement) => `\t${printStatement(statement, declared)}`);
  return [`${name}()`, '{', ...lines, '}'].join('\n');
}

/** The first assignment to a register declares it. */
function printStatement({ register, text }: Statement, declared: Set<string>): string {
  if (register === undefined) return `${text};`;
  const int = declared.has(register) ? '' : 'int ';
  declared.add(register);
  return `${int}${register} = ${text};`;
}

/** The locations that the condition does not name already. */
function printLocations({ locations, condition }: Scenario): string[] {
  const extra = locations.slice(locationsOf(condition.proposition).length);
  if (extra.length === 0) return [];
  return [`locations [${extra.map((location) => `${formatLocation(location)};`).join(' ')}]`];
}
