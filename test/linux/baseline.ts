/** What `regress` has recorded of the bundled scenarios. */
import { readFileSync } from 'node:fs';

/** One scenario under one choice of rules. */
export interface Recorded {
  readonly scenario: string;
  readonly rules: string;
  readonly states: number;
  readonly observation: string;
  readonly vacuous: boolean;
  readonly violations: readonly { readonly property: string; readonly length: number }[];
}

/** All of them. */
export const { results: baseline } = JSON.parse(readFileSync('models/litmus/baseline.json', 'utf8')) as { readonly results: readonly Recorded[] };
