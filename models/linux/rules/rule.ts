/**
 * A rule is data: a named difference between kernels at a named hook of a path. Rules choose which
 * steps a model has; none is tested inside a step.
 */

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

/** Places in kernel paths where a rule can insert a flush of what was put off; a path names its hooks. */
export type HookName =
  | 'fault.start'
  | 'fault.locked'
  | 'fault.ptl'
  | 'fault.raced'
  | 'fault.post'
  | 'wp.start'
  | 'mmap.start'
  | 'mmap.writable'
  | 'mprotect.writable'
  | 'write.start'
  | 'write.begin'
  | 'write.iomap'
  | 'write.end'
  | 'cache.found'
  | 'truncate'
  | 'invalidate'
  | 'invalidate.empty'
  | 'mkclean'
  | 'zap.end'
  | 'clearFlush.skipped';

/** A flush that a rule inserts. */
export interface HookedFlush {
  readonly at: HookName;
  /** What it covers, where the scheme keeps unmaps apart: everything, an mm, a file, or a VMA's mm and shared file. */
  readonly scope: 'all' | 'mm' | 'mapping' | 'vma';
  /** What must hold for it; a mark is taken away by the flush. */
  readonly onlyIf?: 'may write' | 'PTE writable' | 'PTE marked' | 'VMA marked' | 'mm marked' | 'page cache marked' | 'inode marked';
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
  /** Every named rule set has it. */
  readonly everywhere?: true;
  /** The kernel call that is missing without the rule, for headings. */
  readonly call: string;
  /** Where it flushes, for a rule that is nothing else. */
  readonly hook?: HookedFlush;
}

/** A named set of rules on a kernel version. */
export interface RuleSet {
  readonly name: string;
  /** The kernel that the rules sit on. */
  readonly base: string;
  readonly summary: string;
  /** Names of the rules, in the order of the rule table. */
  readonly rules: readonly string[];
}
