/** Tasks on threads of this machine: each thread runs one module; a signal calls off the tasks that are left. */
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { InputError } from './exit.js';
import type { Session } from './session.js';

/** What a thread gives back for a mistake of the user's, which travels as text. */
export interface Mistaken {
  readonly mistake: string;
}

/** Threads at work; close them in the end. */
export interface Threads<Task, Reply> {
  /** What a task comes to; undefined where it was called off. Throws an InputError for a mistake of the user's. */
  run(task: Task): Promise<Reply | undefined>;
  close(): Promise<void>;
}

/** Makes threads ready that run a module of this folder, whose default export does a task. */
export function startThreads<Task, Reply extends object>(session: Session, module: string, count: number): Threads<Task, Reply> {
  const pool = new Piscina<Task, Reply | Mistaken>({
    filename: fileURLToPath(new URL(module, import.meta.url)),
    minThreads: 0,
    maxThreads: count,
    // Building a model leaves much garbage behind, nearly all of it at once.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  const calledOff = new AbortController();
  // Every task that waits listens.
  setMaxListeners(Infinity, calledOff.signal);
  const watch = setInterval(() => {
    if (session.interrupts.code !== undefined) calledOff.abort();
  }, 50);
  return {
    run: async (task) => {
      try {
        const reply = await pool.run(task, { signal: calledOff.signal });
        if ('mistake' in reply) throw new InputError(reply.mistake);
        return reply;
      } catch (error) {
        if (calledOff.signal.aborted) return undefined;
        throw error;
      }
    },
    close: () => {
      clearInterval(watch);
      return pool.destroy();
    },
  };
}
