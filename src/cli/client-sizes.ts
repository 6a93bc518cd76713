/** The sizes of the most general client as options, and the scenario that a command means. */
import { InvalidArgumentError, type Command } from 'commander';
import {
  checkScenario,
  linux,
  LitmusError,
  mostGeneralClient,
  startMappings,
  type ClientSizes,
  type Linux,
  type StartMapping,
} from '../../models/linux/index.js';
import type { Scenario } from '../litmus/scenario.js';
import { InputError } from './exit.js';
import { loadScenario } from './scenarios.js';

/** The options that {@link addSizeOptions} adds. */
export type SizeOptions = Partial<ClientSizes> & {
  readonly map?: readonly StartMapping[];
  readonly option?: readonly string[];
  readonly fileOption?: readonly string[];
  readonly except?: readonly string[];
};

const defaultSizes = { cpus: 3, pages: 1, frames: 3, files: 1, ops: 1, mms: 1 } as const satisfies ClientSizes;
const sizesMax = { cpus: 8, pages: 8, frames: 30, files: 26, ops: 16, mms: 4 } as const;

/** Adds the options for sizes. */
export function addSizeOptions(command: Command): Command {
  const size = (key: Exclude<keyof ClientSizes, 'ops'>, what: string): void => {
    const parse = (text: string): number => parseSizeOf(text, key === 'cpus' ? 2 : 1, sizesMax[key]);
    command.option(`--${key} <n>`, `most general client: ${what} (${defaultSizes[key]})`, parse);
  };
  size('cpus', 'CPUs, the kernel thread\'s included');
  size('pages', 'virtual pages');
  size('frames', 'physical frames');
  size('files', 'files of one page');
  command.option(
    '--ops <n>',
    `most general client: operations of each thread, or a list with one number for each: P0,P1,...,kswapd (${defaultSizes.ops})`,
    parseOps,
  );
  size('mms', 'address spaces; those after the first share the last user CPU');
  return command
    .option('--map <kind>', `most general client: what the pages map, repeatable: ${kinds.join(', ')} (shared)`, collectOne(kinds))
    .option('--option <name>', `most general client: machine option, repeatable: ${linux.options.join(', ')}`, collectOne(linux.options))
    .option('--file-option <name>', `most general client: option of every file, repeatable: ${linux.fileOptions.join(', ')}`, collectOne(linux.fileOptions))
    .option('--except <operation>', 'most general client: leave an operation out, such as munmap (repeatable)', collectOne(operationNames));
}

const kinds = Object.keys(startMappings);
const operationNames = [...new Set(linux.operations.map((operation) => operation.name))];

/** Collects repeated values, each one of the given names. */
function collectOne(names: readonly string[]): (value: string, previous?: readonly string[]) => string[] {
  return (value, previous = []) => {
    if (!names.includes(value)) throw new InvalidArgumentError(`Expected one of ${names.join(', ')}.`);
    return [...previous, value];
  };
}

function parseOps(text: string): number | number[] {
  if (!text.includes(',')) return parseSizeOf(text, 1, sizesMax.ops);
  return text.split(',').map((part) => parseSizeOf(part.trim(), 0, sizesMax.ops));
}

function parseSizeOf(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** Sizes can be too large together; then no file is to blame, but the options are. */
function clientOf(...description: Parameters<typeof mostGeneralClient>): Scenario {
  try {
    const client = mostGeneralClient(...description);
    checkScenario(client);
    return client;
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(`--ops: ${error.message}: P0, P1 and so on, kswapd`);
    if (!(error instanceof LitmusError)) throw error;
    throw new InputError(`with these sizes: ${error.problem}, expected ${error.expected ?? 'less'}`);
  }
}

/** The scenario of a name or path, or else the most general client of the sizes given. */
export function scenarioOf(name: string | undefined, options: SizeOptions, words: Linux): Scenario {
  const sizes = (Object.keys(defaultSizes) as (keyof ClientSizes)[]).filter((key) => options[key] !== undefined);
  if (name === undefined) {
    const chosen = { ...defaultSizes, ...Object.fromEntries(sizes.map((key) => [key, options[key]])) };
    return clientOf(chosen, {
      ...(options.map && { maps: options.map }),
      ...(options.option && { options: options.option }),
      ...(options.fileOption && { fileOptions: options.fileOption }),
      ...(options.except && { except: options.except }),
    });
  }
  const starts = { map: options.map, option: options.option, 'file-option': options.fileOption, except: options.except };
  const given = [...sizes, ...Object.entries(starts).flatMap(([key, value]) => (value ? [key] : []))];
  if (given.length === 0) return loadScenario(name, words);
  throw new InputError(`--${given.join(', --')}: the most general client takes these; ${name} has its own`);
}
