import { describe, expect, it } from 'vitest';
import { rulesText } from '../../src/report/rules.js';

const rule = {
  name: 'zap.batched',
  summary: 'A holder of the page-table lock first flushes what a reclaim of the mm has put off.',
  flushes: 'mm',
  when: 'under the lock',
  place: 'mm/rmap.c flush_tlb_batched_pending()',
  source: 'Mel Gorman, 3ea277194daa (v4.13)',
  provenance: 'source',
  call: 'flush_tlb_batched_pending()',
};
const other = { ...rule, name: 'pteMarker', summary: 'A marker.' };
const vanilla = { name: 'vanilla', base: 'v6.12', summary: 'Linux v6.12.', rules: ['zap.batched'] };

describe('the rules', () => {
  it('are listed with the sets that have them', () => {
    expect(rulesText([vanilla], [rule, other])).toBe(`\
Rule sets

vanilla (v6.12)
  Linux v6.12.
  rules: zap.batched

Rules

zap.batched
  A holder of the page-table lock first flushes what a reclaim of the mm has put
  off.
  flushes: mm, under the lock
  place:   mm/rmap.c flush_tlb_batched_pending()
  call:    flush_tlb_batched_pending()
  from:    Mel Gorman, 3ea277194daa (v4.13) (source)
  in:      vanilla

pteMarker
  A marker.
  flushes: mm, under the lock
  place:   mm/rmap.c flush_tlb_batched_pending()
  call:    flush_tlb_batched_pending()
  from:    Mel Gorman, 3ea277194daa (v4.13) (source)
  in:      no rule set
`);
  });

  it('can be picked by name', () => {
    const text = rulesText([vanilla], [rule, other], ({ name }) => name === 'pteMarker');
    expect(text.split('\n').slice(0, 3)).toEqual(['Rules', '', 'pteMarker']);
  });
});
