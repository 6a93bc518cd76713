/** Scenarios, bundled or written in a test, searched to the end; what tests of the Linux model share. */
import { readdirSync, readFileSync } from 'node:fs';
import { compile, Search, successors, unlimited, type Outcome, type Program } from '../../src/index.js';
import { lengthOf } from '../../src/engine/node.js';
import { evaluate } from '../../src/engine/interpret.js';
import { nameOf, type Domain } from '../../src/engine/domain.js';
import { judge, type Judgement, type Row } from '../../src/litmus/judge.js';
import { parse } from '../../src/litmus/parse.js';
import { observedLocations } from '../../src/litmus/propositions.js';
import { resolve } from '../../src/litmus/resolve.js';
import { parseRules } from '../../src/litmus/results.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import type { Instance } from '../../src/litmus/vocabulary.js';
import { linux } from '../../models/linux/index.js';

/** The function in which a bad access ends, as a step's label. */
export const badAccess = 'do_user_addr_fault()';

const folder = new URL('../../models/litmus/', import.meta.url);

/** Names of the bundled scenarios. */
export const bundled: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.litmus'))
  .map((file) => file.slice(0, -'.litmus'.length))
  .sort();

/** A bundled scenario. */
export function scenarioOf(name: string): Scenario {
  const file = `${name}.litmus`;
  return resolve(parse(readFileSync(new URL(file, folder), 'utf8'), file), linux);
}

/** A scenario from the text of a litmus test, its first line left out. */
export function read(text: string): Scenario {
  return resolve(parse(`C inline\n${text}`, 'inline.litmus'), linux);
}

/** The model of a scenario under a rule expression such as `luf-v10 - zap.batched`. */
export function instantiate(scenario: Scenario, rules = 'vanilla'): Instance {
  return linux.instantiate(scenario, parseRules(rules));
}

/** A finished search with what it was made from. */
export interface Run {
  readonly scenario: Scenario;
  readonly instance: Instance;
  readonly search: Search;
  readonly outcome: Outcome;
}

/** Which part of the space to search. */
export interface Extent {
  /** Judge all properties but these, and stop after the level of the first violation. */
  readonly stopUnless?: readonly string[];
  readonly statesMax?: number;
  /** One state of each orbit under the renamings that change no final value. */
  readonly symmetry?: boolean;
}

/** Searches every state of a scenario under some rules. */
export function explore(scenario: Scenario, rules = 'vanilla', { stopUnless, statesMax = 2_000_000, symmetry = false }: Extent = {}): Run {
  const instance = instantiate(scenario, rules);
  const names = instance.model.properties.map((property) => property.name);
  const fixing = observedLocations(scenario).map((location) => instance.value(location));
  const search = new Search(compile(instance.model, { ...(symmetry && { symmetry: 'derived' }), fixing }), {
    limits: { ...unlimited, statesMax },
    properties: names.filter((name) => !stopUnless?.includes(name)),
    stopAtViolation: stopUnless !== undefined,
  });
  while (!search.advance(1 << 16));
  return { scenario, instance, search, outcome: search.outcome() };
}

/** Distinct final states of the finished executions, unfiltered and in no order. */
export function finalRows({ scenario, instance, search, outcome }: Run): Row[] {
  const locations = observedLocations(scenario).map((location) => instance.value(location));
  const rows = new Map<string, Row>();
  for (const state of endStates(outcome, instance.finished)) {
    const packed = { layout: search.program.layout, words: search.store.wordsOf(state) };
    const row = locations.map(({ node, domain }) => valueNamed(nameOf(domain, evaluate(node, packed))));
    rows.set(row.join(), row);
  }
  return [...rows.values()];
}

const valueNamed = (name: string): Row[number] => (name === 'SIGSEGV' || name === 'SIGBUS' ? name : Number(name));

/** The states of an end. */
export function endStates({ ends }: Outcome, name: string): readonly number[] {
  return ends.find((end) => end.name === name)?.states ?? [];
}

