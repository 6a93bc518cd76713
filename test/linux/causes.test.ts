import { describe, expect, it } from 'vitest';
import { compile, historyAlong, historyOf, pathTo, Search, traceOf, unlimited } from '../../src/index.js';
import { causeOfViolation, groupByCause } from '../../src/litmus/causes.js';
import { print } from '../../src/litmus/print.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import type { Instance } from '../../src/litmus/vocabulary.js';
import { mostGeneralClient, strictProperties } from '../../models/linux/index.js';
import { instantiate, scenarioOf } from './run.js';

interface Causes {
  readonly instance: Instance;
  readonly search: Search;
  /** Each as `property, steps, states: text`. */
  readonly texts: string[];
}

function causesOf(scenario: Scenario | string, rules: string): Causes {
  const instance = instantiate(typeof scenario === 'string' ? scenarioOf(scenario) : scenario, rules);
  const properties = instance.model.properties.map(({ name }) => name).filter((name) => !strictProperties.includes(name));
  const search = new Search(compile(instance.model), { limits: unlimited, properties, sightingsMax: Infinity });
  while (!search.advance(1 << 16));
  const texts = groupByCause(search, instance).map(
    ({ cause: { property, text }, states, shortest: [{ length }] }) => `${property}, ${length}, ${states}: ${text}`,
  );
  return { instance, search, texts };
}

const hit = (access: string, by: string): string => `${access} through a TLB entry that ${by} left stale and nothing flushed`;

describe('causes', () => {
  it('name the step that left a TLB entry stale, and the one after which its use is wrong', () => {
    expect(causesOf('munmap-map-fixed', 'luf-v10 - zap.batched').texts).toEqual([
      `protection, 20, 6: ${hit('READ_ONCE(*p)', 'try_to_unmap_one() of reclaim(A)')}; wrong since __vm_munmap() of munmap(p)`,
    ]);
  });

  it('do not depend on when an unfinished reclaim stops excusing a load', () => {
    expect(causesOf('direct-write', 'luf-v10').texts).toEqual([
      `coherent-bounded, 26, 12: ${hit('READ_ONCE(*p)', 'try_to_unmap_one() of reclaim(A)')}; wrong since ksys_pwrite64() of pwrite(A, 2)`,
    ]);
  });

  it('follow a lost write back to the store', () => {
    expect(causesOf('lost-write-in-writeback', 'vanilla').texts).toEqual([
      `lost-write, 36, 1: __remove_mapping() of reclaim(A); wrong since ${hit('WRITE_ONCE(*p, 3)', 'try_to_unmap_one() of reclaim(A)')}`,
    ]);
  });

  it('say at what each thread is stuck, and where a flush begins with interrupts off', () => {
    expect(causesOf('alloc-atomic', 'luf-v10').texts).toEqual([
      'deadlock, 25, 8: alloc(8) is stuck before flush_tlb_func(), alloc_atomic(7) is stuck before prep_new_page() or check_luf_flush()',
      'flush-context, 23, 33: arch_tlbbatch_flush() of alloc_atomic(7); wrong since _raw_spin_lock_irqsave() of alloc_atomic(7)',
    ]);
  });

  it('say which step broke a property of states, however long ago', () => {
    expect(causesOf('migrate-extra-reference', 'luf-v12').texts).toEqual([
      'freed-while-referenced, 19, 56: violated since migrate_folio_done() of migrate(A)',
    ]);
  });

  it('tell several causes of one scenario apart', () => {
    const store = hit('WRITE_ONCE(*p, 3)', 'change_pte_range() of mprotect(p, PROT_READ)');
    expect(causesOf('mprotect+migration', 'luf-v10').texts).toEqual([
      `lost-write, 17, 36: ${store}; wrong since remove_migration_pte() of migrate(p)`,
      'coherent-bounded, 19, 234: READ_ONCE(*p); wrong since remove_migration_pte() of migrate(p)',
      `coherent-bounded, 20, 78: READ_ONCE(*p); wrong since ${store}`,
      `coherent-bounded, 20, 24: ${hit('READ_ONCE(*p)', 'try_to_migrate_one() of migrate(p)')}; wrong since ${store}`,
    ]);
  });

  it('are the same whichever values the most general client writes, and in the operations that a trace has chosen', () => {
    const except = ['pwrite', 'pread', 'fsync', 'mmap', 'munmap', 'mprotect', 'madvise', 'migrate', 'compact', 'change_remote', 'ftruncate', 'writeback', 'alloc', 'numa_hint', 'invalidate'];
    const client = mostGeneralClient({ cpus: 2, pages: 1, frames: 2, files: 1, ops: [2, 1] }, { except });
    const { instance, search, texts } = causesOf(client, 'luf-v10');
    expect(texts).toEqual([
      'flush-context, 19, 4: arch_tlbbatch_flush() of alloc_atomic(101); wrong since _raw_spin_lock_irqsave() of alloc_atomic(101)',
    ]);
    const [first] = search.outcome().sightings;
    const chosen = instance.chosen(traceOf(search.program, pathTo(search, first!.state, first!.step)));
    expect(chosen.threads.map(({ name, body }) => [name, ...body.map(({ text }) => text)])).toEqual([
      ['P0', 'READ_ONCE(*p)', 'alloc_atomic(101)'],
      ['kswapd', 'reclaim(A)'],
    ]);
    expect(print(chosen)).not.toContain('any(');
    const again = causesOf(chosen, 'luf-v10');
    const key = 'flush-context: arch_tlbbatch_flush() of alloc_atomic(...); wrong since _raw_spin_lock_irqsave() of alloc_atomic(...)';
    expect(causeOfViolation(search, first!, instance).key).toBe(key);
    expect(causeOfViolation(again.search, again.search.outcome().sightings[0]!, again.instance).key).toBe(key);
  });

  it('are those of a path, read from the store or walked again', () => {
    const { search } = causesOf('munmap-map-fixed', 'luf-v10 - zap.batched');
    for (const violation of search.outcome().sightings) {
      const read = historyOf(search, violation);
      expect(historyAlong(search.program, pathTo(search, violation.state, violation.step), violation)).toEqual(read);
      expect([read.states.length, read.steps.length]).toEqual([violation.length, violation.length]);
    }
  });
});
