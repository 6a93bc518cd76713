/**
 * The renamings under which a model stays the same. Candidates come from the schema (any two members of one index
 * type) and from the model's own proposals; none is trusted. One is taken if it maps the step instances onto
 * themselves, and each property, end and cover onto itself, in the normal form of `terms.ts`: then it maps
 * executions to executions, and a search needs one state of each orbit.
 *
 * The normal form does not keep the order of the tests in a conjunction. So an error of the model that stands
 * beside a test which rules it out may show with symmetry and not without, or the other way round.
 */
import { nameOf, type IndexType } from './domain.js';
import type { Value } from './expression.js';
import type { Layout } from './layout.js';
import type { Model } from './model.js';
import { moved, movesOf, stays, type Move } from './moves.js';
import { lengthOf } from './node.js';
import { NoRenaming, plain, Sorts, textOf, type Interchange, type Renamer, type Renaming, type Sort } from './renaming.js';
import { specialize, type Remainders } from './specialize.js';
import { Terms, type TermId } from './terms.js';

/** Which renamings to look for: all that there are, or those of the members of these types, one type at a time. */
export type SymmetryChoice = 'derived' | readonly IndexType[];

/** A group of renamings under which a model stays the same. */
export interface Symmetry {
  /** The number of renamings, the one that changes nothing included. */
  readonly order: number;
  /** Renamings that make all others: `CPU0<->CPU1, P0<->P1`, or `FRAME 0<->1`. */
  readonly generators: readonly string[];
  /** The same in short: `CPU0<->CPU1, P0<->P1; FRAME 0, 1, 2`. */
  readonly text: string;
  /** Every renaming maps start states to start states. */
  readonly closed: boolean;
  /** Candidates that were not taken. */
  readonly refused: readonly Refusal[];
  /** What each renaming does to a state, that which changes nothing first. */
  readonly elements: readonly (readonly Move[])[];
}

/** A candidate that was not taken, and the first thing that speaks against it. */
export interface Refusal {
  readonly candidate: string;
  readonly why: string;
}

/** A group has at most so many renamings; generators that would make it larger are left out. */
export const orderMax = 720;

/** What to find renamings of. */
export interface Subject {
  readonly model: Model;
  readonly layout: Layout;
  readonly remainders: Remainders;
  readonly starts: readonly Int32Array[];
  /** What must have the same value in a state and in those that it stands for. */
  readonly fixing: readonly Pick<Value, 'node' | 'domain'>[];
}

/** No renaming at all. */
export const noSymmetry: Symmetry = { order: 1, generators: [], text: '', closed: true, refused: [], elements: [] };

/** The renamings of a model that the engine can prove. */
export function symmetryOf(subject: Subject, choice: SymmetryChoice): Symmetry {
  const sorts = new Sorts(subject.model.schema);
  const group = new Group(subject.layout, sorts);
  const refused: Refusal[] = [];
  const proof = new Proof(subject, sorts);
  for (const candidate of candidatesOf(subject.model, sorts, choice, (type) => proof.membersMet(type))) {
    const refuse = (why: string): void => void refused.push({ candidate: 'to' in candidate ? candidate.text : textOf(candidate), why });
    const renaming = renamingOf(candidate, sorts, refuse);
    if (!renaming || group.has(renaming)) continue;
    if (group.order * 2 > orderMax) {
      refuse(`there would be more than ${orderMax} renamings`);
      continue;
    }
    const why = proof.against(sorts.effectOf(renaming));
    if (why !== undefined) refuse(why);
    else if (!group.add(renaming)) refuse(`there would be more than ${orderMax} renamings`);
  }
  const { order, generators, elements } = group;
  const symmetry = { order, generators: generators.map(({ text }) => text), text: summaryOf(generators), refused, elements };
  return { ...symmetry, closed: isClosed(subject.starts, elements) };
}

