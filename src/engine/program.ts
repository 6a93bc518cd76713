/**
 * A model made ready to run: the emitted module with the buffers that it writes successors to. One
 * program serves search, replay, random walk and everything else that needs a next state.
 */
import { dispatchOf } from './dispatch.js';
import { emit } from './emit.js';
import { execute, ModelError } from './interpret.js';
import type { StoreLoops } from './loops.js';
import type { Model } from './model.js';
import { lowOf } from './domain.js';
import { writePacked } from './schema.js';
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
  /** Number of 32-bit words of a state. */
  readonly words: number;
  /** Step instances by number; a state's successors come in ascending order of these. */
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

/** Compiles a model; the schema and the model must not change afterwards. */
export function compile(model: Model): Program {
  const dispatch = dispatchOf(instancesOf(model));
  const instances = dispatch.flatMap((group) => group.instances);
  const words = model.schema.words;
  // One state may add as many as there are instances; a multiple of four for the loops over a batch.
  const room = (batchSize + Math.max(1, instances.length) + 3) & ~3;
  const { source, faults } = emit(model, dispatch, room);
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
  return { ...emitted, ...buffers, model, words, instances, starts: startsOf(model) };
}

/** The packed start states, each once, so that their numbers are those of the search. */
function startsOf(model: Model): Int32Array[] {
  const { schema } = model;
  const blank = new Int32Array(schema.words);
  for (const variable of schema.variables) {
    const place = schema.placeOf(variable);
    for (let element = 0; element < place.length; element++) {
      if (variable.initial !== lowOf(variable.domain)) {
        writePacked(place, variable.domain, blank, element, variable.initial);
      }
    }
  }
  const starts = model.starts.length ? model.starts : [[]];
  const packed = starts.map((effects) => {
    const words = blank.slice();
    execute(effects, { schema, words }, (property) => {
      throw new ModelError(`a start state violates ${property}`);
    });
    return words;
  });
  return [...new Map(packed.map((words) => [words.join(), words])).values()];
}
