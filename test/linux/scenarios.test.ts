/**
 * Every bundled scenario under every choice of rules that it names, and under vanilla, searched once to the end:
 * exact counts, the shortest violation of each property, states of the right types, and which steps were taken.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { typeFaults, type Step } from '../../src/index.js';
import { formatRules } from '../../src/litmus/results.js';
import { strictProperties } from '../../models/linux/index.js';
import { bundled, explore, judgement, scenarioOf, violations, type Run } from './run.js';

/** The distinct values of each word of the states: no field straddles a word, so each can be judged alone. */
function wordValues({ search: { store, program } }: Run): ReadonlySet<number>[] {
  const values = Array.from({ length: program.words }, () => new Set<number>());
  for (let state = 0; state < store.size; state++) {
    const [segment, offset] = [store.segmentOf(state), store.offsetOf(state)];
    values.forEach((seen, word) => seen.add(segment[offset + word]!));
  }
  return values;
}

/** Variables that some state gives a value which they cannot have. */
function faultsOf(run: Run): string[] {
  const { layout } = run.search.program;
  const faults = wordValues(run).flatMap((values, word) =>
    [...values].flatMap((value) => typeFaults(layout, new Int32Array(layout.words).fill(value, word, word + 1))),
  );
  return [...new Set(faults)];
}

/** What a step is in every scenario alike: two steps of one function differ in what may follow. */
const kindOf = ({ notes, label }: Step): string => `${label}: ${notes['interleaves']}`;

const recorded: string[] = [];
/** How often each kind of step was taken in all searches together. */
const taken = new Map<string, number>();

function record(name: string, rules: string, { instance, outcome }: Run): void {
  const [states, transitions] = [outcome.states, outcome.transitions].map((count) => count.toLocaleString('en'));
  const violated = outcome.violations.map(({ property, length }) => `${property} ${length}`).join(', ');
  recorded.push(`${name} | ${rules} | ${states} | ${transitions} | ${outcome.depth} | ${violated || 'holds'}`);
  for (const step of instance.model.steps) {
    taken.set(kindOf(step), (taken.get(kindOf(step)) ?? 0) + outcome.fired.get(step.name)!);
  }
}

/** Scenarios in which vanilla Linux loses a store (models/litmus/README.md, "A store that Linux loses"). */
const lostByLinux = ['lost-write-in-direct-write', 'lost-write-in-writeback'];

describe.each(bundled)('%s', (name) => {
  const scenario = scenarioOf(name);
  const named = scenario.expectations.map(({ rules, observation }) => ({ rules: formatRules(rules), observation }));
  const choices = named.some(({ rules }) => rules === 'vanilla') ? named : [...named, { rules: 'vanilla', observation: undefined }];

  it.each(choices)('under $rules is searched to the end, gives its Result and reaches the racy window', ({ rules, observation }) => {
    const run = explore(scenario, rules);
    record(name, rules, run);
    const { outcome } = run;
    expect([outcome.limit, faultsOf(run), outcome.uncovered]).toEqual([undefined, [], []]);
    if (observation !== undefined) expect(judgement(run).observation).toBe(observation);
    if (rules !== 'vanilla') return;
    const beyond = violations(run).filter((violation) => !strictProperties.some((property) => violation.startsWith(`${property}:`)));
    expect(beyond.map((violation) => violation.split(':')[0])).toEqual(lostByLinux.includes(name) ? ['lost-write'] : []);
  });
});

describe('all scenarios together', () => {
  afterAll(() => {
    taken.clear();
  });

  it('have these states, transitions and depths, and violate these properties at these lengths', async () => {
    const head = 'scenario | rules | states | transitions | depth | shortest violations';
    await expect(`${[head, ...recorded].join('\n')}\n`).toMatchFileSnapshot('scenarios.txt');
  });

  it('take every kind of step that they have, but for those that have a reason to be there', () => {
    const dead = [...taken].filter(([, times]) => times === 0).map(([kind]) => kind);
    expect(dead.filter((kind) => !(kind in untaken)).sort()).toEqual([]);
    expect(Object.keys(untaken).filter((kind) => taken.get(kind) !== 0)).toEqual([]);
  });
});

/** Steps that no execution of a scenario takes, each with the reason why it is there all the same. */
const untaken: Readonly<Record<string, string>> = {};
