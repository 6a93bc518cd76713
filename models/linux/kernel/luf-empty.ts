/**
 * LUF on arm64 as posted in v10 to v12: arch_tlbbatch_done(), arch_tlbbatch_check_done() and
 * arch_tlbbatch_diet() say that nothing is left to do, so frames are freed, used again and given up to
 * others without a flush, although a TLBI is complete only after a DSB.
 */
import { batchesOf } from './batch.js';
import { toBool } from '../../../src/index.js';
import type { FlushCall, Path, PutOff } from './path.js';

const kernel = 'arch/arm64/include/asm/tlbflush.h arch_tlbbatch_done()';

/** The scheme whose every flush is nothing. */
export const emptyLuf: PutOff = {
  unmapped: () => [],
  publish: (path, at, to) => {
    const { luf } = batchesOf(path);
    const published = path.rules.has('luf.complete') ? path.place('published') : to;
    path.step({ at, to: published, kernel, provenance: 'patch', after: 'nobody flushes for these unmaps any more', then: [luf.becomes([])], says: ['arch_tlbbatch_done()', '[ taken to be flushed: no DSB ]'] });
    if (published !== to) path.kernel.arch.completeIssued(path, { at: published, to, caller: 'try_to_unmap_luf()' });
  },
  giveUp: (path, at, to) => {
    pass(path, { at, to });
  },
  flush: (path, call) => {
    pass(path, call);
  },
  settle: (path, at, to) => {
    pass(path, { at, to });
  },
  waits: () => toBool(false),
  tagged: (path) => batchesOf(path).canLuf,
  forget: () => [],
  flushing: () => ({ first: [], last: [] }),
};

function pass(path: Path, { at, to, when, last }: Pick<FlushCall, 'at' | 'to' | 'when' | 'last'>): void {
  path.step({ at, to, kernel, provenance: 'patch', after: 'taken to be done already', when: when ?? [], then: last ?? [] });
}
