/** Words that nothing of ours in a TLA+ module may be called: the language's, those of Integers, and the frame's. */

const language = `
ACTION ASSUME ASSUMPTION AXIOM BY BOOLEAN CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN
ELSE ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED
ONLY OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE SF SPECIFICATION STATE STRING SUBSET SUFFICES TAKE
TEMPORAL THEN THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WF WITH WITNESS`;

const standard = 'Nat Int Real Infinity Integers Naturals';

const frame = 'none vars Init Next Spec TypeOK Stuck Cut';

/** The names that stand for the indices of an array, one a dimension. */
export const indexNames: readonly string[] = Array.from({ length: 8 }, (_, i) => `i${i + 1}`);

/** Reserved words. */
export const reserved: readonly string[] = [
  ...[language, standard, frame].flatMap((words) => words.trim().split(/\s+/)),
  ...indexNames,
];
