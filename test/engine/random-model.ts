/** Random schemas, states and models, made of random trees. */
import type { Domain, IndexType } from '../../src/engine/domain.js';
import { valuesOf } from '../../src/engine/interpret.js';
import type { Layout } from '../../src/engine/layout.js';
import { Model, type Step } from '../../src/engine/model.js';
import { lengthOf, sizeOf, type Bound, type Dimension, type Effect, type Node, type ReadNode } from '../../src/engine/node.js';
import { bool, oneOf, optional, range, Schema, setOf, type Bool } from '../../src/index.js';
import { constant, Trees, type Style, type Tape } from './random-trees.js';

/** A random schema with variables of every domain and arrays of up to three dimensions. */
export function randomSchema(tape: Tape, small = false): Schema {
  const schema = new Schema();
  const types: IndexType[] = [schema.index('A', 1 + tape.below(small ? 2 : 4)), schema.index('B', 1 + tape.below(3))];
  if (!small) types.push(schema.index('W', 5 + tape.below(26)));
  const low = -tape.below(4);
  const dimensions = [...types, range(low, low + 1 + tape.below(small ? 1 : 4))];
  schema.variable('pc', oneOf('one', 'two', 'three'));
  tape.times(small ? 1 + tape.below(3) : 1 + tape.below(7), (i) => {
    const dims = shrunk(tape.times(tape.below(small ? 2 : 4), () => tape.pick(dimensions)), small ? 2 : 200);
    const domain = (): Domain => randomDomain(tape, types, small);
    schema.array(`v${i}`, dims, tape.below(4) === 3 && !small ? { left: domain(), right: domain() } : domain());
  });
  return schema;
}

/** As many of the dimensions as keep the array within so many elements. */
function shrunk(dimensions: readonly Dimension[], elements: number): Dimension[] {
  let left = elements;
  return dimensions.filter((dimension) => {
    const fits = sizeOf(dimension) <= left;
    if (fits) left = Math.floor(left / sizeOf(dimension));
    return fits;
  });
}

function randomDomain(tape: Tape, types: readonly IndexType[], small: boolean): Domain {
  const low = tape.below(9) - 4;
  switch (tape.below(6)) {
    case 0:
      return bool;
    case 1:
      return range(low, low + (small ? 1 + tape.below(2) : tape.pick([0, 1, 2, 5, 100, 65535])));
    case 2:
      return oneOf(...(['a', 'b', 'c', 'd', 'e'] as const).slice(0, 1 + tape.below(small ? 3 : 5)));
    case 3:
      return tape.pick(types);
    case 4:
      return optional(tape.pick(types));
    default:
      return setOf(tape.pick(types));
  }
}

/** A random value for every element that is not constant, packed. */
export function randomState(tape: Tape, layout: Layout): Int32Array {
  const words = new Int32Array(layout.words);
  for (const variable of layout.variables.filter((v) => !layout.constants.has(v))) {
    for (let element = 0; element < lengthOf(variable); element++) {
      layout.write(words, variable, element, tape.within(variable.domain));
    }
  }
  return words;
}

/** Effects that give every element a random value. */
export function randomStart(tape: Tape, schema: Schema): Effect[] {
  return schema.variables.flatMap((variable) => {
    const places = variable.dimensions.reduce<Node[][]>(
      (all, over) => all.flatMap((indices) => valuesOf({ name: '', over }).map((value) => [...indices, constant(value)])),
      [[]],
    );
    return places.map((indices): Effect => {
      const target: ReadNode = { kind: 'read', variable, indices };
      return { kind: 'assign', target, value: constant(tape.within(variable.domain)) };
    });
  });
}

/** A random model; the properties `seen` and `observed` are observed by steps, the rest are of states. */
export function randomModel(tape: Tape, style: Style): Model {
  const schema = randomSchema(tape, style.small);
  const trees = new Trees(tape, schema, style);
  const model = new Model('random', schema);
  const likely = (): Bool => trees.handle('or');
  const unlikely = (): Bool => trees.handle('and');
  model.observed('seen').invariant('first', likely()).noDeadlock().invariant('second', likely()).observed('observed');
  model.end('early', unlikely()).end('late', likely()).cover('some', unlikely()).cover('other', unlikely());
  const assignments = (): Effect[] => trees.effects(1).filter((effect) => effect.kind === 'assign');
  tape.times(style.faults ? 0 : tape.below(4), () => model.start(...assignments()));
  tape.times(style.small ? 4 + tape.below(6) : 1 + tape.below(4), (i) => model.steps.push(randomStep(tape, trees, style, i)));
  return model;
}

function randomStep(tape: Tape, trees: Trees, { small }: Style, i: number): Step {
  const parameters = tape.times(tape.below(3), (n): Bound => ({ name: `p${n}`, over: trees.dimension(small ? 4 : 30) }));
  trees.scope.push(...parameters);
  const counter = tape.below(3) ? [trees.counter()] : [];
  const guard = small ? counter : [...counter, ...tape.times(tape.below(3), () => trees.bool(2))];
  const step: Step = {
    name: `s${i}`,
    label: `s${i}`,
    actor: tape.pick(['x', 'y', 'z']),
    parameters,
    when: tape.below(4) === 3 ? guard.reverse() : guard,
    then: small ? trees.move() : trees.effects(2),
    spontaneous: tape.below(6) === 5,
    says: [],
    notes: {},
    parts: [],
    closing: [],
  };
  trees.scope.length = 0;
  return step;
}

/** Every combination of values of a step's parameters, the last one changing fastest. */
export function environmentsOf(parameters: readonly Bound[]): ReadonlyMap<Bound, number>[] {
  const [first, ...rest] = parameters;
  if (!first) return [new Map()];
  return valuesOf(first).flatMap((value) => environmentsOf(rest).map((others) => new Map([[first, value], ...others])));
}
