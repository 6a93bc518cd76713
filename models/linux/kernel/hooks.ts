/**
 * Named places in kernel paths where rules insert flushes. A path names its hooks; a rule that sits at
 * one puts its steps there when the model is built; without such a rule the hook is nothing.
 */
import { lufFlush } from './rmap.js';
import type { Path } from './path.js';

/** Places where a rule can insert `luf_flush()`. */
export type HookName =
  | 'fault.start'
  | 'fault.locked'
  | 'fault.post'
  | 'wp.start'
  | 'mmap.writable'
  | 'write.begin'
  | 'write.end';

/** The rules of a model, as paths see them. */
export interface Hooks {
  /** Names of the rules in force. */
  readonly rules: ReadonlySet<string>;
  /** Inserts the flushes that rules have put at a hook; returns the place where the path goes on. */
  insert(path: Path, hook: HookName, at: string): string;
}

/** Hooks under a set of rules, given which rule sits at which hook. */
export function hooksOf(rules: ReadonlySet<string>, placed: ReadonlyMap<string, HookName>): Hooks {
  return {
    rules,
    insert(path, hook, at) {
      if (![...rules].some((rule) => placed.get(rule) === hook)) return at;
      const to = path.place(hook);
      lufFlush(path, at, to);
      return to;
    },
  };
}

