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
import { compile, search, unlimited, type Model, type Outcome } from '../../src/index.js';

const run = promisify(execFile);

/** What the texts of tests say of themselves. */
export const subject: Subject = { title: 'a test', command: 'shootdown export', remarks: [], judged: [] };

/** Programs that these tests need and that are not installed; says so once. */
export async function missingForSpin(): Promise<readonly string[]> {
  const absent = await missing(['spin', 'gcc']);
  if (absent.length > 0) console.warn(`SKIPPED: no comparison with SPIN, because ${absent.join(' and ')} cannot be found`);
  return absent;
}

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

/** Runs SPIN as the text's own header says, but with a compiler that is in a hurry and a small table. */
export async function spinOf(text: string, { stop, depth = 1_000_000 }: { stop?: number; depth?: number } = {}): Promise<Counted> {
  const folder = await mkdtemp(join(tmpdir(), 'shootdown-spin-'));
  const commands = [...text.matchAll(/^ \*[ ]+((?:spin|gcc|\.\/pan) .*)$/gm)].map(([, command]) => command!.split(' '));
  const [spin, gcc, pan] = commands.slice(0, 3).map(([program, ...words]) => ({ program: program!, words }));
  const define = stop === undefined ? [] : [`-DSTOP=${stop}`];
  try {
    await writeFile(join(folder, 'model.pml'), text);
    await run(spin!.program, [...define, ...spin!.words], { cwd: folder });
    await run(gcc!.program, [...gcc!.words.filter((word) => word !== '-O2'), '-O0', '-w'], { cwd: folder });
    const { stdout } = await run(join(folder, pan!.program), [`-m${depth}`, '-w18'], { cwd: folder, maxBuffer: 2 ** 26 });
    return countedIn(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function countedIn(printed: string): Counted {
  const [states] = numbers(printed, /^ *(\d+) states, stored$/m);
  const [transitions] = numbers(printed, /^ *(\d+) transitions \(= stored\+matched\)$/m);
  const [errors] = numbers(printed, /errors: (\d+)$/m);
  const seen = [...printed.matchAll(/^ *\d+ {2}.*: (\d+)$/gm)].map(([, count]) => Number(count));
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
export function oursOf(model: Model, statesMax = Infinity): Opinion | undefined {
  const outcome: Outcome = search(compile(model), { limits: { ...unlimited, statesMax } });
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
  model: Model,
  questions: readonly Question[] = [],
): Promise<{ opinion: Opinion; answers: readonly number[] }> {
  const machine = machineOf(model, questions);
  const counted = await spinOf(promela(machine, subject));
  if (counted.errors > 0) throw new Error(counted.printed);
  const seen = (kind: Machine['facts'][number]['kind']): [string, number][] =>
    machine.facts.filter((fact) => fact.kind === kind).map(({ name, number }) => [name, counted.seen[number - 1]!]);
  const names = (counts: readonly [string, number][]): string[] => counts.filter(([, count]) => count > 0).map(([name]) => name);
  const violated = names([...seen('property'), ...seen('observed'), ...seen('deadlock')]);
  const opinion = {
    states: counted.states - (machine.starts > 1 ? 1 : 0),
    transitions: counted.transitions - counted.loops - (machine.starts > 1 ? machine.starts + 1 : 1),
    ends: Object.fromEntries(seen('end')),
    violated: model.properties.map(({ name }) => name).filter((name) => violated.includes(name)),
    reached: names(seen('cover')),
  };
  return { opinion, answers: seen('question').map(([, count]) => count) };
}
