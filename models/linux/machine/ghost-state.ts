/** What loads may return, kept beside the machine: no kernel path reads it. The rules are in ghost.ts. */
import { bool, oneOf, optional, setOf, type IndexType, type Schema } from '../../../src/index.js';

/** The index types that the bookkeeping is about. */
interface Types {
  readonly PAGE: IndexType<'PAGE'>;
  readonly FILE: IndexType<'FILE'>;
  readonly CONTENT: IndexType<'CONTENT'>;
  readonly ORIGIN: IndexType<'ORIGIN'>;
  readonly THREAD: IndexType<'THREAD'>;
}

/** Declares the variables of the bookkeeping. */
export function ghostState(schema: Schema, { PAGE, FILE, CONTENT, ORIGIN, THREAD }: Types) {
  return {
    // superseded: what a write(2) in flight has overwritten, legal until it returns.
    // gone: a truncation has returned, and nothing has been written since.
    // unsaved: the cached folio has been written to since I/O last carried its contents to the disk.
    shown: schema.array('shown', [FILE], { legal: setOf(CONTENT), superseded: setOf(CONTENT), gone: bool, unsaved: bool }),
    own: schema.array('own', [PAGE], {
      copied: bool,
      legal: setOf(CONTENT),
      mapped: setOf(ORIGIN),
      // uffd_wp() has returned: a store must fault.
      armed: bool,
    }),
    inflight: schema.array('inflight', [THREAD], {
      page: optional(PAGE),
      // What the VMA mapped, whether or not the page had been copied from it.
      object: optional(FILE),
      // Whose current contents, and which values, the operation replaces.
      file: optional(FILE),
      values: setOf(CONTENT),
      copying: bool,
      // The page to which mremap() has moved what was here.
      to: optional(PAGE),
      // The page whose protection the operation takes away; what the page maps stays as it is.
      protecting: optional(PAGE),
      // That operation is a uffd_wp(), which an unprotection of the page calls off.
      arming: bool,
      // A madvise() that has given the memory up and not returned, and those that had done so before it.
      // `overtaken`: one of those that came later has returned.
      advice: oneOf('none', 'MADV_DONTNEED', 'MADV_FREE', 'overtaken'),
      overtakes: setOf(THREAD),
    }),
  };
}
