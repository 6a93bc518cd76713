/** The state in which every scenario starts: files cached, mappings made, page tables and TLBs empty. */
import { member, membersOf, type Effect } from '../../src/index.js';
import { attach } from './kernel/mmap.js';
import { hasRelatives } from './kernel/swap.js';
import { zeroOrigin } from './machine/contents.js';
import type { Mapping } from '../../src/litmus/scenario.js';
import type { Frame, Machine } from './machine/machine.js';

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
        ...(mapping ? touched(machine, name, mapping) : []),
      ];
    }),
    ...loadedMms(machine),
    ...(machine.offered ? membersOf(machine.THREAD).map((t) => machine.offered!.at(t).frame.becomes(member(machine.FRAME, 0))) : []),
    ...scenario.integers.map(({ name, value }) => machine.integer(name).becomes(machine.content(value))),
  ];
}

/** Under the option `swapped` anonymous memory starts in its swap slot, holding 0. */
function swappedOut(machine: Machine, page: string): Effect[] {
  const p = machine.page(page);
  const { kind, slot } = machine.state.pte.at(p);
  return [
    kind.becomes('swap'),
    ...(hasRelatives(machine, page) ? [slot.becomes(p)] : []),
    machine.state.swap.at(p).slot.becomes(machine.content(0)),
  ];
}

function holds(machine: Machine, number: number, value: number, origin: string): Effect[] {
  const frame = machine.state.frame.at(member(machine.FRAME, number));
  return [frame.content.becomes(machine.content(value)), frame.origin.becomes(machine.origin(origin))];
}

/**
 * Every CPU has the address space of its first user thread loaded and is in that mm's mask; a CPU without
 * user threads has none, and neither has one that waits for what fork() makes.
 */
function loadedMms(machine: Machine): Effect[] {
  return membersOf(machine.CPU).flatMap((cpu, number) => {
    const mm = machine.contextsOf(number).find((context) => context !== undefined && !machine.forked(context));
    if (mm === undefined) return [];
    const { cpumask } = machine.state.mm.at(machine.mm(mm));
    return [machine.state.cpu.at(cpu).mm.becomes(machine.mm(mm)), cpumask.becomes(cpumask.with(cpu))];
  });
}

/**
 * Under the option `populated` every page has been read before the start, under `dirtied` every writable
 * one has been written (what it held), so that its PTE is present; no TLB holds it yet.
 */
function touched(machine: Machine, page: string, mapping: Mapping): Effect[] {
  const { options } = machine;
  const own = mapping.object === 'anon' || mapping.flags.includes('MAP_PRIVATE');
  if (mapping.object === 'anon' && options.has('swapped')) return [];
  if (options.has('dirtied') && mapping.protection.includes('PROT_WRITE')) {
    return own ? ownMemory(machine, page, mapping) : mapped(machine, page, cachedAt(machine, mapping.object), true);
  }
  if (!options.has('populated')) return [];
  const frame = mapping.object === 'anon' ? machine.zeroPage : cachedAt(machine, mapping.object);
  // It was read before mprotect(PROT_NONE).
  const inaccessible = mapping.protection.includes('PROT_NONE') ? [machine.state.pte.at(machine.page(page)).kind.becomes('protnone')] : [];
  return [...mapped(machine, page, frame, false), ...inaccessible];
}

/** The frame that holds a file's page at the start; none for one that is not cached. */
function cachedAt({ scenario, FRAME }: Machine, file: string): Frame | undefined {
  const cached = scenario.files.filter((f) => !f.options.includes('uncached'));
  const number = cached.findIndex((f) => f.name === file);
  return number < 0 ? undefined : member(FRAME, number);
}

function mapped(machine: Machine, page: string, frame: Frame | undefined, written: boolean): Effect[] {
  if (!frame) return [];
  const pte = machine.state.pte.at(machine.page(page));
  const { refs, dirty } = machine.state.frame.at(frame);
  const zero = machine.isZeroPage(frame) !== false && machine.zeroPage === frame;
  return [
    pte.kind.becomes('present'),
    pte.frame.becomes(frame),
    pte.writable.becomes(written),
    pte.dirty.becomes(written),
    ...(zero ? [] : [refs.becomes(refs.plus(1))]),
    ...(written ? [dirty.becomes(true)] : []),
  ];
}

/** A page's own memory, in the first frames that no file needs. */
function ownMemory(machine: Machine, page: string, { object }: Mapping): Effect[] {
  const { scenario, state } = machine;
  const files = scenario.files.filter((f) => !f.options.includes('uncached')).length;
  const owners = scenario.pages.filter((p) => p.mapping && (p.mapping.object === 'anon' || p.mapping.flags.includes('MAP_PRIVATE')));
  const number = files + owners.findIndex((p) => p.name === page);
  const value = scenario.files.find((f) => f.name === object)?.value ?? 0;
  const frame = member(machine.FRAME, number);
  const { copied, legal } = state.own.at(machine.page(page));
  return [
    state.frame.at(frame).use.becomes('used'),
    ...holds(machine, number, value, page),
    ...mapped(machine, page, frame, true),
    copied.becomes(object !== 'anon'),
    legal.becomes([]),
    legal.becomes(legal.with(machine.content(value))),
  ];
}
