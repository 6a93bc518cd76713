/** SPIN counts what our search counts, and answers alike, on the Linux model. */
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/index.js';
import { formatRules } from '../../src/litmus/results.js';
import type { Expectation, Scenario } from '../../src/litmus/scenario.js';
import { linux } from '../../models/linux/index.js';
import { bundled, scenarioOf } from '../linux/run.js';
import { questionOf } from '../../src/cli/export.js';
import { missingForSpin, oursOf, spinTimeout as timeout, theirsOf } from './spin.js';

/** Models of more states are left to our own search, so that all of the others together take about a minute. */
const statesMax = 50_000;

let agreed = 0;
const tooLarge: string[] = [];

describe.skipIf((await missingForSpin()).length > 0)('SPIN, on every bundled scenario under the first rules of each Result,', { timeout }, () => {
  afterAll(() => {
    const left = [...new Set(tooLarge)].map((name) => `${name} (${tooLarge.filter((other) => other === name).length})`);
    console.info(`SPIN agrees on ${agreed} models; more than ${statesMax} states have ${tooLarge.length}: ${left.join(', ')}`);
    expect(agreed).toBeGreaterThan(tooLarge.length);
  });

  it.concurrent.each(bundled)('counts the states, transitions, ends, violated properties and answers of %s', async (name) => {
    const scenario = scenarioOf(name);
    for (const expectation of firstOfEach(scenario)) await compare(scenario, expectation);
  });
});

/** The first expectation of each observation: the scenario as it should be, and with its protection removed. */
function firstOfEach({ expectations }: Scenario): Expectation[] {
  return expectations.filter(({ observation }, i) => expectations.findIndex((other) => other.observation === observation) === i);
}

async function compare(scenario: Scenario, { rules, observation }: Expectation): Promise<void> {
  const instance = linux.instantiate(scenario, rules);
  const program = compile(instance.model);
  const ours = oursOf(program, statesMax);
  if (!ours) {
    tooLarge.push(scenario.name);
    return;
  }
  const { opinion, answers } = await theirsOf(program, [questionOf(scenario, instance)]);
  const name = `${scenario.name} under ${formatRules(rules)}`;
  expect(opinion, name).toEqual(ours);
  expect(observationOf(answers[0]!, opinion.ends[instance.finished]!), name).toBe(observation);
  agreed++;
}

function observationOf(witnesses: number, finished: number): string {
  if (witnesses === 0) return 'Never';
  return witnesses === finished ? 'Always' : 'Sometimes';
}
