/**
 * LUF v12: batches by key (`struct luf_batch`), one for every mm and every file beside those of the freed
 * frames, a global clock `luf_ugen`, and for every CPU the time up to which it is known to be flushed
 * (`ugen_done`), which lets flushes leave CPUs out (`arch_tlbbatch_diet()`). The series adds this to
 * mm/rmap.c, mm/page_alloc.c and arch/x86/mm/tlb.c.
 *
 * A frame carries its batch itself, in place of a key into a table: two batches never share a key.
 *
 * Left out: the locks of the batches, the zone's batch of everything on its lists (a taken frame's own
 * batch is flushed), the waiting of allocators for each other (wait_zone_ugen_done()), LUF's debug pages.
 */
import { allOf, exists, forEach, membersOf, when, type Bool, type Effect, type Handle, type Members } from '../../../src/index.js';
import type { Machine } from '../machine/machine.js';
import { batchesOf, flushed } from './batch.js';
import { markers } from './markers.js';
import type { About, FlushCall, FlushScope, Leaving, Path, PutOff } from './path.js';

const file = 'mm/rmap.c';

/** A `struct luf_batch`: CPUs to flush, and when the newest of its unmaps was. */
interface LufBatch {
  readonly lufCpus: Members<'CPU'>;
  readonly lufUgen: Handle<{ kind: 'range'; low: number; high: number }>;
}

/** The scheme of LUF v12 on a machine. */
export function keyedLuf(machine: Machine): PutOff {
  const { state } = machine;
  return {
    unmapped: (path, { cpus, ...unmap }) => [
      ...(path.rules.has('publish.early') ? publishEarly(path, cpus, unmap) : []),
      ...markers(path, unmap),
    ],
    publish: foldUnmapLuf,
    giveUp: (path, at, to) => {
      const { ubc, luf } = batchesOf(path);
      const folded = path.place('luf_flush');
      path.step({
        at,
        to: folded,
        kernel: `${file} fold_unmap_luf()`,
        provenance: 'patch',
        after: 'what was put off for the folio joins the batch that is flushed next',
        then: [ubc.becomes(ubc.union(luf)), luf.becomes([])],
      });
      flushUbc(path, { at: folded, to, caller: 'shrink_folio_list(), for a folio that is kept' });
    },
    flush: (path, call, scope, about) => {
      lufFlush(path, call, scope, about);
    },
    settle: (path, at, to, folio) => {
      const frame = state.frame.at(folio);
      const waiting = waits(machine, frame);
      const step = { kernel: 'mm/page_alloc.c luf_takeoff_check_and_fold()', provenance: 'patch' } as const;
      const folded = path.place('luf_takeoff_end');
      const { ubc } = batchesOf(path);
      const known = { if: frame.lufCpus.isEmpty().not(), text: ['[ its CPUs are marked as flushed: no flush ]'] };
      path.step({ ...step, at, to, after: 'the frame waits for no flush, or the flush is known to be done', when: [waiting.not()], then: forget(frame), says: [known] });
      path.step({
        ...step,
        at,
        to: folded,
        after: 'the frame is off the free list and not used yet',
        when: [waiting],
        then: [ubc.becomes(ubc.union(frame.lufCpus)), ...forget(frame)],
        says: ['==> luf_takeoff_end()'],
      });
      flushUbc(path, { at: folded, to, caller: 'luf_takeoff_end()' });
    },
    waits: (folio) => waits(machine, state.frame.at(folio)),
    tagged: (_, folio) => state.frame.at(folio).lufCpus.isEmpty().not(),
    forget: (folio) => forget(state.frame.at(folio)),
    flushing: (path, cpus) => marking(path, cpus),
  };
}

