/** A workload under some rules, as a simulator runs it: the model, its threads, what they do and what is counted. */
import { Model, type Program } from '../../src/index.js';
import type { RuleExpression } from '../../src/litmus/scenario.js';
import { instantiate } from './instantiate.js';
import { View } from './machine/view.js';
import type { RuleTable } from './rules/rule.js';
import { Tally, type TallyLimits } from './tally.js';
import { behaviourOf, type WorkloadBehaviour } from './workload-behaviour.js';
import { scenarioOf } from './workload-scenario.js';
import type { Workload } from './workloads.js';

/** A thread of a workload, as simulators know threads. */
interface WorkloadActor {
  readonly pc: ReturnType<View['variable']>;
  readonly begins: readonly number[];
  readonly idle: number;
  readonly takes: (instance: number) => boolean;
}

/** A workload made into a model. */
export interface WorkloadModel {
  readonly model: Model;
  /** Kernel version that the rule set sits on. */
  readonly base: string;
  readonly arch: string;
  /** Once the model is compiled: the threads, what they do next, and the counters. */
  prepare(program: Program, limits: TallyLimits): { readonly actors: WorkloadActor[]; readonly behaviour: WorkloadBehaviour; readonly tally: Tally };
}

/** Builds the model of a workload; throws a RuleError where a rule of one's own cannot be built in. */
export function workloadModel(workload: Workload, rules: RuleExpression, table: RuleTable): WorkloadModel {
  const scenario = scenarioOf(workload);
  const { model, base, arch } = instantiate(scenario, rules, table, { long: true });
  return {
    model,
    base,
    arch,
    prepare: (program, limits) => {
      const view = new View(program.layout);
      return {
        actors: scenario.threads.map(({ name, body }) => actorOf(program, view.variable(`${name}.pc`), { name, operations: body.length })),
        behaviour: behaviourOf({ workload, scenario, program, view }),
        tally: new Tally(program, scenario, limits),
      };
    },
  };
}

function actorOf(program: Program, pc: WorkloadActor['pc'], { name, operations }: { name: string; operations: number }): WorkloadActor {
  const { domain } = pc;
  const names: readonly string[] = domain.kind === 'choice' ? domain.names : [];
  const begins = Array.from({ length: operations }, (_, i) => names.indexOf(i === 0 ? 'start' : `op ${i}`));
  const own = program.instances.map((instance) => instance.name.startsWith(`${name}.`));
  return { pc, begins, idle: names.indexOf('finished'), takes: (instance) => own[instance]! };
}
