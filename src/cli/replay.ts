/** `shootdown replay`: follows a recorded trace step by step and checks that it still shows what it did. */
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { linux } from '../../models/linux/index.js';
import {
  compile,
  deadlock,
  replay,
  ReplayError,
  statesAlong,
  successors,
  violatedBy,
  type Packed,
  type Path,
  type Program,
} from '../index.js';
import { evaluate } from '../engine/interpret.js';
import { diagram } from '../report/diagram.js';
import { provenanceText } from '../report/provenance.js';
import { stateText } from '../report/state.js';
import { traceJson } from '../report/json.js';
import { describePath, provenanceBehind, provenanceOption, type Subject } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError } from './exit.js';
import { decisive } from './litmus-run.js';
import { resolved } from './rule-choice.js';
import { readScenario, readText } from './scenarios.js';
import { finish, packageRoot, type Session } from './session.js';
import { quoted } from './shell.js';
import { readTrace, type RecordedTrace } from './trace-file.js';

interface ReplayOptions {
  readonly step?: number;
  readonly provenance?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
FILE is a trace that check or litmus wrote with --save-trace, or one of the package's own
(counterexamples/...json). The model is built anew from the scenario and the rules inside the
file, and every state is compared with the recorded one; nothing is searched.

Examples:
  shootdown check munmap-map-fixed --rules "luf-v10 - zap.batched" --save-trace trace.json
  shootdown replay trace.json
  shootdown replay trace.json --step 7
${exitCodeHelp}`;

/** The command. */
export function replayCommand(session: Session): Command {
  return new Command('replay')
    .summary('follow a recorded trace')
    .description('Follows a recorded trace step by step and prints its race diagram.')
    .argument('<file>', 'trace file')
    .option('--step <n>', 'print the state after step n instead; 0 for the start, * marks what the step changed', parseStep)
    .option(...provenanceOption)
    .option('--json', 'print the trace as JSON (schemas/trace.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((file: string, options: ReplayOptions) => replayFile(session, file, options));
}

function parseStep(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected the number of a step, 0 for the start.');
  return Number(text);
}

function replayFile(session: Session, file: string, options: ReplayOptions): void {
  const recorded = readTrace(readText(located(file)), file);
  const subject = subjectOf(recorded, file);
  const { length } = recorded.trace.steps;
  if (options.step !== undefined && options.step > length) throw new InputError(`--step ${options.step}: the trace has ${length} steps`);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  try {
    session.terminal.result(textOf(follow(recorded, subject, file), options));
    finish(session, exitCodes.asExpected, false);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    session.terminal.result(`${file}: the trace cannot be followed: ${error.message}\n`);
    finish(session, exitCodes.violated, false);
  }
}

/** The diagram of a trace file's text, under the name by which it can be replayed; throws a ReplayError where it cannot be followed. */
export function diagramOf(text: string, file: string): string {
  const recorded = readTrace(text, file);
  return textOf(follow(recorded, subjectOf(recorded, file), file), {});
}

/** Follows a trace to its end, which must show what it was recorded for. */
function follow(recorded: RecordedTrace, subject: Subject, file: string): Followed {
  const shown = decidedBy(subject);
  const program = compile(subject.instance.model);
  checkSubject(recorded, subject);
  const path = replay(program, recorded.trace);
  checkShown(program, path, recorded, shown);
  return { subject, program, path, recorded, file };
}

/** A path as it is, or within the package. */
function located(file: string): string {
  const bundled = join(packageRoot, file);
  return !existsSync(file) && file.startsWith('counterexamples/') && existsSync(bundled) ? bundled : file;
}

function subjectOf(recorded: RecordedTrace, file: string): Subject {
  const scenario = readScenario(recorded.litmus, `${file} $.litmus`);
  const rules = resolved(recorded.rules, `${file} $.rules`);
  return { scenario, rules, instance: linux.instantiate(scenario, rules) };
}

/** A trace of another kernel or architecture is another trace. */
function checkSubject(recorded: RecordedTrace, { instance }: Subject): void {
  if (recorded.kernel !== instance.base) throw new ReplayError(0, `recorded on ${recorded.kernel}, the rules sit on ${instance.base}`);
  if (recorded.arch !== instance.arch) throw new ReplayError(0, `recorded on ${recorded.arch}, the scenario runs on ${instance.arch}`);
}

/** The test for states in which the condition is decided; made before the model is compiled. */
function decidedBy({ scenario, instance }: Subject): (state: Packed) => boolean {
  const { node } = instance.settled(decisive(scenario));
  return (state) => evaluate(node, state) === 1;
}

/** The trace must still show what it was recorded for. */
function checkShown(
  program: Program,
  path: Path,
  { shows, trace }: RecordedTrace,
  decided: (state: Packed) => boolean,
): void {
  const states = statesAlong(program, path);
  const last = states.at(-1) ?? new Int32Array();
  const { length } = trace.steps;
  if (shows.kind === 'condition') {
    if (!decided({ layout: program.layout, words: last })) throw new ReplayError(length, 'the condition is not decided there');
  } else if (!violatedAt(program, states, path).includes(shows.name)) {
    throw new ReplayError(length, `${shows.name} is not violated there`);
  }
}

/** The properties that the last step or the last state violates. */
function violatedAt(program: Program, states: readonly Int32Array[], path: Path): string[] {
  const [before, last] = [states.at(-2), states.at(-1) ?? new Int32Array()];
  const observed = before ? successors(program, before).find(({ step }) => step === path.steps.at(-1))?.violated : [];
  return [...(observed ?? []), ...violatedBy(program, last), ...(isDeadlock(program, last) ? [deadlock] : [])];
}

function isDeadlock(program: Program, words: Int32Array): boolean {
  program.reset();
  program.expand(words, 0);
  return program.progress() === 0 && program.end(words, 0) === 0;
}

/** A trace that has been followed. */
interface Followed {
  readonly subject: Subject;
  readonly program: Program;
  readonly path: Path;
  readonly recorded: RecordedTrace;
  readonly file: string;
}

function textOf({ subject, program, path, recorded, file }: Followed, options: ReplayOptions): string {
  const counterexample = describePath(subject, { program }, path, recorded.shows);
  const provenance = options.provenance ? provenanceBehind(subject, { counterexample }) : undefined;
  if (options.json) return `${JSON.stringify(traceJson(counterexample, provenance), undefined, 2)}\n`;
  const rests = provenance ? `\n${provenanceText(provenance)}` : '';
  if (options.step !== undefined) return stateAfter(options.step, { program, path, recorded }) + rests;
  return diagram(counterexample, { again: { verb: 'Replay', command: quoted(['shootdown', 'replay', file]) } }) + rests;
}

function stateAfter(step: number, { program, path, recorded }: Pick<Followed, 'program' | 'path' | 'recorded'>): string {
  const states = statesAlong(program, path);
  const taken = recorded.trace.steps[step - 1];
  const title = taken === undefined ? 'Start state' : `State after step ${step} (${taken.actor}: ${taken.name})`;
  const [before, words] = [states[Math.max(0, step - 1)], states[step] ?? new Int32Array()];
  return `${title}\n\n${stateText(program.layout, words, before)}`;
}
