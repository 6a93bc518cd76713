/**
 * A user of the page allocator that is not the page cache: takes a frame and fills it. It stands for
 * slab, page tables, another process: anything whose contents a stale entry must never show.
 */
import { none } from '../../../src/index.js';
import type { Content } from '../machine/machine.js';
import { valueArgument, valueIn, type LinuxOperation } from './operation.js';
import { allocPage, frameLocal } from './page-alloc.js';
import type { Path } from './path.js';

/** The frame is kept for good; `atomic` allocates with interrupts off. */
function alloc(path: Path, value: Content, atomic: boolean): void {
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
  allocPage(path, atomic ? 'alloc' : 'start', 'write', frame);
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

/** alloc() and alloc_atomic(). */
export const slabOperations: readonly LinuxOperation[] = [
  {
    id: 'alloc',
    name: 'alloc',
    parameters: ['value'],
    result: 'none',
    by: 'kernel',
    usage: 'alloc(7)',
    holdsFrame: true,
    samples: ({ value }) => [{ arguments: [valueArgument(value)] }],
    write: (path, { statement }) => {
      alloc(path, valueIn(path, statement), false);
    },
  },
  {
    id: 'alloc_atomic',
    name: 'alloc_atomic',
    parameters: ['value'],
    result: 'none',
    by: 'kernel',
    usage: 'alloc_atomic(7)',
    holdsFrame: true,
    write: (path, { statement }) => {
      alloc(path, valueIn(path, statement), true);
    },
  },
];
