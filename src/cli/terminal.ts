/** Where the command line writes: results to stdout or a file, everything else to stderr. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { describe } from './describe.js';
import { exitCodes, InputError } from './exit.js';

/** Output of one run of the program. */
export class Terminal {
  private file: { readonly path: string; readonly descriptor: number } | undefined;
  private progressShown = false;

  constructor(
    private readonly stdout: NodeJS.WriteStream,
    private readonly stderr: NodeJS.WriteStream,
  ) {
    for (const stream of [stdout, stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // Whoever closed the pipe wants no more; what is not decided by now never will be.
        if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.noVerdict);
        throw new InputError(`cannot write the result: ${describe(error)}`);
      });
    }
  }

  /** Sends results to a file from now on; throws an InputError when it cannot be written. */
  redirect(path: string): void {
    try {
      this.file = { path, descriptor: openSync(path, 'w') };
    } catch (error) {
      throw new InputError(`cannot write ${path}: ${describe(error)}`);
    }
  }

  /** Writes a part of the result. */
  result(text: string): void {
    this.clearProgress();
    if (this.file === undefined) {
      this.stdout.write(text);
      return;
    }
    try {
      writeSync(this.file.descriptor, text);
    } catch (error) {
      throw new InputError(`cannot write ${this.file.path}: ${describe(error)}`);
    }
  }

  /** Writes a message that is no part of the result. */
  message(text: string): void {
    this.clearProgress();
    this.stderr.write(text);
  }

  /** Rewrites the line of progress; nobody sees it unless stderr is a terminal. */
  progress(text: string): void {
    if (!this.showsProgress) return;
    const width = (this.stderr.columns || 80) - 1;
    this.stderr.write(`\r\u001b[K${text.slice(0, width)}`);
    this.progressShown = true;
  }

  /** Whether there is anybody to show progress to. */
  get showsProgress(): boolean {
    return this.stderr.isTTY;
  }

  /** Ends the output. */
  close(): void {
    this.clearProgress();
    if (this.file !== undefined) closeSync(this.file.descriptor);
    this.file = undefined;
  }

  private clearProgress(): void {
    if (this.progressShown) this.stderr.write('\r\u001b[K');
    this.progressShown = false;
  }
}
