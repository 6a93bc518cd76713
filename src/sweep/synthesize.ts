/**
 * The minimal sets of candidates that are safe for all of several scenarios. Each scenario is studied by itself and brings
 * demands; a set that meets the demands of all is safe for all, so that the minimal ones follow without a further search.
 * Those that are shown are searched all the same, and so is each of them without one of its members.
 */
import { Study, type Finding, type Look, type Thoroughness } from './study.js';
import {
  independent,
  meets,
  membersOf,
  minimalMeeting,
  nothing,
  only,
  smallestUnions,
  strongestOf,
  type Demand,
  type Subset,
} from './sets.js';

/** Something that cannot go on because whoever asked wants no more. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff';
}

/** A scenario, with a reference that must be safe for it to be asked about. */
export interface Subject extends Look {
  readonly name: string;
  readonly reference: () => Promise<Finding>;
}

/** What is asked. */
export interface Question extends Thoroughness {
  readonly subjects: readonly Subject[];
  /** How many minimal safe sets, the smallest first, are searched and explained. */
  readonly shown: number;
}

/** A scenario that sets of candidates cannot be held to. */
export interface LeftOut {
  readonly subject: Subject;
  /** What is not safe there, or not known to be as a limit came first: the reference, or all candidates together. */
  readonly because: 'reference' | 'all candidates';
  readonly finding: Finding;
  /** What was found with no candidate at all. */
  readonly withNone?: Finding;
}

/** A demand with the scenarios that make it, and what each shows violated with all candidates but `oneOf`; the shortest first. */
export interface Certified {
  readonly demand: Demand;
  /** All candidates but `oneOf`. */
  readonly unsafe: Subset;
  readonly by: readonly { readonly study: Study; readonly finding: Finding }[];
}

/** Demands that have to do with each other, and the minimal sets that meet them. */
export interface Part {
  readonly demands: readonly Certified[];
  readonly sets: readonly Subset[];
}

/** What a member of a safe set is needed for: the shortest violation without it. */
export interface Necessity {
  readonly member: number;
  readonly study: Study;
  readonly finding: Finding;
}

/** A minimal safe set that was searched in every scenario. */
export interface SafeSet {
  readonly set: Subset;
  readonly findings: readonly { readonly study: Study; readonly finding: Finding }[];
  readonly why: readonly Necessity[];
  /** Whether more candidates are known to make it unsafe somewhere. */
  readonly fragile: boolean;
}

/** The answer; sets are of candidates. */
export interface Synthesis {
  /** False where it was called off: the demands are right, but there may be more. */
  readonly complete: boolean;
  readonly leftOut: readonly LeftOut[];
  readonly studies: readonly Study[];
  readonly parts: readonly Part[];
  /** The number of minimal safe sets; 0 as well where no scenario is left to judge by. */
  readonly count: number;
  readonly shown: readonly SafeSet[];
}

/** Scenarios under study at a time: enough to keep all threads busy, few enough that most are done with when it is called off. */
const studiedAtOnce = 8;

/** Finds the minimal sets that are safe for all scenarios. */
export async function synthesize(question: Question): Promise<Synthesis> {
  const { subjects } = question;
  const outcomes = new Map<Subject, LeftOut | Study>();
  const waiting = [...subjects];
  const openOnes = async (): Promise<void> => {
    for (let subject = waiting.shift(); subject; subject = waiting.shift()) await open(subject, question, outcomes);
  };
  const complete = await finished(Array.from({ length: studiedAtOnce }, openOnes));
  const inOrder = subjects.flatMap((subject) => outcomes.get(subject) ?? []);
  const studies = inOrder.filter((outcome) => outcome instanceof Study);
  const leftOut = inOrder.filter((outcome): outcome is LeftOut => !(outcome instanceof Study));
  const nobody = { complete, parts: [], count: 0, shown: [] };
  return { leftOut, studies, ...(studies.length > 0 ? await combine(studies, question, complete) : nobody) };
}

/** Studies a scenario that safe sets can be told of, or says why it is not one. */
async function open(subject: Subject, thoroughness: Thoroughness, outcomes: Map<Subject, LeftOut | Study>): Promise<void> {
  const reference = await subject.reference();
  if (isUnsafe(reference)) {
    outcomes.set(subject, { subject, because: 'reference', finding: reference });
    return;
  }
  const study = new Study(subject.name, subject, thoroughness);
  const withAll = await study.finding(subject.all);
  if (isUnsafe(withAll)) {
    outcomes.set(subject, { subject, because: 'all candidates', finding: withAll, withNone: await study.finding(nothing) });
    return;
  }
  outcomes.set(subject, study);
  await study.explore();
}

