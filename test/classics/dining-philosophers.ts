/**
 * Dining philosophers after Chandy and Misra: neighbours hand forks to each other. A fork is dirty once
 * eaten with; a dirty fork is cleaned and handed over, a clean one is kept until its holder has eaten.
 * Left out: fairness, and so the property that nobody starves.
 *
 * Source: TLA+ Examples, DiningPhilosophers, module DiningPhilosophers.
 */
import { allOf, bool, forAll, member, Model, oneOf, Schema, when, type Bool, type Index } from '../../src/index.js';

type Philosopher = Index<'PHILOSOPHER'>;

/** How many dine, at least 2, and which guard to drop. */
export interface DiningPhilosophers {
  readonly philosophers: number;
  /** `clean forks`: whoever holds both forks eats, though it is handing one over. */
  readonly without?: 'clean forks';
}

/** The table, one fork to the left of each philosopher; `exclusive forks` is its safety property. */
export function diningPhilosophers({ philosophers, without }: DiningPhilosophers): Model {
  const schema = new Schema();
  const PHILOSOPHER = schema.index('PHILOSOPHER', philosophers);
  // A fork has the number of the philosopher to whose left it lies.
  const fork = schema.array('fork', [PHILOSOPHER], { holder: PHILOSOPHER, clean: bool });
  const pc = schema.array('pc', [PHILOSOPHER], oneOf('Loop', 'Eat', 'Think'));
  const hungry = schema.array('hungry', [PHILOSOPHER], bool, true);

  const places = PHILOSOPHER.members.map((_, place) => place);
  const turned = (by: number): number[] => places.map((place) => (place + by + philosophers) % philosophers);
  const leftOf = (p: Philosopher): Philosopher => p.lookup(PHILOSOPHER, turned(-1));
  const rightOf = (p: Philosopher): Philosopher => p.lookup(PHILOSOPHER, turned(1));

  const model = new Model(`dining philosophers ${philosophers}`, schema);

  // Each fork starts with the neighbour of the lower number.
  model.start(
    ...places.map((place) => fork.at(place).holder.becomes(member(PHILOSOPHER, place === 1 ? 0 : place))),
  );

  model.step('Loop', { p: PHILOSOPHER }, ({ p }) => {
    const left = fork.at(p);
    const right = fork.at(rightOf(p));
    const holdsBoth = left.holder.is(p).and(right.holder.is(p));
    const canEat = holdsBoth.and(without === 'clean forks' || left.clean.and(right.clean));
    const owes = (held: typeof left): Bool => held.holder.is(p).and(held.clean.not());
    return {
      when: [pc.at(p).is('Loop')],
      then: [
        // Whether to eat is decided by the forks at hand before one is handed over.
        when(
          hungry.at(p),
          [when(canEat, [pc.at(p).becomes('Eat')])],
          [pc.at(p).becomes('Think')],
        ),
        when(
          owes(left),
          [left.holder.becomes(leftOf(p)), left.clean.becomes(true)],
          [when(owes(right), [right.holder.becomes(rightOf(p)), right.clean.becomes(true)])],
        ),
      ],
    };
  });
  model.step('Eat', { p: PHILOSOPHER }, ({ p }) => ({
    when: [pc.at(p).is('Eat')],
    then: [
      hungry.at(p).becomes(false),
      fork.at(p).clean.becomes(false),
      fork.at(rightOf(p)).clean.becomes(false),
      pc.at(p).becomes('Loop'),
    ],
  }));
  model.step('Think', { p: PHILOSOPHER }, ({ p }) => ({
    when: [pc.at(p).is('Think')],
    then: [hungry.at(p).becomes(true), pc.at(p).becomes('Loop')],
  }));

  model.invariant(
    'exclusive forks',
    forAll(PHILOSOPHER, (p) => allOf([pc.at(p).is('Eat'), pc.at(rightOf(p)).is('Eat')]).not()),
    'neighbours, who share a fork, do not eat at the same time',
  );
  return model;
}