/** An unmap joins the batches of its mm and of its file at once. */
function publishEarly(path: Path, cpus: Members<'CPU'>, { page, file: mapping }: About): Effect[] {
  const { machine } = path;
  const { ugen } = machine.state.luf;
  const join = ({ lufCpus, lufUgen }: LufBatch): Effect[] => [lufCpus.becomes(lufCpus.union(cpus)), lufUgen.becomes(ugen)];
  return [
    ugen.becomes(ugen.plus(1)),
    ...join(machine.state.mm.at(machine.mmOf(page!))),
    ...(mapping ? join(machine.state.file.at(mapping)) : []),
    // luf_batch[0], of everything put off: the last patches of v12 leave it empty, here it serves rules that flush all.
    machine.state.luf.pending.becomes(machine.state.luf.pending.union(cpus)),
  ];
}

/** fold_unmap_luf(): what qualified goes with the frame that leaves. */
function foldUnmapLuf(path: Path, at: string, to: string, leaving: readonly Leaving[]): void {
  const { ugen } = path.machine.state.luf;
  const { luf } = batchesOf(path);
  const { frame } = path.machine.state;
  const step = { at, kernel: `${file} fold_unmap_luf()`, provenance: 'patch' } as const;
  const taken = leaving.map((left) => when(left.if, [frame.at(left.frame).lufCpus.becomes(luf), frame.at(left.frame).lufUgen.becomes(ugen)]));
  const published = path.rules.has('luf.complete') ? path.place('published') : to;
  path.step({ ...step, to, after: 'nothing qualified for LUF', when: [luf.isEmpty()] });
  path.step({
    ...step,
    to: published,
    after: 'the frame takes its batch along; the batches of mm and file have it since the unmap',
    when: [luf.isEmpty().not()],
    then: [
      ugen.becomes(ugen.plus(1)),
      ...taken,
      luf.becomes([]),
    ],
    says: ['fold_unmap_luf()', '[ flush put off ]'],
    parts: [{ name: 'the batch of the frames in fold_unmap_luf()', effects: taken }],
  });
  if (published !== to) path.kernel.arch.completeIssued(path, { at: published, to, caller: 'fold_unmap_luf()' });
}

/** The frame's batch has a CPU that is not known to be flushed since (arch_tlbbatch_check_done()). */
function waits(machine: Machine, { lufCpus, lufUgen }: LufBatch): Bool {
  return exists(machine.CPU, (c) => lufCpus.has(c).and(machine.state.cpu.at(c).ugenDone.below(lufUgen)));
}

function forget({ lufCpus, lufUgen }: LufBatch): Effect[] {
  return [lufCpus.becomes([]), lufUgen.becomes(0)];
}

/** luf_flush(), luf_flush_mm(), luf_flush_mapping() and luf_flush_vma(). */
function lufFlush(path: Path, call: Pick<FlushCall, 'at' | 'to' | 'caller' | 'when' | 'last'>, scope: FlushScope, about: About): void {
  const { machine } = path;
  const { state } = machine;
  const mm = about.page === undefined ? undefined : machine.mmOf(about.page);
  if (scope === 'mapping') {
    if (about.file) flushLufBatch(path, call, 'luf_flush_mapping()', state.file.at(about.file));
    else flushMapping(path, call, about.page!);
  } else if (scope === 'mm') {
    flushLufBatch(path, call, 'luf_flush_mm()', state.mm.at(mm!));
  } else if (scope === 'vma') {
    const between = path.place('luf_flush_mm');
    flushMapping(path, { ...call, to: between, last: [] }, about.page!);
    flushLufBatch(path, { at: between, to: call.to, caller: call.caller, ...(call.last && { last: call.last }) }, 'luf_flush_mm()', state.mm.at(mm!));
  } else {
    const never = { lufCpus: state.luf.pending, lufUgen: state.luf.ugen };
    flushLufBatch(path, call, 'luf_flush()', never);
  }
}

/** luf_flush_mapping() of the file that a shared VMA maps, if it is one. */
function flushMapping(path: Path, call: Pick<FlushCall, 'at' | 'to' | 'caller' | 'when' | 'last'>, page: string): void {
  const { machine } = path;
  const { kind, file: mapped } = machine.state.vma.at(machine.page(page));
  const shared = machine.filesOf(page, 'shared');
  const none = allOf([kind.is('shared')]).not();
  path.step({
    at: call.at,
    to: call.to,
    kernel: `${file} luf_flush_vma()`,
    provenance: 'patch',
    after: 'the VMA shares no file',
    when: [...(call.when ?? []), none],
    then: call.last ?? [],
  });
  for (const name of shared) {
    const object = machine.file(name);
    const guard = [...(call.when ?? []), kind.is('shared'), mapped.is(object)];
    flushLufBatch(path, { ...call, when: guard }, 'luf_flush_mapping()', machine.state.file.at(object));
  }
}

