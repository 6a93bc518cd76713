import { describe, expect, it } from 'vitest';
import { bool, Model, Schema } from '../../src/index.js';
import { provenanceOf, provenanceText } from '../../src/report/provenance.js';
import { counterexample, shootdown } from './shootdown-model.js';

/** Steps of which nothing but the notes matters. */
function noted(...notes: readonly Record<string, string>[]): Model {
  const schema = new Schema();
  const done = schema.variable('done', bool);
  const model = new Model('noted', schema);
  notes.forEach((note, i) => model.step(`step ${i}`, { label: 'f()', when: [done.not()], then: [done.becomes(true)], notes: note }));
  return model;
}

describe('the provenance of a verdict', () => {
  it('lists the steps of a model that are not read in the source or not exact', () => {
    expect(provenanceText(provenanceOf('model', shootdown({ flushes: true }).steps))).toBe(`\
The model has 7 steps, 5 of them read in the source and exact. The verdict also
  depends on 2 steps:
  mm/rmap.c flush_tlb_page(): patch
      over: one step
  panic: unstated
      unstated
`);
  });

  it('says of a trace when there is nothing to list', () => {
    expect(provenanceText(provenanceOf('trace', counterexample().steps))).toBe(
      'The trace has 4 steps, all read in the source and exact.\n',
    );
  });

  it('lists what is known in the same way once, and counts it', () => {
    const patch = { source: 'mm/rmap.c f()', provenance: 'patch', approximation: 'exact' };
    const other = { ...patch, approximation: 'under: no lock' };
    const { steps } = noted(patch, other, patch);
    const { entries } = provenanceOf('model', steps);
    expect(entries.map(({ approximation, steps: count }) => [approximation, count])).toEqual([['exact', 2], ['under: no lock', 1]]);
    expect(provenanceText(provenanceOf('model', steps))).toContain('  mm/rmap.c f(): patch, 2 steps\n  mm/rmap.c f(): patch\n      under: no lock\n');
    expect(provenanceText(provenanceOf('trace', steps))).toContain('  mm/rmap.c f(): patch, 2 times\n');
  });

  it('takes `exact for ...` as a restriction, and `exact: ...` as a reason', () => {
    const note = { source: 'mm/memory.c f()', provenance: 'source' };
    const { steps } = noted({ ...note, approximation: 'exact for most file systems' }, { ...note, approximation: 'exact: nobody looks' });
    expect(provenanceOf('model', steps)).toMatchObject({ plain: 1, entries: [{ approximation: 'exact for most file systems' }] });
  });
});
