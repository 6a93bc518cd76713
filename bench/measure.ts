/** What a command uses, as GNU time tells: it counts only that command and the processes it waited for. */
import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const outputMax = 1 << 26;

/** User and system time of a command, its peak resident set, and what it printed. */
export interface Measured {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly stdout: string;
}

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** Runs a command in a directory; throws unless it succeeds. */
export async function measure(directory: string, [program, ...args]: Command): Promise<Measured> {
  const report = join(directory, 'time.txt');
  const timed = ['-f', '%U %S %M', '-o', report, program, ...args];
  const { stdout } = await run('time', timed, { cwd: directory, maxBuffer: outputMax });
  const [user, system, kibibytes] = numbers(await readFile(report, 'utf8'), /^([\d.]+) ([\d.]+) (\d+)$/m);
  return { cpuSeconds: user! + system!, rssBytes: kibibytes! * 1024, stdout };
}

/** What a program prints of itself. */
export async function says(...[program, ...args]: Command): Promise<string> {
  const { stdout } = await run(program, args);
  return stdout.split('\n')[0]!.trim();
}

/** The numbers that a pattern captures; throws when the text is not as expected. */
export function numbers(text: string, pattern: RegExp): number[] {
  const found = pattern.exec(text);
  if (!found) throw new Error(`no match for ${String(pattern)} in:\n${text.slice(-2000)}`);
  return found.slice(1).map(Number);
}

/** The programs of a list that are not installed. */
export async function missing(programs: readonly string[]): Promise<string[]> {
  const present = await Promise.all(programs.map(isInstalled));
  return programs.filter((_, i) => !present[i]);
}

async function isInstalled(program: string): Promise<boolean> {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, program));
  const found = await Promise.all(places.map((path) => access(path, constants.X_OK).then(() => true, () => false)));
  return found.includes(true);
}
