/**
 * arch/x86/mm/tlb.c: generations, IPIs and what a flush does to a CPU's TLB, as in v6.9 and v6.12.
 *
 * A flush raises or reads mm->context.tlb_gen, sends IPIs to mm_cpumask and waits until every CPU has
 * run flush_tlb_func(). A range flush turns into a full one on a CPU that is behind by more than it, or
 * where the mm has moved on since.
 *
 * Left out: lazy TLB mode and mm switches (every CPU runs one mm), paravirtual and INVLPGB flushes,
 * the flush of page-walk caches as something separate from the TLB.
 */
import {
  allOf,
  membersOf,
  none,
  observe,
  setOf,
  when,
  type Bool,
  type Effect,
  type Members,
} from '../../../src/index.js';
import type { Cpu, Machine, Mm, Page } from '../machine/machine.js';
import type { Path, Say } from './path.js';

const file = 'arch/x86/mm/tlb.c';

/** What a flush request asks for. */
type Request =
  | { readonly kind: 'mm'; readonly mm: string }
  | { readonly kind: 'page'; readonly mm: string; readonly page: Page }
  | { readonly kind: 'batch'; readonly cpus: Members<'CPU'> };

/** Where a flush begins and ends, and what goes with these two moments. */
export interface FlushCall {
  readonly at: string;
  readonly to: string;
  /** More of the guard of the first step. */
  readonly when?: readonly (Bool | boolean)[];
  /** Lines before those of the flush itself. */
  readonly says?: readonly Say[];
  /** Effects of the moment in which the CPUs to interrupt are read. */
  readonly first?: readonly Effect[];
  /** Effects of the moment in which the last CPU has acknowledged. */
  readonly last?: readonly Effect[];
}

/** The effect of `inc_mm_tlb_gen()`. */
export function incMmTlbGen(machine: Machine, mm: Mm): Effect {
  const { generation } = machine.state.mm.at(mm);
  return generation.becomes(generation.plus(1));
}

/** `arch_tlbbatch_should_defer()`: some other CPU may hold entries of the mm. */
export function shouldDefer(machine: Machine, mm: string, cpu: number): boolean {
  return machine.cpusOf(mm).some((other) => other !== cpu);
}

/** `flush_tlb_mm()`: everything of one mm, on every CPU of its mask. */
export function flushTlbMm(path: Path, call: FlushCall, mm: string): void {
  flush(path, call, { kind: 'mm', mm }, `${file} flush_tlb_mm_range()`, '==> flush_tlb_mm()');
}

/** `flush_tlb_page()` or a range of one page. */
export function flushTlbPage(path: Path, call: FlushCall, mm: string, page: Page): void {
  flush(path, call, { kind: 'page', mm, page }, `${file} flush_tlb_mm_range()`, '==> flush_tlb_mm_range()');
}

/** `arch_tlbbatch_flush()`: whatever the CPUs of a batch have loaded is brought up to date. */
export function archTlbbatchFlush(path: Path, call: FlushCall, cpus: Members<'CPU'>): void {
  flush(path, call, { kind: 'batch', cpus }, `${file} arch_tlbbatch_flush()`, '==> arch_tlbbatch_flush()');
}

function flush(path: Path, call: FlushCall, request: Request, kernel: string, says: string): void {
  const { machine, task } = path;
  const remaining = path.local('ipis', setOf(machine.CPU), (value) => value.becomes([]));
  const wanted = path.counter('tlb_gen', 63);
  const waiting = path.place('flush');
  const cpus = request.kind === 'batch' ? machine.CPU.members.map((_, i) => i) : machine.cpusOf(request.mm);
  const mm = request.kind === 'batch' ? undefined : machine.mm(request.mm);
  path.step({
    at: call.at,
    kernel,
    after: 'CPUs that have not handled the IPI go on using their entries',
    ...(call.when ? { when: call.when } : {}),
    then: [
      observe('flush-context', machine.state.cpu.at(task.cpu).irqsOff.isNone()),
      ...(mm ? [incMmTlbGen(machine, mm), wanted.becomes(machine.state.mm.at(mm).generation)] : []),
      remaining.becomes(request.kind === 'batch' ? request.cpus : machine.cpus(cpus)),
      ...(call.first ?? []),
      when(remaining.isEmpty(), [...(call.last ?? []), path.goto(call.to)], [path.goto(waiting)]),
    ],
    says: [...(call.says ?? []), says],
  });
  for (const cpu of cpus) {
    const target = membersOf(machine.CPU)[cpu]!;
    const local = cpu === task.thread.cpu;
    path.step({
      at: waiting,
      kernel: `${file} flush_tlb_func()`,
      after: 'the CPU may fill its TLB again from the page table at once',
      cpu,
      when: [remaining.has(target), ...(local ? [] : [machine.state.cpu.at(target).irqsOff.isNone()])],
      then: [
        ...handle(machine, cpu, target, request, wanted),
        remaining.becomes(remaining.without(target)),
        when(remaining.isEmpty(), [...(call.last ?? []), path.goto(call.to)]),
      ],
      says: [local ? '==> flush_tlb_func()' : '<IPI> flush_tlb_func()'],
    });
  }
}

/** The body of flush_tlb_func() on a CPU: brings it up to the mm's generation, by page or in full. */
function handle(
  machine: Machine,
  cpu: number,
  target: Cpu,
  request: Request,
  wanted: ReturnType<Path['counter']>,
): Effect[] {
  const { state } = machine;
  const name = machine.scenario.threads.find((t) => t.cpu === cpu && t.mm !== undefined)?.mm;
  if (name === undefined) return [];
  const mm = state.mm.at(machine.mm(name));
  const local = state.cpu.at(target).generation;
  const pages = machine.pagesOf(name).map((p) => machine.page(p));
  const clear = (page: Page): Effect[] => clearEntry(machine, target, page);
  const full = pages.flatMap(clear);
  const upToDate = local.becomes(mm.generation);
  if (request.kind === 'batch') {
    return [when(local.isNot(mm.generation), [...full, upToDate])];
  }
  const partial = allOf([wanted.is(local.plus(1)), wanted.is(mm.generation)]);
  const body = request.kind === 'mm' ? full : [when(partial, clear(request.page), full)];
  return [when(local.below(wanted), [...body, upToDate])];
}

/** Removes an entry from a TLB. */
export function clearEntry(machine: Machine, cpu: Cpu, page: Page): Effect[] {
  const entry = machine.state.tlb.at(cpu, page);
  return [entry.frame.becomes(none), entry.writable.becomes(false), entry.dirty.becomes(false)];
}

