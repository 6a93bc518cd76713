import { describe, expect, it } from 'vitest';
import type { Counterexample } from '../../src/report/counterexample.js';
import { diagram } from '../../src/report/diagram.js';

type Said = readonly [actor: string, ...lines: string[]];

/** A counterexample that only the parts under test are said of. */
function told(steps: readonly Said[], changes: Partial<Counterexample> = {}): Counterexample {
  return {
    scenario: 'munmap-map-fixed',
    litmus: '',
    rules: 'luf-v10 - zap.batched',
    ruleSet: 'luf-v10',
    changes: ['flush_tlb_batched_pending() taken out'],
    kernel: 'v6.9',
    arch: 'x86',
    shows: { kind: 'property', name: 'protection' },
    trace: {
      model: 'munmap-map-fixed',
      start: { number: 0, fingerprint: '0'.repeat(16) },
      steps: steps.map(([actor, ...lines], i) => ({ name: `${i}`, label: `${i}`, actor, lines, fingerprint: '0'.repeat(16) })),
    },
    steps: [],
    actors: [...new Set(steps.map(([actor]) => actor))],
    assumptions: [],
    ...changes,
  };
}

const user = 'CPU0 (P0)';
const kswapd = 'CPU1 (kswapd)';

describe('the diagram', () => {
  it('is in the style of kernel commit messages', () => {
    const steps: Said[] = [
      [user, 'user reads p: 1', '[ TLB: p -> frame 0 (A), RO ]'],
      [kswapd, 'try_to_unmap_one()', '==> ptep_get_and_clear()', '==> set_tlb_ubc_flush_pending()'],
      [kswapd, '__remove_mapping()'],
      [kswapd, 'try_to_unmap_luf()', '[ flush put off ]'],
      [kswapd, 'free_unref_folios()', '[ frame 0 free, holds A ]'],
      [user, 'munmap(p)', '==> zap_pte_range()', '    [ PTE none, nothing gathered ]'],
      [user, '==> tlb_flush_mmu_tlbonly()', '    [ nothing cleared, no flush ]'],
      [user, 'mmap(p, B, MAP_FIXED)'],
      [user, 'user reads p: 1', '[ stale: p maps B (2), TLB entry still points at freed frame 0 ]'],
    ];
    const assumptions = ['another VMA shares the page table, so free_pgtables() keeps it.'];
    const again = { verb: 'Replay', command: 'shootdown replay counterexamples/...json' } as const;
    expect(diagram(told(steps, { assumptions }), { again })).toBe(`\
munmap-map-fixed under luf-v10 - zap.batched
(luf-v10, with flush_tlb_batched_pending() taken out)

	CPU0 (P0)                       CPU1 (kswapd)
	----                            ----
	user reads p: 1
	[ TLB: p -> frame 0 (A), RO ]
					try_to_unmap_one()
					==> ptep_get_and_clear()
					==> set_tlb_ubc_flush_pending()
					__remove_mapping()
					try_to_unmap_luf()
					[ flush put off ]
					free_unref_folios()
					[ frame 0 free, holds A ]
	munmap(p)
	==> zap_pte_range()
	    [ PTE none, nothing gathered ]
	==> tlb_flush_mmu_tlbonly()
	    [ nothing cleared, no flush ]
	mmap(p, B, MAP_FIXED)
	user reads p: 1
	[ stale: p maps B (2), TLB entry
	  still points at freed frame 0 ]

9 steps, 2 context switches; v6.9, x86; sequentially consistent.
Assumed: another VMA shares the page table, so free_pgtables() keeps it.
Replay: shootdown replay counterexamples/...json
`);
  });

  it('says nothing of changes where there are none', () => {
    expect(diagram(told([[user, 'munmap(p)']], { rules: 'luf-v10', changes: [] }))).toBe(`\
munmap-map-fixed under luf-v10

	CPU0 (P0)
	----
	munmap(p)

1 step, 0 context switches; v6.9, x86; sequentially consistent.
`);
  });

  it('joins several changes and wraps a long heading', () => {
    const changes = ['flush_tlb_batched_pending() taken out', 'luf_flush() in do_wp_page() put in', 'c() taken out'];
    const [, , second, third] = diagram(told([[user, 'x']], { changes, scenario: 'a'.repeat(60) })).split('\n');
    expect(second).toBe('(luf-v10, with flush_tlb_batched_pending() taken out, luf_flush() in');
    expect(third).toBe(' do_wp_page() put in and c() taken out)');
  });

  it('puts three columns 16 apart and lets lines run on', () => {
    const steps: Said[] = [
      [user, 'user reads p: 1', '[ TLB: p -> frame 0 (A), RO ]'],
      [kswapd, '==> set_tlb_ubc_flush_pending()'],
      ['CPU2 (P1)', 'a line in the third column that is too long for what is left of it'],
    ];
    expect(diagram(told(steps)).split('\n').slice(3, -3)).toEqual([
      '\tCPU0 (P0)       CPU1 (kswapd)   CPU2 (P1)',
      '\t----            ----            ----',
      '\tuser reads p: 1',
      '\t[ TLB: p -> frame 0 (A), RO ]',
      '\t\t\t==> set_tlb_ubc_flush_pending()',
      '\t\t\t\t\ta line in the third column that',
      '\t\t\t\t\t  is too long for what is left',
      '\t\t\t\t\t  of it',
    ]);
  });

  it('splits headers that would touch', () => {
    const steps: Said[] = [[user, 'a'], ['CPU1 (kcompactd)', 'b'], ['CPU2 (P1)', 'c'], ['CPU3 (P2)', 'd']];
    expect(diagram(told(steps)).split('\n').slice(3, 6)).toEqual([
      '\tCPU0            CPU1            CPU2            CPU3',
      '\t(P0)            (kcompactd)     (P1)            (P2)',
      '\t----            ----            ----            ----',
    ]);
  });

  it('gives no column to an actor without lines, and keeps the order of the model', () => {
    const steps: Said[] = [[kswapd, 'b'], ['CPU2 (P1)'], [user, 'a']];
    const lines = diagram(told(steps, { actors: [user, kswapd, 'CPU2 (P1)'] })).split('\n');
    expect(lines[3]).toBe('\tCPU0 (P0)                       CPU1 (kswapd)');
    expect(lines.at(-2)).toBe('3 steps, 2 context switches; v6.9, x86; sequentially consistent.');
  });

  it('stays within 72 columns, tabs being 8', () => {
    const words = 'stale entry of page p still points at frame 0 which now holds the secret of another process';
    const steps: Said[] = [user, kswapd, 'CPU2 (P1)', 'CPU3 (P2)'].map((actor) => [actor, `    [ ${words} ]`, `==> ${words}`]);
    const assumptions = [words, words];
    for (const count of [1, 2, 3, 4]) {
      const text = diagram(told(steps.slice(0, count), { assumptions }), { plain: true });
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
      expect(text).not.toMatch(/^ *\]/m);
    }
  });

  it('can do without tabs', () => {
    expect(diagram(told([[user, 'a'], [kswapd, 'b']]), { plain: true }).split('\n').slice(5, 7)).toEqual([
      `${' '.repeat(8)}a`,
      `${' '.repeat(40)}b`,
    ]);
  });
});
