import { describe, expect, it } from 'vitest';
import { compile, Model, oneOf, pathTo, rankedPath, Schema, Search, unlimited, type Choice } from '../../src/index.js';

type Place = 'start' | 'left' | 'right' | 'dead' | 'end';

/** Two ways of two steps; the first that is found changes hands, the other does not. */
function fork(complete: (model: Model, at: Choice<Place>) => void): Search {
  const schema = new Schema();
  const at = schema.variable('at', oneOf<Place>('start', 'left', 'right', 'dead', 'end'));
  const model = new Model('fork', schema);
  const move = (from: Place, to: Place, actor: string): Model =>
    model.step(`${from}-${to}`, { when: [at.is(from)], then: [at.becomes(to)], actor });
  move('start', 'left', 'x');
  move('start', 'right', 'x');
  move('left', 'dead', 'y');
  move('right', 'end', 'x');
  complete(model, at);
  const running = new Search(compile(model), { limits: unlimited });
  while (!running.advance(100));
  return running;
}

function namesOf(running: Search, steps: readonly number[]): string[] {
  return steps.map((step) => running.program.instances[step]!.name);
}

describe('rankedPath', () => {
  it.each<[string, (model: Model, at: Choice<Place>) => void]>([
    ['a deadlock', (model) => model.noDeadlock()],
    ['an invariant', (model, at) => model.invariant('going', at.isNot('dead', 'end'))],
  ])('leads to another state than the first for %s', (_, complete) => {
    const running = fork(complete);
    const [violation] = running.outcome().violations;
    expect(namesOf(running, pathTo(running, violation!.state).steps)).toEqual(['start-left', 'left-dead']);
    expect(namesOf(running, rankedPath(running, violation!).steps)).toEqual(['start-right', 'right-end']);
  });

  it('leads to no other violation than those given', () => {
    const running = fork((model) => model.noDeadlock());
    const [violation] = running.outcome().violations;
    expect(namesOf(running, rankedPath(running, violation!, [violation!]).steps)).toEqual(['start-left', 'left-dead']);
    const other = { ...violation!, state: violation!.state + 1 };
    expect(namesOf(running, rankedPath(running, violation!, [violation!, other]).steps)).toEqual(['start-right', 'right-end']);
  });

  it('does not lead to a state in which it is right to stop', () => {
    const running = fork((model, at) => model.noDeadlock().end('finished', at.is('end')));
    const [violation] = running.outcome().violations;
    expect(namesOf(running, rankedPath(running, violation!).steps)).toEqual(['start-left', 'left-dead']);
  });
});
