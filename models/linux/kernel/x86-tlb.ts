/**
 * arch/x86/mm/tlb.c: generations, IPIs, lazy TLB mode and what a flush does to a CPU's TLB. Where v6.9, Debian's
 * 6.12.117 and v6.14 differ there are rules: cpumask.lazy, flush.loadedOnly, flush.switching.
 *
 * A flush raises or reads mm->context.tlb_gen, sends IPIs to mm_cpumask and waits until every CPU has
 * run flush_tlb_func(). A range flush turns into a full one on a CPU that is behind by more than it, or
 * where the mm has moved on since. A CPU that comes back to an mm compares generations.
 *
 * Only flushes that have freed no page tables ask should_flush_tlb() whom to interrupt; flush_tlb_mm() and
 * flush_tlb_range() pass as if they had. A CPU in lazy TLB mode that is interrupted leaves the mm.
 *
 * Left out: trimming of mm_cpumask once a second, paravirtual and INVLPGB flushes, the flush of page-walk caches as
 * something separate from the TLB, address-space identifiers that are used up (an mm keeps its own on every CPU).
 */
import {
  allOf,
  anyOf,
  membersOf,
  none,
  when,
  type Effect,
  type Members,
} from '../../../src/index.js';
import type { Cpu, Machine, Mm, Page } from '../machine/machine.js';
import type { Arch, FlushCall, Kernel, PageFlush, Path } from './path.js';
import { crossCall, type Skip } from './ipi.js';
import { scheduler, type SwitchMove } from './switch.js';
import { clearEntry, clearMm, nothingIssued } from './tlb.js';

const file = 'arch/x86/mm/tlb.c';

/** What a flush request asks for. */
type Request =
  | { readonly kind: 'mm'; readonly mm: string }
  | { readonly kind: 'page'; readonly mm: string; readonly page: Page; readonly by: PageFlush }
  | { readonly kind: 'batch'; readonly cpus: Members<'CPU'> };

/** info->freed_tables: every CPU of the mask is interrupted. */
const freedTables = (request: Request): boolean =>
  request.kind === 'mm' || (request.kind === 'page' && (request.by === 'flush_tlb_range' || request.by === 'gather with freed tables'));

/** x86: shootdowns by IPI, generations that turn late flushes into full ones. */
export const x86: Arch = {
  name: 'x86',
  shouldDefer: ({ machine, task }, mm) => {
    const others = machine.state.mm.at(machine.mm(mm)).cpumask.without(task.cpu);
    return others.isEmpty().not();
  },
  addPending: ({ machine }, page) => {
    const mm = machine.mmOf(page);
    return { effects: [incMmTlbGen(machine, mm)], cpus: machine.state.mm.at(mm).cpumask };
  },
  flushMm: (path, call, mm) =>
    flush(path, call, { kind: 'mm', mm }, `${file} flush_tlb_mm_range()`, '==> flush_tlb_mm()'),
  flushPage: (path, call, page, by) => {
    const request = { kind: 'page', mm: path.machine.mmNameOf(page), page: path.machine.page(page), by } as const;
    flush(path, call, request, `${file} flush_tlb_mm_range()`, '==> flush_tlb_mm_range()');
  },
  flushBatch: (path, call, cpus) =>
    flush(path, call, { kind: 'batch', cpus }, `${file} arch_tlbbatch_flush()`, '==> arch_tlbbatch_flush()'),
  flushBatchedPending: (path, call, mm) => {
    x86.flushMm(path, call, mm);
  },
  completeIssued: nothingIssued,
  // A CPU that has the entry uses the page without setting the bit again: pages look older than they are.
  clearFlushYoung: () => [],
  // A right that is gained is flushed too, to save the fault.
  pteNeedsFlush: (was, now) => was.read.and(anyOf([now.read.not(), was.write.and(now.write.not()), now.write.and(was.write.not())])),
  faults: { badAccess: 'arch/x86/mm/fault.c do_user_addr_fault()', sigbus: 'arch/x86/mm/fault.c do_sigbus()' },
  lufIsEmpty: false,
  background: (kernel, model, scene) => {
    scheduler(model, scene, { lazyIn: file, switchMm: (move) => { switchMm(kernel, move); }, leaveLazy });
  },
};

/**
 * switch_mm_irqs_off(), interrupts off throughout: leaves the mask of the old mm, enters that of the new
 * one, reads its generation, and loads its page table, with a flush if the generation has moved on since the
 * CPU had the mm last. While it is under way loaded_mm is LOADED_MM_SWITCHING.
 */
