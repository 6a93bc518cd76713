/**
 * LUF v10 and v11: one global batch of unmaps whose flush is put off, and a generation that freed frames
 * wait for. The series adds this to mm/rmap.c and mm/page_alloc.c.
 *
 * Left out: the spinlock of the batch and the per-CPU ticks; generations are relative (a frame waits for
 * the flush to come, or for the one under way).
 */
import { forEach, setOf, when, type Effect } from '../../../src/index.js';
import type { Frame, Machine } from '../machine/machine.js';
import { batchesOf } from './batch.js';
import { markers } from './markers.js';
import type { FlushCall, Leaving, Path, PutOff } from './path.js';

const file = 'mm/rmap.c';

const givesUp =
  'over: v10 also gives up when luf_lock is contended or any try_to_unmap_flush() runs; ' +
  'under: v10 drops from luf_ubc the CPUs that such a flush reached';

/** The scheme of LUF v10 and v11 on a machine. */
export function globalLuf(machine: Machine): PutOff {
  const { frame, luf } = machine.state;
  return {
    unmapped: (path, { cpus, ...unmap }) => [
      ...(path.rules.has('publish.early') ? [luf.pending.becomes(luf.pending.union(cpus))] : []),
      ...markers(path, unmap),
    ],
    publish: tryToUnmapLuf,
    giveUp: (path, at, to) => {
      const { luf: own } = batchesOf(path);
      const call = { at, to, caller: 'shrink_folio_list(), for a folio that is kept', when: [own.isEmpty().not()], says: ['try_to_unmap_flush()'], last: [own.becomes([])] };
      path.kernel.arch.flushBatch(path, call, own);
      path.step({ at, to, kernel: `${file} try_to_unmap_flush()`, after: 'nothing was put off', when: [own.isEmpty()] });
    },
    flush: (path, call) => {
      lufFlush(path, call);
    },
    settle: (path, at, to, folio) => {
      path.step({
        at,
        to,
        kernel: 'mm/page_alloc.c prep_new_page()',
        provenance: 'patch',
        after: 'the frame carries no generation, or its flush is done',
        when: [frame.at(folio).tag.is('none')],
      });
      // check_luf_flush() spins while another CPU flushes the frame's generation.
      lufFlush(path, { at, to: at, caller: 'prep_new_page()' }, folio);
    },
    waits: (folio) => frame.at(folio).tag.isNot('none'),
    tagged: (_, folio) => frame.at(folio).tag.isNot('none'),
    forget: (folio) => [frame.at(folio).tag.becomes('none')],
    flushing: () => ({ first: [], last: [] }),
  };
}

/** try_to_unmap_luf(): hands the qualified unmaps to the global batch and puts the flush off. */
function tryToUnmapLuf(path: Path, at: string, to: string, leaving: readonly Leaving[]): void {
  const { state } = path.machine;
  const { ubc, luf } = batchesOf(path);
  const step = { at, to, kernel: `${file} try_to_unmap_luf()`, provenance: 'patch' } as const;
  path.step({ ...step, after: 'nothing qualified for LUF', when: [luf.isEmpty()] });
  // Only a folio that leaves takes the generation with it; a kept one forgets it.
  const tag = leaving.map((left) => when(left.if, [state.frame.at(left.frame).tag.becomes('pending')]));
  const published = state.luf.pending.becomes(state.luf.pending.union(luf));
  const on = path.rules.has('luf.complete') ? path.place('published') : to;
  path.step({
    ...step,
    to: on,
    approximation: givesUp,
    after: 'luf_flush() of any CPU now covers these unmaps',
    when: [luf.isEmpty().not(), state.luf.flushing.not()],
    then: [published, luf.becomes([]), ...tag],
    says: ['try_to_unmap_luf()', '[ flush put off ]'],
    parts: [
      { name: 'the fold into luf_ubc in try_to_unmap_luf()', effects: [published] },
      { name: 'the generation of the folios in try_to_unmap_luf()', effects: tag },
    ],
  });
  if (on !== to) path.kernel.arch.completeIssued(path, { at: on, to, caller: 'try_to_unmap_luf()' });
  path.step({
    ...step,
    after: 'LUF was given up: try_to_unmap_flush() flushes as vanilla does',
    when: [luf.isEmpty().not(), state.luf.flushing],
    then: [ubc.becomes(ubc.union(luf)), luf.becomes([])],
    says: ['try_to_unmap_luf()', '[ a flush is running: given up ]'],
  });
}

/**
 * luf_flush() and check_luf_flush(): flush the whole global batch; a caller that finds a flush running
 * waits for it. Without a frame, a caller that finds nothing published goes on.
 */
function lufFlush(path: Path, call: Pick<FlushCall, 'at' | 'to' | 'caller' | 'when' | 'last'>, folio?: Frame): void {
  const { machine } = path;
  const { luf, frame } = machine.state;
  const retag = (from: 'pending' | 'flushing', into: 'flushing' | 'none'): Effect =>
    forEach(machine.FRAME, (f) => [when(frame.at(f).tag.is(from), [frame.at(f).tag.becomes(into)])]);
  const taken = path.local('luf_ubc', setOf(machine.CPU), (value) => value.becomes([]));
  const flush = path.place('luf_flush');
  const name = folio ? 'check_luf_flush()' : 'luf_flush()';
  const step = { at: call.at, kernel: `${file} ${name}`, provenance: 'patch' } as const;
  const guard = call.when ?? [];
  if (!folio) {
    path.step({
      ...step,
      to: call.to,
      after: 'no published unmap waits for a flush',
      when: [...guard, luf.flushing.not(), luf.pending.isEmpty()],
      then: call.last ?? [],
      says: [`==> ${name}`, '    [ nothing published, no flush ]'],
    });
  }
  path.step({
    ...step,
    to: flush,
    after: 'others that need this flush spin until it is done; new unmaps go to the next generation',
    when: [...guard, ...(folio ? [frame.at(folio).tag.isNot('none')] : []), luf.flushing.not(), luf.pending.isEmpty().not()],
    then: [taken.becomes(luf.pending), luf.pending.becomes([]), luf.flushing.becomes(true), retag('pending', 'flushing')],
    says: [`==> ${name}`],
  });
  const done = [luf.flushing.becomes(false), retag('flushing', 'none'), ...(call.last ?? [])];
  path.kernel.arch.flushBatch(path, { at: flush, to: call.to, caller: call.caller, last: done }, taken);
}
