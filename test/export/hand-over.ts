/** The model whose exported text is kept: a variable of every domain, a cut, two start states, effects that see each other. */
import { bool, choose, forAll, member, Model, none, observe, oneOf, optional, range, Schema, setOf, when } from '../../src/index.js';

/** Two CPUs that hand over a light. */
export function handOver(): Model {
  const schema = new Schema();
  const CPU = schema.index('CPU', 2);
  const owner = schema.variable('owner', optional(CPU));
  const waiting = schema.variable('waiting', setOf(CPU));
  const light = schema.array('light', [CPU], oneOf('red', 'deep green'));
  const visits = schema.array('visits', [CPU, range(-1, 0)], range(-1, 2), -1);
  const late = schema.variable('late', bool);
  const model = new Model('hand over', schema)
    .start()
    .start(light.at(1).becomes('deep green'), visits.at(1, -1).becomes(0))
    .step('arrive', { c: CPU }, ({ c }) => ({
      when: [waiting.has(c).not(), light.at(c).is('red').or(late)],
      then: [waiting.becomes(waiting.with(c))],
    }))
    .step('enter', { c: CPU }, ({ c }) => ({
      when: [waiting.has(c), visits.at(c, 0).below(2)],
      then: [
        observe('alone', owner.isNone()),
        when(owner.isNone(), [owner.becomes(c), waiting.becomes(waiting.without(c))], [late.becomes(true)]),
        visits.at(c, 0).becomes(visits.at(c, 0).plus(1)),
        visits.at(c, -1).becomes(choose(late, visits.at(c, 0), visits.at(c, -1))),
      ],
    }))
    .step('leave', { when: [owner.isSome()], then: [light.at(owner).becomes('deep green'), owner.becomes(none)], spontaneous: true });
  return model
    .observed('alone')
    .invariant('counted', forAll(CPU, (c) => visits.at(c, -1).atMost(visits.at(c, 0))))
    .cover('late', late)
    .cut('both wait', waiting.has(member(CPU, 0)).and(waiting.has(member(CPU, 1))))
    .end('all green', forAll(CPU, (c) => light.at(c).is('deep green')))
    .noDeadlock();
}
