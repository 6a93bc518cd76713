/** Reads a trace file; whatever is wrong with it is told with the file and the place in it. */
import type { Trace, TraceStep } from '../index.js';
import type { Shown } from '../report/counterexample.js';
import { traceFormat } from '../report/json.js';
import { InputError } from './exit.js';
import { jsonMistake } from './json-text.js';

/** What a trace file holds. */
export interface RecordedTrace {
  readonly scenario: string;
  readonly litmus: string;
  readonly rules: string;
  readonly kernel: string;
  readonly arch: string;
  readonly shows: Shown;
  readonly trace: Trace;
}

/** A value with the path that leads to it. */
interface Place {
  readonly source: string;
  readonly path: string;
  readonly value: unknown;
}

/** Reads a trace; throws an InputError that names `source` and the place of the mistake. */
export function readTrace(text: string, source: string): RecordedTrace {
  const mistake = jsonMistake(text);
  if (mistake) throw new InputError(`${source}:${mistake.line}:${mistake.column}: error: no JSON, expected ${mistake.expected}`);
  const root: Place = { source, path: '$', value: JSON.parse(text) };
  checkFormat(root);
  const start = at(root, 'start');
  const scenario = string(at(root, 'scenario'));
  return {
    scenario,
    litmus: string(at(root, 'litmus')),
    rules: string(at(root, 'rules')),
    kernel: string(at(root, 'kernel')),
    arch: string(at(root, 'arch')),
    shows: shown(at(root, 'shows')),
    trace: {
      model: scenario,
      start: { number: count(at(start, 'number')), fingerprint: fingerprint(at(start, 'fingerprint')) },
      steps: items(at(root, 'steps')).map(step),
    },
  };
}

function checkFormat(root: Place): void {
  const format = at(root, 'format');
  if (format.value !== traceFormat.format) throw wrong(format, `"${traceFormat.format}"`);
  const version = at(root, 'version');
  if (version.value !== traceFormat.version) throw wrong(version, `version ${traceFormat.version}`);
}

function shown(place: Place): Shown {
  const { property, condition } = object(place);
  if (property === undefined && condition === undefined) throw wrong(place, 'a property or a condition');
  return property === undefined
    ? { kind: 'condition', condition: string(at(place, 'condition')) }
    : { kind: 'property', name: string(at(place, 'property')) };
}

function step(place: Place): TraceStep {
  return {
    name: string(at(place, 'name')),
    label: string(at(place, 'label')),
    actor: string(at(place, 'actor')),
    lines: items(at(place, 'lines')).map(string),
    fingerprint: fingerprint(at(place, 'fingerprint')),
  };
}

function at(place: Place, key: string): Place {
  const inside = { source: place.source, path: `${place.path}.${key}`, value: object(place)[key] };
  if (inside.value === undefined) throw new InputError(`${inside.source}: ${inside.path} is missing`);
  return inside;
}

function object(place: Place): Readonly<Record<string, unknown>> {
  const { value } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
  return value as Record<string, unknown>;
}

function items(place: Place): Place[] {
  if (!Array.isArray(place.value)) throw wrong(place, 'an array');
  return place.value.map((value: unknown, i) => ({ source: place.source, path: `${place.path}[${i}]`, value }));
}

function string(place: Place): string {
  if (typeof place.value !== 'string') throw wrong(place, 'a string');
  return place.value;
}

function count(place: Place): number {
  if (!Number.isInteger(place.value) || Number(place.value) < 0) throw wrong(place, 'a whole number of at least 0');
  return Number(place.value);
}

function fingerprint(place: Place): string {
  const text = string(place);
  if (!/^[0-9a-f]{16}$/.test(text)) throw wrong(place, '16 hexadecimal digits');
  return text;
}

function wrong({ source, path, value }: Place, expected: string): InputError {
  const found = JSON.stringify(value);
  const short = found.length > 40 ? `${found.slice(0, 40)}...` : found;
  return new InputError(`${source}: ${path} is ${short}, expected ${expected}`);
}