/** Members of one type that can all be exchanged are listed once. */
function summaryOf(generators: readonly Renaming[]): string {
  const classes: { readonly type: IndexType; readonly members: Set<string> }[] = [];
  const joint: string[] = [];
  for (const { text, exchanges } of generators) {
    if (!exchanges) {
      joint.push(text);
      continue;
    }
    const { type, members } = exchanges;
    const met = classes.filter((one) => one.type === type && members.some((member) => one.members.has(member)));
    const [into = { type, members: new Set<string>() }, ...others] = met;
    if (met.length === 0) classes.push(into);
    for (const member of [...members, ...others.flatMap((other) => [...other.members])]) into.members.add(member);
    for (const other of others) classes.splice(classes.indexOf(other), 1);
  }
  const single = classes.map(({ type, members }) => `${type.name} ${type.members.filter((member) => members.has(member)).join(', ')}`);
  return [...joint, ...single].join('; ');
}

function isClosed(starts: readonly Int32Array[], elements: readonly (readonly Move[])[]): boolean {
  const known = new Set(starts.map((start) => start.join()));
  return elements.every((moves) => starts.every((start) => known.has(moved(moves, start).join())));
}

type Candidate = Renaming | Interchange;

/** Proposals first: where not all fit, those that somebody thought of are worth more. */
function* candidatesOf(
  { interchanges }: Model,
  sorts: Sorts,
  choice: SymmetryChoice,
  membersMet: (type: IndexType) => readonly number[],
): Generator<Candidate> {
  if (choice === 'derived') yield* interchanges;
  for (const type of choice === 'derived' ? sorts.types : choice) {
    const members = membersMet(type);
    for (const [i, a] of members.entries()) {
      for (const b of members.slice(i + 1)) yield sorts.transposition(type, a, b);
    }
  }
}

function renamingOf(candidate: Candidate, sorts: Sorts, refuse: (why: string) => void): Renaming | undefined {
  if ('to' in candidate) return candidate;
  try {
    return sorts.renamingOf(candidate);
  } catch (error) {
    if (!(error instanceof NoRenaming)) throw error;
    refuse(error.message);
    return undefined;
  }
}

/** What a renaming must map to itself. */
class Proof {
  private readonly terms: Terms;
  private readonly predicates: { readonly what: string; readonly term: TermId }[];
  private readonly steady: readonly { readonly sort: Sort; readonly term: TermId }[];
  private readonly steps: { readonly name: string; readonly term: TermId }[];
  /** How many instances there are of each. */
  private readonly counts = new Map<TermId, number>();

  constructor(
    private readonly subject: Subject,
    private readonly sorts: Sorts,
  ) {
    const { model, layout: { constants }, remainders, fixing } = subject;
    this.terms = new Terms(sorts);
    const judged = [...model.properties, ...model.ends, ...model.covers];
    this.steady = fixing.map(({ node, domain }) => ({ sort: sorts.of(domain), term: this.terms.node(specialize(node, { constants }), sorts.of(domain)) }));
    this.predicates = judged.flatMap(({ name, holds }) =>
      holds ? [{ what: name, term: this.terms.node(specialize(holds, { constants }), plain) }] : []);
    this.steps = [...remainders].flatMap(([instance, left]) => {
      if (!left) return [];
      const guard = this.terms.node({ kind: 'and', of: left.guard }, plain);
      const term = this.terms.group(instance.step.spontaneous ? 'spontaneous' : 'step', [guard, this.terms.effects(left.effects)]);
      return [{ name: instance.name, term }];
    });
    for (const { term } of this.steps) this.counts.set(term, (this.counts.get(term) ?? 0) + 1);
  }

  /**
   * The members of a type that some state may have: those that index what changes, or that a start or a step gives a
   * variable. To rename a member that no state has is of no use.
   */
  membersMet(type: IndexType): number[] {
    const { layout, starts } = this.subject;
    const packed = layout.variables.filter((variable) => !layout.constants.has(variable));
    const members = [...type.members.keys()];
    if (packed.some(({ dimensions }) => dimensions.includes(type))) return members;
    const sort = this.sorts.of(type);
    const assigned = this.terms.constantsAssigned(sort);
    let sets = this.terms.constantsAssigned(this.sorts.setOf(sort)).reduce((all, set) => all | set, 0);
    for (const value of assigned) if (value >= 0) sets |= 1 << value;
    for (const variable of packed) {
      const own = this.sorts.of(variable.domain);
      if (own !== sort && own !== this.sorts.setOf(sort)) continue;
      for (const start of starts) {
        for (let element = 0; element < lengthOf(variable); element++) {
          const value = layout.read(start, variable, element);
          if (own !== sort) sets |= value;
          else if (value >= 0) sets |= 1 << value;
        }
      }
    }
    return members.filter((member) => member >= 31 || (sets >>> member) & 1);
  }

