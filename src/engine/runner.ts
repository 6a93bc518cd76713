/** A model's module as it runs in a thread, with the loops over a store of its states. */
import type { Emittable } from './emit.js';
import { startJavaScript, toJavaScript } from './javascript.js';
import { ownLoops, sharedLoops, type StoreLoops } from './loops.js';
import { buffersIn, type Buffers, type Emitted, type Emitter, type Running, type Sizes, type Translated } from './module.js';
import { startWebAssembly, toWebAssembly } from './webassembly.js';

/** A module that runs. */
export interface Runner extends Emitted, Buffers {
  /** What was started, for another thread to start as well. */
  readonly translated: Translated;
  /** Number of 32-bit words of a state. */
  readonly words: number;
  /** Successors that the buffers have room for. */
  readonly room: number;
  /** The language that it runs in. */
  readonly emitter: Emitter;
  /** The hash that the steps compute for their successors. */
  hash(segment: Int32Array, offset: number): number;
  /** The loops for a store of the model's states: shared ones, or its own for a large store. */
  loops(large: boolean): StoreLoops;
}

/** Translates a model to the language asked for, or to JavaScript where that is impossible. */
export function translate(emittable: Emittable, sizes: Sizes, emitter: Emitter): Translated {
  const binary = emitter === 'webassembly' ? toWebAssembly(emittable, sizes) : undefined;
  return binary ?? toJavaScript(emittable, sizes);
}

/** Starts a translated model. */
export function started(translated: Translated): Runner {
  const { emitter, sizes: { words, room } } = translated;
  const { emitted, arrays } = running(translated);
  const loops = (large: boolean): StoreLoops => (large ? ownLoops : sharedLoops)(words, arrays, room);
  return { ...emitted, ...buffersIn(arrays), translated, words, room, emitter, hash: loops(false).hash, loops };
}

function running(translated: Translated): Running {
  return is(translated, 'webassembly') ? startWebAssembly(translated) : startJavaScript(translated as Translated<'javascript'>);
}

function is<E extends Emitter>(translated: Translated, emitter: E): translated is Translated<E> {
  return translated.emitter === emitter;
}
