/**
 * Why a trace violates a property, in the kernel's words: which step left the TLB entry stale that an access hit, and
 * which one made the access wrong, with no flush of the entry between the two. Numbers of CPUs and frames are left
 * out, so that violations with one cause have one text.
 *
 * What made something wrong is asked of the states that led to it: the violating step is judged, by its own
 * condition, as if it were taken in each of them; the cause is the step after which it always fails.
 */
import { deadlock, member, ModelError, type History, type Program } from '../../src/index.js';
import { evaluate, execute } from '../../src/engine/interpret.js';
import type { Packed } from '../../src/engine/layout.js';
import type { Thread } from '../../src/litmus/scenario.js';
import type { Cause } from '../../src/litmus/vocabulary.js';
import type { Frame, Machine } from './machine/machine.js';
import { beganBy, type Began } from './operations.js';

/** The cause of a violation. */
export function causeOf(machine: Machine, program: Program, history: History): Cause {
  const text = new Telling(machine, program, history).text;
  // Values tell who wrote them, and are other ones in another scenario.
  return { property: history.violation.property, text, key: `${history.violation.property}: ${text.replaceAll(/([(,] ?)\d+\)/g, '$1...)')}` };
}

/** A load or store that a TLB entry served. */
interface Hit {
  /** The page's name. */
  readonly page: string;
  /** The frame of the entry, as an expression over a state. */
  readonly entry: Frame;
  /** The frame that it held. */
  readonly frame: Frame;
  readonly write: boolean;
}

/** Tells of one violation. */
class Telling {
  constructor(
    private readonly machine: Machine,
    private readonly program: Program,
    private readonly history: History,
  ) {}

  get text(): string {
    const { property, step } = this.history.violation;
    if (property === deadlock) return this.stuck();
    if (step === undefined) return `violated since ${this.told(this.since((at) => this.breaks(property, at)))}`;
    const last = this.history.steps.length - 1;
    // What a load returns is old from some step on, however long an unfinished reclaim excuses that.
    const asked = property === 'coherent-bounded' ? 'coherent-strict' : property;
    const wrong = this.since((at) => this.wouldViolate(asked, last, at));
    return `${this.told(last)}; wrong since ${this.told(wrong)}`;
  }

  /** A step in words: the access and what served it, or the kernel function and the operation that it is part of. */
  private told(number: number | undefined): string {
    if (number === undefined) return 'the start';
    const { step } = this.program.instances[this.history.steps[number]!]!;
    const began = beganBy(this.machine.world, step.name);
    if (!began) return `a ${step.label}`;
    const { text } = began.statement;
    if (!step.notes['source']?.startsWith('user ')) return inOperation(step.label, began);
    const hit = this.hitOf(number);
    const stale = hit && this.isStale(hit, number) ? this.since((at) => this.isStale(hit, at), number) : undefined;
    return stale === undefined ? text : `${text} through a TLB entry that ${this.told(stale)} left stale and nothing flushed`;
  }

  /** The step after which something is always so up to a state; undefined where it was so from the start. */
  private since(isSo: (state: number) => boolean, upTo = this.history.states.length - 1): number | undefined {
    let first = upTo;
    while (first > 0 && isSo(first - 1)) first--;
    return first > 0 ? first - 1 : undefined;
  }

  /** The state violates a property of states. */
  private breaks(property: string, state: number): boolean {
    const { holds } = this.program.model.properties.find(({ name }) => name === property)!;
    return holds !== undefined && evaluate(holds, this.packed(state)) !== 1;
  }

  /** The step would violate the property if it were taken in a state; an access would find the TLB entry that it has hit. */
  private wouldViolate(property: string, number: number, state: number): boolean {
    const { effects, environment } = this.program.instances[this.history.steps[number]!]!;
    const copy = { ...this.packed(state), words: this.history.states[state]!.slice() };
    let violated = false;
    const note = (other: string): void => {
      violated ||= other === property;
    };
    const hit = this.hitOf(number);
    try {
      if (hit) execute([hit.entry.becomes(hit.frame)], copy, note);
      execute(effects, copy, note, environment);
    } catch (error) {
      // In a state in which the step cannot be taken it may have nothing to work on.
      if (!(error instanceof ModelError || error instanceof RangeError)) throw error;
    }
    return violated;
  }

  /** What served an access, where that was a TLB entry. */
  private hitOf(number: number): Hit | undefined {
    const { machine, program, history } = this;
    const { step } = program.instances[history.steps[number]!]!;
    const began = beganBy(machine.world, step.name);
    const access = /^user (load|store)$/.exec(step.notes['source'] ?? '');
    const argument = began?.statement.arguments.find((a) => a.kind === 'page');
    if (!began || !access || argument?.kind !== 'page') return undefined;
    const page = pageNamed(machine, began.thread, argument.page);
    const entry = machine.state.tlb.at(member(machine.CPU, began.thread.cpu), machine.page(page)).frame;
    return { page, entry, frame: member(machine.FRAME, evaluate(entry.node, this.packed(number))), write: access[1] === 'store' };
  }

  /** The page table does not lead to the frame that the hit found, or not for such an access. */
  private isStale({ page, frame, write }: Hit, state: number): boolean {
    const pte = this.machine.state.pte.at(this.machine.page(page));
    const fits = [pte.kind.is('present'), pte.frame.is(frame), ...(write ? [pte.writable] : [])];
    return !fits.every(({ node }) => evaluate(node, this.packed(state)) === 1);
  }

  /** The threads that have not finished, with the steps that they can never take. */
  private stuck(): string {
    const end = this.packed(this.history.states.length - 1);
    const waiting = new Map<string, Set<string>>();
    for (const step of this.program.model.steps) {
      const began = beganBy(this.machine.world, step.name);
      // The first test of a step of a thread is where the thread is.
      const [here] = step.when;
      if (!began || step.spontaneous || !here || evaluate(here, end) !== 1) continue;
      const { text } = began.statement;
      waiting.set(text, (waiting.get(text) ?? new Set()).add(step.label));
    }
    return [...waiting].map(([text, labels]) => `${text} is stuck before ${[...labels].join(' or ')}`).sort().join(', ');
  }

  private packed(state: number): Packed {
    return { layout: this.program.layout, words: this.history.states[state]! };
  }
}

/** `try_to_unmap_one() of reclaim(A)`; a function that is called like the operation is named once. */
function inOperation(label: string, { statement: { text } }: Began): string {
  return label === `${text.slice(0, text.indexOf('('))}()` ? text : `${label} of ${text}`;
}

/** The page that a thread means by a name: in a forked address space its own copy. */
function pageNamed({ contents }: Machine, { mm }: Thread, name: string): string {
  return contents.pages.find((page) => page.mm === mm && (page.name === name || page.name === `${mm}:${name}`))?.name ?? name;
}
