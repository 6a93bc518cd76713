/**
 * Peterson's mutual exclusion of two processes: raise a flag, let the other go first, wait until it
 * does not want to or has let us. Memory is sequentially consistent: every line is one step.
 *
 * Source: Jarod Differdange, TLA+ Examples, locks_auxiliary_vars, module Peterson.
 */
import {
  allOf,
  bool,
  choose,
  forAll,
  Model,
  oneOf,
  Schema,
  type BoolLike,
  type Effect,
  type Index,
} from '../../src/index.js';

type Process = Index<'PROCESS'>;
type Label = 'a0' | 'a1' | 'a2' | 'a3' | 'cs' | 'a4';

/** Which guard to drop. */
export interface Peterson {
  /** `waiting`: a process enters as soon as it has let the other go first. */
  readonly without?: 'waiting';
}

/** The algorithm; `mutual exclusion` is its safety property. */
export function peterson({ without }: Peterson = {}): Model {
  const schema = new Schema();
  const PROCESS = schema.index('PROCESS', 2);
  const pc = schema.array('pc', [PROCESS], oneOf('a0', 'a1', 'a2', 'a3', 'cs', 'a4'));
  const flag = schema.array('flag', [PROCESS], bool);
  const turn = schema.variable('turn', PROCESS);

  const other = (p: Process): Process => p.lookup(PROCESS, [1, 0]);
  const model = new Model('Peterson', schema);

  /** A line of the program: where it stands, where it goes on, what it waits for and what it does. */
  const line = (
    label: Label,
    next: Label,
    body: (p: Process) => { when?: BoolLike; then?: Effect } = () => ({}),
  ): Model =>
    model.step(label, { p: PROCESS }, ({ p }) => {
      const { when = true, then } = body(p);
      return {
        when: [pc.at(p).is(label), when],
        then: [...(then ? [then] : []), pc.at(p).becomes(next)],
      };
    });

  line('a0', 'a1');
  line('a1', 'a2', (p) => ({ then: flag.at(p).becomes(true) }));
  line('a2', 'a3', (p) => ({ then: turn.becomes(other(p)) }));
  line('a3', 'cs', (p) => ({ when: without === 'waiting' || flag.at(other(p)).not().or(turn.is(p)) }));
  line('cs', 'a4');
  line('a4', 'a0', (p) => ({ then: flag.at(p).becomes(false) }));

  const inside = (p: Process) => pc.at(p).is('cs', 'a4');
  model.invariant(
    'mutual exclusion',
    forAll(PROCESS, (p) => allOf([inside(p), inside(other(p))]).not()),
    'at most one process is in the critical section',
  );
  const aside = (p: Process) => pc.at(p).is('a0', 'a1');
  model.invariant(
    'flags tell',
    forAll(PROCESS, (p) => choose(flag.at(p), aside(p).not(), aside(p))),
    'a flag is up from when a process wants to enter until it has left',
  );
  return model;
}
