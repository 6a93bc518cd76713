/** Two CPUs and one page: CPU0 unmaps it and frees the frame, CPU1 reads it through its TLB. */
import { bool, Model, observe, oneOf, Schema } from '../../src/index.js';
import { compile, pathTo, Search, traceOf, unlimited, type Outcome } from '../../src/index.js';
import type { Counterexample } from '../../src/report/counterexample.js';
import type { CheckReport } from '../../src/report/verdict.js';

/** The model, with or without the IPI before the frame is freed. */
export function shootdown({ flushes }: { readonly flushes: boolean }): Model {
  const schema = new Schema();
  const pte = schema.variable('pte', bool, true);
  const frame = schema.variable('frame', oneOf('used', 'free'));
  const tlb = schema.variable('CPU1.tlb', bool);
  const unmapper = schema.variable('CPU0.pc', oneOf('clear', 'flush', 'free', 'done'));
  const reader = schema.variable('CPU1.pc', oneOf('first', 'second', 'done'));
  const model = new Model('two-cpus', schema);
  model.step('CPU0:ptep_get_and_clear()', {
    actor: 'CPU0',
    when: [unmapper.is('clear')],
    then: [pte.becomes(false), unmapper.becomes(flushes ? 'flush' : 'free')],
    says: [{ text: ['==> ptep_get_and_clear()'] }],
    notes: { source: 'mm/rmap.c ptep_get_and_clear()', provenance: 'source', approximation: 'exact', interleaves: 'the entry stays' },
  });
  model.step('CPU0:flush_tlb_page()', {
    actor: 'CPU0',
    when: [unmapper.is('flush')],
    then: [tlb.becomes(false), unmapper.becomes('free')],
    says: [{ text: ['==> flush_tlb_page()'] }],
    notes: { source: 'mm/rmap.c flush_tlb_page()', provenance: 'patch', approximation: 'over: one step', interleaves: 'nothing' },
  });
  model.step('CPU0:free_page()', {
    actor: 'CPU0',
    when: [unmapper.is('free')],
    then: [frame.becomes('free'), unmapper.becomes('done')],
    says: [{ text: ['==> free_page()'] }],
    notes: { source: 'mm/page_alloc.c free_page()', provenance: 'source', approximation: 'exact', interleaves: 'any use of the frame' },
  });
  model.step('CPU1:read', {
    actor: 'CPU1',
    when: [reader.is('first'), pte],
    then: [tlb.becomes(true), reader.becomes('second')],
    says: [{ text: ['reads p'] }, { text: ['[ TLB: filled ]'] }],
    notes: { source: 'user mode read', provenance: 'source', approximation: 'exact' },
  });
  model.step('CPU1:fault', {
    actor: 'CPU1',
    when: [reader.isNot('done'), pte.not(), tlb.not()],
    then: [reader.becomes('done')],
    notes: { source: 'user mode fault', provenance: 'source', approximation: 'exact' },
  });
  model.step('CPU1:read again', {
    actor: 'CPU1',
    when: [reader.is('second'), tlb],
    then: [observe('fresh', frame.is('used')), reader.becomes('done')],
    says: [{ text: ['reads p'] }, { text: ['[ frame is ', frame, ' ]'] }],
    notes: { source: 'user mode read', provenance: 'source', approximation: 'exact' },
  });
  model.step('CPU1:panic', { actor: 'CPU1', when: [frame.is('free'), pte], then: [reader.becomes('done')] });
  model.observed('fresh', 'nobody reads a free frame').noDeadlock();
  return model.end('finished', unmapper.is('done').and(reader.is('done'))).cover('the TLB is filled', tlb);
}

/** A check of the model to the end; times and memory are made up. */
export function checked({ flushes }: { readonly flushes: boolean }, changes: Partial<Outcome> = {}): CheckReport {
  const model = shootdown({ flushes });
  const search = new Search(compile(model), { limits: unlimited });
  while (!search.advance(1000));
  const outcome = { ...search.outcome(), memoryBytes: 2048, timeMs: 1230, ...changes };
  return {
    scenario: 'two-cpus',
    rules: flushes ? 'vanilla' : 'vanilla - flush',
    kernel: 'v6.12',
    arch: 'x86',
    outcome,
    symmetry: search.program.symmetry,
    limits: { ...unlimited, statesMax: 5000, timeMsMax: 90_000 },
    judged: model.properties,
    steps: model.steps,
    finished: 'finished',
    outOfMemory: 'out of memory',
  };
}

/** The counterexample of the model without the IPI. */
export function counterexample(): Counterexample {
  const search = new Search(compile(shootdown({ flushes: false })), { limits: unlimited });
  while (!search.advance(1000));
  const [violation] = search.outcome().violations;
  const path = pathTo(search, violation!.state, violation!.step);
  return {
    scenario: 'two-cpus',
    litmus: 'C two-cpus\n',
    rules: 'vanilla - flush',
    ruleSet: 'vanilla',
    changes: ['flush_tlb_page() taken out'],
    kernel: 'v6.12',
    arch: 'x86',
    shows: { kind: 'property', name: 'fresh' },
    trace: traceOf(search.program, path),
    steps: path.steps.map((number) => search.program.instances[number]!.step),
    actors: ['CPU0', 'CPU1'],
    assumptions: [],
  };
}
