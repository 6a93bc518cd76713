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
import type { Client, Job } from '../sweep/job.js';
import { InputError } from './exit.js';
import { loadScenario, readScenario } from './scenarios.js';

/** The options that {@link addSizeOptions} adds. */
export type SizeOptions = Partial<ClientSizes> & {
  readonly map?: readonly StartMapping[];
  readonly option?: readonly string[];
  readonly fileOption?: readonly string[];
  readonly except?: readonly string[];
};

const defaultSizes = { cpus: 3, pages: 1, frames: 3, files: 1, ops: 1, mms: 1 } as const satisfies ClientSizes;
const sizesMax = { cpus: 8, pages: 8, frames: 30, files: 26, ops: 16, mms: 4 } as const;

type Size = Exclude<keyof ClientSizes, 'ops'>;

/** What each size counts, and where its option stands in the help. */
const sizeMeanings: readonly (readonly [Size | 'ops', string])[] = [
  ['cpus', 'CPUs, the kernel thread\'s included'],
  ['pages', 'virtual pages'],
  ['frames', 'physical frames'],
  ['files', 'files of one page'],
  ['ops', 'operations of each thread'],
  ['mms', 'address spaces; those after the first share the last user CPU'],
];

/** Adds the options for sizes. */
export function addSizeOptions(command: Command): Command {
  for (const [key, what] of sizeMeanings) {
    const more = key === 'ops' ? ', or a list with one number for each: P0,P1,...,kswapd' : '';
    const parse = key === 'ops' ? (text: string) => parseOps(text, ',') : (text: string) => parseSize(key, text);
    command.option(`--${key} <n>`, `most general client: ${what}${more} (${defaultSizes[key]})`, parse);
  }
  return addStartOptions(command);
}

/** Several sizes of the most general client at once: every combination is meant. */
export type SizeLists = Omit<SizeOptions, keyof ClientSizes> & { readonly [K in keyof ClientSizes]?: readonly NonNullable<ClientSizes[K]>[] };

/** Adds the options for lists of sizes. */
export function addSizeListOptions(command: Command): Command {
  for (const [key, what] of sizeMeanings) {
    const more = key === 'ops' ? '; P0+P1+...+kswapd gives one number for each' : '';
    const parse = key === 'ops' ? (text: string) => parseOps(text, '+') : (text: string) => parseSize(key, text);
    command.option(`--${key} <list>`, `most general client: ${what}${more} (${defaultSizes[key]})`, (text) => text.split(',').map((part) => parse(part.trim())));
  }
  return addStartOptions(command);
}

/** The client of every combination of sizes, the last size changing fastest; none where nothing is said of a client. */
export function clientsOf({ map, option, fileOption, except, ...lists }: SizeLists): Client[] {
  const start = {
    ...(map && { maps: map }),
    ...(option && { options: option }),
    ...(fileOption && { fileOptions: fileOption }),
    ...(except && { except }),
  };
  const clients = sizeMeanings.reduce<readonly Client[]>(
    (some, [key]) => some.flatMap((one) => (lists[key] ?? [one[key]]).map((value): Client => ({ ...one, [key]: value }))),
    [{ ...defaultSizes, ...start }],
  );
  const asked = sizeMeanings.some(([key]) => lists[key] !== undefined) || Object.keys(start).length > 0;
  return asked ? [...clients] : [];
}

/** The scenario of a job: that of its text, or the most general client that it describes. */
export function scenarioOfJob({ client, litmus, source }: Job, words: Linux): Scenario {
  return client ? scenarioOfClient(client) : readScenario(litmus, source, words);
}

/** The most general client of a description; throws an InputError for sizes that are too large together. */
export function scenarioOfClient({ maps, options, fileOptions, except, ...sizes }: Client): Scenario {
  return clientOf(sizes, {
    ...(maps && { maps: maps as readonly StartMapping[] }),
    ...(options && { options }),
    ...(fileOptions && { fileOptions }),
    ...(except && { except }),
  });
}

/** The words that make `check` search a client. */
export function clientWords({ maps = [], options = [], fileOptions = [], except = [], ...sizes }: Client): string[] {
  const given = sizeMeanings.filter(([key]) => key !== 'mms' || sizes.mms > 1);
  const repeated = [['--map', maps], ['--option', options], ['--file-option', fileOptions], ['--except', except]] as const;
  return [...given.flatMap(([key]) => [`--${key}`, String(sizes[key])]), ...repeated.flatMap(([word, values]) => values.flatMap((value) => [word, value]))];
}

function addStartOptions(command: Command): Command {
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

function parseOps(text: string, between: string): number | number[] {
  if (!text.includes(between)) return parseSizeOf(text, 1, sizesMax.ops);
  return text.split(between).map((part) => parseSizeOf(part.trim(), 0, sizesMax.ops));
}

function parseSize(key: Size, text: string): number {
  return parseSizeOf(text, key === 'cpus' ? 2 : 1, sizesMax[key]);
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
