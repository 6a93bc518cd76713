/** The state in which every scenario starts: files cached, mappings made, page tables and TLBs empty. */
import { member, membersOf, type Effect } from '../../src/index.js';
import { attach } from './kernel/mmap.js';
import { zeroOrigin } from './machine/contents.js';
import type { Machine } from './machine/machine.js';

/** The effects that make the start state out of an empty machine. */
export function boot(machine: Machine): Effect[] {
  const { scenario, state } = machine;
  const cached = scenario.files.filter((f) => !f.options.includes('uncached'));
  return [
    ...scenario.files.flatMap(({ name, value }) => {
      const [file, content] = [machine.file(name), machine.content(value)];
      const { legal } = state.shown.at(file);
      return [state.file.at(file).disk.becomes(content), legal.becomes(legal.with(content))];
    }),
    ...cached.flatMap(({ name, value }, number) => {
      const frame = member(machine.FRAME, number);
      return [
        state.frame.at(frame).use.becomes('used'),
        state.frame.at(frame).refs.becomes(1),
        ...holds(machine, number, value, name),
        state.file.at(machine.file(name)).cache.becomes(frame),
      ];
    }),
    ...machine.FRAME.members.flatMap((_, number) =>
      number < cached.length ? [] : holds(machine, number, 0, zeroOrigin),
    ),
    ...(machine.zeroPage ? [state.frame.at(machine.zeroPage).use.becomes('used')] : []),
    ...machine.contents.pages.flatMap(({ name, mapping }) => {
      const { mapped } = state.own.at(machine.page(name));
      const own = mapped.with(machine.ownOrigin(name)).with(machine.origin(zeroOrigin));
      return [
        mapped.becomes(own),
        ...(mapping ? attach(machine, name, mapping) : []),
        ...(mapping?.object === 'anon' && machine.options.has('swapped') ? swappedOut(machine, name) : []),
      ];
    }),
    ...loadedMms(machine),
    ...scenario.integers.map(({ name, value }) => machine.integer(name).becomes(machine.content(value))),
  ];
}

/** Under the option `swapped` anonymous memory starts in its swap slot, holding 0. */
function swappedOut(machine: Machine, page: string): Effect[] {
  const p = machine.page(page);
  return [machine.state.pte.at(p).kind.becomes('swap'), machine.state.swap.at(p).slot.becomes(machine.content(0))];
}

function holds(machine: Machine, number: number, value: number, origin: string): Effect[] {
  const frame = machine.state.frame.at(member(machine.FRAME, number));
  return [frame.content.becomes(machine.content(value)), frame.origin.becomes(machine.origin(origin))];
}

/**
 * Every CPU has the address space of its first user thread loaded and is in that mm's mask; a CPU without
 * user threads has none.
 */
function loadedMms(machine: Machine): Effect[] {
  return membersOf(machine.CPU).flatMap((cpu, number) => {
    const mm = machine.contextsOf(number).find((context) => context !== undefined);
    if (mm === undefined) return [];
    const { cpumask } = machine.state.mm.at(machine.mm(mm));
    return [machine.state.cpu.at(cpu).mm.becomes(machine.mm(mm)), cpumask.becomes(cpumask.with(cpu))];
  });
}
