/**
 * A rule is data: a named difference between kernels at a named hook of a path. Rules choose which
 * steps a model has; none is tested inside a step.
 */
import type { Bool } from '../../../src/index.js';
import type { File, Machine, Page } from '../machine/machine.js';
import type { HookName } from './hooks.js';

/** How a rule or a micro-step is known. */
export type Provenance =
  /** Read in the kernel's source. */
  | 'source'
  /** Read in a posted patch. */
  | 'patch'
  /** Proposed in a mail. */
  | 'mail'
  /** Inferred here; nobody is known to have stated it. */
  | 'inferred';

/** What a rule is to the question which rules make deferral safe. */
export type Role =
  /** How a kernel is, with deferral or without. */
  | 'kernel'
  /** Puts flushes off, or says in what form. */
  | 'defers'
  /** Gives deferral up somewhere, or keeps its books right: having it should never be less safe. */
  | 'protects'
  /** Takes a protection away. */
  | 'exposes'
  /** Flushes before anything could be put off: safe, and nothing is left of deferral in reclaim. */
  | 'undefers';

/** What a condition can look at: the state of the machine, and what the place where it is asked is about. */
export interface Situation {
  /** Handles on the state: `state.pte.at(page!).dirty`, `state.vma.at(page!).mayWrite`. */
  readonly state: Machine['state'];
  /** The page; absent at the hooks of files. */
  readonly page?: Page;
  /** The address space of the page. */
  readonly mm?: ReturnType<Machine['mmOf']>;
  /** The file; absent at the hooks of pages. */
  readonly file?: File;
  /** Whether the access that goes on afterwards is a write. */
  readonly write: boolean;
}

/** Something that holds or not when the path comes to it: a named condition, or a function that builds its test. */
export type Condition = ConditionName | ((situation: Situation) => Bool);

/** The named conditions; a mark is what an unmap put off leaves behind (`kernel/markers.ts`), and a flush takes it away. */
export const conditionNames = [
  'may write',
  'PTE writable',
  'PTE dirty',
  'gather open',
  'PTE marked',
  'VMA marked',
  'mm marked',
  'page cache marked',
  'inode marked',
] as const;

/** The name of a condition. */
export type ConditionName = (typeof conditionNames)[number];

/** What a flush covers, where the scheme keeps unmaps apart: everything, an mm, a file, or a VMA's mm and shared file. */
export const flushScopes = ['all', 'mm', 'mapping', 'vma'] as const;

/** A flush that a rule inserts. */
export interface HookedFlush {
  readonly at: HookName;
  readonly scope: (typeof flushScopes)[number];
  /** What must hold for it. */
  readonly onlyIf?: Condition;
}

/** A named rule. */
export interface Rule {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** What it flushes: `nothing`, `page`, `mm`, `file`, `mm, and file if shared`, `batch` or `all pending`. */
  readonly flushes: string;
  /** When, relative to the page-table lock and the effect it guards. */
  readonly when: string;
  /** Kernel file and function where it sits. */
  readonly place: string;
  /** Who proposed it and where: commit id and title, or patch version, or mail with date. */
  readonly source: string;
  readonly provenance: Provenance;
  readonly role: Role;
  /** Every named rule set has it. */
  readonly everywhere?: true;
  /** The kernel call that is missing without the rule, for headings. */
  readonly call: string;
  /** The rule file that defines it; absent for those of the package. */
  readonly definedIn?: string | undefined;
  /** Where it flushes, for a rule that is nothing else. */
  readonly hook?: HookedFlush;
  /** Unmaps for which it holds, under the page-table lock, do not qualify for being put off. */
  readonly excludes?: Condition;
}

/** A named set of rules on a kernel version. */
export interface RuleSet {
  readonly name: string;
  /** The kernel that the rules sit on. */
  readonly base: string;
  readonly summary: string;
  /** Names of the rules, in the order of the rule table. */
  readonly rules: readonly string[];
  /** The rule set that one from a rule file starts from. */
  readonly from?: string;
  /** The rule file that defines it; absent for those of the package. */
  readonly definedIn?: string | undefined;
}

/** The rules that there are, and the named sets of them. */
export interface RuleTable {
  /** In the order in which tables show them. */
  readonly rules: readonly Rule[];
  readonly ruleSets: readonly RuleSet[];
}
