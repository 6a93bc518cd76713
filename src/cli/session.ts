/** What one run of the program shares among its parts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, type ExitCode } from './exit.js';
import type { Interrupts } from './interrupts.js';
import { quoted } from './shell.js';
import type { Terminal } from './terminal.js';

/** One run of the program. */
export interface Session {
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
  /** The words after `shootdown`. */
  readonly words: readonly string[];
  /** Milliseconds from some fixed moment. */
  clock(): number;
}

/** The command that does the same again. */
export function commandOf({ words }: Session): string {
  return quoted(['shootdown', ...words]);
}

/** The folder of the package, wherever it is installed. */
export const packageRoot = rootAbove(dirname(fileURLToPath(import.meta.url)));

/** The version of the package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function rootAbove(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : rootAbove(above);
}

/** Ends a run: prints how to get its result again where it is not as expected. */
export function finish(session: Session, code: ExitCode, json: boolean): void {
  process.exitCode = code;
  const line = `Reproduce: ${commandOf(session)}\n`;
  if (code === exitCodes.badInput) session.terminal.message(line);
  // JSON has the command inside.
  else if (code !== exitCodes.asExpected && !json) session.terminal.result(line);
}

/** The code of a signal that cut the run short, if one did. */
export function interruption({ interrupts }: Session): ExitCode[] {
  return interrupts.code === undefined ? [] : [interrupts.code];
}
