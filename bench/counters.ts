import { Model, range, Schema } from '../src/index.js';

/** Four counters that go up by themselves, spread over a state of this many words: 28,561 states. */
export function counters(words: number): Model {
  const schema = new Schema();
  const counters = schema.array('counters', [range(0, 2 * words - 1)], range(0, 0xffff));
  const model = new Model(`counters in ${words} words`, schema);
  for (let i = 0; i < 4; i++) {
    const counter = counters.at(Math.floor((i * words) / 2));
    model.step(`up ${i}`, { when: [counter.below(12)], then: [counter.becomes(counter.plus(1))] });
  }
  return model;
}
