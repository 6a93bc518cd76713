/** `shootdown replay`: follows a recorded trace step by step, under its own rules or under others. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Linux } from '../../models/linux/index.js';
import { ReplayError, statesAlong } from '../index.js';
import { formatRules } from '../litmus/results.js';
import { diagram } from '../report/diagram.js';
import { followJson, followText, type FollowedUnder } from '../report/follow.js';
import { traceJson } from '../report/json.js';
import { provenanceText } from '../report/provenance.js';
import { stateText } from '../report/state.js';
import { describePath, provenanceBehind, provenanceOption } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { followUnder } from './follow.js';
import { replayCommandOf, retrace, type Retraced } from './recorded.js';
import { collect, expressionsOf, knownRules, type KnownRules } from './rule-choice.js';
import { readText } from './scenarios.js';
import { commandOf, finish, packageRoot, type Session } from './session.js';
import { readTrace, type RecordedTrace } from './trace-file.js';

interface ReplayOptions {
  readonly step?: number;
  readonly rules?: readonly string[];
  readonly under?: readonly string[];
  readonly provenance?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
FILE is a trace that check or litmus wrote with --save-trace, or one of the package's own
(counterexamples/...json). The model is built anew from the scenario and the rules inside the
file, and every state is compared with the recorded one; nothing is searched.

With --under the trace is followed under other rules: the same kernel functions in the same order on
the same CPUs, while steps that these rules add may come in between and steps that they lack are left
out. It is still possible (exit code 1), blocked, or ends otherwise (0). That speaks of this trace
alone: whether the hole is closed is for \`litmus\` or \`regress\` to search.

Examples:
  shootdown check munmap-map-fixed --rules "luf-v10 - zap.batched" --save-trace trace.json
  shootdown replay trace.json
  shootdown replay trace.json --step 7
  shootdown replay counterexamples/file-write@luf-v10.json --under luf-v12 --under "luf-v10 + write.begin"
${exitCodeHelp}`;

/** The command. */
export function replayCommand(session: Session): Command {
  return new Command('replay')
    .summary('follow a recorded trace')
    .description('Follows a recorded trace step by step and prints its race diagram.')
    .argument('<file>', 'trace file')
    .option('--step <n>', 'print the state after step n instead; 0 for the start, * marks what the step changed', parseStep)
    .option('--rules <file>', 'rule file that defines the rules the trace was recorded under: ./my-fix.ts', collect)
    .option('--under <expr>', 'follow it under these rules, or those of a rule file (repeatable)', collect)
    .option(...provenanceOption)
    .option('--json', 'print JSON (schemas/trace.schema.json; with --under schemas/replay.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((file: string, options: ReplayOptions) => replayFile(session, file, options));
}

function parseStep(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected the number of a step, 0 for the start.');
  return Number(text);
}

async function replayFile(session: Session, file: string, options: ReplayOptions): Promise<void> {
  const recorded = readTrace(readText(located(file)), file);
  const known = await knownRules([...(options.rules ?? []), ...(options.under ?? [])]);
  const { length } = recorded.trace.steps;
  if (options.step !== undefined && options.step > length) throw new InputError(`--step ${options.step}: the trace has ${length} steps`);
  if (options.step !== undefined && options.under) throw new InputError('--step shows a state of the recorded trace, --under follows it: expected one of the two');
  if (options.output !== undefined) session.terminal.redirect(options.output);
  try {
    const code = options.under ? replayUnder(session, recorded, { file, known, options }) : replayItself(session, recorded, { file, words: known.linux, options });
    finish(session, code, options.json ?? false);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    session.terminal.result(`${file}: the trace cannot be followed: ${error.message}\n`);
    finish(session, exitCodes.violated, false);
  }
}

function replayItself(
  session: Session,
  recorded: RecordedTrace,
  { file, words, options }: { readonly file: string; readonly words: Linux; readonly options: ReplayOptions },
): ExitCode {
  session.terminal.result(textOf({ ...retrace(recorded, file, words), recorded, file }, options));
  return exitCodes.asExpected;
}

function replayUnder(
  session: Session,
  recorded: RecordedTrace,
  { file, known, options }: { readonly file: string; readonly known: KnownRules; readonly options: ReplayOptions },
): ExitCode {
  const choices = options.under!.flatMap((word) => expressionsOf(known, word, '--under'));
  const followed = choices.map((rules) => ({ under: formatRules(rules), ...followUnder(recorded, file, rules, known.linux) }));
  const code = worst(followed.map(codeOf));
  const subject = { file, scenario: recorded.scenario, rules: recorded.rules, shows: recorded.shows };
  const text = options.json
    ? `${JSON.stringify(followJson({ command: commandOf(session), exitCode: code }, subject, followed), undefined, 2)}\n`
    : followText(subject, followed);
  session.terminal.result(text);
  return code;
}

function codeOf({ outcome }: FollowedUnder): ExitCode {
  if (outcome === 'open') return exitCodes.noVerdict;
  return outcome === 'possible' ? exitCodes.violated : exitCodes.asExpected;
}

/** A path as it is, or within the package. */
function located(file: string): string {
  const bundled = join(packageRoot, file);
  return !existsSync(file) && file.startsWith('counterexamples/') && existsSync(bundled) ? bundled : file;
}

interface Followed extends Retraced {
  readonly recorded: RecordedTrace;
  readonly file: string;
}

function textOf({ subject, program, path, recorded, file }: Followed, options: ReplayOptions): string {
  const counterexample = describePath(subject, { program }, path, recorded.shows);
  const provenance = options.provenance ? provenanceBehind(subject, { counterexample }) : undefined;
  if (options.json) return `${JSON.stringify(traceJson(counterexample, provenance), undefined, 2)}\n`;
  const rests = provenance ? `\n${provenanceText(provenance)}` : '';
  if (options.step !== undefined) return stateAfter(options.step, { program, path, recorded }) + rests;
  return diagram(counterexample, { again: replayCommandOf(file) }) + rests;
}

function stateAfter(step: number, { program, path, recorded }: Pick<Followed, 'program' | 'path' | 'recorded'>): string {
  const states = statesAlong(program, path);
  const taken = recorded.trace.steps[step - 1];
  const title = taken === undefined ? 'Start state' : `State after step ${step} (${taken.actor}: ${taken.name})`;
  const [before, words] = [states[Math.max(0, step - 1)], states[step] ?? new Int32Array()];
  return `${title}\n\n${stateText(program.layout, words, before)}`;
}
