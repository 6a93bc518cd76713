/**
 * mm/page_alloc.c: taking a free frame and giving one back, with what happens to its contents.
 *
 * Which free frame an allocation takes is a free choice: the kernel prefers the frame that its CPU
 * freed last, which hides bugs. Contents survive on the free list unless an option writes to them.
 *
 * Frames leave the free list in two ways: allocated, or isolated for a purpose of its own
 * (compaction, page reporting).
 *
 * Left out: per-cpu and buddy lists as different places, watermarks, memory that goes offline.
 */
import {
  allOf,
  exists,
  membersOf,
  none,
  optional,
  when,
  type Bool,
  type Effect,
} from '../../../src/index.js';
import { poison } from '../machine/contents.js';
import type { Frame, Machine } from '../machine/machine.js';
import type { Path } from './path.js';

const file = 'mm/page_alloc.c';

/** The local variable that holds a frame. */
export function frameLocal(path: Path, name: string): Frame {
  return path.local(name, optional(path.machine.FRAME), (value) => value.becomes(none));
}

/** No frame is free: an allocation waits. */
export function exhausted(machine: Machine): Bool {
  return exists(machine.FRAME, (f) => machine.state.frame.at(f).use.is('free')).not();
}

/** Places at which a thread waits for a free frame end in this. */
export const allocating = 'rmqueue';

/**
 * Takes a free frame into a local, with one reference and its old contents; waits while none is free, or
 * goes to the place `refused`, as GFP_ATOMIC does. Under `alloc.flush` (LUF) the flush that it waits for
 * comes before the frame is used.
 */
export function allocPage(path: Path, at: string, to: string, into: Frame, refused?: string): void {
  const { machine, rules } = path;
  const { frame } = machine.state;
  const { putOff } = path.kernel;
  const flushes = putOff !== undefined && rules.has('alloc.flush');
  const prep = path.place('prep_new_page');
  const asking = path.place(allocating);
  path.step({
    at,
    to: asking,
    kernel: `${file} get_page_from_freelist()`,
    after: 'other allocations may take the frames that are free',
  });
  for (const { candidate, number, is } of choices(path)) {
    path.step({
      at: asking,
      to: flushes ? prep : to,
      kernel: `${file} rmqueue()`,
      after: 'the frame is off the free list, its contents are as they were',
      approximation: 'over: any free frame may be taken',
      when: [...is, frame.at(candidate).use.is('free'), ...(flushes ? mayTake(path, candidate) : [])],
      then: [
        into.becomes(candidate),
        frame.at(candidate).use.becomes('used'),
        // A free frame has no reference; one that was freed all the same keeps that of its other holder.
        frame.at(candidate).refs.becomes(frame.at(candidate).refs.plus(1)),
        ...(flushes ? [] : (putOff?.forget(candidate) ?? [])),
        ...taken(path),
      ],
      says: [`rmqueue(): frame ${number}`],
    });
  }
  if (flushes) putOff.settle(path, prep, to, into);
  if (refused === undefined) return;
  const candidates = exists(machine.FRAME, (f) => allOf([frame.at(f).use.is('free'), ...(flushes ? mayTake(path, f) : [])]));
  path.step({
    at: asking,
    to: refused,
    kernel: `${file} __alloc_pages_slowpath()`,
    after: 'the allocation has failed: nobody waits for memory with interrupts off',
    when: [candidates.not()],
    says: ['__alloc_pages_slowpath()', '[ no frame may be taken: NULL ]'],
  });
}

/** The frames that an allocation may take: any one that is free, or in long runs the one that is offered to the thread. */
function choices({ machine, task }: Path): { candidate: Frame; number: string; is: Bool[] }[] {
  const { frame: offered } = machine.offered?.at(task.index) ?? {};
  if (offered) return [{ candidate: offered, number: 'offered', is: [offered.isSome()] }];
  return membersOf(machine.FRAME).map((candidate, i) => ({ candidate, number: machine.FRAME.members[i]!, is: [] }));
}

/** What was offered is taken. */
function taken({ machine, task }: Path): Effect[] {
  return machine.offered ? [machine.offered.at(task.index).frame.becomes(none)] : [];
}

/** A frame that is taken off the free list for another purpose than allocation. */
export interface Isolation {
  readonly at: string;
  readonly to: string;
  /** The place to go to where no frame is free. */
  readonly none: string;
  readonly into: Frame;
  /** Kernel file and function that takes it off the list. */
  readonly kernel: string;
}

/**
 * __isolate_free_page(): takes any free frame off the list, without a reference. Under `exit.flush` (LUF)
 * the flush that it waits for comes before anything is done with it; without, it is forgotten.
 */
export function isolateFreePage(path: Path, { at, to, none: empty, into, kernel }: Isolation): void {
  const { machine } = path;
  const { frame } = machine.state;
  const { putOff } = path.kernel;
  const flushes = putOff !== undefined && path.rules.has('exit.flush');
  const isolated = flushes ? path.place('isolated') : to;
  for (const [number, candidate] of membersOf(machine.FRAME).entries()) {
    path.step({
      at,
      to: isolated,
      kernel,
      after: 'the frame is off the free list without a reference: lookups that still know of it fail',
      approximation: 'over: any free frame may be isolated',
      when: [frame.at(candidate).use.is('free')],
      then: [
        into.becomes(candidate),
        frame.at(candidate).use.becomes('frozen'),
        ...(flushes ? [] : (putOff?.forget(candidate) ?? [])),
      ],
      says: [kernel.slice(kernel.indexOf(' ') + 1), `[ frame ${machine.FRAME.members[number]!} off the free list ]`],
    });
  }
  path.step({ at, to: empty, kernel, after: 'no frame is free', when: [exhausted(machine)] });
  if (flushes) putOff.settle(path, isolated, to, into);
}

