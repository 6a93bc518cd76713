/**
 * A user of the page allocator that is not the page cache: takes a frame and fills it. It stands for
 * slab, page tables, another process: anything whose contents a stale entry must never show.
 *
 * An atomic allocation runs with interrupts off, in a system call or an interrupt handler of the thread's
 * CPU, and fails where another one waits.
 */
import { none } from '../../../src/index.js';
import { valueArgument, valueIn, type Call, type LinuxOperation, type Sample, type Sampling } from './operation.js';
import { allocPage, frameLocal } from './page-alloc.js';
import type { Path } from './path.js';

/** The frame is kept for good; `atomic` allocates with interrupts off, and the result is 0 if that fails. */
function alloc(path: Path, { statement, deliver }: Call, atomic: boolean): void {
  const { machine, task } = path;
  const value = valueIn(path, statement);
  const frame = frameLocal(path, 'page');
  const { irqsOff } = machine.state.cpu.at(task.cpu);
  const done = atomic ? [irqsOff.becomes(none)] : [];
  if (atomic) {
    path.step({
      at: 'start',
      to: 'alloc',
      kernel: 'kernel/locking/spinlock.c _raw_spin_lock_irqsave()',
      after: 'this CPU takes no interrupt',
      then: [irqsOff.becomes(task.index)],
      says: ['spin_lock_irqsave()'],
    });
    path.step({
      at: 'refused',
      to: 'end',
      kernel: 'mm/slub.c new_slab()',
      after: 'the caller goes on without memory; interrupts are on again',
      then: [...deliver(machine.content(0)), ...done],
    });
  }
  allocPage(path, atomic ? 'alloc' : 'start', 'write', frame, atomic ? 'refused' : undefined);
  const { content, origin } = machine.state.frame.at(frame);
  path.step({
    at: 'write',
    to: 'end',
    kernel: 'mm/slub.c alloc_slab_page()',
    after: 'the frame belongs to the kernel and holds its data',
    approximation: 'over: any kernel user of a page may write to it at once',
    then: [content.becomes(value), origin.becomes(machine.origin('kernel')), ...deliver(value), ...done],
    says: [{ text: ['[ kernel writes ', value, ' to frame ', frame, ' ]'] }],
  });
}

const eachValue = ({ value }: Sampling): Sample[] => [{ arguments: [valueArgument(value)] }];

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
    samples: eachValue,
    write: (path, call) => {
      alloc(path, call, false);
    },
  },
  {
    id: 'alloc_atomic',
    name: 'alloc_atomic',
    parameters: ['value'],
    result: 'register',
    by: 'any',
    usage: 'r0 = alloc_atomic(7)',
    holdsFrame: true,
    samples: eachValue,
    write: (path, call) => {
      alloc(path, call, true);
    },
  },
];
