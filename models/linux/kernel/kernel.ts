/** A kernel out of its parts: an architecture, the rules in force, and the scheme that puts flushes off. */
import { allOf } from '../../../src/index.js';
import type { Machine } from '../machine/machine.js';
import type { RulesInForce } from '../rules/resolve.js';
import type { Rule } from '../rules/rule.js';
import { arm64 } from './arm64-tlb.js';
import { ask } from './conditions.js';
import { globalLuf } from './luf.js';
import { keyedLuf } from './luf-batch.js';
import { emptyLuf } from './luf-empty.js';
import type { About, Arch, Kernel, Path, PutOff } from './path.js';
import { riscv } from './riscv-tlb.js';
import { x86 } from './x86-tlb.js';

/** Every architecture, by its name in the kernel's arch directory. */
export const archs: readonly Arch[] = [x86, arm64, riscv];

/** The kernel that the rules of a table which are in force make of a machine. */
export function kernelOf(machine: Machine, table: readonly Rule[], rules: RulesInForce): Kernel {
  const arch = archs.find(({ name }) => name === (machine.scenario.arch ?? x86.name))!;
  const putOff = putOffOf(machine, arch, rules);
  return {
    arch,
    rules,
    putOff,
    insert: (path, hook, at, about) => {
      if (!putOff) return at;
      return table
        .filter((rule) => rule.hook?.at === hook && rules.has(rule.name))
        .reduce((place, rule) => insertFlush(path, putOff, rule, { at: place, about }), at);
    },
    qualifies: (path, about) =>
      allOf(table.flatMap((rule) => (rule.excludes && rules.has(rule.name) ? [ask(path, rule, rule.excludes, about).holds.not()] : []))),
  };
}

function putOffOf(machine: Machine, arch: Arch, rules: RulesInForce): PutOff | undefined {
  if (!rules.has('luf.reclaim') && !rules.has('luf.migrate')) return undefined;
  if (arch.lufIsEmpty) return emptyLuf;
  return rules.has('luf.keyed') ? keyedLuf(machine) : globalLuf(machine);
}

function insertFlush(path: Path, putOff: PutOff, rule: Rule, { at, about }: { at: string; about: About }): string {
  const { scope, onlyIf } = rule.hook!;
  const to = path.place(rule.name);
  if (onlyIf === undefined) {
    putOff.flush(path, { at, to, caller: `the rule ${rule.name}` }, scope, about);
    return to;
  }
  const { holds, clear } = ask(path, rule, onlyIf, about);
  putOff.flush(path, { at, to, caller: `the rule ${rule.name}`, when: [holds], last: clear }, scope, about);
  path.step({
    at,
    to,
    kernel: rule.place.split(',')[0]!,
    provenance: rule.provenance,
    after: 'the condition of the rule does not hold: nothing is given up',
    when: [holds.not()],
  });
  return to;
}
