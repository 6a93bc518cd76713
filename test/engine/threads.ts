/** Threads that help a search, running the compiled program; `npm test` builds it first. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { linkOver, type HelperData } from '../../src/cli/helpers.js';
import type { Helpers } from '../../src/engine/team.js';

const module = new URL('../../dist/src/cli/helper.js', import.meta.url);

/** So many threads; none is a team of one. */
export function threads(count: number, archive?: string): Helpers {
  return {
    count,
    start: (assignment) => {
      const { port1, port2 } = new MessageChannel();
      const workerData: HelperData = { assignment, port: port2, archive };
      new Worker(module, { workerData, transferList: [port2] }).unref();
      return linkOver(port1);
    },
  };
}
