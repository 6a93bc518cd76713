/**
 * mm/page_alloc.c: taking a free frame and giving one back, with what happens to its contents.
 *
 * Which free frame an allocation takes is a free choice: the kernel prefers the frame that its CPU
 * freed last, which hides bugs. Contents survive on the free list unless an option writes to them.
 *
 * Left out: per-cpu and buddy lists as different places, watermarks, compaction and page reporting.
 */
import {
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
import { lufFlush } from './rmap.js';
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
 * Takes a free frame into a local, with one reference and its old contents; waits while none is free.
 * Under `alloc.flush` (LUF) the pending flush of its generation comes before the frame is used.
 */
export function allocPage(path: Path, at: string, to: string, into: Frame, rules: ReadonlySet<string>): void {
  const { machine } = path;
  const { frame } = machine.state;
  const prep = path.place('prep_new_page');
  const asking = path.place(allocating);
  path.step({
    at,
    to: asking,
    kernel: `${file} get_page_from_freelist()`,
    after: 'other allocations may take the frames that are free',
  });
  for (const [number, candidate] of membersOf(machine.FRAME).entries()) {
    path.step({
      at: asking,
      to: rules.has('alloc.flush') ? prep : to,
      kernel: `${file} rmqueue()`,
      after: 'the frame is off the free list, its contents are as they were',
      approximation: 'over: any free frame may be taken',
      when: [frame.at(candidate).use.is('free')],
      then: [
        into.becomes(candidate),
        frame.at(candidate).use.becomes('used'),
        frame.at(candidate).refs.becomes(1),
        ...(rules.has('alloc.flush') ? [] : [frame.at(candidate).tag.becomes('none')]),
      ],
      says: [`rmqueue(): frame ${machine.FRAME.members[number]!}`],
    });
  }
  if (!rules.has('alloc.flush')) return;
  path.step({
    at: prep,
    to,
    kernel: `${file} prep_new_page()`,
    provenance: 'patch',
    after: 'the frame carries no generation, or its flush is done',
    when: [frame.at(into).tag.is('none')],
  });
  // check_luf_flush() spins while another CPU flushes the frame's generation.
  lufFlush(path, prep, prep, frame.at(into).tag.isNot('none'));
}

/** The effects of putting a frame on the free list; its contents and generation tag stay. */
function freeEffects(machine: Machine, target: Frame): Effect[] {
  const frame = machine.state.frame.at(target);
  return [
    frame.use.becomes('free'),
    frame.refs.becomes(0),
    frame.isolated.becomes(false),
    frame.dirty.becomes(false),
    frame.locked.becomes(false),
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

/** Frees a frame whose references are all gone; free_pages_prepare() may write to it first. */
export function freePage(path: Path, { at, to, guard, kernel }: FreeCall, target: Frame): void {
  const { machine } = path;
  const prepared = path.place('free_unref_folios');
  const written = overwrites(machine);
  const frame = machine.state.frame.at(target);
  for (const overwrite of written) {
    path.step({
      at,
      to: prepared,
      kernel: overwrite.kernel,
      after: 'the frame holds the new contents before it reaches the free list',
      when: [guard],
      then: overwriteEffects(machine, target, overwrite),
      says: [overwrite.line, { text: ['[ frame ', target, ` holds ${overwrite.text} ]`] }],
    });
  }
  path.step({
    at: written.length ? prepared : at,
    to,
    kernel,
    after: 'any CPU may allocate the frame',
    when: written.length ? [] : [guard],
    then: freeEffects(machine, target),
    says: [kernel.slice(kernel.indexOf(' ') + 1), { text: ['[ frame ', target, ' freed, holds ', frame.origin, ' (', frame.content, ') ]'] }],
  });
}

/** What free_pages_prepare() writes to a frame. */
interface Overwrite {
  readonly kernel: string;
  readonly content: number;
  readonly origin: string;
  readonly line: string;
  readonly text: string;
}

function overwriteEffects(machine: Machine, target: Frame, { content, origin }: Overwrite): Effect[] {
  const frame = machine.state.frame.at(target);
  return [frame.content.becomes(machine.content(content)), frame.origin.becomes(machine.origin(origin))];
}

/** What free_pages_prepare() writes; poisoning wins over init_on_free, mm/mm_init.c. */
function overwrites(machine: Machine): Overwrite[] {
  if (machine.options.has('page_poisoning')) {
    const line = '__kernel_poison_pages()';
    return [{ kernel: `mm/page_poison.c ${line}`, content: poison, origin: 'poison', line, text: 'poison' }];
  }
  if (machine.options.has('init_on_free')) {
    const line = 'kernel_init_pages()';
    return [{ kernel: `${file} ${line}`, content: 0, origin: 'init', line, text: 'zeroes' }];
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