/** Herd's verdict on the condition of a searched scenario. */
export function judgement(run: Run): Judgement {
  return judge(run.scenario, finalRows(run), run.outcome.limit !== undefined);
}

/** What the final states say: `Never`, `Sometimes` or `Always`. */
export function verdictOf(scenario: Scenario, rules = 'vanilla'): string {
  const { observation, vacuous } = judgement(explore(scenario, rules));
  return vacuous ? 'vacuous' : observation;
}

/** The final rows of a scenario as text, sorted: `1,2`; the registers that its condition names. */
export function rowsOf(scenario: Scenario, rules = 'vanilla'): string[] {
  return judgement(explore(scenario, rules)).rows.map((row) => row.join());
}

/** The violated properties with the length of a shortest trace: `coherent-bounded: 24`. */
export function violations({ outcome }: Run): string[] {
  return outcome.violations.map(({ property, length }) => `${property}: ${length}`);
}

/** One variable of a schema, read from packed states. */
export interface Reader {
  readonly domain: Domain;
  readonly length: number;
  /** The packed value of one element: a number, -1 for none, a mask for a set. */
  value(words: Int32Array, element?: number): number;
  /** The value as people write it. */
  name(words: Int32Array, element?: number): string;
}

/** A way to read variables of a program's states by name; throws for a name that its schema does not have. */
export function readers({ layout }: Program): (name: string) => Reader {
  return (name) => {
    const variable = layout.variables.find((v) => v.name === name);
    if (!variable) throw new ReferenceError(`no variable ${name}`);
    const { domain } = variable;
    const value = (words: Int32Array, element = 0): number => layout.read(words, variable, element);
    return { domain, length: lengthOf(variable), value, name: (words, element) => nameOf(domain, value(words, element)) };
  };
}

/** Every state found, in order. */
export function* statesOf({ search }: Run): Generator<Int32Array> {
  for (let state = 0; state < search.store.size; state++) yield search.store.wordsOf(state);
}

/** One execution of a scenario, chosen step by step. */
export class Walk {
  words: Int32Array;
  readonly of: (name: string) => Reader;
  private readonly program: Program;

  constructor(scenario: Scenario, rules = 'vanilla') {
    const instance = instantiate(scenario, rules);
    this.program = compile(instance.model);
    this.words = this.program.starts[0]!;
    this.of = readers(this.program);
  }

  /** The steps that can be taken, each as `P0: load` or `P1: flush_tlb_func() on CPU0`. */
  get enabled(): string[] {
    return this.next().map(({ text }) => text);
  }

  /** Takes steps, each written as in {@link Walk.enabled}; throws unless just one is called so. */
  take(...steps: string[]): this {
    for (const step of steps) {
      const found = this.next().filter(({ text }) => text === step);
      if (found.length !== 1) throw new Error(`${found.length} steps are ${step} among ${this.enabled.join('; ')}`);
      this.words = found[0]!.words;
    }
    return this;
  }

  can(step: string): boolean {
    return this.enabled.includes(step);
  }

  /** Takes the steps of a thread, the first one enabled each time, until the given one is next or none is left. */
  until(thread: string, label?: string): this {
    for (;;) {
      const own = this.next().filter(({ text }) => text.startsWith(`${thread}: `));
      if (own.length === 0 || own.some(({ text }) => text.startsWith(`${thread}: ${label}`))) return this;
      this.words = own[0]!.words;
    }
  }

  private next(): { text: string; words: Int32Array }[] {
    return successors(this.program, this.words).map(({ step: number, words }) => {
      const { step } = this.program.instances[number]!;
      const thread = /^[^. ]*(?=\.)/.exec(step.name)?.[0] ?? 'MMU';
      const at = step.label === 'flush_tlb_func()' || thread === 'MMU' ? ` on ${step.actor.slice(0, 4)}` : '';
      return { text: `${thread}: ${step.label}${at}`, words };
    });
  }
}
