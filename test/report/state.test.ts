import { describe, expect, it } from 'vitest';
import { compile, Layout, optional, range, Schema, setOf, successors } from '../../src/index.js';
import { stateText } from '../../src/report/state.js';
import { shootdown } from './shootdown-model.js';

describe('the text of a state', () => {
  it('marks what a step changed', () => {
    const program = compile(shootdown({ flushes: false }));
    const start = program.starts[0]!;
    const [next] = successors(program, start);
    expect(stateText(program.layout, next!.words, start)).toBe(`\
* pte: false
  frame: used
CPU1
  tlb false, pc first
* CPU0: pc free
`);
  });

  it('has one line for each element of an array', () => {
    const schema = new Schema();
    const CPU = schema.index('CPU', 2);
    schema.array('tlb', [CPU, range(1, 2)], { frame: optional(CPU), cpus: setOf(CPU) });
    const layout = new Layout(schema.variables);
    expect(stateText(layout, new Int32Array(layout.words))).toBe(`\
tlb
  CPU0 1: frame none, cpus {}
  CPU0 2: frame none, cpus {}
  CPU1 1: frame none, cpus {}
  CPU1 2: frame none, cpus {}
`);
  });
});
