/**
 * A model made ready to run: the emitted module with the buffers that it writes successors to. One
 * program serves search, replay, random walk and everything else that needs a next state.
 */
import { constantsOf } from './constants.js';
import { dispatchOf } from './dispatch.js';
import { emit } from './emit.js';
import { execute, ModelError } from './interpret.js';
import { Layout, type Packed } from './layout.js';
import type { StoreLoops } from './loops.js';
import type { Model } from './model.js';
import { lengthOf } from './node.js';
import { instancesOf, type StepInstance } from './specialize.js';

/** What the emitted module offers; every function reads one state of a segment. */
interface Emitted extends StoreLoops {
  expand(segment: Int32Array, offset: number): void;
  check(segment: Int32Array, offset: number): number;
  cover(segment: Int32Array, offset: number): number;
  end(segment: Int32Array, offset: number): number;
  /** The hash that the steps compute for their successors. */
  hash(segment: Int32Array, offset: number): number;
  reset(): void;
  /** Successors in the buffers. */
  count(): number;
  /** Of these, the ones that steps other than spontaneous ones lead to. */
  progress(): number;
}

/** Successors are collected in batches of at least this many, so that table probes overlap. */
export const batchSize = 256;

/** A runnable model; successors of the states expanded since `reset` are in the buffers, in order. */
export interface Program extends Emitted {
  readonly model: Model;
  /** Where the variables are in a state. */
  readonly layout: Layout;
  /** Number of 32-bit words of a state. */
  readonly words: number;
  /** Step instances by number, those that can never be taken included; a state's successors come in ascending order of these. */
  readonly instances: readonly StepInstance[];
  readonly states: Int32Array;
  readonly hashes: Int32Array;
  readonly taken: Int32Array;
  /** Masks of the properties that the transition itself violated. */
  readonly violated: Int32Array;
  /** Positions of the successors that the store has not found; see {@link Store.sift}. */
  readonly listed: Int32Array;
  readonly starts: readonly Int32Array[];
}

/** How to compile. */
export interface CompileOptions {
  /**
   * Keep what no step ever changes out of the states; the default. The search finds the same either way,
   * but for an error of the model that stands before a test which constants decide.
   */
  readonly constants?: boolean;
}

/** Compiles a model; the schema and the model must not change afterwards. */
export function compile(model: Model, { constants = true }: CompileOptions = {}): Program {
  const dispatch = dispatchOf(instancesOf(model));
  const instances = dispatch.flatMap((group) => group.instances);
  const starts = startsOf(model);
  const layout = new Layout(model.schema.variables, constants ? constantsOf(instances, starts) : undefined);
  const { words } = layout;
  // One state may add as many as there are instances; a multiple of four for the loops over a batch.
  const room = (batchSize + Math.max(1, instances.length) + 3) & ~3;
  const { source, faults } = emit({ model, layout, dispatch, room });
  const buffers = {
    states: new Int32Array(room * words),
    hashes: new Int32Array(room),
    taken: new Int32Array(room),
    violated: new Int32Array(room),
    listed: new Int32Array(room),
  };
  const fault = (site: number, value: number): never => {
    throw new ModelError(`${faults[site]} ${value}`);
  };
  // The text is made by emit.ts from the model's own trees and holds numbers and operators only.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const instantiate = new Function('buffers', 'fault', source) as (...given: unknown[]) => Emitted;
  const emitted = instantiate(buffers, fault);
  return { ...emitted, ...buffers, model, layout, words, instances, starts: starts.map((start) => layout.repack(start)) };
}

/** The start states, each once, so that their numbers are those of the search; nothing in them is constant yet. */
function startsOf({ schema, starts }: Model): Packed[] {
  const layout = new Layout(schema.variables);
  const packed = (starts.length ? starts : [[]]).map((effects) => {
    const words = blank(layout);
    execute(effects, { layout, words }, (property) => {
      throw new ModelError(`a start state violates ${property}`);
    });
    return { layout, words };
  });
  return [...new Map(packed.map((start) => [start.words.join(), start])).values()];
}

/** The state of the initial values. */
function blank(layout: Layout): Int32Array {
  const words = new Int32Array(layout.words);
  for (const variable of layout.variables) {
    for (let element = 0; element < lengthOf(variable); element++) layout.write(words, variable, element, variable.initial);
  }
  return words;
}