/** Where no flush by IPI is allowed, frames that wait for one are passed over (no_shootdown_context()). */
function mayTake(path: Path, candidate: Frame): Bool[] {
  const { irqsOff } = path.machine.state.cpu.at(path.task.cpu);
  return path.rules.has('alloc.irqSafe') ? [irqsOff.isNone().or(path.kernel.putOff!.waits(candidate).not())] : [];
}

/**
 * The effects of putting a frame on the free list; its contents and generation tag stay, and so do
 * references that the freer has not dropped: there must be none.
 */
export function freeEffects(machine: Machine, target: Frame): Effect[] {
  const frame = machine.state.frame.at(target);
  return [
    frame.use.becomes('free'),
    frame.isolated.becomes(false),
    frame.dirty.becomes(false),
    frame.locked.becomes(false),
    frame.lazyfree.becomes(false),
    frame.forked.becomes(false),
  ];
}

/** Where a frame is freed, and under which condition. */
export interface FreeCall {
  readonly at: string;
  readonly to: string;
  readonly guard: Bool;
  /** Kernel file and function that frees. */
  readonly kernel: string;
}

/** The end of a folio list: freed in a batch. */
export const freeUnrefFolios = `${file} free_unref_folios()`;

/**
 * Frees a frame that is frozen, or drops the caller's reference and frees it; free_pages_prepare() may
 * write to it first.
 */
export function freePage(path: Path, { at, to, guard, kernel }: FreeCall, target: Frame): void {
  const { machine } = path;
  const frame = machine.state.frame.at(target);
  let free = { at, when: [guard] };
  for (const overwrite of overwrites(machine)) {
    const prepared = path.place('free_unref_folios');
    const writing = flushBeforeOverwrite(path, overwrite, free, target);
    path.step({
      ...writing,
      to: prepared,
      kernel: overwrite.kernel,
      after: 'the frame holds the new contents before it reaches the free list',
      then: overwriteEffects(machine, target, overwrite),
      says: [overwrite.line, { text: ['[ frame ', target, ` holds ${overwrite.text} ]`] }],
    });
    free = { at: prepared, when: [] };
  }
  path.step({
    ...free,
    to,
    kernel,
    after: 'any CPU may allocate the frame',
    then: [when(frame.use.is('used'), [frame.refs.becomes(frame.refs.minus(1))]), ...freeEffects(machine, target)],
    says: [kernel.slice(kernel.indexOf(' ') + 1), { text: ['[ frame ', target, ' freed, holds ', frame.origin, ' (', frame.content, ') ]'] }],
  });
}

/** A rule may have the flush that the frame waits for done before the frame is overwritten. */
function flushBeforeOverwrite(
  path: Path,
  overwrite: Overwrite,
  { at, when: guard }: { at: string; when: Bool[] },
  target: Frame,
): { at: string; when: Bool[] } {
  const { putOff } = path.kernel;
  if (!putOff || !path.rules.has(overwrite.flushedBy)) return { at, when: guard };
  const [asked, settled] = [path.place('free_pages_prepare'), path.place('free_pages_prepare')];
  path.step({
    at,
    to: asked,
    kernel: `${file} free_pages_prepare()`,
    provenance: 'patch',
    after: 'the frame is not on the free list yet',
    when: guard,
  });
  putOff.settle(path, asked, settled, target);
  return { at: settled, when: [] };
}

/** What free_pages_prepare() writes to a frame. */
interface Overwrite {
  readonly kernel: string;
  readonly content: number;
  readonly origin: string;
  readonly line: string;
  readonly text: string;
  /** The rule that flushes before it. */
  readonly flushedBy: string;
}

function overwriteEffects(machine: Machine, target: Frame, { content, origin }: Overwrite): Effect[] {
  const frame = machine.state.frame.at(target);
  return [frame.content.becomes(machine.content(content)), frame.origin.becomes(machine.origin(origin))];
}

/** What free_pages_prepare() writes; poisoning wins over init_on_free, mm/mm_init.c. */
function overwrites(machine: Machine): Overwrite[] {
  if (machine.options.has('page_poisoning')) {
    const line = '__kernel_poison_pages()';
    return [{ kernel: `mm/page_poison.c ${line}`, content: poison, origin: 'poison', line, text: 'poison', flushedBy: 'free.poisonFlush' }];
  }
  if (machine.options.has('init_on_free')) {
    const line = 'kernel_init_pages()';
    return [{ kernel: `${file} ${line}`, content: 0, origin: 'init', line, text: 'zeroes', flushedBy: 'free.initFlush' }];
  }
  return [];
}

/** The effects of dropping one reference; the frame is freed with its last one. */
export function putFrame(machine: Machine, target: Frame): Effect[] {
  const frame = machine.state.frame.at(target);
  const drop: Effect[] = [
    frame.refs.becomes(frame.refs.minus(1)),
    when(frame.refs.is(0), [
      ...overwrites(machine).flatMap((overwrite) => overwriteEffects(machine, target, overwrite)),
      ...freeEffects(machine, target),
    ]),
  ];
  const zero = machine.isZeroPage(target);
  return zero === false ? drop : [when(zero.not(), drop)];
}
