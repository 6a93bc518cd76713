/** The sizes of the most general client as options, and the scenario that a command means. */
import { InvalidArgumentError, type Command } from 'commander';
import { checkScenario, LitmusError, mostGeneralClient, type ClientSizes } from '../../models/linux/index.js';
import type { Scenario } from '../litmus/scenario.js';
import { InputError } from './exit.js';
import { loadScenario } from './scenarios.js';

/** The options that {@link addSizeOptions} adds. */
export type SizeOptions = Partial<ClientSizes>;

const defaultSizes: ClientSizes = { cpus: 3, pages: 1, frames: 3, files: 1, ops: 1 };
const sizesMax: ClientSizes = { cpus: 8, pages: 8, frames: 30, files: 26, ops: 16 };

/** Adds the options for sizes. */
export function addSizeOptions(command: Command): Command {
  const size = (key: keyof ClientSizes, what: string): void => {
    const parse = (text: string): number => parseSizeOf(text, key === 'cpus' ? 2 : 1, sizesMax[key]);
    command.option(`--${key} <n>`, `most general client: ${what} (${defaultSizes[key]})`, parse);
  };
  size('cpus', 'CPUs, the kernel thread\'s included');
  size('pages', 'virtual pages');
  size('frames', 'physical frames');
  size('files', 'files of one page');
  size('ops', 'operations of each thread');
  return command;
}

function parseSizeOf(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** Sizes can be too large together; then no file is to blame, but the options are. */
function checked(client: Scenario): Scenario {
  try {
    checkScenario(client);
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    throw new InputError(`with these sizes: ${error.problem}, expected ${error.expected ?? 'less'}`);
  }
  return client;
}

/** The scenario of a name or path, or else the most general client of the sizes given. */
export function scenarioOf(name: string | undefined, options: SizeOptions): Scenario {
  const given = (Object.keys(defaultSizes) as (keyof ClientSizes)[]).filter((key) => options[key] !== undefined);
  if (name === undefined) {
    return checked(mostGeneralClient({ ...defaultSizes, ...Object.fromEntries(given.map((key) => [key, options[key]])) }));
  }
  if (given.length === 0) return loadScenario(name);
  throw new InputError(`--${given.join(', --')}: sizes belong to the most general client; ${name} has its own`);
}
