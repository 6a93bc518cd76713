/**
 * A user of the page allocator that is not the page cache: takes a frame and fills it. It stands for
 * slab, page tables, another process: anything whose contents a stale entry must never show.
 */
import { none } from '../../../src/index.js';
import type { Content } from '../machine/machine.js';
import type { Hooks } from './hooks.js';
import { allocPage, frameLocal } from './page-alloc.js';
import type { Path } from './path.js';

/** alloc(v) and alloc_atomic(v): the frame is kept for good; `atomic` allocates with interrupts off. */
export function alloc(path: Path, value: Content, atomic: boolean, hooks: Hooks): void {
  const { machine, task } = path;
  const frame = frameLocal(path, 'page');
  const { irqsOff } = machine.state.cpu.at(task.cpu);
  if (atomic) {
    path.step({
      at: 'start',
      to: 'alloc',
      kernel: 'kernel/locking/spinlock.c _raw_spin_lock_irqsave()',
      after: 'this CPU takes no interrupt',
      then: [irqsOff.becomes(task.index)],
      says: ['spin_lock_irqsave()'],
    });
  }
  allocPage(path, atomic ? 'alloc' : 'start', 'write', frame, hooks.rules);
  const { content, origin } = machine.state.frame.at(frame);
  path.step({
    at: 'write',
    to: 'end',
    kernel: 'mm/slub.c alloc_slab_page()',
    after: 'the frame belongs to the kernel and holds its data',
    approximation: 'over: any kernel user of a page may write to it at once',
    then: [
      content.becomes(value),
      origin.becomes(machine.origin('kernel')),
      ...(atomic ? [irqsOff.becomes(none)] : []),
    ],
    says: [{ text: ['[ kernel writes ', value, ' to frame ', frame, ' ]'] }],
  });
}
