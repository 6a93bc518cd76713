/** A second opinion: SPIN's count of an exported model beside our own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missing, numbers } from '../../bench/measure.js';
import { machineOf, type Machine, type Question } from '../../src/export/machine.js';
import { promela } from '../../src/export/promela.js';
import type { Subject } from '../../src/export/subject.js';
import { search, unlimited, type Outcome, type Program } from '../../src/index.js';

const run = promisify(execFile);
const outputMax = 1 << 26;

/** What the texts of tests say of themselves. */
export const subject: Subject = { title: 'a test', command: 'shootdown export', remarks: [], judged: [] };

/** For a machine without tcc that is busy with something else. */
export const spinTimeout = 900_000;

/** Programs that these tests need and that are not installed; says so once. */
export async function missingForSpin(): Promise<readonly string[]> {
  const absent = await missing(['spin', 'gcc']);
  if (absent.length > 0) console.warn(`SKIPPED: no comparison with SPIN, because ${absent.join(' and ')} cannot be found`);
  else if (quick === 'gcc') console.warn('tcc cannot be found: gcc compiles every verifier, and the comparison with SPIN takes some minutes');
  return absent;
}

/** Any compiler will do; tcc needs a thirtieth of the time. */
const quick = (await missing(['tcc'])).length > 0 ? 'gcc' : 'tcc';

/** What pan found. */
export interface Counted {
  readonly states: number;
  readonly transitions: number;
  readonly errors: number;
  /** By the number of a fact less one, how often it was seen. */
  readonly seen: readonly number[];
  /** Transitions that the program makes only to check. */
  readonly loops: number;
  readonly printed: string;
}

/** How to run SPIN. */
export interface SpinOptions {
  /** Compile as the header says, which takes seconds. */
  readonly optimized?: boolean;
}

/** Runs SPIN as the text's own header says, but with a compiler that is in a hurry and smaller tables. */
export async function counted(text: string, { optimized = false }: SpinOptions = {}): Promise<Counted> {
  return inFolder(text, async (folder) => {
    const [spin, compiler] = commandsIn(text);
    await run('spin', spin, { cwd: folder });
    if (optimized) await run('gcc', compiler, { cwd: folder });
    else await run(quick, [...compiler.filter((word) => word !== '-O2'), '-O0', '-w'], { cwd: folder });
    return countedIn(await printedBy(join(folder, 'pan'), ['-m100000', '-w18'], folder));
  });
}

/** The steps of a shortest way to the fact of this number, as SPIN prints them when it is run as the header says. */
export async function wayTo(text: string, number: number): Promise<string[]> {
  return inFolder(text, async (folder) => {
    const [spin, compiler] = commandsIn(text);
    const stop = `-DSTOP=${number}`;
    await run('spin', [stop, ...spin], { cwd: folder });
    await run('gcc', ['-DBFS', '-w', ...compiler.filter((word) => word !== '-O2')], { cwd: folder });
    await run(join(folder, 'pan'), { cwd: folder });
    const printed = await printedBy('spin', [stop, '-t', 'model.pml'], folder);
    return [...printed.matchAll(/^ {6}(\S.*)$/gm)].map(([, step]) => step!);
  });
}

/** The words after `spin` and after `gcc` in the commands of a text's header. */
function commandsIn(text: string): [spin: string[], compiler: string[]] {
  const wordsOf = (program: string): string[] => new RegExp(`^ \\* {3}${program} (.*)$`, 'm').exec(text)![1]!.split(' ');
  return [wordsOf('spin'), wordsOf('gcc')];
}

async function printedBy(program: string, words: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run(program, words, { cwd, maxBuffer: outputMax });
  return stdout;
}

async function inFolder<T>(text: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'shootdown-spin-'));
  try {
    await writeFile(join(folder, 'model.pml'), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function countedIn(printed: string): Counted {
  const [states] = numbers(printed, /^ *(\d+) states, stored$/m);
  const [transitions] = numbers(printed, /^ *(\d+) transitions \(= stored\+matched\)$/m);
  const [errors] = numbers(printed, /errors: (\d+)$/m);
  const seen = [...printed.matchAll(/^ *\d+ {2}.*: (\d+)$/gm)].map(([, count]) => Number(count));
  // Nothing is printed where nothing is seen.
  const loops = Number(/^transitions that only check: (\d+)$/m.exec(printed)?.[1] ?? 0);
  return { states: states!, transitions: transitions!, errors: errors!, seen, loops, printed };
}

/** What both say of a model, in the same words. */
export interface Opinion {
  readonly states: number;
  readonly transitions: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly violated: readonly string[];
  readonly reached: readonly string[];
}

/** What our search says, violations or not; undefined where there are more states than these. */
export function oursOf(program: Program, statesMax = Infinity): Opinion | undefined {
  const { model } = program;
  const outcome: Outcome = search(program, { limits: { ...unlimited, statesMax } });
  if (outcome.limit) return undefined;
  return {
    states: outcome.states,
    transitions: outcome.transitions,
    ends: Object.fromEntries(outcome.ends.map(({ name, states }) => [name, states.length])),
    violated: model.properties.map(({ name }) => name).filter((name) => outcome.violations.some((v) => v.property === name)),
    reached: model.covers.map(({ name }) => name).filter((name) => !outcome.uncovered.includes(name)),
  };
}

/** What SPIN says, with what it counts besides taken off, and how often it saw each question's answer. */
export async function theirsOf(
  program: Program,
  questions: readonly Question[] = [],
  options: SpinOptions = {},
): Promise<{ opinion: Opinion; answers: readonly number[] }> {
  const machine = machineOf(program, questions);
  const result = await counted(promela(machine, subject), options);
  if (result.errors > 0) throw new Error(result.printed);
  const seen = (kind: Machine['facts'][number]['kind']): [string, number][] =>
    machine.facts.filter((fact) => fact.kind === kind).map(({ name, number }) => [name, result.seen[number - 1] ?? 0]);
  const names = (counts: readonly [string, number][]): string[] => counts.filter(([, count]) => count > 0).map(([name]) => name);
  const violated = names([...seen('property'), ...seen('observed'), ...seen('deadlock')]);
  const opinion = {
    states: result.states - (machine.starts > 1 ? 1 : 0),
    transitions: result.transitions - result.loops - (machine.starts > 1 ? machine.starts + 1 : 1),
    ends: Object.fromEntries(seen('end')),
    violated: machine.model.properties.map(({ name }) => name).filter((name) => violated.includes(name)),
    reached: names(seen('cover')),
  };
  return { opinion, answers: seen('question').map(([, count]) => count) };
}
