/** A recorded trace under its own rules: the model built anew, the steps taken again, and what their end must show. */
import { linux, type Linux } from '../../models/linux/index.js';
import { compile, deadlock, replay, ReplayError, statesAlong, successors, violatedBy, type Packed, type Path, type Program } from '../index.js';
import { evaluate } from '../engine/interpret.js';
import { diagram, type DiagramOptions } from '../report/diagram.js';
import { describePath, type Subject } from './counterexample.js';
import { decisive } from './litmus-run.js';
import { resolved } from './rule-choice.js';
import { readScenario } from './scenarios.js';
import { quoted } from './shell.js';
import { readTrace, type RecordedTrace } from './trace-file.js';

/** A trace that has been followed. */
export interface Retraced {
  readonly subject: Subject;
  readonly program: Program;
  readonly path: Path;
}

/** Takes the steps of a trace again to their end, which must show what it was recorded for; throws a ReplayError otherwise. */
export function retrace(recorded: RecordedTrace, file: string, words: Linux): Retraced {
  const subject = subjectOf(recorded, file, words);
  const shows = shownTest(recorded, subject);
  const program = compile(subject.instance.model);
  return { subject, program, path: retraceIn(recorded, { subject, program }, shows) };
}

function retraceIn(recorded: RecordedTrace, { subject, program }: Pick<Retraced, 'subject' | 'program'>, shows: ShownTest): Path {
  checkSubject(recorded, subject);
  const path = replay(program, recorded.trace);
  checkEnd(program, path, recorded, shows);
  return path;
}

/** The diagram of a trace file's text, with the command that shows it again; throws a ReplayError where it cannot be followed. */
export function diagramOf(
  { text, file }: { readonly text: string; readonly file: string },
  words: Linux = linux,
  again: NonNullable<DiagramOptions['again']> = replayCommandOf(file),
): string {
  const recorded = readTrace(text, file);
  const { subject, program, path } = retrace(recorded, file, words);
  return diagram(describePath(subject, { program }, path, recorded.shows), { again });
}

/** The command that replays a trace file, for the foot of its diagram. */
export function replayCommandOf(file: string): NonNullable<DiagramOptions['again']> {
  return { verb: 'Replay', command: quoted(['shootdown', 'replay', file]) };
}

/**
 * Why a trace file's text cannot be followed under its own rules; undefined where it can. A search of the very same scenario and
 * rules, with its condition evaluated already, saves compiling the model once more.
 */
export function lostTrace(text: string, file: string, words: Linux, searched?: Pick<Retraced, 'subject' | 'program'>): string | undefined {
  const recorded = readTrace(text, file);
  try {
    if (searched) retraceIn(recorded, searched, shownTest(recorded, searched.subject));
    else retrace(recorded, file, words);
    return undefined;
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    return error.message;
  }
}

/** The scenario and the rules of a trace, made into a model. */
export function subjectOf({ litmus, rules: expression }: Pick<RecordedTrace, 'litmus' | 'rules'>, file: string, words: Linux): Subject {
  const scenario = readScenario(litmus, `${file} $.litmus`, words);
  const rules = resolved(expression, `${file} $.rules`, words);
  return { scenario, rules, instance: words.instantiate(scenario, rules) };
}

/** A trace of another kernel or architecture is another trace. */
function checkSubject(recorded: RecordedTrace, { instance }: Subject): void {
  if (recorded.kernel !== instance.base) throw new ReplayError(0, `recorded on ${recorded.kernel}, the rules sit on ${instance.base}`);
  if (recorded.arch !== instance.arch) throw new ReplayError(0, `recorded on ${recorded.arch}, the scenario runs on ${instance.arch}`);
}

/** Whether a state, or the step that led to it by violating these properties, shows what a trace was recorded for. */
export type ShownTest = (program: Program, words: Int32Array, violated: readonly string[]) => boolean;

/** The test for what a trace shows; to be made before the model is compiled. */
export function shownTest({ shows }: Pick<RecordedTrace, 'shows'>, { scenario, instance }: Subject): ShownTest {
  if (shows.kind === 'condition') {
    const { node } = instance.settled(decisive(scenario));
    return ({ layout }, words) => evaluate(node, { layout, words } satisfies Packed) === 1;
  }
  const { name } = shows;
  return (program, words, violated) =>
    violated.includes(name) || violatedBy(program, words).includes(name) || (name === deadlock && isDeadlock(program, words));
}

function checkEnd(program: Program, path: Path, { shows, trace }: RecordedTrace, test: ShownTest): void {
  const states = statesAlong(program, path);
  const [before, last] = [states.at(-2), states.at(-1) ?? new Int32Array()];
  const observed = before ? successors(program, before).find(({ step }) => step === path.steps.at(-1))?.violated : [];
  if (test(program, last, observed ?? [])) return;
  const missing = shows.kind === 'condition' ? 'the condition is not decided there' : `${shows.name} is not violated there`;
  throw new ReplayError(trace.steps.length, missing);
}

function isDeadlock(program: Program, words: Int32Array): boolean {
  program.reset();
  program.expand(words, 0);
  return program.progress() === 0 && program.end(words, 0) === 0;
}
