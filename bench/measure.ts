/** What a command uses, as GNU time tells: it counts only that command and the processes it waited for. */
import { execFile, spawn } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** User and system time of a command, its time by the clock on the wall, its peak resident set, and what it printed. */
export interface Measured {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly rssBytes: number;
  readonly stdout: string;
}

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** What a command may use: time by the clock, and resident memory. */
export interface RunLimits {
  readonly seconds: number;
  readonly bytes: number;
}

/** What a command used too much of, and was ended for. */
export type Over = keyof RunLimits;

/** How often memory is looked at; the peak that GNU time tells decides in the end. */
const watchMilliseconds = 250;

/** Runs a command in a directory; throws unless it succeeds or is over a limit. */
export async function measure(directory: string, [program, ...args]: Command, limits?: RunLimits): Promise<Measured | Over> {
  const report = join(directory, 'time.txt');
  const timed = spawn('time', ['-f', '%U %S %e %M', '-o', report, program, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const watch = limits && new Watch(timed.pid!, limits);
  const ended = new Promise<number | null>((resolve, reject) => timed.on('error', reject).on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(timed.stdout), text(timed.stderr), ended]);
  const over = watch?.end();
  if (over) return over;
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${String(code)}:\n${(stdout + stderr).slice(-2000)}`);
  const used = numbers(await readFile(report, 'utf8'), /^([\d.]+) ([\d.]+) ([\d.]+) (\d+)$/m);
  const [user, system, wallSeconds, kibibytes] = used as [number, number, number, number];
  const rssBytes = kibibytes * 1024;
  if (limits && rssBytes > limits.bytes) return 'bytes';
  return { cpuSeconds: user + system, wallSeconds, rssBytes, stdout };
}

/** The same for a command without limits. */
export async function measureAll(directory: string, command: Command): Promise<Measured> {
  return (await measure(directory, command)) as Measured;
}

/** Ends the command that a GNU time runs once it is over a limit. */
class Watch {
  private over: Over | undefined;
  private readonly timers: readonly NodeJS.Timeout[];

  constructor(
    private readonly time: number,
    { seconds, bytes }: RunLimits,
  ) {
    const look = async (): Promise<void> => {
      if ((await residentBytes(await this.commands())) > bytes) await this.kill('bytes');
    };
    this.timers = [
      setTimeout(() => void this.kill('seconds'), seconds * 1000),
      setInterval(() => void look(), watchMilliseconds),
    ];
  }

  /** What the command was ended for, if it was. */
  end(): Over | undefined {
    for (const timer of this.timers) clearInterval(timer);
    return this.over;
  }

  private async kill(over: Over): Promise<void> {
    for (const pid of await this.commands()) {
      this.over ??= over;
      process.kill(pid, 'SIGKILL');
    }
  }

  private async commands(): Promise<number[]> {
    const listed = await readFile(`/proc/${this.time}/task/${this.time}/children`, 'utf8').catch(() => '');
    return listed.split(' ').filter(Boolean).map(Number);
  }
}

async function residentBytes(pids: readonly number[]): Promise<number> {
  const states = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')));
  return states.reduce((sum, state) => sum + 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(state)?.[1] ?? 0), 0);
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
