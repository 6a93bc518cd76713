/** Threads that help a search, as Node starts them. */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Assignment, Helpers, Letter, Link } from '../engine/team.js';

/** What a helping thread is started with. */
export interface HelperData {
  readonly assignment: Assignment;
  readonly port: MessagePort;
  /** The file with the states that memory is too small for. */
  readonly archive: string | undefined;
}

/** So many threads beside this one; they end with the search, and never keep the process alive. */
export function helpersOf(count: number, archive?: string): Helpers {
  return { count, start: (assignment) => start(assignment, archive) };
}

function start(assignment: Assignment, archive: string | undefined): Link {
  const { port1, port2 } = new MessageChannel();
  const workerData: HelperData = { assignment, port: port2, archive };
  const worker = new Worker(new URL('helper.js', import.meta.url), { workerData, transferList: [port2] });
  worker.unref();
  return linkOver(port1);
}

/** A link over a port; letters are read without an event loop, since a thread that searches has none. */
export function linkOver(port: MessagePort): Link {
  port.unref();
  return {
    tell: (letter) => port.postMessage(letter),
    hear: () => (receiveMessageOnPort(port) as { message: Letter } | undefined)?.message,
  };
}
