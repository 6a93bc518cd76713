/** Ordinary coherent memory, for handshakes between threads: never paged, never in a TLB of the model. */
import type { LinuxOperation } from './operation.js';
import { integerIn, valueIn } from './operation.js';

/** READ_ONCE() and WRITE_ONCE() of an integer. */
export const integerOperations: readonly LinuxOperation[] = [
  {
    id: 'READ_ONCE-integer',
    name: 'READ_ONCE',
    parameters: ['integer'],
    result: 'register',
    by: 'any',
    usage: 'r0 = READ_ONCE(x)',
    write: (path, { statement, deliver }) => {
      const value = path.machine.integer(integerIn(statement));
      path.step({
        at: 'start',
        to: 'end',
        kernel: 'user load of an integer',
        after: 'the integer is ordinary coherent memory',
        then: deliver(value),
        says: [{ text: [`reads ${integerIn(statement)}: `, value] }],
      });
    },
  },
  {
    id: 'WRITE_ONCE-integer',
    name: 'WRITE_ONCE',
    parameters: ['integer', 'value'],
    result: 'none',
    by: 'any',
    usage: 'WRITE_ONCE(x, 1)',
    write: (path, { statement }) => {
      const value = valueIn(path, statement);
      path.step({
        at: 'start',
        to: 'end',
        kernel: 'user store to an integer',
        after: 'the integer is ordinary coherent memory',
        then: [path.machine.integer(integerIn(statement)).becomes(value)],
        says: [{ text: [`writes ${integerIn(statement)} := `, value] }],
      });
    },
  },
];
