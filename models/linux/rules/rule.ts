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

/** A named rule. */
export interface Rule {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** What it flushes: `nothing`, `page`, `mm`, `batch` or `all pending`. */
  readonly flushes: string;
  /** When, relative to the page-table lock and the effect it guards. */
  readonly when: string;
  /** Kernel file and function where it sits. */
  readonly place: string;
  /** Who proposed it and where: commit id and title, or patch version, or mail with date. */
  readonly source: string;
  readonly provenance: Provenance;
  /** The kernel call that is missing without the rule, for headings. */
  readonly call: string;
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