/** Violated, or left open by a limit. */
const isUnsafe = ({ violations, limit }: Finding): boolean => violations.length > 0 || limit !== undefined;

type Combination = Pick<Synthesis, 'complete' | 'parts' | 'count' | 'shown'>;

/** Combines the demands until what follows from them is confirmed by searches. */
async function combine(studies: readonly Study[], { subjects, shown }: Question, complete: boolean): Promise<Combination> {
  const all = subjects[0]?.all ?? nothing;
  for (;;) {
    const parts = await partsOf(studies, all);
    const count = parts.reduce((product, { sets }) => product * sets.length, 1);
    if (!complete) return { complete, parts, count, shown: [] };
    const sets = smallestUnions(parts.map((part) => part.sets), shown);
    const confirmed = new Map<Subset, SafeSet>();
    const searched = await finished(sets.map((set) => confirm(set, studies, confirmed)));
    const safe = sets.flatMap((set) => confirmed.get(set) ?? []);
    if (!searched || safe.length === sets.length) return { complete: searched, parts, count, shown: safe };
    for (const study of studies) await study.settle();
  }
}

async function partsOf(studies: readonly Study[], all: Subset): Promise<Part[]> {
  const made = studies.flatMap((study) => study.lattice.demands.map((demand) => ({ study, demand })));
  made.sort((a, b) => Number(a.demand.oneOf - b.demand.oneOf) || Number(a.demand.given - b.demand.given));
  const certified = await Promise.all(strongestOf(made.map(({ demand }) => demand)).map(async (demand): Promise<Certified> => {
    const unsafe = all & ~demand.oneOf;
    const by = made.filter(({ demand: other }) => other.given === demand.given && other.oneOf === demand.oneOf);
    const findings = await Promise.all(by.map(async ({ study }) => ({ study, finding: await study.finding(unsafe) })));
    return { demand, unsafe, by: findings.sort((a, b) => lengthOf(a.finding) - lengthOf(b.finding)) };
  }));
  return independent(certified.map(({ demand }) => demand)).map((group) => ({
    demands: group.map((demand) => certified.find((one) => one.demand === demand)!),
    sets: minimalMeeting(group),
  }));
}

/** Searches a set in every scenario, and each of its members' absence; kept if all is as the demands say. */
async function confirm(set: Subset, studies: readonly Study[], confirmed: Map<Subset, SafeSet>): Promise<void> {
  const answers = await Promise.all(studies.map((study) => study.lattice.isSafe(set)));
  const why = await Promise.all(membersOf(set).map((member) => necessity(set, member, studies)));
  if (answers.includes(false) || why.includes(undefined)) return;
  const findings = await Promise.all(studies.map(async (study) => ({ study, finding: await study.finding(set) })));
  confirmed.set(set, {
    set,
    findings,
    why: why.filter((one) => one !== undefined),
    fragile: studies.some((study) => study.isFragile(set)),
  });
}

/** The shortest violation without a member, in the scenarios whose demands the rest fails; undefined where there is none. */
async function necessity(set: Subset, member: number, studies: readonly Study[]): Promise<Necessity | undefined> {
  const rest = set & ~only(member);
  const failing = studies.filter(({ lattice }) => lattice.demands.some((demand) => !meets(rest, demand)));
  const unsafe = await Promise.all(failing.map(async (study) => ((await study.lattice.isSafe(rest)) ? [] : [study])));
  const findings = await Promise.all(unsafe.flat().map(async (study) => ({ member, study, finding: await study.finding(rest) })));
  return findings.sort((a, b) => lengthOf(a.finding) - lengthOf(b.finding))[0];
}

/** The steps of the shortest violation; infinite where a limit came first. */
function lengthOf({ violations }: Finding): number {
  return Math.min(Infinity, ...violations.map(({ length }) => length));
}

/** Waits for all; false if any was called off. Throws what any of them throws besides. */
async function finished(work: readonly Promise<void>[]): Promise<boolean> {
  const outcomes = await Promise.allSettled(work);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
  const serious = failures.find((failure) => !(failure instanceof CalledOff));
  if (serious) throw serious;
  return failures.length === 0;
}
