/** From a violation that a search found to the trace that people see, and to the file that keeps it. */
import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ArchiveError } from '../engine/arena.js';
import { historyAlong, pathTo, rankedPath, traceOf, type Path, type Search, type Violation } from '../index.js';
import { withLookUp } from '../../models/linux/index.js';
import type { CauseGroup } from '../litmus/causes.js';
import { print } from '../litmus/print.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import type { Instance } from '../litmus/vocabulary.js';
import type { Counterexample, Shown } from '../report/counterexample.js';
import { traceJson } from '../report/json.js';
import type { DiagramOptions } from '../report/diagram.js';
import { provenanceOf, type Provenance } from '../report/provenance.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { rulesInFileName } from './rule-choice.js';
import { packageRoot } from './session.js';
import { quoted } from './shell.js';

/** What was searched. */
export interface Subject {
  readonly scenario: Scenario;
  readonly rules: RuleExpression;
  readonly instance: Instance;
}

/** A counterexample, and whether its trace is the one with the fewest context switches. */
export interface Found {
  readonly counterexample: Counterexample;
  readonly ranked: boolean;
}

/** Ranking takes ten bytes a cell: 200 MB at most. */
const rankedCellsMax = 20_000_000;

/** The trace of a violation, with what is needed to judge it and to follow it again. */
export function counterexampleOf(subject: Subject, search: Search, violation: Violation, shows: Shown): Found {
  const ranked = bestPath(search, violation, actorsOf(subject.instance).length);
  const path = ranked ?? pathTo(search, violation.state, violation.step);
  return { counterexample: describePath(subject, search, path, shows), ranked: ranked !== undefined };
}

/** The trace of a cause; it is ranked if the shortest one with the fewest context switches has the same cause. */
export function counterexampleOfCause(subject: Subject, search: Search, { cause, shortest }: CauseGroup): Found {
  const [first] = shortest;
  const { instance } = subject;
  const best = bestPath(search, first, actorsOf(instance).length, shortest);
  const ranked = best && instance.causeOf(search.program, historyAlong(search.program, best, first)).key === cause.key ? best : undefined;
  const path = ranked ?? pathTo(search, first.state, first.step);
  const counterexample = describePath(subject, search, path, { kind: 'property', name: cause.property });
  return { counterexample, ranked: ranked !== undefined };
}

/** The shortest path with the fewest context switches; undefined where there is no memory to find it. */
function bestPath(search: Search, violation: Violation, actors: number, among?: readonly Violation[]): Path | undefined {
  const states = search.levels[violation.length + 1] ?? search.store.size;
  if (states * actors > rankedCellsMax) return undefined;
  try {
    return rankedPath(search, violation, among);
  } catch (error) {
    // A compact search has no words of states any more.
    if (error instanceof RangeError || error instanceof ArchiveError) return undefined;
    throw error;
  }
}

/** The same of a path that is known already. */
export function describePath(
  { scenario, rules, instance }: Subject,
  { program }: Pick<Search, 'program'>,
  path: Path,
  shows: Shown,
): Counterexample {
  const trace = traceOf(program, path);
  return {
    scenario: scenario.name,
    litmus: print({ ...scenario, arch: instance.arch }),
    rules: formatRules(rules),
    ruleSet: rules.base,
    changes: instance.changes,
    kernel: instance.base,
    arch: instance.arch,
    shows,
    trace,
    steps: path.steps.map((number) => program.instances[number]!.step),
    actors: actorsOf(instance),
    assumptions: instance.assumptions(trace),
  };
}

/** The option that asks for it, with its help. */
export const provenanceOption = ['--provenance', 'list the steps behind the verdict that are inferred, from a patch or mail, or approximate'] as const;

/** How the steps are known that a verdict depends on: those of its counterexample, or else all. */
export function provenanceBehind({ instance }: Subject, found: Pick<Found, 'counterexample'> | undefined): Provenance {
  const steps = found ? found.counterexample.steps : instance.model.steps;
  return provenanceOf(found ? 'trace' : 'model', steps.map(withLookUp));
}

/** The name of the file that keeps the trace of a scenario under some rules. */
export function traceFileName({ scenario, rules }: Pick<Subject, 'scenario' | 'rules'>): string {
  return `${scenario.name}@${rulesInFileName(rules)}.json`;
}

/** Writes the trace as JSON to a file, or to a folder under its usual name; returns the path. */
export function saveTrace(to: string, subject: Subject, counterexample: Counterexample): string {
  const path = isFolder(to) ? join(to, traceFileName(subject)) : to;
  try {
    writeFileSync(path, `${JSON.stringify(traceJson(counterexample), undefined, 2)}\n`);
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${describe(error)}`);
  }
  return path;
}

/** Throws an InputError where a trace could not be saved, before any time goes into finding one. */
export function checkSaveTrace(to: string | undefined): void {
  if (to === undefined || isFolder(to)) return;
  try {
    accessSync(existsSync(to) ? to : dirname(to), constants.W_OK);
  } catch (error) {
    throw new InputError(`cannot write ${to}: ${describe(error)}`);
  }
}

/** Whether several traces fit: into a folder they do, into a file they do not. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** How to see the trace again: from the file that it was saved to, from a bundled one, or by searching. */
export function again(
  subject: Subject,
  counterexample: Counterexample,
  { saved, command }: { readonly saved?: string | undefined; readonly command: string },
): NonNullable<DiagramOptions['again']> {
  const file = saved ?? bundledTrace(subject, counterexample);
  return file === undefined
    ? { verb: 'Reproduce', command }
    : { verb: 'Replay', command: quoted(['shootdown', 'replay', file]) };
}

/** The bundled file that holds the very same trace, as `replay` takes it anywhere. */
function bundledTrace(subject: Subject, counterexample: Counterexample): string | undefined {
  const file = `counterexamples/${traceFileName(subject)}`;
  const path = join(packageRoot, file);
  if (!existsSync(path)) return undefined;
  const recorded: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return JSON.stringify(recorded) === JSON.stringify(traceJson(counterexample)) ? file : undefined;
}

function actorsOf({ model }: Instance): string[] {
  return [...new Set(model.steps.map((step) => step.actor))];
}
