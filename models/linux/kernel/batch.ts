/**
 * `struct tlbflush_unmap_batch` of a task: the CPUs whose flush is due. Batches are sets of CPUs; on
 * arm64 a batch that is not empty means that a DSB is due.
 *
 * `ubc` must be flushed before the folios are used again, `ro` holds the read-only unmaps of the folio at
 * hand, `luf` those of folios that qualified for LUF. Without a LUF rule only `ubc` and `writable` are
 * ever used.
 */
import { bool, setOf, type Bool, type Effect, type Members } from '../../../src/index.js';
import type { Path } from './path.js';

/** The batches of `current`. */
export interface Batches {
  readonly ubc: Members<'CPU'>;
  readonly writable: Bool;
  readonly ro: Members<'CPU'>;
  readonly luf: Members<'CPU'>;
  /** `can_luf` of the folio at the position. */
  readonly canLuf: Bool;
}

/** The batches of the path's thread, with what goes with a position of a list; the first is 0. */
export function batchesOf(path: Path, number = 0): Batches {
  const cpus = setOf(path.machine.CPU);
  const empty = (value: Members<'CPU'>): Effect => value.becomes([]);
  return {
    ubc: path.local('tlb_ubc', cpus, empty),
    writable: path.local('tlb_ubc.writable', bool, (value) => value.becomes(false)),
    ro: path.local('tlb_ubc_ro', cpus, empty),
    luf: path.local('tlb_ubc_luf', cpus, empty),
    canLuf: canLufOf(path, number),
  };
}

/** `can_luf` of the folio at a position of a list: every unmap of it so far was read-only. */
export function canLufOf(path: Path, number: number): Bool {
  return path.local(number === 0 ? 'can_luf' : `can_luf ${number + 1}`, bool, (value) => value.becomes(false));
}

/** Effects of the batches having been flushed. */
export function flushed({ ubc, luf, writable }: Batches): Effect[] {
  return [ubc.becomes([]), luf.becomes([]), writable.becomes(false)];
}
