/** A thread that helps a search. */
import { workerData } from 'node:worker_threads';
import { help } from '../engine/team.js';
import { linkOver, type HelperData } from './helpers.js';

const { assignment, port } = workerData as HelperData;
help(assignment, linkOver(port));
