/**
 * The ticket lock of Linux on arm64: a CPU draws a ticket and waits until it is served; tickets wrap
 * round. Drawing a ticket is one step (the kernel's exclusive load and store are not modelled). Left
 * out: `spin_trylock`, and the property that whoever waits gets the lock.
 *
 * Source: Catalin Marinas, kernel-tla, module ticketlock, with TRYLOCK off.
 */
import {
  allOf,
  forAll,
  Model,
  oneOf,
  range,
  Schema,
  when,
  type BoolLike,
  type Effect,
  type Index,
  type Int,
} from '../../src/index.js';

type Cpu = Index<'CPU'>;
type Label = 'lock' | 'l1' | 'l2' | 'cs' | 'unlock' | 'u1' | 'u2';

/** How many CPUs compete for tickets from 0 to `ticketMax`, and which guard to drop. */
export interface TicketLock {
  readonly cpus: number;
  readonly ticketMax: number;
  /** `turn`: a CPU goes on with whatever ticket it drew. */
  readonly without?: 'turn';
}

/** The lock; `exclusive` is its safety property, and needs a ticket for each CPU. */
export function ticketLock({ cpus, ticketMax, without }: TicketLock): Model {
  const schema = new Schema();
  const CPU = schema.index('CPU', cpus);
  const ticket = range(0, ticketMax);
  const pc = schema.array('pc', [CPU], oneOf('lock', 'l1', 'l2', 'cs', 'unlock', 'u1', 'u2'));
  const drawn = schema.array('drawn', [CPU], ticket);
  const lock = schema.variable('lock', { owner: ticket, next: ticket });

  const advance = (value: Int): Effect =>
    when(value.is(ticketMax), [value.becomes(0)], [value.becomes(value.plus(1))]);

  const model = new Model(`ticket lock ${cpus}, tickets to ${ticketMax}`, schema);

  /** A line of the program: where it stands, where it goes on, what it does and what it waits for. */
  const line = (
    label: Label,
    next: Label,
    then: (c: Cpu) => Effect[] = () => [],
    awaits: (c: Cpu) => BoolLike = () => true,
  ): Model =>
    model.step(label, { c: CPU }, ({ c }) => ({
      when: [pc.at(c).is(label), awaits(c)],
      then: [...then(c), pc.at(c).becomes(next)],
    }));

  line('lock', 'l1');
  // spin_lock
  line('l1', 'l2', (c) => [drawn.at(c).becomes(lock.next), advance(lock.next)]);
  line(
    'l2',
    'cs',
    (c) => [drawn.at(c).becomes(0)],
    (c) => without === 'turn' || lock.owner.is(drawn.at(c)),
  );
  line('cs', 'unlock');
  line('unlock', 'u1');
  // spin_unlock
  line('u1', 'u2', () => [advance(lock.owner)]);
  line('u2', 'lock');

  model.invariant(
    'exclusive',
    forAll(CPU, (c) => forAll(CPU, (d) => c.is(d).or(allOf([pc.at(c).is('cs'), pc.at(d).is('cs')]).not()))),
    'at most one CPU is in the critical section',
  );
  return model;
}
