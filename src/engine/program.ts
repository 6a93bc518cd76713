/**
 * A model made ready to run: the emitted module with the buffers that it writes successors to. One
 * program serves search, replay, random walk and everything else that needs a next state.
 */
import { privatePlaces, type PrivatePlaces } from './ample.js';
import { constantsOf } from './constants.js';
import { dispatchOf } from './dispatch.js';
import type { Value } from './expression.js';
import { execute, ModelError } from './interpret.js';
import { Layout, type Packed } from './layout.js';
import type { Model } from './model.js';
import { batchSize, type Emitter } from './module.js';
import { lengthOf } from './node.js';
import { started, translate, type Runner } from './runner.js';
import { instancesOf, remaindersOf, type StepInstance } from './specialize.js';
import { noSymmetry, symmetryOf, type Symmetry, type SymmetryChoice } from './symmetry.js';

/** A runnable model; successors of the states expanded since `reset` are in the buffers, in order. */
export interface Program extends Runner {
  readonly model: Model;
  /** Where the variables are in a state. */
  readonly layout: Layout;
  /** Step instances by number, those that can never be taken included; a state's successors come in ascending order of these. */
  readonly instances: readonly StepInstance[];
  readonly starts: readonly Int32Array[];
  /** The renamings by which states are one; only the one that changes nothing unless asked for. */
  readonly symmetry: Symmetry;
  /** With partial-order reduction, the number of private places; see `ample.ts`. */
  readonly privatePlaces: number;
  /** The least state of a state's orbit. Overwrites the first successor in the buffers; `orbits` begins with the orbit's size. */
  representative(words: Int32Array): Int32Array;
}

/** How to compile. */
export interface CompileOptions {
  /**
   * Keep what no step ever changes out of the states; the default. The search finds the same either way,
   * but for an error of the model that stands before a test which constants decide.
   */
  readonly constants?: boolean;
  /** The language of the model's module, by default WebAssembly where that is possible; both find the same. */
  readonly emitter?: Emitter;
  /**
   * Search one state of each orbit of the renamings under which the model stays the same: all that can be proved, or
   * those of the members of these index types. By default none. Verdicts, ends and shortest lengths stay the same; counts
   * are of orbits.
   */
  readonly symmetry?: SymmetryChoice;
  /** Take no renaming that changes the value of one of these: what is to be read from the states found. */
  readonly fixing?: readonly Value[];
  /**
   * Where some steps touch nothing that others touch, take only these next; see `ample.ts`. Verdicts, ends and what fires
   * stay the same, lengths may not. Not together with symmetry.
   */
  readonly partialOrder?: boolean;
}

/** Compiles a model; the schema and the model must not change afterwards. */
export function compile(model: Model, { constants = true, emitter = 'webassembly', symmetry: asked, fixing = [], partialOrder = false }: CompileOptions = {}): Program {
  const dispatch = dispatchOf(instancesOf(model));
  const instances = dispatch.flatMap((group) => group.instances);
  const starts = startsOf(model);
  const layout = new Layout(model.schema.variables, constants ? constantsOf(instances, starts) : undefined);
  const { words } = layout;
  // One state may add as many as there are instances; a multiple of four for the loops over a batch.
  const room = (batchSize + Math.max(1, instances.length) + 3) & ~3;
  const repacked = starts.map((start) => layout.repack(start));
  const remainders = remaindersOf(instances, layout.constants);
  const symmetry = asked === undefined ? noSymmetry : symmetryOf({ model, layout, remainders, starts: repacked, fixing }, asked);
  if (partialOrder && asked !== undefined) throw new TypeError('partial-order reduction and symmetry do not go together');
  const places: PrivatePlaces = partialOrder ? privatePlaces(model, dispatch, remainders, layout.constants) : new Map();
  const emittable = { model, layout, dispatch, remainders, privatePlaces: places, renamings: symmetry.elements };
  const runner = started(translate(emittable, { words, room }, emitter));
  const representative = (state: Int32Array): Int32Array => {
    runner.states.set(state);
    runner.canonize(0, 1);
    return runner.states.slice(0, words);
  };
  return { ...runner, model, layout, instances, starts: repacked, symmetry, privatePlaces: [...places.values()].reduce((sum, { size }) => sum + size, 0), representative };
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
