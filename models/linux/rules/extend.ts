/**
 * Rules and rule sets from outside the package: a fix under discussion, written as data. A rule of one's own inserts a
 * flush at a hook, or keeps unmaps from being put off, or both; whatever else the kernel does stays as it is.
 */
import type { RuleExpression } from '../../../src/litmus/scenario.js';
import { conditionNames, flushScopes, type Condition, type HookedFlush, type Provenance, type Rule, type RuleSet, type RuleTable } from './rule.js';
import { hooks, type HookName } from './hooks.js';
import { resolveRules } from './resolve.js';

/** A rule of one's own; what is left out is filled in from the hook. */
export interface RuleDefinition {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** Kernel file and function where the patch puts it: `mm/mmap.c do_mmap()`. */
  readonly place?: string;
  /** The kernel call that is missing without it, for headings. */
  readonly call?: string;
  /** Who proposed it and where. */
  readonly source?: string;
  /** How it is known; default `patch`. */
  readonly provenance?: Provenance;
  /** The flush that it inserts. */
  readonly hook?: HookedFlush;
  /** Unmaps that it keeps from being put off. */
  readonly excludes?: Condition;
}

/** A rule set of one's own. */
export interface RuleSetDefinition {
  readonly name: string;
  /** What it starts from, with rules added and taken away: `luf-v12 - fault.post + my.rule`. */
  readonly rules: RuleExpression;
  readonly summary?: string;
  /** Kernel version, for headings; default that of the rule set it starts from. */
  readonly base?: string;
}

/** What a rule file is: the JSON, or the default export of a module (`export default { ... } satisfies RuleFile`). */
export interface RuleFile {
  readonly rules?: readonly RuleDefinition[];
  readonly ruleSets?: readonly (Omit<RuleSetDefinition, 'rules'> & { readonly rules: string })[];
}

/** A mistake in a definition. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';

  constructor(
    /** Where in the definitions: `['rules', 0, 'hook', 'at']`. */
    readonly path: readonly (string | number)[],
    readonly problem: string,
    readonly expected: string,
  ) {
    super(`${path.join('.')} ${problem}, expected ${expected}`);
  }
}

/** What a rule flushes, by its scope, in the words of the rule table. */
const flushed: Readonly<Record<HookedFlush['scope'], string>> = {
  all: 'all pending',
  mm: 'mm',
  mapping: 'file',
  vma: 'mm, and file if shared',
};

/** A table with rules of one's own after those that it has; throws a DefinitionError. */
export function withRules(table: RuleTable, definitions: readonly RuleDefinition[], source: string): RuleTable {
  return definitions.reduce<RuleTable>((known, definition, i) => {
    const path = ['rules', i];
    checkName(definition.name, known.rules, path);
    return { ...known, rules: [...known.rules, ruleOf(definition, source, path)] };
  }, table);
}

/** A table with one more rule set; throws a DefinitionError. */
export function withRuleSet(table: RuleTable, { name, rules, summary, base }: RuleSetDefinition, path: DefinitionError['path'], file?: string): RuleTable {
  checkName(name, table.ruleSets, path);
  const { set, rules: inForce } = resolveRules(rules, table);
  const added: RuleSet = {
    name,
    base: base ?? set.base,
    summary: summary ?? 'A rule set from a file.',
    rules: table.rules.map((rule) => rule.name).filter((rule) => inForce.has(rule)),
    from: rules.base,
    definedIn: file,
  };
  return { ...table, ruleSets: [...table.ruleSets, added] };
}

/** Two versions of a fix can be loaded together only if their rules have names of their own. */
const whose = ({ definedIn }: { readonly definedIn?: string | undefined }): string => definedIn ?? 'the package';

function checkName(name: string, known: readonly { readonly name: string; readonly definedIn?: string | undefined }[], path: DefinitionError['path']): void {
  const at = [...path, 'name'];
  if (!/^[A-Za-z_]\w*(?:[.-]\w+)*$/.test(name)) throw new DefinitionError(at, `is \`${name}\``, 'a name such as my.rule or my-v13');
  if (known.some((one) => one.name === name)) throw new DefinitionError(at, `is \`${name}\`, which ${whose(known.find((one) => one.name === name)!)} has already`, 'a name of its own');
}

function ruleOf(definition: RuleDefinition, file: string, path: DefinitionError['path']): Rule {
  const { name, summary, hook, excludes, source = file, provenance = 'patch' } = definition;
  if (!hook && !excludes) throw new DefinitionError(path, 'does nothing', '`hook`, `excludes` or both');
  if (hook) checkHook(hook, [...path, 'hook']);
  if (excludes !== undefined) checkCondition(excludes, ['PTE writable', 'PTE dirty', 'gather open', 'may write'], [...path, 'excludes']);
  const place = definition.place ?? (hook ? hooks[hook.at].place : 'mm/rmap.c set_tlb_ubc_flush_pending()');
  if (!/^\S+\.[chS] \S.*$/.test(place)) throw new DefinitionError([...path, 'place'], `is \`${place}\``, 'a kernel file and function such as mm/mmap.c do_mmap()');
  return {
    name,
    summary,
    flushes: hook ? flushed[hook.scope] : 'batch',
    when: hook ? hooks[hook.at].when : 'under the page-table lock, when the PTE is cleared',
    place,
    source,
    provenance,
    role: 'protects',
    call: definition.call ?? name,
    definedIn: file,
    ...(hook && { hook }),
    ...(excludes !== undefined && { excludes }),
  };
}

function checkHook({ at, scope, onlyIf }: HookedFlush, path: DefinitionError['path']): void {
  const known = Object.keys(hooks) as HookName[];
  if (!known.includes(at)) throw new DefinitionError([...path, 'at'], `is \`${at}\`, which is no hook`, `one of ${known.join(', ')}`);
  const { about } = hooks[at];
  const scopes = flushScopes.filter((one) => about === 'page' || one === 'all' || one === 'mapping');
  if (!scopes.includes(scope)) throw new DefinitionError([...path, 'scope'], `is \`${scope}\` at ${at}`, `one of ${scopes.join(', ')}`);
  if (onlyIf !== undefined) checkCondition(onlyIf, about === 'page' ? ['may write', 'PTE writable', 'PTE dirty', 'gather open'] : [], [...path, 'onlyIf']);
}

/** Marks are set by rules of the package; a rule of one's own cannot ask for them by name. */
function checkCondition(condition: Condition, allowed: typeof conditionNames[number][], path: DefinitionError['path']): void {
  if (typeof condition !== 'string' || allowed.includes(condition)) return;
  throw new DefinitionError(path, `is \`${condition}\``, [...allowed, 'a function of the situation'].join(', '));
}
