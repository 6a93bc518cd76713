/** A thread that helps a search. */
import { workerData } from 'node:worker_threads';
import { help } from '../engine/team.js';
import { StateFile } from '../store/state-file.js';
import { collectGarbage } from './garbage.js';
import { linkOver, type HelperData } from './helpers.js';

const { assignment, port, archive } = workerData as HelperData;
help(assignment, linkOver(port), { archive: archive === undefined ? undefined : new StateFile(archive, assignment.store.words), collect: collectGarbage });
