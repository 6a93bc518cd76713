import { describe, expect, it } from 'vitest';
import { ledgerText } from '../../src/report/ledger.js';
import { shootdown } from './shootdown-model.js';

describe('the ledger', () => {
  it('lists every label once, by kernel file', () => {
    expect(ledgerText(shootdown({ flushes: true }))).toBe(`\
mm/page_alloc.c
  free_page()                                source    exact
      then: any use of the frame

mm/rmap.c
  ptep_get_and_clear()                       source    exact
      then: the entry stays
  flush_tlb_page()                           patch     over: one step
      then: nothing

unstated
  panic

user mode
  read                                       source    exact
  fault                                      source    exact

user mode read
  read again                                 source    exact

7 steps under 7 labels.
Provenance: source 5, patch 1, unstated 1.
Approximation: exact 5, over 1, unstated 1.
`);
  });

  it('prints further notes with their keys, each once', () => {
    const notes = ({ label }: { label: string }): Record<string, string> => (label === 'read' ? { found: 'user.c:3' } : {});
    expect(ledgerText(shootdown({ flushes: true }), { notes })).toContain(`\
user mode
  read                                       source    exact
      found: user.c:3
  fault                                      source    exact
`);
  });

  it('prints guards and effects when asked', () => {
    expect(ledgerText(shootdown({ flushes: true }), { trees: true })).toContain(`\
  flush_tlb_page()                           patch     over: one step
      then: nothing
      CPU0:flush_tlb_page()
        when CPU0.pc == flush
        CPU1.tlb := false
        CPU0.pc := free
`);
  });
});
