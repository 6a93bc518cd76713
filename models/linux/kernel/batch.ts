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
  /** `can_luf`: every unmap of the folio so far was read-only. */
  readonly canLuf: Bool;
}

/** The batches of the path's thread. */
export function batchesOf(path: Path): Batches {
  const cpus = setOf(path.machine.CPU);
  const empty = (value: Members<'CPU'>): Effect => value.becomes([]);
  const no = (value: Bool): Effect => value.becomes(false);
  return {
    ubc: path.local('tlb_ubc', cpus, empty),
    writable: path.local('tlb_ubc.writable', bool, no),
    ro: path.local('tlb_ubc_ro', cpus, empty),
    luf: path.local('tlb_ubc_luf', cpus, empty),
    canLuf: path.local('can_luf', bool, no),
  };
}

/** Effects of the batches having been flushed. */
export function flushed({ ubc, luf, writable }: Batches): Effect[] {
  return [ubc.becomes([]), luf.becomes([]), writable.becomes(false)];
}
