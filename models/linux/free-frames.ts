/** The free frames of a run and how long they have been free: what a free list knows and the model leaves out. */
import type { Effect, Program } from '../../src/index.js';
import type { View } from './machine/view.js';

/** The free frames, oldest first. */
export class FreeFrames {
  private readonly since = new Map<number, number>();
  private clock = 0;
  private readonly free: number;
  /** Whether a step instance may free or take a frame. */
  private readonly changes: readonly boolean[];

  constructor(
    program: Program,
    private readonly view: View,
    private readonly size: { readonly frames: number },
  ) {
    this.free = view.named('frame.use', 'free');
    this.changes = program.instances.map(({ effects }) => assigns(effects, 'frame.use'));
  }

  /** Notes what has become free, and what is free no more, with the step taken; false where it can be neither. */
  note(words: Int32Array, taken?: number): boolean {
    if (taken !== undefined && !this.changes[taken]!) return false;
    for (let frame = 0; frame < this.size.frames; frame++) {
      const free = this.view.read(words, 'frame.use', frame) === this.free;
      if (!free) this.since.delete(frame);
      else if (!this.since.has(frame)) this.since.set(frame, this.clock++);
    }
    return true;
  }

  /** The free frames from `low` to below `high`, those that became free first in front. */
  between(low: number, high: number): number[] {
    return [...this.since.keys()].filter((frame) => frame >= low && frame < high);
  }
}

function assigns(effects: readonly Effect[], variable: string): boolean {
  return effects.some((effect) => {
    switch (effect.kind) {
      case 'assign':
        return effect.target.variable.name === variable;
      case 'when':
        return assigns([...effect.then, ...effect.else], variable);
      case 'forEach':
        return assigns(effect.body, variable);
      case 'observe':
        return false;
    }
  });
}
