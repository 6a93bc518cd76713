/** A third opinion: TLC's count of an exported module beside our own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, numbers } from '../../bench/measure.js';
import { machineOf, type Fact, type Question } from '../../src/export/machine.js';
import { tla, type TlaModule } from '../../src/export/tla.js';
import type { Program } from '../../src/index.js';
import { subject, type Opinion } from './spin.js';

const outputMax = 1 << 28;

/** Where Java finds TLC. */
const tools = process.env['TLA2TOOLS'];

/** Whether TLC can be run; says so once where it cannot. */
export async function hasTlc(): Promise<boolean> {
  const has = tools !== undefined && (await missing(['java'])).length === 0;
  if (!has) console.warn('SKIPPED: no comparison with TLC; it needs java, and TLA2TOOLS as the path of tla2tools.jar');
  return has;
}

/** What TLC says, in the words of {@link Opinion}; it does not count ends, and so each is 1 where there is one. */
export async function tlcOn(program: Program, questions: readonly Question[] = []): Promise<Opinion & { answers: boolean[] }> {
  const machine = machineOf(program, questions);
  const module = tla(machine, subject, 'exported');
  const [typeOk = '', ...invariants] = [...module.configuration.matchAll(/INVARIANT (\w+)/g)].map(([, name]) => name!);
  const { states, transitions, violated } = await opinionOf(module, typeOk, invariants);
  const facts = machine.facts.map((fact, i) => ({ ...fact, isSeen: violated.has(invariants[i]!) }));
  const seen = (...kinds: readonly Fact['kind'][]): string[] =>
    facts.filter(({ kind, isSeen }) => isSeen && kinds.includes(kind)).map(({ name }) => name);
  const properties = seen('property', 'observed', 'deadlock');
  return {
    states,
    transitions: transitions - machine.starts,
    ends: Object.fromEntries(machine.model.ends.map(({ name }) => [name, Number(seen('end').includes(name))])),
    violated: machine.model.properties.map(({ name }) => name).filter((name) => properties.includes(name)),
    reached: seen('cover'),
    answers: facts.filter(({ kind }) => kind === 'question').map(({ isSeen }) => isSeen),
  };
}

/** Which of the invariants TLC finds violated, one after the other, and what it counts with all others. */
async function opinionOf(module: TlaModule, typeOk: string, invariants: readonly string[]) {
  const violated = new Set<string>();
  for (;;) {
    const printed = await tlc(module, [typeOk, ...invariants.filter((name) => !violated.has(name))]);
    const [, name] = /Invariant (\w+) is violated/.exec(printed) ?? [];
    if (name !== undefined && invariants.includes(name)) {
      violated.add(name);
      continue;
    }
    if (!printed.includes('No error has been found')) throw new Error(printed);
    const [transitions, states] = numbers(printed, /^(\d+) states generated, (\d+) distinct states found, 0 states left/m);
    return { states: states!, transitions: transitions!, violated };
  }
}

/** What TLC prints for the module with these invariants. */
async function tlc({ name, text }: TlaModule, invariants: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shootdown-tlc-'));
  const chosen = text.replaceAll(/^(?:\\\* )?INVARIANT (\w+)\n/gm, (_, listed: string) => (invariants.includes(listed) ? `INVARIANT ${listed}\n` : ''));
  const words = ['-XX:+UseParallelGC', '-cp', tools!, 'tlc2.TLC', '-config', `${name}.tla`, name];
  try {
    await writeFile(join(folder, `${name}.tla`), chosen);
    // It exits with an error where it finds one.
    return await new Promise((resolve) => {
      execFile('java', words, { cwd: folder, maxBuffer: outputMax }, (_error, stdout) => resolve(stdout));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
