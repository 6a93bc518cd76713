/** Ctrl-C and its like: the first asks the search to stop and report, the second ends at once. */
import { exitCodes, type ExitCode } from './exit.js';

/** Watches the signals that ask the program to end. */
export class Interrupts {
  /** What to exit with; undefined until a signal came. */
  code: ExitCode | undefined;

  /** Starts to watch. */
  watch(): void {
    process.on('SIGINT', () => this.arrived(exitCodes.interrupted));
    process.on('SIGTERM', () => this.arrived(exitCodes.terminated));
    process.on('SIGHUP', () => this.arrived(exitCodes.terminated));
  }

  private arrived(code: ExitCode): void {
    if (this.code !== undefined) process.exit(code);
    this.code = code;
  }
}
