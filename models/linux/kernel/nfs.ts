/**
 * fs/nfs/inode.c: contents that change on the server, and the revalidation that makes the client see them
 * (nfs_revalidate_mapping()). It stands for every file system whose files change behind the page cache.
 *
 * An empty page cache is not invalidated, as there is nothing in it.
 *
 * Left out: attributes and their time-outs, delegations, locks; write(2) of the file waits for the
 * revalidation (nfs_file_read() calls it with the inode locked). A store through a mapping that races with the
 * server's change wins or loses as a whole.
 */
import { overwrite, overwritten } from '../machine/ghost-file.js';
import type { Content } from '../machine/machine.js';
import { fileArgument, fileIn, valueArgument, valueIn, type LinuxOperation } from './operation.js';
import { doWritepages } from './page-writeback.js';
import type { Path } from './path.js';
import { extend } from './read-write.js';
import { invalidateInodePages2 } from './truncate.js';
import { unmapMapping } from './unmap-mapping.js';

const source = 'fs/nfs/inode.c';

/** The server's contents become others, and the client revalidates. */
function changeRemote(path: Path, name: string, value: Content): void {
  const { machine } = path;
  const file = machine.file(name);
  const { rwsem, cache, disk } = machine.state.file.at(file);
  path.step({
    at: 'start',
    to: 'revalidate',
    kernel: `${source} nfs_update_inode()`,
    after: 'the client knows that its cache is old (NFS_INO_INVALID_DATA)',
    approximation: 'under: the client finds the change at once',
    when: [rwsem.not()],
    then: [rwsem.becomes(true), disk.becomes(value), ...overwrite(machine, file, value), ...extend(machine, file)],
    says: [{ text: [`[ the server changes ${name} to `, value, ' ]'] }, 'nfs_update_inode()'],
  });
  const invalidate = { at: 'revalidate', kernel: `${source} nfs_invalidate_mapping()` };
  path.step({
    ...invalidate,
    to: 'sync',
    after: 'the folio is in the way: it is unmapped, written if it is dirty, and dropped',
    when: [cache.isSome()],
    says: ['nfs_invalidate_mapping()'],
  });
  path.step({
    ...invalidate,
    to: 'revalidated',
    after: 'the page cache is empty; TLBs may still hold what it held',
    when: [cache.isNone()],
    says: ['nfs_invalidate_mapping()', '[ page cache empty: nothing to do ]'],
  });
  unmapMapping(path, { at: 'sync', to: 'write', file: name, evenCows: false, by: 'unmap_mapping_range()' });
  doWritepages(path, { at: 'write', to: 'invalidate', file: name, sync: true });
  invalidateInodePages2(path, { at: 'invalidate', to: 'revalidated', file: name });
  path.step({
    at: path.insert('invalidate.empty', 'revalidated', { file }),
    to: 'end',
    kernel: `${source} nfs_clear_invalid_mapping()`,
    after: 'the client has revalidated: every later load must see the server\'s contents',
    then: [rwsem.becomes(false), ...overwritten(machine, file)],
    says: ['[ nfs_clear_invalid_mapping() returns ]'],
  });
}

/** change_remote(). */
export const nfsOperations: readonly LinuxOperation[] = [
  {
    id: 'change_remote',
    name: 'change_remote',
    parameters: ['file', 'value'],
    result: 'none',
    by: 'kernel',
    usage: 'change_remote(A, 2)',
    samples: ({ files, value }) => files.map((file) => ({ arguments: [fileArgument(file), valueArgument(value)] })),
    write: (path, { statement }) => {
      changeRemote(path, fileIn(statement), valueIn(path, statement));
    },
  },
];
