/** Reads a trace file; whatever is wrong with it is told with the file and the place in it. */
import type { Trace, TraceStep } from '../index.js';
import type { Shown } from '../report/counterexample.js';
import { traceFormat } from '../report/json.js';
import { at, count, items, jsonPlace, object, string, wrong, type Place } from './place.js';

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

/** Reads a trace; throws an InputError that names `source` and the place of the mistake. */
export function readTrace(text: string, source: string): RecordedTrace {
  const root = jsonPlace(text, source);
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

function fingerprint(place: Place): string {
  const text = string(place);
  if (!/^[0-9a-f]{16}$/.test(text)) throw wrong(place, '16 hexadecimal digits');
  return text;
}
