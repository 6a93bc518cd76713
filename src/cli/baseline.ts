/** The baseline: what was recorded of every scenario under every choice of rules, one line each. */
import { writeFileSync } from 'node:fs';
import type { Violated } from '../sweep/job.js';
import type { Recorded } from '../sweep/regress.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { at, count, items, jsonPlace, string, wrong, type Place } from './place.js';

const head = { format: 'shootdown-baseline', version: 1 } as const;

/** A baseline by {@link keyOf}. */
export type Baseline = ReadonlyMap<string, Recorded>;

/** What tells records apart. */
export function keyOf({ scenario, rules, arch }: Pick<Recorded, 'scenario' | 'rules' | 'arch'>): string {
  return `${scenario} | ${rules} | ${arch}`;
}

/** Reads a baseline; throws an InputError that names `source` and the line. */
export function readBaseline(text: string, source: string): Baseline {
  const root = jsonPlace(text, source);
  const [format, version] = [at(root, 'format'), at(root, 'version')];
  if (format.value !== head.format) throw wrong(format, `"${head.format}"`);
  if (version.value !== head.version) throw wrong(version, `version ${head.version}`);
  return new Map(items(at(root, 'results')).map(record).map((one) => [keyOf(one), one]));
}

function record(place: Place): Recorded {
  const text = (key: string): string => string(at(place, key));
  const number = (key: string): number => count(at(place, key));
  return {
    scenario: text('scenario'),
    rules: text('rules'),
    kernel: text('kernel'),
    arch: text('arch'),
    observation: text('observation'),
    vacuous: at(place, 'vacuous').value === true,
    violations: items(at(place, 'violations')).map(violated),
    states: number('states'),
    transitions: number('transitions'),
    depth: number('depth'),
  };
}

function violated(place: Place): Violated {
  return { property: string(at(place, 'property')), length: count(at(place, 'length')) };
}

/** Writes records as a baseline, one line each; throws an InputError where the file cannot be written. */
export function writeBaseline(file: string, records: readonly Recorded[]): void {
  const lines = records.map((one) => `    ${JSON.stringify(one)}`).join(',\n');
  const text = `{\n  "format": "${head.format}",\n  "version": ${head.version},\n  "results": [\n${lines}\n  ]\n}\n`;
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${describe(error)}`);
  }
}
