/** A thread that helps a search. */
import { workerData } from 'node:worker_threads';
import type { Archive } from '../engine/arena.js';
import { help } from '../engine/team.js';
import { StateFile } from '../store/state-file.js';
import { collectGarbage } from './garbage.js';
import { linkOver, type HelperData } from './helpers.js';

/** The states in a file that is opened when one is asked for: what goes wrong then is told like all else that goes wrong. */
function statesIn(path: string, words: number): Archive {
  let file: StateFile | undefined;
  const opened = (): StateFile => (file ??= new StateFile(path, words));
  return {
    write: (first, states) => opened().write(first, states),
    read: (first, into) => opened().read(first, into),
    get bytes() {
      return opened().bytes;
    },
  };
}

const { assignment, port, archive } = workerData as HelperData;
help(assignment, linkOver(port), {
  archive: archive === undefined ? undefined : statesIn(archive, assignment.store.words),
  collect: collectGarbage,
});
