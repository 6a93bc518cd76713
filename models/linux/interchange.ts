/**
 * What of a scenario may be interchangeable: threads with their CPUs and what they write, pages with the files that they
 * map, address spaces with all of these. The engine takes a proposal only where the model turns out to be the same, so
 * these may be wrong. Frames, and whatever else is alone interchangeable, it finds by itself.
 */
import type { IndexType, Interchange, Pair } from '../../src/index.js';
import type { Argument, Thread } from '../../src/litmus/scenario.js';
import type { Machine } from './machine/machine.js';

/** Proposals for the model of a machine, whose variables have all been declared. */
export function interchangesOf(machine: Machine): Interchange[] {
  const { scenario } = machine;
  const threads = pairsOf(scenario.threads).map(([a, b]) => exchangeOf(machine).threads(a, b));
  const pages = pairsOf(machine.contents.pages.map(({ name }) => name)).flatMap(([p, q]) => [
    exchangeOf(machine).pages(p, q),
    exchangeOf(machine).pages(p, q).filesOf(p, q),
  ]);
  const files = pairsOf(scenario.files.map(({ name }) => name)).map(([f, g]) => exchangeOf(machine).files(f, g));
  return [...threads, ...files, ...pages].flatMap((exchange) => exchange.interchange ?? []);
}

function pairsOf<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}

const exchangeOf = (machine: Machine): Exchange => new Exchange(machine);

/** One proposal under construction; what makes no sense together makes no proposal. */
class Exchange {
  private readonly members = new Map<IndexType, Map<string, string>>();
  private readonly variables = new Map<string, string>();
  /** By word of a place's name the word in its stead. */
  private readonly words = new Map<string, string>();
  private contradictory = false;

  constructor(private readonly machine: Machine) {}

  /** Two threads, with whatever their programs differ in. */
  threads(a: Thread, b: Thread): this {
    const { machine } = this;
    const { CPU, THREAD } = machine;
    if ((a.mm === undefined) !== (b.mm === undefined)) this.contradictory = true;
    this.member(THREAD, a.name, b.name).member(CPU, CPU.members[a.cpu]!, CPU.members[b.cpu]!);
    for (const { name } of machine.schema.variables) {
      const other = name.startsWith(`${a.name}.`) || name.startsWith(`${a.name}:`) ? b.name + name.slice(a.name.length) : undefined;
      if (other !== undefined) this.variables.set(name, other);
    }
    if (a.mm !== undefined && b.mm !== undefined && a.mm !== b.mm) this.mms(a.mm, b.mm);
    const [slots, others] = [a, b].map(({ name }) => machine.world.programs.get(name)!) as [never, never];
    this.programs(slots, others);
    return this.word(a.name, b.name);
  }

  /** Two address spaces, with their pages and what these map. */
  private mms(a: string, b: string): void {
    const { machine } = this;
    const [pages, others] = [machine.pagesOf(a), machine.pagesOf(b)];
    if (pages.length !== others.length) this.contradictory = true;
    this.member(machine.MM, a, b).member(machine.TABLE, a, b).word(a, b);
    pages.forEach((page, i) => this.pages(page, others[i] ?? page).filesOf(page, others[i] ?? page));
  }

  private programs(slots: readonly Slot[], others: readonly Slot[]): void {
    if (slots.length !== others.length) this.contradictory = true;
    slots.forEach(({ alternatives }, i) => {
      const there = others[i]?.alternatives ?? [];
      if (alternatives.length !== there.length) this.contradictory = true;
      alternatives.forEach((statement, j) => {
        const args = there[j]?.arguments ?? [];
        statement.arguments.forEach((argument, k) => this.argument(argument, args[k]));
      });
    });
  }

  private argument(one: Argument, other: Argument | undefined): void {
    if (one.kind === 'value' && other?.kind === 'value' && one.value !== other.value) this.value(one.value, other.value);
    else if (one.kind === 'page' && other?.kind === 'page' && one.page !== other.page) this.pages(one.page, other.page).filesOf(one.page, other.page);
    else if (one.kind === 'file' && other?.kind === 'file' && one.file !== other.file) this.files(one.file, other.file);
  }

  private value(a: number, b: number): this {
    return this.member(this.machine.CONTENT, String(a), String(b)).word(String(a), String(b));
  }

  /** Two pages, with the origin of their own memory. */
  pages(p: string, q: string): this {
    const { PAGE, ORIGIN, TABLE, options } = this.machine;
    this.member(PAGE, p, q).member(ORIGIN, p, q).word(p, q).places();
    return options.has('split_ptl') ? this.member(TABLE, p, q) : this;
  }

  /** The files that two pages map at the start. */
  filesOf(p: string, q: string): this {
    const [f, g] = [p, q].map((page) => this.machine.pageNamed(page).mapping?.object);
    const files: (string | undefined)[] = this.machine.scenario.files.map(({ name }) => name);
    return f !== g && files.includes(f) && files.includes(g) ? this.files(f!, g!) : this;
  }

  /** Two files, with what they hold at the start. */
  files(f: string, g: string): this {
    const { FILE, ORIGIN, CONTENT, scenario } = this.machine;
    const [a, b] = [f, g].map((name) => String(scenario.files.find((file) => file.name === name)?.value));
    return this.member(FILE, f, g).member(ORIGIN, f, g).member(CONTENT, a!, b!).word(f, g).places();
  }

  private member(type: IndexType, a: string, b: string): this {
    const pairs = this.members.get(type) ?? new Map<string, string>();
    this.members.set(type, this.exchange(pairs, a, b));
    return this;
  }

  private word(a: string, b: string): this {
    this.exchange(this.words, a, b);
    return this;
  }

  private exchange(pairs: Map<string, string>, a: string, b: string): Map<string, string> {
    if ((pairs.get(a) ?? b) !== b || (pairs.get(b) ?? a) !== a) this.contradictory = true;
    if (a !== b) pairs.set(a, b).set(b, a);
    return pairs;
  }

  /** Every thread goes on where the names of its places have changed. */
  private places(): this {
    for (const { name } of this.machine.scenario.threads) {
      const pc = `${name}.pc`;
      if (!this.variables.has(pc) && ![...this.variables.values()].includes(pc)) this.variables.set(pc, pc);
    }
    return this;
  }

  /** The proposal as the engine takes it. */
  get interchange(): Interchange | undefined {
    if (this.contradictory) return undefined;
    const members = [...this.members].map(([type, pairs]) => ({ type, pairs: once(pairs) })).filter(({ pairs }) => pairs.length > 0);
    return { members, variables: [...this.variables], names: this.names() };
  }

  private names(): Pair[] {
    const exchanged = new Set([...this.variables].flat());
    const domains = this.machine.schema.variables.flatMap(({ name, domain }) => (exchanged.has(name) && domain.kind === 'choice' ? [domain] : []));
    const names = new Set(domains.flatMap((domain) => domain.names));
    return [...names].flatMap((name): Pair[] => {
      // Numbers after a dot count the places of an operation.
      const other = name.replace(/(?<![.\w:])[\w:]+/g, (word) => this.words.get(word) ?? word);
      return other === name ? [] : [[name, other]];
    });
  }
}

type Slot = { readonly alternatives: readonly { readonly arguments: readonly Argument[] }[] };

function once(pairs: ReadonlyMap<string, string>): Pair[] {
  return [...pairs].filter(([a, b]) => a < b);
}
