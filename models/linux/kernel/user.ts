/**
 * What user code does to memory, and what the MMU does by itself: loads, stores, table walks,
 * speculative fills and evictions. A hit uses the entry as it is; only a walk looks at the page table.
 *
 * Intel SDM volume 3, 5.10 (caching translation information): a processor may fill an entry for any
 * present PTE at any time and drop any entry; a store through an entry without D walks to set it.
 */
import { allOf, anyOf, membersOf, type Bool, type Effect, type Line, type Model } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Content, Frame, Machine } from '../machine/machine.js';
import { fault } from './memory.js';
import { pageArgument, pageIn, valueArgument, valueIn, type LinuxOperation } from './operation.js';
import type { Path, Scene } from './path.js';
import { markYoung } from './folio-referenced.js';
import { clearEntry } from './tlb.js';

const user = 'user';

/** A load of a page into a register, if it has one. */
function load(path: Path, page: string, deliver: (value: Content) => Effect[]): void {
  const { machine, task } = path;
  const { state } = machine;
  const p = machine.page(page);
  const [pte, entry] = [state.pte.at(p), state.tlb.at(task.cpu, p)];
  const ghost = new Ghost(machine);
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${user} load`,
    after: 'the value is in the register',
    when: [entry.frame.isSome()],
    then: [...ghost.judgeLoad(p, page, entry.frame), ...deliver(state.frame.at(entry.frame).content)],
    says: [
      { text: [`user reads ${page}: `, state.frame.at(entry.frame).content] },
      ...staleness(machine, page, entry.frame, false),
      wrongness(machine, page, entry.frame),
    ],
  });
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${user} load after a table walk`,
    after: 'the entry stays until it is flushed or evicted',
    when: [entry.frame.isNone(), pte.kind.is('present')],
    then: [
      ...fill(machine, page, task.thread.cpu),
      ...ghost.judgeLoad(p, page, pte.frame),
      ...deliver(state.frame.at(pte.frame).content),
    ],
    says: [
      { text: [`user reads ${page}: `, state.frame.at(pte.frame).content] },
      ...filled(machine, page),
      wrongness(machine, page, pte.frame),
    ],
  });
  fault(path, { page, write: false, when: entry.frame.isNone(), deliver });
}