/**
 * The batch joins current->tlb_ubc, the CPUs that are known to be flushed since are taken out of it, and
 * the rest is flushed. Under `diet.shared` they are taken out of all that current->tlb_ubc holds.
 */
function flushLufBatch(path: Path, call: Pick<FlushCall, 'at' | 'to' | 'caller' | 'when' | 'last'>, name: string, batch: LufBatch): void {
  const { machine, rules } = path;
  const { ubc } = batchesOf(path);
  const folded = path.place('try_to_unmap_flush');
  const done = (cpu: Parameters<typeof ubc.has>[0]): Bool =>
    machine.state.cpu.at(cpu).ugenDone.below(batch.lufUgen).not();
  const diet = rules.has('diet.shared')
    ? [
        ubc.becomes(ubc.union(batch.lufCpus)),
        forEach(machine.CPU, (c) => [when(done(c), [ubc.becomes(ubc.without(c))])]),
      ]
    : [forEach(machine.CPU, (c) => [when(batch.lufCpus.has(c).and(done(c).not()), [ubc.becomes(ubc.with(c))])])];
  const dropped = rules.has('diet.shared')
    ? membersOf(machine.CPU).map((c, i) => ({ if: ubc.has(c).and(done(c)), text: [`    [ ${machine.CPU.members[i]!} dropped from tlb_ubc ]`] }))
    : [];
  path.step({
    at: call.at,
    to: folded,
    kernel: `${file} ${name}`,
    provenance: 'patch',
    after: 'the CPUs that are known to be flushed since are left out',
    when: call.when ?? [],
    then: diet,
    says: [`==> ${name}`, ...dropped],
  });
  flushUbc(path, { at: folded, to: call.to, caller: call.caller, ...(call.last && { last: call.last }) });
}

/** try_to_unmap_flush() of current->tlb_ubc, if anything is left in it. */
function flushUbc(path: Path, call: Pick<FlushCall, 'at' | 'to' | 'caller' | 'last'>): void {
  const batches = batchesOf(path);
  const last = call.last ?? [];
  const { first, last: marked } = marking(path);
  path.step({
    at: call.at,
    to: call.to,
    kernel: `${file} try_to_unmap_flush()`,
    after: 'no CPU is left to flush',
    when: [batches.ubc.isEmpty()],
    then: last,
    says: ['    [ no CPU left to flush ]'],
  });
  path.kernel.arch.flushBatch(
    path,
    { at: call.at, to: call.to, caller: call.caller, when: [batches.ubc.isEmpty().not()], first, last: [...marked, ...flushed(batches), ...last] },
    batches.ubc,
  );
}

/**
 * arch_tlbbatch_mark_ugen() for the CPUs of the thread's batches, or arch_mm_mark_ugen() for the mask of an
 * mm: they are taken to be flushed up to the moment when the flush began.
 */
function marking(path: Path, mask?: Members<'CPU'>): { first: Effect[]; last: Effect[] } {
  if (mask && !path.rules.has('done.markMm')) return { first: [], last: [] };
  const { machine } = path;
  const began = path.counter('ugen', machine.counters.ugenMax);
  const { ubc, luf } = batchesOf(path);
  const cpus = mask ?? ubc.union(luf);
  return {
    first: [began.becomes(machine.state.luf.ugen)],
    last: [
      forEach(machine.CPU, (c) => {
        const { ugenDone } = machine.state.cpu.at(c);
        return [when(cpus.has(c).and(ugenDone.below(began)), [ugenDone.becomes(began)])];
      }),
      began.becomes(0),
    ],
  };
}
