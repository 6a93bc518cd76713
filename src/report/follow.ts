/** What became of a recorded trace under other rules: still possible, blocked, or with another end. */
import type { Counterexample, Shown } from './counterexample.js';
import { diagram } from './diagram.js';
import { traceJson, type Command, type Json } from './json.js';
import { wrap } from './wrap.js';

/** A trace under other rules. */
export interface FollowedUnder {
  readonly under: string;
  readonly outcome: 'possible' | 'blocked' | 'changed' | 'open';
  /** Where and why, in a sentence. */
  readonly text: string;
  /** The step of the recorded trace, from 1, that cannot be taken. */
  readonly step?: number;
  /** The rules that stop it. */
  readonly rules: readonly string[];
  /** Steps taken that the recorded trace does not have, and steps of it that were left out. */
  readonly inserted: number;
  readonly leftOut: number;
  /** For each step of the way the position of the step of the recorded trace that it is, from 0; undefined for one inserted. */
  readonly matches: readonly (number | undefined)[];
  /** The way as far as it goes. */
  readonly way: Counterexample;
}

/** The recorded trace. */
export interface TraceSubject {
  readonly file: string;
  readonly scenario: string;
  readonly rules: string;
  readonly shows: Shown;
}

const width = 80;

/** How outcomes are called. */
export const outcomeNames = { possible: 'still possible', blocked: 'blocked', changed: 'ends otherwise', open: 'no answer' } as const;

/** The text for a trace under one choice of rules after the other, ending with a newline. */
export function followText({ file, rules, shows }: TraceSubject, followed: readonly FollowedUnder[]): string {
  const what = shows.kind === 'property' ? `violates ${shows.name}` : `decides ${shows.condition}`;
  const head = wrap(`${file}, which ${what} under ${rules}:`, width);
  const blocks = followed.map((one) => {
    const verdict = wrap(`${outcomeNames[one.outcome]} under ${one.under}: ${one.text}.`, width, '  ').join('\n');
    if (one.way.trace.steps.length === 0) return `${verdict}\n`;
    const far = one.outcome === 'possible' ? '' : `As far as it goes:\n\n`;
    return `${verdict}\n\n${far}${diagram(one.way)}`;
  });
  const blocked = followed.some(({ outcome }) => outcome === 'blocked');
  const caveat = blocked ? `\n${wrap('Blocked speaks of this trace: there may be another one. `shootdown litmus` searches them all.', width).join('\n')}\n` : '';
  return `${head.join('\n')}\n\n${blocks.join('\n')}${caveat}`;
}

/** The same as JSON; the format is published as schemas/replay.schema.json. */
export function followJson({ command, exitCode }: Command, { file, scenario, rules, shows }: TraceSubject, followed: readonly FollowedUnder[]): Json {
  return {
    format: 'shootdown-replay',
    version: 1,
    command,
    exitCode,
    file,
    scenario,
    rules,
    shows: shows.kind === 'property' ? { property: shows.name } : { condition: shows.condition },
    followed: followed.map((one) => ({
      under: one.under,
      outcome: one.outcome,
      text: one.text,
      step: one.step ?? null,
      rules: one.rules,
      inserted: one.inserted,
      leftOut: one.leftOut,
      way: traceJson(one.way),
    })),
  };
}