  /** The first thing that has no counterpart under a renaming; nothing where the model stays the same. */
  against(renamer: Renamer): string | undefined {
    const constant = this.constantAgainst(renamer);
    if (constant !== undefined) return constant;
    const image = this.terms.under(renamer);
    const predicate = this.predicates.find(({ term }) => image(term) !== term);
    if (predicate) return `${predicate.what} means something else`;
    if (!this.steady.every(({ sort, term }) => renamer.keeps(sort) && image(term) === term)) return 'what is observed has another value';
    // Images of different terms differ, so that as many of each are all of them.
    const step = this.steps.find(({ term }) => this.counts.get(image(term)) !== this.counts.get(term));
    return step && `${step.name} has no counterpart`;
  }

  /** Constants are not in the states, so they must be the same for the renamed ones. */
  private constantAgainst(renamer: Renamer): string | undefined {
    const { layout } = this.subject;
    for (const variable of layout.variables) {
      const image = renamer.variable(variable);
      const [values, others] = [layout.constants.get(variable), layout.constants.get(image)];
      if (!values && !others) continue;
      if (!values || !others) return `one of ${variable.name} and ${image.name} never changes`;
      const sort = this.sorts.of(variable.domain);
      for (let element = 0; element < lengthOf(variable); element++) {
        const at = renamer.element(variable, element);
        if (renamer.value(sort, values[element]!) !== others[at]) return `${image.name} is always ${nameOf(image.domain, others[at]!)}`;
      }
    }
    return undefined;
  }
}

/** Renamings closed under composition; those that do the same to every state are one. */
class Group {
  readonly generators: Renaming[] = [];
  private members = new Map<string, { readonly to: Int32Array; readonly moves: readonly Move[] }>();

  constructor(
    private readonly layout: Layout,
    private readonly sorts: Sorts,
  ) {
    this.members = this.closed([])!;
  }

  get order(): number {
    return this.members.size;
  }

  get elements(): (readonly Move[])[] {
    return [...this.members.values()].map(({ moves }) => moves);
  }

  has(renaming: Renaming): boolean {
    return this.members.has(this.keyOf(this.movesOf(renaming.to)));
  }

  /** Adds a renaming and all that it makes with the others; false where these are too many. */
  add(renaming: Renaming): boolean {
    const members = this.closed([...this.generators, renaming]);
    if (!members) return false;
    this.members = members;
    this.generators.push(renaming);
    return true;
  }

  private closed(generators: readonly Renaming[]): typeof this.members | undefined {
    const members: typeof this.members = new Map();
    const found = [this.sorts.identity.to];
    // The list grows while it is gone through.
    for (const to of found) {
      const moves = this.movesOf(to);
      const key = this.keyOf(moves);
      if (members.has(key)) continue;
      if (members.size === orderMax) return undefined;
      members.set(key, { to, moves });
      for (const generator of generators) found.push(to.map((point) => generator.to[point]!));
    }
    return members;
  }

  private movesOf(to: Int32Array): Move[] {
    return movesOf(this.layout, this.sorts, this.sorts.effectOf({ text: '', to }));
  }

  private keyOf(moves: readonly Move[]): string {
    return moves.filter((move) => !stays(move)).map(({ from, to, table }) => [from.word, from.shift, to.word, to.shift, ...(table ?? [])].join()).join(';');
  }
}

/** The images of a state under all renamings, each once: the states that it stands for, if the starts are {@link Symmetry.closed}. */
export function imagesOf({ elements }: Symmetry, words: Int32Array): Int32Array[] {
  const images = elements.map((moves) => moved(moves, words));
  return images.length ? [...new Map(images.map((image) => [image.join(), image])).values()] : [words];
}
