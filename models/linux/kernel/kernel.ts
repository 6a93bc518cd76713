/** A kernel out of its parts: an architecture, the rules in force, and the scheme that puts flushes off. */
import { toBool, type Bool, type Effect } from '../../../src/index.js';
import type { Machine } from '../machine/machine.js';
import type { HookedFlush, Rule } from '../rules/rule.js';
import { rules as table } from '../rules/rules.js';
import { arm64 } from './arm64-tlb.js';
import { globalLuf } from './luf.js';
import { keyedLuf } from './luf-batch.js';
import { emptyLuf } from './luf-empty.js';
import type { About, Arch, Kernel, Path, PutOff } from './path.js';
import { riscv } from './riscv-tlb.js';
import { x86 } from './x86-tlb.js';

/** Every architecture, by its name in the kernel's arch directory. */
export const archs: readonly Arch[] = [x86, arm64, riscv];

/** The kernel that a set of rules makes of a machine. */
export function kernelOf(machine: Machine, rules: ReadonlySet<string>): Kernel {
  const arch = archs.find(({ name }) => name === (machine.scenario.arch ?? x86.name))!;
  const putOff = putOffOf(machine, arch, rules);
  const hooked = table.filter(({ name, hook }) => hook && rules.has(name));
  return {
    arch,
    rules,
    putOff,
    insert: (path, hook, at, about) => {
      if (!putOff) return at;
      return hooked.filter((rule) => rule.hook!.at === hook).reduce((place, rule) => insertFlush(path, putOff, rule, place, about), at);
    },
  };
}

function putOffOf(machine: Machine, arch: Arch, rules: ReadonlySet<string>): PutOff | undefined {
  if (!rules.has('luf.reclaim') && !rules.has('luf.migrate')) return undefined;
  if (arch.lufIsEmpty) return emptyLuf;
  return rules.has('luf.keyed') ? keyedLuf(machine) : globalLuf(machine);
}

function insertFlush(path: Path, putOff: PutOff, rule: Rule, at: string, about: About): string {
  const { scope, onlyIf } = rule.hook!;
  const to = path.place(rule.name);
  if (onlyIf === undefined) {
    putOff.flush(path, { at, to }, scope, about);
    return to;
  }
  const { holds, clear } = conditionOf(path, onlyIf, about);
  putOff.flush(path, { at, to, when: [holds], last: clear }, scope, about);
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

/** When a hooked flush is due, and the marks that it takes away. */
function conditionOf(
  { machine }: Path,
  onlyIf: NonNullable<HookedFlush['onlyIf']>,
  { page, file, write }: About,
): { holds: Bool; clear: Effect[] } {
  const { state } = machine;
  const marked = (mark: Bool): { holds: Bool; clear: Effect[] } => ({ holds: mark, clear: [mark.becomes(false)] });
  switch (onlyIf) {
    case 'may write':
      return { holds: toBool(write ?? false).or(state.vma.at(machine.page(page!)).mayWrite), clear: [] };
    case 'PTE writable':
      return { holds: state.pte.at(machine.page(page!)).writable, clear: [] };
    case 'PTE marked':
      return marked(state.pte.at(machine.page(page!)).marked);
    case 'VMA marked':
      return marked(state.vma.at(machine.page(page!)).marked);
    case 'mm marked':
      return marked(state.mm.at(machine.mmOf(page!)).marked);
    case 'page cache marked':
      return marked(state.file.at(file!).cacheMarked);
    case 'inode marked':
      return marked(state.file.at(file!).inodeMarked);
  }
}
