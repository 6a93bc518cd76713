/**
 * luf-core: a small TLB-coherence machine, written to compare checkers on equal work; it is not the
 * Linux model. Reclaim may free a frame and leave its flush pending; whoever allocates the frame, or
 * changes what an address or a file means, flushes first. `bench/` has the same machine in other
 * languages.
 */
import {
  allOf,
  bool,
  exists,
  forAll,
  forEach,
  member,
  membersOf,
  Model,
  none,
  oneOf,
  optional,
  range,
  Schema,
  setFrom,
  setOf,
  when,
  type Bool,
  type Effect,
  type Index,
} from '../../src/index.js';

type Cpu = Index<'CPU'>;
type Page = Index<'PAGE'>;
type Frame = Index<'FRAME'>;
type File = Index<'FILE'>;

/** Number of CPUs, of virtual pages (at most 2) and of frames. */
export interface Sizes {
  readonly cpus: number;
  readonly pages: number;
  readonly frames: number;
}

/** The machine at the given sizes, with two files of one page each. */
export function lufCore({ cpus, pages, frames }: Sizes): Model {
  const schema = new Schema();
  const CPU = schema.index('CPU', cpus);
  const PAGE = schema.index('PAGE', pages);
  const FRAME = schema.index('FRAME', frames);
  const FILE = schema.index('FILE', 2);
  const entry = { frame: optional(FRAME), writable: bool };

  // Contents of a frame: file and version, or (0, page number) for anonymous memory.
  const frame = schema.array('frame', [FRAME], {
    use: oneOf('free', 'cache', 'anon'),
    file: FILE,
    version: range(0, 1),
    pending: setOf(CPU),
  });
  const vma = schema.array('vma', [PAGE], optional(FILE));
  const pte = schema.array('pte', [PAGE], entry);
  const tlb = schema.array('tlb', [CPU, PAGE], entry);
  const version = schema.array('version', [FILE], range(0, 1));
  const cpu = schema.array('cpu', [CPU], {
    pc: oneOf('idle', 'r1', 'r2', 'r3', 'm1', 'm2', 'm3', 'f1', 'f2', 'w1', 'w2', 'x1'),
    page: PAGE,
    file: FILE,
    frame: optional(FRAME),
    remaining: setOf(CPU),
  });

  const firstPage = member(PAGE, 0);
  const firstFile = member(FILE, 0);
  const everyCpu = setFrom(setOf(CPU), CPU.members.map((_, i) => i));
  const locked = (f: Frame): Bool => exists(CPU, (c) => cpu.at(c).frame.is(f));
  const somePending = exists(FRAME, (f) => frame.at(f).pending.isEmpty().not());
  const writing = exists(CPU, (c) => cpu.at(c).pc.is('m1', 'm2', 'm3'));
  const using = exists(CPU, (c) => cpu.at(c).pc.is('m1', 'm2', 'm3', 'f1', 'f2', 'w1', 'w2'));
  const holds = (f: Frame, file: File): Bool => frame.at(f).use.is('cache').and(frame.at(f).file.is(file));
  const cached = (file: File): Bool => exists(FRAME, (f) => holds(f, file));

  const clear = (e: { frame: Frame; writable: Bool }): Effect[] => [e.frame.becomes(none), e.writable.becomes(false)];
  const blank = (f: Frame): Effect[] => [frame.at(f).file.becomes(firstFile), frame.at(f).version.becomes(0)];
  const release = (f: Frame): Effect[] => [frame.at(f).use.becomes('free'), ...blank(f)];
  const done = (c: Cpu): Effect[] => [
    cpu.at(c).pc.becomes('idle'),
    cpu.at(c).frame.becomes(none),
    cpu.at(c).page.becomes(firstPage),
    cpu.at(c).file.becomes(firstFile),
    cpu.at(c).remaining.becomes([]),
  ];
  const flush = (k: Cpu): Effect[] => [
    forEach(PAGE, (v) => clear(tlb.at(k, v))),
    forEach(FRAME, (f) => [
      when(frame.at(f).pending.has(k), [
        frame.at(f).pending.becomes(frame.at(f).pending.without(k)),
        when(frame.at(f).pending.isEmpty().and(frame.at(f).use.is('free')), blank(f)),
      ]),
    ]),
  ];

  const model = new Model(`luf-core ${cpus},${pages},${frames}`, schema);
  const idle = (c: Cpu): Bool => cpu.at(c).pc.is('idle');

  model.step('tlb_fill', { c: CPU, v: PAGE }, ({ c, v }) => ({
    when: [tlb.at(c, v).frame.isNone(), pte.at(v).frame.isSome()],
    then: [tlb.at(c, v).frame.becomes(pte.at(v).frame), tlb.at(c, v).writable.becomes(pte.at(v).writable)],
  }));
  model.step('evict', { c: CPU, v: PAGE }, ({ c, v }) => ({
    when: [tlb.at(c, v).frame.isSome()],
    then: clear(tlb.at(c, v)),
  }));
  model.step('context_switch', { c: CPU }, ({ c }) => ({
    when: [idle(c), exists(FRAME, (f) => frame.at(f).pending.has(c))],
    then: flush(c),
  }));

  model.step('mmap', { c: CPU, v: PAGE, i: FILE }, ({ c, v, i }) => ({
    when: [idle(c), vma.at(v).isNone(), using.not()],
    then: [vma.at(v).becomes(i)],
  }));
  model.step('munmap', { c: CPU, v: PAGE }, ({ c, v }) => ({
    when: [idle(c), vma.at(v).isSome(), using.not()],
    then: [cpu.at(c).pc.becomes('m1'), cpu.at(c).page.becomes(v)],
  }));
  model.step('zap', { c: CPU }, ({ c }) => {
    const self = cpu.at(c);
    const entry = pte.at(self.page);
    return {
      when: [self.pc.is('m1'), entry.frame.isNone().or(locked(entry.frame).not())],
      then: [
        when(
          entry.frame.isSome(),
          [self.frame.becomes(entry.frame), ...clear(entry), self.remaining.becomes(everyCpu), self.pc.becomes('m2')],
          [when(somePending, [self.remaining.becomes(everyCpu), self.pc.becomes('m2')], [self.pc.becomes('m3')])],
        ),
      ],
    };
  });
  const freeMapped = (c: Cpu): Effect =>
    when(allOf([cpu.at(c).frame.isSome(), frame.at(cpu.at(c).frame).use.is('anon')]), release(cpu.at(c).frame));
  model.step('munmap_end', { c: CPU }, ({ c }) => ({
    when: [cpu.at(c).pc.is('m3')],
    then: [vma.at(cpu.at(c).page).becomes(none), freeMapped(c), ...done(c)],
  }));

  model.step('reclaim', { c: CPU, f: FRAME }, ({ c, f }) => ({
    when: [idle(c), frame.at(f).use.is('cache'), locked(f).not()],
    then: [cpu.at(c).pc.becomes('r1'), cpu.at(c).frame.becomes(f)],
  }));
  model.step('try_to_unmap', { c: CPU }, ({ c }) => {
    const f = cpu.at(c).frame;
    const mapped = exists(PAGE, (v) => pte.at(v).frame.is(f));
    return {
      when: [cpu.at(c).pc.is('r1')],
      then: [
        when(
          mapped,
          [
            forEach(PAGE, (v) => [when(pte.at(v).frame.is(f), clear(pte.at(v)))]),
            frame.at(f).pending.becomes(everyCpu),
            cpu.at(c).pc.becomes('r2'),
          ],
          [...release(f), ...done(c)],
        ),
      ],
    };
  });
  model.step('defer', { c: CPU }, ({ c }) => {
    const f = cpu.at(c).frame;
    return {
      when: [cpu.at(c).pc.is('r2')],
      then: [frame.at(f).use.becomes('free'), when(frame.at(f).pending.isEmpty(), blank(f)), ...done(c)],
    };
  });
  model.step('try_to_unmap_flush', { c: CPU }, ({ c }) => ({
    when: [cpu.at(c).pc.is('r2')],
    then: [cpu.at(c).pc.becomes('r3'), cpu.at(c).remaining.becomes(everyCpu)],
  }));

  const ipi = (name: string, pc: 'm2' | 'r3' | 'f1' | 'w1' | 'x1', last: (c: Cpu) => Effect[]): void => {
    model.step(name, { c: CPU, k: CPU }, ({ c, k }) => {
      const { remaining } = cpu.at(c);
      return {
        when: [cpu.at(c).pc.is(pc), remaining.has(k)],
        then: [...flush(k), remaining.becomes(remaining.without(k)), when(remaining.isEmpty(), last(c))],
      };
    });
  };
  ipi('munmap_flush', 'm2', (c) => [cpu.at(c).pc.becomes('m3')]);
  ipi('reclaim_flush', 'r3', (c) => [...release(cpu.at(c).frame), ...done(c)]);
  ipi('fault_flush', 'f1', (c) => [cpu.at(c).pc.becomes('f2')]);
  ipi('write_fault_flush', 'w1', (c) => [cpu.at(c).pc.becomes('w2')]);
  ipi('write_flush', 'x1', done);

  const allocate = (c: Cpu, v: Page, f: Frame, waiting: 'f1' | 'w1', ready: 'f2' | 'w2'): Effect[] => [
    when(
      frame.at(f).pending.isEmpty(),
      [cpu.at(c).pc.becomes(ready)],
      [cpu.at(c).remaining.becomes(frame.at(f).pending), cpu.at(c).pc.becomes(waiting)],
    ),
    cpu.at(c).frame.becomes(f),
    cpu.at(c).page.becomes(v),
  ];
  const absent = (c: Cpu, v: Page): Bool =>
    allOf([idle(c), vma.at(v).isSome(), pte.at(v).frame.isNone(), tlb.at(c, v).frame.isNone(), writing.not()]);
  model.step('fault_cached', { c: CPU, v: PAGE, f: FRAME }, ({ c, v, f }) => ({
    when: [absent(c, v), holds(f, vma.at(v)), locked(f).not()],
    then: [cpu.at(c).pc.becomes('f2'), cpu.at(c).frame.becomes(f), cpu.at(c).page.becomes(v)],
  }));
  model.step('fault_alloc', { c: CPU, v: PAGE, f: FRAME }, ({ c, v, f }) => ({
    when: [absent(c, v), frame.at(f).use.is('free'), locked(f).not(), cached(vma.at(v)).not()],
    then: allocate(c, v, f, 'f1', 'f2'),
  }));
  model.step('fault_end', { c: CPU }, ({ c }) => {
    const self = cpu.at(c);
    const file = vma.at(self.page);
    const f = self.frame;
    return {
      when: [self.pc.is('f2')],
      then: [
        when(cached(file).not().or(holds(f, file)), [
          when(cached(file).not(), [
            frame.at(f).use.becomes('cache'),
            frame.at(f).file.becomes(file),
            frame.at(f).version.becomes(version.at(file)),
          ]),
          when(pte.at(self.page).frame.isNone(), [
            pte.at(self.page).frame.becomes(f),
            pte.at(self.page).writable.becomes(false),
          ]),
        ]),
        ...done(c),
      ],
    };
  });

  model.step('write_fault', { c: CPU, v: PAGE, f: FRAME }, ({ c, v, f }) => ({
    when: [
      idle(c),
      vma.at(v).isSome(),
      pte.at(v).frame.isSome(),
      pte.at(v).writable.not(),
      frame.at(f).use.is('free'),
      writing.not(),
      locked(f).not(),
    ],
    then: allocate(c, v, f, 'w1', 'w2'),
  }));
  for (const [number, v] of membersOf(PAGE).entries()) {
    model.step(`write_fault_end ${number}`, { c: CPU }, ({ c }) => {
      const f = cpu.at(c).frame;
      return {
        when: [cpu.at(c).pc.is('w2'), cpu.at(c).page.is(v)],
        then: [
          when(pte.at(v).frame.isSome().and(pte.at(v).writable.not()), [
            frame.at(f).use.becomes('anon'),
            frame.at(f).file.becomes(firstFile),
            frame.at(f).version.becomes(number),
            pte.at(v).frame.becomes(f),
            pte.at(v).writable.becomes(true),
            forEach(CPU, (k) => clear(tlb.at(k, v))),
          ]),
          ...done(c),
        ],
      };
    });
  }

  model.step('write', { c: CPU, i: FILE }, ({ c, i }) => ({
    when: [idle(c), exists(FRAME, (f) => holds(f, i).and(locked(f))).not()],
    then: [
      when(
        exists(FRAME, (f) =>
          allOf([frame.at(f).pending.isEmpty().not(), frame.at(f).use.isNot('anon'), frame.at(f).file.is(i)]),
        ),
        [cpu.at(c).pc.becomes('x1'), cpu.at(c).file.becomes(i), cpu.at(c).remaining.becomes(everyCpu)],
        [
          when(version.at(i).is(0), [version.at(i).becomes(1)], [version.at(i).becomes(0)]),
          forEach(FRAME, (f) => [when(holds(f, i), [frame.at(f).version.becomes(version.at(i))])]),
        ],
      ),
    ],
  }));

  model.invariant(
    'every TLB entry shows what its address maps',
    allOf(
      membersOf(PAGE).map((v, number) =>
        forAll(CPU, (c) => {
          const f = tlb.at(c, v).frame;
          const file = vma.at(v);
          const mine = allOf([frame.at(f).use.is('anon'), frame.at(f).file.is(firstFile), frame.at(f).version.is(number)]);
          const current = allOf([
            frame.at(f).use.isNot('anon'),
            frame.at(f).file.is(file),
            frame.at(f).version.is(version.at(file)),
          ]);
          return f.isNone().or(file.isSome().and(mine.or(current)));
        }),
      ),
    ),
  );
  return model;
}
