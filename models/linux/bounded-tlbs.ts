/** TLBs of a size: the model never has to drop an entry, a run drops the oldest one of a CPU that holds too many. */
import type { Program } from '../../src/index.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import type { View } from './machine/view.js';

/** Drops entries as the model's step `TLB eviction` does. */
export class BoundedTlbs {
  /** Pages in the order in which their entries were filled, by CPU; some may have been flushed since. */
  private readonly filled = new Map<number, number[]>();
  /** What a step instance fills: the CPU, and the page. */
  private readonly fills: readonly ({ readonly cpu: number; readonly page: number } | undefined)[];
  private readonly pages: number;

  constructor(
    program: Program,
    private readonly view: View,
    private readonly size: { readonly scenario: Scenario; readonly entries: number },
  ) {
    this.pages = size.scenario.pages.length;
    this.fills = program.instances.map(({ step, name }) => (step.label.endsWith(' after a table walk') ? this.filledBy(name) : undefined));
  }

  /** Makes room where the step taken has filled one entry too many. */
  note(words: Int32Array, taken?: number): void {
    const fill = taken === undefined ? undefined : this.fills[taken];
    if (!fill) return;
    const before = this.filled.get(fill.cpu) ?? [];
    const held = [...before.filter((page) => page !== fill.page && this.view.read(words, 'tlb.frame', fill.cpu * this.pages + page) >= 0), fill.page];
    const dropped = held.length > this.size.entries ? held.shift() : undefined;
    this.filled.set(fill.cpu, held);
    if (dropped === undefined) return;
    const element = fill.cpu * this.pages + dropped;
    this.view.write(words, 'tlb.frame', element, -1);
    for (const bit of ['tlb.writable', 'tlb.dirty']) this.view.write(words, bit, element, 0);
  }

  private filledBy(name: string): { cpu: number; page: number } {
    const { threads, pages } = this.size.scenario;
    const thread = threads.find((one) => name.startsWith(`${one.name}.`))!;
    const [accessed] = thread.body[Number(/^[^.]*\.(\d+)/.exec(name)?.[1])]!.arguments;
    return { cpu: thread.cpu, page: pages.findIndex((page) => accessed?.kind === 'page' && page.name === accessed.page) };
  }
}
