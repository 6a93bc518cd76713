/** What the steps of the Linux model consist of, for mutants: its program counters and its locks. */
import type { Anatomy } from '../../src/index.js';

/**
 * Interrupts that are off and a luf_flush() under way are no locks: nobody waits for the one, and others join
 * the other.
 */
export const anatomy: Anatomy = {
  isCounter: ({ name }) => name.endsWith('.pc'),
  // Two steps of one function differ in what may follow.
  kindOf: ({ label, notes }) => `${label} (${notes.interleaves ?? ''})`,
  operationOf: ({ name }) => name.slice(0, name.indexOf(' ')),
  locks: [
    { name: 'the page-table lock', variables: ['table.ptl'], exclusive: true },
    { name: 'the folio lock', variables: ['frame.locked'], exclusive: true },
    { name: 'mmap_lock', variables: ['mm.writer', 'mm.readers'], exclusive: false },
    { name: 'i_rwsem', variables: ['file.rwsem'], exclusive: true },
    { name: 'invalidate_lock', variables: ['file.invalidating'], exclusive: true },
    { name: 'the rmap locks', variables: ['file.rmapWriter', 'file.rmapReaders', 'anonVma.rmapWriter', 'anonVma.rmapReaders'], exclusive: false },
  ],
};
