/** Mutants of the model that are no faults: why the scenarios cannot tell them from the original. */

/** Reasons that hold for every mutant whose name fits. */
const reasons: readonly { readonly fits: RegExp; readonly reason: string }[] = [
  {
    fits: /^widen /,
    reason: 'a lock that is held longer takes interleavings away and adds none but deadlocks, of which there is none',
  },
];

/** Why a mutant is equivalent to the original as far as verdicts go; undefined for one that nobody has looked at. */
export function whyEquivalent(name: string): string | undefined {
  return reasons.find(({ fits }) => fits.test(name))?.reason;
}
