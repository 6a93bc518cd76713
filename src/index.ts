/**
 * The engine as a library: write a {@link Model} over a {@link Schema}, {@link compile} it, and
 * {@link search} it. Nothing here knows of TLBs or kernels; for those see the entry `./linux`.
 */
export { bool, nameOf, oneOf, optional, range, setOf } from './engine/domain.js';
export type * from './engine/domain.js';
export {
  allOf,
  anyOf,
  Bool,
  choose,
  Choice,
  exists,
  forAll,
  forEach,
  Index,
  Int,
  member,
  Members,
  membersOf,
  none,
  observe,
  setFrom,
  toBool,
  Value,
  when,
} from './engine/expression.js';
export type * from './engine/expression.js';
export { fingerprint } from './engine/fingerprint.js';
export { footprintOf, type Footprint } from './engine/footprint.js';
export { ModelError } from './engine/interpret.js';
export { Layout } from './engine/layout.js';
export type * from './engine/layout.js';
export { deadlock, Model } from './engine/model.js';
export type * from './engine/model.js';
export type * from './engine/node.js';
export { changesOf, mutantId, mutantsOf, mutated } from './engine/mutate.js';
export type { Anatomy, Lock, Mutant, MutantKind } from './engine/mutant.js';
export { unlimited } from './engine/outcome.js';
export type * from './engine/outcome.js';
export type { Emitter } from './engine/module.js';
export { compile, type CompileOptions, type Program } from './engine/program.js';
export { decode, encode, typeFaults } from './engine/record.js';
export { permute } from './engine/permute.js';
export type { Interchange, Pair } from './engine/renaming.js';
export { imagesOf, type Refusal, type Symmetry, type SymmetryChoice } from './engine/symmetry.js';
export { rankedPath } from './engine/rank.js';
export { Schema } from './engine/schema.js';
export type * from './engine/schema.js';
export { Search, search, type SearchOptions } from './engine/search.js';
export type { StepInstance } from './engine/specialize.js';
export { historyAlong, historyOf, pathTo, replay, ReplayError, statesAlong, successors, traceOf, violatedBy } from './engine/trace.js';
export type * from './engine/trace.js';
export { walk, type WalkOptions } from './engine/walk.js';
