/** Garbage collection on demand: what a thread does not need any more goes back to the system. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/** Collects the garbage of this thread now. */
export function collectGarbage(): void {
  if (!gc) {
    // The flag alone changes nothing for contexts that are there already.
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
}
