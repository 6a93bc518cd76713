/**
 * A seeded simulation: a scheduler takes the steps of a program, one thread at a time, and every thread repeats what it
 * can do: its program is a repertoire, from which a behaviour picks the next operation whenever one has ended.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { Model } from '../engine/model.js';
import type { Effect, Variable } from '../engine/node.js';
import type { Program } from '../engine/program.js';

/** A thread of the program. */
export interface Actor {
  /** The variable that says where the thread is. */
  readonly pc: Variable;
  /** Its values where an operation begins, by the number of the operation. */
  readonly begins: readonly number[];
  /** Its value where the thread has nothing to do: no step leads on from there. */
  readonly idle: number;
  /** Whether a step instance is one of the thread's, by the number of the instance. */
  readonly takes: (instance: number) => boolean;
}

/** A whole number from 0 to below `n`. */
export type Random = (n: number) => number;

/** What threads do. */
export interface Behaviour {
  /** The number of the operation that an idle thread begins; undefined where it rests. */
  next(actor: number, words: Int32Array, random: Random): number | undefined;
  /** Writes to a state what the surroundings of the model decide: to the start, and after every step, of the instance given. */
  prepare(words: Int32Array, random: Random, taken?: number): void;
}

/** Who counts. */
export interface Observer {
  /** A step was taken; false ends the run. */
  taken(instance: number, before: Int32Array, after: Int32Array): boolean;
}

/** How to simulate; the same seed gives the same run on every machine. */
export interface Simulation extends Behaviour {
  readonly actors: readonly Actor[];
  readonly seed: number;
  /** Steps to take at most. */
  readonly stepsMax: number;
}

/** How a run ended. */
export interface Ended {
  readonly steps: number;
  /** `stopped` by the observer, at the limit of `steps`, or `stuck`: no thread can take a step or wants to begin one. */
  readonly by: 'stopped' | 'steps' | 'stuck';
}

/**
 * The model as a simulation runs it: without spontaneous steps, which no scheduler takes, and without what only a
 * search judges: observations, ends and covers.
 */
export function unjudged(model: Model): Model {
  const quiet = new Model(model.name, model.schema);
  const steps = model.steps.filter(({ spontaneous }) => !spontaneous);
  quiet.steps.push(...steps.map((step) => ({ ...step, then: withoutObservations(step.then) })));
  quiet.starts.push(...model.starts);
  return quiet;
}

function withoutObservations(effects: readonly Effect[]): Effect[] {
  return effects.flatMap((effect): Effect[] => {
    switch (effect.kind) {
      case 'observe':
        return [];
      case 'when':
        return [{ ...effect, then: withoutObservations(effect.then), else: withoutObservations(effect.else) }];
      case 'forEach':
        return [{ ...effect, body: withoutObservations(effect.body) }];
      case 'assign':
        return [effect];
    }
  });
}

/** Runs from the first start state until the observer has seen enough; throws a ModelError where a counter overflows. */
export function simulate(program: Program, simulation: Simulation, observer: Observer): Ended {
  const run = new Run(program, simulation);
  for (let steps = 0; steps < simulation.stepsMax; steps++) {
    const taken = run.step();
    if (taken === undefined) return { steps, by: 'stuck' };
    if (!observer.taken(taken, run.before, run.words)) return { steps: steps + 1, by: 'stopped' };
  }
  return { steps: simulation.stepsMax, by: 'steps' };
}

/** A run under way. */
class Run {
  words: Int32Array;
  before: Int32Array;
  private readonly random: Random;
  /** The actor of each step instance. */
  private readonly actorOf: Int32Array;
  /** The operation that each actor has begun last. */
  private readonly doing: number[] = [];

  constructor(
    private readonly program: Program,
    private readonly simulation: Simulation,
  ) {
    const generator = xoroshiro128plus(simulation.seed);
    this.random = (n) => uniformInt(generator, 0, n - 1);
    this.words = Int32Array.from(program.starts[0]!);
    this.before = Int32Array.from(this.words);
    this.actorOf = Int32Array.from(program.instances, (_, i) => simulation.actors.findIndex((actor) => actor.takes(i)));
    for (const { pc, idle } of simulation.actors) program.layout.write(this.words, pc, 0, idle);
    simulation.prepare(this.words, this.random);
  }

  /** Takes one step of a thread drawn among those that can; returns its instance, or undefined where there is none. */
  step(): number | undefined {
    const { program, simulation } = this;
    const waiting = new Set(simulation.actors.keys());
    let ready = this.expand();
    while (waiting.size > 0) {
      const actor = [...waiting][this.random(waiting.size)]!;
      if (this.isIdle(actor) && this.begin(actor)) ready = this.expand();
      const steps = ready.get(actor);
      if (steps) return this.take(actor, steps);
      waiting.delete(actor);
    }
    program.reset();
    return undefined;
  }

  private isIdle(actor: number): boolean {
    const { pc, idle } = this.simulation.actors[actor]!;
    return this.program.layout.read(this.words, pc, 0) === idle;
  }

  private begin(actor: number): boolean {
    const { actors } = this.simulation;
    const operation = this.simulation.next(actor, this.words, this.random);
    if (operation === undefined) return false;
    this.doing[actor] = operation;
    this.program.layout.write(this.words, actors[actor]!.pc, 0, actors[actor]!.begins[operation]!);
    return true;
  }

  /** Positions of the successors, by the thread whose steps lead there. */
  private expand(): Map<number, number[]> {
    const { program } = this;
    program.reset();
    program.expand(this.words, 0);
    const ready = new Map<number, number[]>();
    for (let i = 0; i < program.count(); i++) {
      const actor = this.actorOf[program.taken[i]!]!;
      const steps = ready.get(actor);
      if (steps) steps.push(i);
      else ready.set(actor, [i]);
    }
    return ready;
  }

  private take(actor: number, positions: readonly number[]): number {
    const { program, simulation } = this;
    const position = positions[this.random(positions.length)]!;
    const instance = program.taken[position]!;
    const { words } = program;
    [this.before, this.words] = [this.words, this.before];
    this.words.set(program.states.subarray(position * words, (position + 1) * words));
    const { pc, begins, idle } = simulation.actors[actor]!;
    const at = begins.indexOf(program.layout.read(this.words, pc, 0));
    // What would follow in the program is picked anew; an operation that begins once more is the same one.
    if (at >= 0 && at !== this.doing[actor]) program.layout.write(this.words, pc, 0, idle);
    simulation.prepare(this.words, this.random, instance);
    return instance;
  }
}
