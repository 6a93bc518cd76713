/** Limits of a search as options of the command line. */
import { totalmem } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Limits } from '../index.js';
import { bytes } from '../report/quantity.js';

/** The options that {@link addLimitOptions} adds. */
export interface LimitOptions {
  readonly maxStates: number;
  readonly maxMemory: number;
  readonly maxDepth: number;
  readonly timeout: number;
}

const gibibyte = 2 ** 30;

/** The default memory limit: 4 GiB, but no more than this machine can spare. */
export function defaultMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  const available = constrained && constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(4 * gibibyte, Math.floor(0.8 * available));
}

/** Adds the options for limits; the memory is this machine's unless another default is given. */
export function addLimitOptions(command: Command, memoryBytes?: number): Command {
  const limit = (flags: string, what: string, parse: (text: string) => number): Option =>
    new Option(flags, what).argParser(parse);
  return command
    .addOption(limit('--max-states <n>', 'limit of states, or none', parseCount).default(50_000_000, '50,000,000'))
    .addOption(
      limit('--max-memory <size>', 'limit of the state store: 512M, 4G, none', parseSize)
        .default(memoryBytes ?? defaultMemoryBytes(), memoryBytes === undefined ? '4G, at most 80% of RAM' : bytes(memoryBytes)),
    )
    .addOption(limit('--max-depth <n>', 'limit of steps from the start', parseCount).default(Infinity, 'none'))
    .addOption(limit('--timeout <time>', 'limit of time for a search: 90s, 10m, 2h, none', parseDuration).default(600_000, '10m'));
}

/** The limits that were asked for. */
export function limitsOf({ maxStates, maxMemory, maxDepth, timeout }: LimitOptions): Limits {
  return { statesMax: maxStates, memoryBytesMax: maxMemory, depthMax: maxDepth, timeMsMax: timeout };
}

const countUnits: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };

/** A whole number of at least 1, such as `5000`, `5,000`, `5k` or `200M`, or `none`. */
export function parseCount(text: string): number {
  if (text === 'none') return Infinity;
  const [, digits, unit = ''] = /^(\d+)([KMG]?)$/i.exec(text.replaceAll(/[,_]/g, '')) ?? [];
  const count = Number(digits) * countUnits[unit.toUpperCase()]!;
  if (!(count >= 1)) throw new InvalidArgumentError('Expected a whole number of at least 1, such as 5000, 5k or 200M, or none.');
  return count;
}

const sizeUnits: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: gibibyte, T: 2 ** 40 };

/** A number of bytes: `512M`, `4G`, `1.5GiB`, or `none`. */
export function parseSize(text: string): number {
  if (text === 'none') return Infinity;
  const [, number, unit] = /^(\d+(?:\.\d+)?) *([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const size = Number(number) * (sizeUnits[unit?.toUpperCase() ?? ''] ?? NaN);
  if (!(size >= 1)) throw new InvalidArgumentError('Expected a size such as 512M or 4G, or none.');
  return Math.floor(size);
}

const timeUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** A number of milliseconds: `90s`, `10m`, `2h`, a plain number being seconds, or `none`. */
export function parseDuration(text: string): number {
  if (text === 'none') return Infinity;
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?) *(ms|s|m|min|h)?$/.exec(text) ?? [];
  const time = Number(number) * (timeUnits[unit] ?? NaN);
  if (!(time > 0)) throw new InvalidArgumentError('Expected a time such as 90s, 10m or 2h, or none.');
  return time;
}
