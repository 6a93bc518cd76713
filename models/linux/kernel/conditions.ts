/** What a rule's condition comes to at a place of a path: its test, and the mark that a flush takes away. */
import { Bool, toBool, type Effect } from '../../../src/index.js';
import type { Condition, ConditionName, Rule, Situation } from '../rules/rule.js';
import type { About, Path } from './path.js';

/** A rule that cannot be built into the model: a mistake in the rule, not in the scenario. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** A condition at some place. */
export interface Asked {
  readonly holds: Bool;
  /** Effects of acting on it. */
  readonly clear: readonly Effect[];
}

/** The test of a rule's condition; throws a RuleError where the rule's own function fails or gives no test. */
export function ask(path: Path, rule: Rule, condition: Condition, about: About): Asked {
  const situation = situationOf(path, about);
  if (typeof condition === 'string') return named(condition, situation);
  return { holds: tested(rule, condition, situation), clear: [] };
}

function situationOf({ machine }: Path, { page, file, write }: About): Situation {
  return {
    state: machine.state,
    ...(page !== undefined && { page: machine.page(page), mm: machine.mmOf(page) }),
    ...(file && { file }),
    write: write ?? false,
  };
}

function tested({ name, source, definedIn = source }: Rule, condition: Exclude<Condition, string>, situation: Situation): Bool {
  let result: unknown;
  try {
    result = condition(situation);
  } catch (error) {
    const known = Object.entries(situation).filter(([, value]) => value !== undefined).map(([key]) => key);
    throw new RuleError(`${definedIn}: rule ${name}: its condition fails: ${error instanceof Error ? error.message : String(error)}; expected a test of ${known.join(', ')}, which is what is known here`);
  }
  if (result instanceof Bool) return result;
  if (typeof result === 'boolean') return toBool(result);
  throw new RuleError(`${definedIn}: rule ${name}: its condition gives ${result === null ? 'null' : typeof result}, expected a test such as state.pte.at(page).dirty`);
}

function named(name: ConditionName, { state, page, mm, file, write }: Situation): Asked {
  const test = (holds: Bool): Asked => ({ holds, clear: [] });
  const marked = (mark: Bool): Asked => ({ holds: mark, clear: [mark.becomes(false)] });
  switch (name) {
    case 'may write':
      return test(toBool(write).or(state.vma.at(page!).mayWrite));
    case 'PTE writable':
      return test(state.pte.at(page!).writable);
    case 'PTE dirty':
      return test(state.pte.at(page!).dirty);
    case 'gather open':
      return test(state.mm.at(mm!).flushPending.isNot(0));
    case 'PTE marked':
      return marked(state.pte.at(page!).marked);
    case 'VMA marked':
      return marked(state.vma.at(page!).marked);
    case 'mm marked':
      return marked(state.mm.at(mm!).marked);
    case 'page cache marked':
      return marked(state.file.at(file!).cacheMarked);
    case 'inode marked':
      return marked(state.file.at(file!).inodeMarked);
  }
}