/** A store of a value to a page. */
function store(path: Path, page: string, value: Content, deliver: (signal: Content) => Effect[]): void {
  const { machine, task } = path;
  const { state } = machine;
  const p = machine.page(page);
  const [pte, entry] = [state.pte.at(p), state.tlb.at(task.cpu, p)];
  const through = allOf([entry.frame.isSome(), entry.writable, entry.dirty]);
  const staysClean = { if: allOf([pte.kind.is('present'), pte.frame.is(entry.frame), pte.writable, pte.dirty.not()]), text: ['[ entry has D: PTE stays clean ]'] };
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${user} store`,
    after: 'the value is in the frame; the page table is not looked at',
    when: [through],
    then: write(machine, page, entry.frame, value),
    says: [{ text: [`user writes ${page} := `, value] }, ...staleness(machine, page, entry.frame, true), staysClean],
  });
  path.step({
    at: 'start',
    to: 'end',
    kernel: `${user} store after a table walk`,
    after: 'PTE and entry have D set',
    when: [through.not(), pte.kind.is('present'), pte.writable],
    then: [
      pte.dirty.becomes(true),
      ...fill(machine, page, task.thread.cpu),
      ...write(machine, page, pte.frame, value),
    ],
    says: [{ text: [`user writes ${page} := `, value] }, ...filled(machine, page)],
  });
  fault(path, { page, write: true, when: through.not(), deliver });
}

function write(machine: Machine, page: string, frame: Frame, value: Content): Effect[] {
  const p = machine.page(page);
  const { content } = machine.state.frame.at(frame);
  return [...new Ghost(machine).judgeStore(p, page, frame, value), content.becomes(value)];
}

function fill(machine: Machine, page: string, cpu: number): Effect[] {
  const p = machine.page(page);
  const pte = machine.state.pte.at(p);
  const entry = machine.state.tlb.at(membersOf(machine.CPU)[cpu]!, p);
  return [
    entry.frame.becomes(pte.frame),
    entry.writable.becomes(pte.writable),
    entry.dirty.becomes(pte.dirty),
    ...markYoung(machine, page),
  ];
}

/** What an entry just filled looks like, for the diagram. */
function filled(machine: Machine, page: string): Line[] {
  const pte = machine.state.pte.at(machine.page(page));
  const { origin } = machine.state.frame.at(pte.frame);
  return [pte.writable, pte.writable.not()].map((test, i) => ({
    if: test,
    text: [`[ TLB: ${page} -> frame `, pte.frame, ' (', origin, `), ${i === 0 ? 'RW' : 'RO'} ]`],
  }));
}

/** The page table does not lead to the frame, or not for such an access. */
function isStale(machine: Machine, page: string, frame: Frame, write: boolean): Bool {
  const { kind, frame: mapped, writable } = machine.state.pte.at(machine.page(page));
  return allOf([kind.is('present'), mapped.is(frame), ...(write ? [writable] : [])]).not();
}

/** A wrong value that the page table leads to, for the diagram. */
function wrongness(machine: Machine, page: string, frame: Frame): Line {
  const { content, origin } = machine.state.frame.at(frame);
  const legal = new Ghost(machine).isLegal(machine.page(page), content);
  return {
    if: allOf([isStale(machine, page, frame, false).not(), legal.not()]),
    text: ['[ wrong: frame ', frame, ' holds ', origin, ' (', content, '), not what it should ]'],
  };
}

/** Why a hit was stale, for the diagram: what the page maps now, and what the entry points at. */
function staleness(machine: Machine, page: string, frame: Frame, write: boolean): Line[] {
  const p = machine.page(page);
  const { uffdWp } = machine.state.pte.at(p);
  const { use, origin } = machine.state.frame.at(frame);
  const vma = machine.state.vma.at(p);
  const { copied } = machine.state.own.at(p);
  const { cache, disk } = machine.state.file.at(vma.file);
  const allowed = allOf([vma.kind.isNot('none'), write ? vma.writable : vma.readable]);
  const protects = allOf([allowed, write && machine.pageNamed(page).tracked ? uffdWp : false]);
  const served = allowed.and(protects.not());
  const file = allOf([served, vma.kind.is('shared', 'private'), copied.not()]);
  const now: [Bool, Line['text']][] = [
    [vma.kind.is('none'), [`${page} is unmapped`]],
    [vma.kind.isNot('none').and(allowed.not()), [`${page} is ${write ? 'not writable' : 'PROT_NONE'}`]],
    [protects, [`${page} is uffd-wp`]],
    [file.and(cache.isSome()), [`${page} maps `, vma.file, ' (', machine.state.frame.at(cache).content, ')']],
    [file.and(cache.isNone()), [`${page} maps `, vma.file, ' (', disk, ')']],
    [served.and(file.not()), [`${page} maps its own memory`]],
  ];
  const stale = isStale(machine, page, frame, write);
  return now.flatMap(([is, what]) =>
    [use.is('free'), use.is('free').not()].map((free, i) => ({
      if: allOf([stale, is, free]),
      text: ['[ stale: ', ...what, ', TLB entry still points at ', ...(i === 0 ? ['freed frame ', frame] : ['frame ', frame, ' (', origin, ')']), ' ]'],
    })),
  );
}

/** The MMU's own steps, for every CPU that runs user threads and every page of their mm. */
export function mmu(model: Model, scene: Scene): void {
  const { machine } = scene;
  for (const mm of machine.scenario.mms) {
    for (const cpu of machine.cpusOf(mm)) {
      const left = anyOf(machine.contextsOf(cpu).map((context) => scene.unfinished(cpu, context)));
      for (const page of machine.pagesOf(mm)) mmuSteps(machine, model, { cpu, page, running: left });
    }
  }
}

function mmuSteps(machine: Machine, model: Model, { cpu, page, running }: { cpu: number; page: string; running: Bool }): void {
  const [c, p] = [membersOf(machine.CPU)[cpu]!, machine.page(page)];
  const [entry, pte] = [machine.state.tlb.at(c, p), machine.state.pte.at(p)];
  const threads = machine.scenario.threads.filter((t) => t.cpu === cpu).map((t) => t.name);
  const actor = `CPU${cpu} (${threads.join(', ')})`;
  const notes = { provenance: 'source', approximation: 'exact' };
  // Without speculation, whether a PTE is present can be told from the accesses of the program.
  if (!machine.options.has('no_speculation')) model.step(`CPU${cpu} speculative TLB fill of ${page}`, {
    label: 'speculative TLB fill',
    actor,
    spontaneous: true,
    when: [running, machine.state.cpu.at(c).mm.is(machine.mmOf(page)), entry.frame.isNone(), pte.kind.is('present')],
    then: fill(machine, page, cpu),
    says: [{ text: ['speculative TLB fill'] }, ...filled(machine, page)],
    notes: { ...notes, source: 'hardware MMU', interleaves: 'the entry may be used long after the PTE changed' },
  });
  model.step(`CPU${cpu} TLB eviction of ${page}`, {
    label: 'TLB eviction',
    actor,
    spontaneous: true,
    when: [running, entry.frame.isSome()],
    then: clearEntry(machine, c, p),
    says: [{ text: [`TLB entry of ${page} evicted`] }],
    notes: { ...notes, source: 'hardware MMU', interleaves: 'the next access walks the page table' },
  });
}

/** READ_ONCE() and WRITE_ONCE() of a page. */
export const userOperations: readonly LinuxOperation[] = [
  {
    id: 'READ_ONCE-page',
    name: 'READ_ONCE',
    parameters: ['page'],
    result: 'register',
    by: 'user',
    usage: 'r0 = READ_ONCE(*p)',
    samples: ({ pages }) => pages.map((page) => ({ arguments: [pageArgument(page)] })),
    write: (path, { statement, deliver }) => {
      load(path, pageIn(path, statement), deliver);
    },
  },
  {
    id: 'WRITE_ONCE-page',
    name: 'WRITE_ONCE',
    parameters: ['page', 'value'],
    result: 'none',
    by: 'user',
    usage: 'WRITE_ONCE(*p, 2)',
    samples: ({ pages, value }) => pages.map((page) => ({ arguments: [pageArgument(page), valueArgument(value)] })),
    write: (path, { statement, deliver }) => {
      store(path, pageIn(path, statement), valueIn(path, statement), deliver);
    },
  },
];
