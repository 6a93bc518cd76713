/** Threads that help a search, running the compiled program; `npm test` builds it first. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { linkOver, type HelperData } from '../../src/cli/helpers.js';
import type { Helpers } from '../../src/engine/team.js';

const module = new URL('../../dist/bin/helper.js', import.meta.url);

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

const [team, helpers] = ['../../dist/src/engine/team.js', '../../dist/src/cli/helpers.js'].map((path) => new URL(path, import.meta.url).href);
const helpsAgain = `
  import { parentPort } from 'node:worker_threads';
  import { help } from '${team}';
  import { linkOver } from '${helpers}';
  parentPort.on('message', ({ assignment, port }) => help(assignment, linkOver(port)));
`;

/** So many threads that help one search after the other, for many small ones. */
export function lastingThreads(count: number): Helpers & { end(): Promise<unknown> } {
  const source = new URL(`data:text/javascript,${encodeURIComponent(helpsAgain)}`);
  const workers = Array.from({ length: count }, () => new Worker(source));
  let next = 0;
  return {
    count,
    start: (assignment) => {
      const { port1, port2 } = new MessageChannel();
      workers[next++ % count]!.postMessage({ assignment, port: port2 }, [port2]);
      return linkOver(port1);
    },
    end: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}
