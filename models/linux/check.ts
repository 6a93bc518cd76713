/** What the model refuses to be built from, and what a reader of its verdicts must be told. */
import { LitmusError } from '../../src/litmus/error.js';
import type { RuleExpression, Scenario } from '../../src/litmus/scenario.js';
import { rules, ruleSets } from './rules/rules.js';

/** Throws a LitmusError for a scenario that the machine cannot run. */
export function checkScenario(scenario: Scenario): void {
  checkPlacement(scenario);
  checkFrames(scenario);
  checkMappings(scenario);
}

/** A CPU runs the threads of one address space: mm switches have no model. */
function checkPlacement({ threads, source }: Scenario): void {
  for (const { cpu, mm, name } of threads) {
    const other = threads.find((t) => t.cpu === cpu && t.mm !== undefined && mm !== undefined && t.mm !== mm);
    if (!other) continue;
    const problem = `${name} and ${other.name} share a CPU, but their address spaces differ`;
    const expected = 'threads of one address space on a CPU: this version has no mm switch';
    throw new LitmusError(source, { line: 1, column: 1 }, problem, expected);
  }
}

function checkFrames({ files, frames, framesPosition, source }: Scenario): void {
  const cached = files.filter((file) => !file.options.includes('uncached')).length;
  if (frames === undefined || frames >= cached) return;
  const problem = `frames = ${frames}, but ${cached} files are in the page cache at the start`;
  throw new LitmusError(source, framesPosition ?? { line: 1, column: 1 }, problem, `at least ${cached}`);
}

/** Shared anonymous memory is shmem, a file mapping of another kind. */
function checkMappings({ pages, source }: Scenario): void {
  const shared = pages.find(({ mapping }) => mapping?.object === 'anon' && !mapping.flags.includes('MAP_PRIVATE'));
  if (!shared) return;
  const problem = `${shared.name} maps shared anonymous memory, of which this version has no model`;
  throw new LitmusError(source, shared.position, problem, 'MAP_PRIVATE');
}

/** Notes on a scenario under some rules: what looks like a test and is none. */
export function remarksOn(scenario: Scenario, expression: RuleExpression): string[] {
  return [...alike(scenario), ...withoutEffect(expression)];
}

/** Loads are judged by the value they return, so equal contents hide a wrong frame. */
function alike({ files }: Scenario): string[] {
  return files.flatMap(({ name, value }, i) =>
    files.slice(i + 1).filter((other) => other.value === value).map((other) =>
      `${name} and ${other.name} both start with ${value}: a load of the wrong one cannot be told from the right one`,
    ),
  );
}

function withoutEffect({ base, changes }: RuleExpression): string[] {
  const inForce = new Set(ruleSets.find((set) => set.name === base)?.rules);
  return changes.flatMap(({ sign, rule }) => {
    const had = inForce.has(rule);
    if (sign === '+') inForce.add(rule);
    else inForce.delete(rule);
    if (had !== (sign === '+') || !rules.some((r) => r.name === rule)) return [];
    return [`${sign} ${rule} changes nothing: the rule ${had ? 'is in force already' : 'is not in force'}`];
  });
}
