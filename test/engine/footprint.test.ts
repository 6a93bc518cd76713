import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, decode, footprintOf, statesAlong, walk } from '../../src/index.js';
import { lufCore } from '../classics/luf-core.js';

const program = compile(lufCore({ cpus: 2, pages: 2, frames: 2 }));
const { layout, model: { schema, steps } } = program;
const named = (name: string): ReturnType<typeof footprintOf> => footprintOf(steps.find((step) => step.name === name)!);

describe('the footprint of a step', () => {
  it('names what the step reads and writes', () => {
    const { reads, writes } = named('tlb_fill');
    expect([...reads].sort()).toEqual(['pte.frame', 'pte.writable', 'tlb.frame']);
    expect([...writes].sort()).toEqual(['tlb.frame', 'tlb.writable']);
  });

  it('covers every variable that the step ever changes', () => {
    const options = fc.record({ seed: fc.integer(), stepsMax: fc.constant(40) });
    fc.assert(
      fc.property(options, (seeded) => {
        const path = walk(program, seeded);
        const states = statesAlong(program, path).map((words) => decode(layout, words));
        path.steps.forEach((number, i) => {
          const { writes } = footprintOf(program.instances[number]!.step);
          const changed = schema.variables.filter(({ name }) => {
            const [before, after] = [states[i]!.get(name), states[i + 1]!.get(name)] as [{ equals(o: unknown): boolean }, unknown];
            return !before.equals(after);
          });
          expect(changed.map(({ name }) => name).filter((name) => !writes.has(name))).toEqual([]);
        });
      }),
      { numRuns: 50 },
    );
  });
});
