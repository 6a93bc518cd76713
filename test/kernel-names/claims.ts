/** Every kernel name that any model prints, with the text that prints it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LitmusError, linux, mostGeneralClient, parseRules, readScenario, rules, ruleSets, startMappings } from '../../models/linux/index.js';
import type { Instance, Scenario, StartMapping } from '../../models/linux/index.js';
import { mentionsIn, type Mention } from '../../models/linux/kernel-names.js';
import type { Step } from '../../src/index.js';
import { formatRules } from '../../src/litmus/results.js';
import { scenarioFolder, scenarioNames } from '../goldens.js';

/** A kernel name that is printed somewhere. */
export interface Claim extends Mention {
  /** How the printing step or rule says that it is known. */
  readonly provenance?: string;
  /** Who prints it, for messages. */
  readonly by: string;
}

/** One claim for each name and file. */
export function claimsOfModels(): Claim[] {
  const claims = new Map<string, Claim>();
  const add = (claim: Claim): void => {
    const known = claims.get(keyOf(claim));
    if (!known || weight(claim) > weight(known)) claims.set(keyOf(claim), claim);
  };
  const seen = new Set<string>();
  for (const instance of instances()) {
    const { model, remarks } = instance;
    for (const step of model.steps) {
      const said = JSON.stringify([step.notes, linesOf(step)]);
      if (!seen.has(said)) claimsOfStep(step).forEach(add);
      seen.add(said);
    }
    const taken = model.steps.map(({ name, label, actor }) => ({ name, label, actor, lines: [], fingerprint: '' }));
    const texts = instance.assumptions({ model: model.name, start: { number: 0, fingerprint: '' }, steps: taken });
    [...texts, ...remarks].forEach((text) => claimsIn(text, `"${text}"`).forEach(add));
    model.properties.forEach(({ name, meaning }) => claimsIn(meaning, `property ${name}`).forEach(add));
  }
  for (const rule of rules) {
    const { name, summary, when, place, source, call, provenance } = rule;
    for (const text of [place, summary, when, source, call]) claimsIn(text, `rule ${name}`, provenance).forEach(add);
  }
  return [...claims.values()];
}

/** Of two claims to the same the one that says more counts. */
function weight({ what, provenance }: Claim): number {
  return (what === 'function' ? 2 : 0) + (provenance === 'source' ? 1 : 0);
}

/** What tells one claim from another. */
export function keyOf({ file, caller, name }: Pick<Mention, 'file' | 'caller' | 'name'>): string {
  return [...(file === undefined ? [] : [file]), ...(caller === undefined ? [] : [`${caller}()`]), name].join(' ');
}

function linesOf({ says }: Step): string[] {
  return says.map(({ text }) => text.filter((part) => typeof part === 'string').join(''));
}

function claimsOfStep(step: Step): Claim[] {
  const { source = '', provenance, approximation = '', interleaves = '' } = step.notes;
  return [source, ...linesOf(step), approximation, interleaves].flatMap((text) =>
    claimsIn(text, text === source ? source : `"${text}" of ${source}`, provenance),
  );
}

function claimsIn(text: string, by: string, provenance?: string): Claim[] {
  // The title of a commit speaks of the kernel of its time.
  return mentionsIn(text.replaceAll(/\b[\da-f]{12} "[^"]*"/g, ''))
    .filter(({ file, name }) => file !== undefined || !ownWords.has(name))
    // What is proposed is not called there yet.
    .map(({ name, what, ...place }) => ({ name, what, ...(place.caller === undefined || provenance === 'source' ? place : {}) }))
    .map((mention) => ({ ...mention, by, ...(provenance !== undefined && { provenance }) }));
}

/** Words of the scenario format: operations that people call, `munmap(p)`, and options. */
const ownWords = new Set([
  ...linux.operations.map(({ name }) => name),
  ...linux.options,
  ...linux.fileOptions,
]);

/** The models of all bundled scenarios and of the most general client. */
function* instances(): Generator<Instance> {
  const kinds = Object.keys(startMappings) as StartMapping[];
  for (const kind of kinds) yield* instancesOf(client([kind], 1), linux.archs, linux.ruleSets);
  yield* instancesOf(client(['shared'], 2), linux.archs, linux.ruleSets);
  yield* instancesOf(client(['shared'], 1), linux.archs.slice(0, 1), rules.flatMap(({ name }) => withAndWithout(name)));
  for (const name of scenarioNames()) {
    const file = join(scenarioFolder, `${name}.litmus`);
    const scenario = readScenario(readFileSync(file, 'utf8'), file);
    const claimed = scenario.expectations.map((expectation) => formatRules(expectation.rules));
    yield* instancesOf(scenario, linux.archs, [...new Set([...linux.ruleSets, ...claimed])]);
  }
}

function client(maps: readonly StartMapping[], mms: number): Scenario {
  return mostGeneralClient({ cpus: 2, pages: 1, frames: 3, files: 1, ops: 1, mms }, { maps, options: [], except: [] });
}

/** A rule taken out of the first rule set that has it, and added to the last one that has not. */
function withAndWithout(rule: string): string[] {
  const has = ruleSets.find((set) => set.rules.includes(rule));
  const lacks = [...ruleSets].reverse().find((set) => !set.rules.includes(rule));
  return [...(has ? [`${has.name} - ${rule}`] : []), ...(lacks ? [`${lacks.name} + ${rule}`] : [])];
}

function* instancesOf(scenario: Scenario, archs: readonly string[], expressions: readonly string[]): Generator<Instance> {
  for (const arch of archs) {
    for (const expression of expressions) {
      const instance = modelled({ ...scenario, arch }, expression);
      if (instance) yield instance;
    }
  }
}

/** Not every rule set exists on every architecture. */
function modelled(scenario: Scenario, expression: string): Instance | undefined {
  try {
    return linux.instantiate(scenario, parseRules(expression));
  } catch (error) {
    if (error instanceof LitmusError) return undefined;
    throw error;
  }
}