function switchMm({ rules }: Kernel, { step, machine, cpu, to, leaves }: SwitchMove): void {
  const { state } = machine;
  const { mm: loaded, next, lazy, needFlush, chosen } = state.cpu.at(cpu);
  const mask = state.mm.at(machine.mm(to)).cpumask;
  const { generation } = state.context.at(cpu, machine.mm(to));
  const newest = state.mm.at(machine.mm(to)).generation;
  const kernel = `${file} switch_mm_irqs_off()`;
  const enter = mask.becomes(mask.with(cpu));
  const flushed = when(needFlush, clearMm(machine, cpu, to));
  const load = [
    flushed,
    needFlush.becomes(false),
    chosen.becomes(false),
    loaded.becomes(machine.mm(to)),
  ];
  const first = rules.has('switch.maskFirst');
  const arriving = next.is(machine.mm(to));
  step({
    kernel,
    after: 'interrupts are off: IPIs wait until the new page table is loaded',
    when: leaves,
    then: [
      ...(rules.has('cpumask.lazy') ? [] : dropMask(machine, cpu)),
      loaded.becomes(none),
      lazy.becomes(false),
      next.becomes(machine.mm(to)),
      ...(first ? [enter] : []),
    ],
    says: ['switch_mm_irqs_off()', ...(first ? ['==> cpumask_set_cpu()'] : [])],
  });
  step({
    kernel: `${file} choose_new_asid()`,
    after: 'a flush of the mm may begin: it interrupts this CPU, or the CPU loads what is stale by then',
    when: [arriving, loaded.isNone(), chosen.not()],
    then: [needFlush.becomes(generation.isNot(newest)), generation.becomes(newest), chosen.becomes(true)],
    says: [
      '==> choose_new_asid()',
      { if: generation.is(newest), text: ['    [ tlb_gen as it was: no flush ]'] },
      { if: generation.isNot(newest), text: ['    [ tlb_gen has moved on: flush ]'] },
    ],
  });
  step({
    kernel,
    after: first ? 'the CPU fills its TLB from the new page table' : 'the CPU fills its TLB, and no flush will reach it yet',
    when: [arriving, loaded.isNone(), chosen],
    then: first ? [...load, next.becomes(none)] : load,
    says: ['==> load_new_mm_cr3()'],
    parts: [{ name: 'the flush in switch_mm_irqs_off()', effects: [flushed] }],
  });
  if (first) return;
  step({
    kernel,
    after: 'IPIs for the mm reach this CPU from here on',
    when: [arriving, loaded.is(machine.mm(to))],
    then: [enter, next.becomes(none)],
    says: ['==> cpumask_set_cpu()'],
  });
}

/** switch_mm_irqs_off() back from a kernel thread to the mm that stayed loaded: flushed if it is behind. */
function leaveLazy({ step, machine, cpu, to, leaves }: SwitchMove): void {
  const { generation } = machine.state.context.at(cpu, machine.mm(to));
  const newest = machine.state.mm.at(machine.mm(to)).generation;
  const caughtUp = when(generation.isNot(newest), [...clearMm(machine, cpu, to), generation.becomes(newest)]);
  step({
    kernel: `${file} switch_mm_irqs_off()`,
    after: 'the CPU is up to date with the mm, and takes IPIs for it again',
    when: leaves,
    then: [
      machine.state.cpu.at(cpu).lazy.becomes(false),
      caughtUp,
    ],
    says: ['switch_mm_irqs_off()'],
    parts: [{ name: 'the flush in switch_mm_irqs_off() out of lazy TLB mode', effects: [caughtUp] }],
  });
}

/** The CPU leaves the mask of the mm that it has loaded. */
function dropMask(machine: Machine, cpu: Cpu): Effect[] {
  return machine.scenario.mms.map((name) => {
    const { cpumask } = machine.state.mm.at(machine.mm(name));
    const { mm } = machine.state.cpu.at(cpu);
    return when(mm.is(machine.mm(name)), [cpumask.becomes(cpumask.without(cpu))]);
  });
}

/** The effect of `inc_mm_tlb_gen()`. */
function incMmTlbGen(machine: Machine, mm: Mm): Effect {
  const { generation } = machine.state.mm.at(mm);
  return generation.becomes(generation.plus(1));
}

