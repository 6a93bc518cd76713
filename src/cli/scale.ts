/** What lets a search become large: more threads, less memory, disks, and going on later; as options and as they are used. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ArchiveError } from '../engine/arena.js';
import { Search, type Program, type SearchOptions } from '../index.js';
import { Checkpoint, CheckpointError, type Purpose } from '../store/checkpoint.js';
import { StateFile } from '../store/state-file.js';
import { describe } from './describe.js';
import { InputError } from './exit.js';
import { collectGarbage } from './garbage.js';
import { helpersOf } from './helpers.js';
import { parseDuration } from './limits.js';
import { makeFolder } from '../store/folder.js';

/** The options that {@link addScaleOptions} adds. */
export interface ScaleOptions {
  readonly workers: number;
  readonly spill?: string;
}

/** The options that {@link addCheckpointOptions} adds. */
export interface CheckpointOptions {
  readonly compact?: boolean;
  readonly checkpoint?: string | undefined;
  readonly checkpointEvery?: number;
  readonly resume?: string | undefined;
}

/** Adds the options for threads and memory. */
export function addScaleOptions(command: Command): Command {
  const workers = new Option('--workers <n>', 'threads of a search, up to 64; what it finds is the same for any number').argParser(parseWorkers);
  return command
    .addOption(workers.default(availableParallelism(), 'the number of cores'))
    .addOption(new Option('--spill <folder>', 'where states go that memory is too small for; removed afterwards').argParser(parseFolder));
}

/** Adds the options for searches that are larger still, or go on later. */
export function addCheckpointOptions(command: Command): Command {
  const every = new Option('--checkpoint-every <time>', 'how often: 90s, 10m (default: 5m)').argParser(parseDuration);
  return command
    .option('--compact', 'keep 64 bits of hashes in place of states that have been expanded; the verdict says how likely that hides a state')
    .addOption(new Option('--checkpoint <folder>', 'write the search down, and states that memory is too small for, to go on with later').argParser(parseFolder))
    .addOption(every)
    .addOption(new Option('--resume <folder>', 'go on with the search in this folder, under these limits, and write it down there again').argParser(parseFolder));
}

function parseFolder(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a folder.');
  return text;
}

function parseWorkers(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > workersMax) throw new InvalidArgumentError(`Expected a whole number from 1 to ${workersMax}.`);
  return value;
}

const workersMax = 64;

/** What a search may use beside memory and this thread. */
export interface Scale extends Partial<ScaleOptions & CheckpointOptions> {
  /** What the search is for: what a checkpoint can only be used for. */
  readonly purpose?: Purpose;
}

/** What was made ready for a search; close it in the end. */
export class Means {
  readonly checkpoint: Checkpoint | undefined;
  private readonly spilled: StateFile | undefined;

  /** Throws an InputError where a folder cannot be used, or has another search. */
  constructor(
    private readonly program: Program,
    private readonly scale: Scale,
  ) {
    const { spill, compact, checkpoint, checkpointEvery, resume } = scale;
    if (resume !== undefined && checkpoint !== undefined && resume !== checkpoint) throw new InputError('--resume writes to its own folder: leave --checkpoint out');
    if (spill !== undefined && compact) throw new InputError('--compact drops states and --spill keeps them: choose one');
    const folder = resume ?? checkpoint;
    if (checkpointEvery !== undefined && folder === undefined) throw new InputError('--checkpoint-every says how often: name a folder by --checkpoint, too');
    if (spill !== undefined && folder !== undefined) throw new InputError('states go to the folder of the checkpoint anyway: leave --spill out');
    if (folder !== undefined) this.checkpoint = this.opened(folder);
    if (spill !== undefined) {
      madeFor('--spill', spill);
      this.spilled = orInputError(() => new StateFile(join(spill, `states-${process.pid}-${Date.now()}`), program.words));
    }
  }

  /** Begins a search that uses them, or goes on with one; throws an InputError where what is written down is of no use. */
  begin(options: SearchOptions): Search {
    const { workers = 1, compact = false, resume } = this.scale;
    const archive = this.checkpoint?.states ?? this.spilled;
    const helpers = workers > 1 && { helpers: helpersOf(workers - 1, archive?.path) };
    const means = { ...options, ...helpers, archive, hashCompaction: compact, collect: collectGarbage };
    if (resume === undefined) return new Search(this.program, means);
    return orInputError(() => new Search(this.program, { ...means, resume: this.checkpoint!.resume() }));
  }

  /** Bytes on disk. */
  get diskBytes(): number {
    return this.checkpoint?.bytes ?? this.spilled?.bytes ?? 0;
  }

  /** Writes the search down; returns what kept it from that, in words, if anything. */
  save(search: Search): string | undefined {
    try {
      this.checkpoint!.save(search);
      return undefined;
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      const { checkpoint, resume } = this.scale;
      return `No checkpoint could be written, ${Checkpoint.isIn((resume ?? checkpoint)!) ? 'the last one stays' : 'and there is none'}: ${error.message}`;
    }
  }

  /** Removes what is of no use any more. */
  close(): void {
    this.checkpoint?.close();
    if (!this.spilled) return;
    this.spilled.close();
    rmSync(this.spilled.path, { force: true });
  }

  private opened(folder: string): Checkpoint {
    const { resume, purpose = {} } = this.scale;
    if (resume !== undefined && !Checkpoint.isIn(folder)) throw new InputError(`there is no checkpoint in ${folder}`);
    if (resume === undefined && Checkpoint.isIn(folder)) throw new InputError(`${folder} has a checkpoint: go on with it by --resume ${folder}, or remove it`);
    madeFor('--checkpoint', folder);
    return orInputError(() => new Checkpoint(folder, this.program.words, purpose));
  }
}

/** Makes a folder that an option names. */
function madeFor(option: string, folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new InputError(`${option} needs a folder, and there can be none at ${folder}: ${describe(error)}`);
  }
}

/** What is wrong with a folder is the user's to mend. */
function orInputError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof CheckpointError || (error instanceof Error && 'code' in error)) throw new InputError(error.message);
    throw error;
  }
}
