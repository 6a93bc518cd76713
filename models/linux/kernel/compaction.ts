/**
 * mm/compaction.c: migration to frames that compaction takes off the free list itself
 * (isolate_freepages_block()), not through the allocator, so that what an allocation does to a frame
 * before its use must be done here as well.
 *
 * Left out: the two scanners, free pages of higher order that are split, fast_isolate_freepages().
 */
import { eachFile, eachPage, fileIn, pageIn, type LinuxOperation } from './operation.js';
import { migrateFile, migratePage, type NewFolio } from './migrate.js';
import { isolateFreePage } from './page-alloc.js';

const source = 'mm/compaction.c';

/** compaction_alloc(): the next of the frames that isolate_freepages_block() has collected. */
const compactionAlloc: NewFolio = (path, { at, to, none, into }) => {
  const collected = path.place('compaction_alloc');
  isolateFreePage(path, { at, to: collected, none, into, kernel: `${source} isolate_freepages_block()` });
  const { use, refs } = path.machine.state.frame.at(into);
  path.step({
    at: collected,
    to,
    kernel: `${source} compaction_alloc()`,
    after: 'the frame is the target of the migration, its contents are as they were',
    then: [use.becomes('used'), refs.becomes(refs.plus(1))],
    says: [{ text: ['compaction_alloc(): frame ', into] }],
  });
};

const form = { result: 'none', by: 'kernel', name: 'compact', holdsFrame: true } as const;

/** compact(), of a file or of what a page maps. */
export const compactionOperations: readonly LinuxOperation[] = [
  {
    ...form,
    id: 'compact-file',
    parameters: ['file'],
    usage: 'compact(A)',
    samples: eachFile,
    write: (path, { statement }) => {
      migrateFile(path, fileIn(statement), compactionAlloc);
    },
  },
  {
    ...form,
    id: 'compact-page',
    parameters: ['page'],
    usage: 'compact(p)',
    samples: eachPage,
    write: (path, { statement }) => {
      migratePage(path, pageIn(path, statement), compactionAlloc);
    },
  },
];