function flush(path: Path, call: FlushCall, request: Request, sender: string, says: string): void {
  const { machine } = path;
  const wanted = path.counter('tlb_gen', machine.counters.generationMax);
  const mm = request.kind === 'batch' ? undefined : machine.mm(request.mm);
  crossCall(path, call, {
    sender,
    says,
    receiver: `${file} flush_tlb_func()`,
    mask: request.kind === 'batch' ? request.cpus : machine.state.mm.at(mm!).cpumask,
    first: mm ? [incMmTlbGen(machine, mm), wanted.becomes(machine.state.mm.at(mm).generation)] : [],
    targets: request.kind === 'batch' ? machine.CPU.members.map((_, i) => i) : machine.cpusOf(request.mm),
    handle: (cpu) => handle(path, cpu, request, wanted),
    remarks: (cpu) => {
      const { mm: loaded, lazy } = machine.state.cpu.at(membersOf(machine.CPU)[cpu]!);
      if (!mm || !machine.switches(cpu)) return [];
      return [
        { if: loaded.isNot(mm), text: ['[ another mm is loaded: no flush ]'] },
        { if: loaded.is(mm).and(lazy), text: ['[ in lazy TLB mode: switches to init_mm ]'] },
      ];
    },
    ...(freedTables(request) ? {} : { skips: shouldFlushTlb(path, mm) }),
  });
}

/**
 * should_flush_tlb(): a CPU in lazy TLB mode is not interrupted, as it compares generations before it runs user
 * code again; nor, under flush.loadedOnly, one that has another mm loaded, unless it is just switching and
 * flush.switching is in force.
 */
function shouldFlushTlb({ machine, rules }: Path, mm: Mm | undefined): Skip {
  return {
    kernel: `${file} ${rules.has('flush.loadedOnly') ? 'should_flush_tlb()' : 'tlb_is_not_lazy()'}`,
    after: 'the CPU is not interrupted: it compares generations before it runs user code of the mm',
    when: (cpu) => {
      const { lazy, mm: loaded, next } = machine.state.cpu.at(membersOf(machine.CPU)[cpu]!);
      if (!mm || !rules.has('flush.loadedOnly')) return lazy;
      const switching = rules.has('flush.switching') ? [next.isNone()] : [];
      return lazy.or(allOf([loaded.isNot(mm), ...switching]));
    },
    says: (cpu) => {
      const { lazy, next } = machine.state.cpu.at(membersOf(machine.CPU)[cpu]!);
      return [
        { if: lazy, text: [`[ CPU${cpu} is lazy: no IPI ]`] },
        { if: lazy.not().and(next.isSome()), text: [`[ CPU${cpu} is switching: no IPI ]`] },
        { if: lazy.not().and(next.isNone()), text: [`[ CPU${cpu} has another mm: no IPI ]`] },
      ];
    },
  };
}

/** The body of flush_tlb_func() on a CPU: brings it up to the mm's generation, by page or in full. */
function handle({ machine, rules }: Path, cpu: number, request: Request, wanted: ReturnType<Path['counter']>): Effect[] {
  const { state } = machine;
  const target = membersOf(machine.CPU)[cpu]!;
  const { mm: loaded, lazy } = state.cpu.at(target);
  // The mms that the CPU may have loaded; an IPI for another one than it has does nothing.
  const names = machine.contextsOf(cpu).filter((mm) => mm !== undefined);
  return names
    .filter((name) => request.kind === 'batch' || name === request.mm)
    .map((name) => {
      const mm = machine.mm(name);
      const { generation } = state.context.at(target, mm);
      const newest = state.mm.at(mm).generation;
      const full = clearMm(machine, target, name);
      const upToDate = generation.becomes(newest);
      const here = loaded.is(mm);
      if (request.kind === 'batch') return when(here.and(generation.isNot(newest)), [...full, upToDate]);
      const partial = allOf([wanted.is(generation.plus(1)), wanted.is(newest)]);
      const body = request.kind === 'mm' ? full : [when(partial, clearEntry(machine, target, request.page), full)];
      const { cpumask } = state.mm.at(mm);
      // A CPU in lazy TLB mode switches to init_mm instead.
      const leaves = [loaded.becomes(none), lazy.becomes(false), ...(rules.has('cpumask.lazy') ? [] : [cpumask.becomes(cpumask.without(target))])];
      return when(here.and(lazy), leaves, [when(here.and(generation.below(wanted)), [...body, upToDate])]);
    });
}
