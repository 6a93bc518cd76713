/**
 * Which values a load may return: bookkeeping beside the machine that no kernel path reads.
 *
 * Legality is decided on the value, never on the frame: the same contents in another frame, a frame
 * reused for the same page, or a free frame not yet overwritten are all legal. A load may return the
 * current contents of what its address maps, or what an operation still in flight is replacing there.
 */
import {
  allOf,
  anyOf,
  exists,
  forEach,
  membersOf,
  none,
  observe,
  setFrom,
  setOf,
  when,
  type Bool,
  type Effect,
  type Index,
  type Members,
} from '../../../src/index.js';
import { foreignOrigins, zeroOrigin } from './contents.js';
import type { Content, Frame, Machine, Origin, Page } from './machine.js';

/** A thread, as the owner of an operation in flight. */
export type ThreadIndex = Index<'THREAD'>;

/** The rules of legality over one machine. */
export class Ghost {
  constructor(private readonly machine: Machine) {}

  /** Effects that judge a load of a page that returned what a frame holds. */
  judgeLoad(page: Page, pageName: string, frame: Frame): Effect[] {
    const { state } = this.machine;
    const { content, origin, isolated } = state.frame.at(frame);
    const legal = anyOf([this.base(page, content), this.replaced(page, content)]);
    const foreign = this.foreign(page, origin);
    // Until an unmapping returns, what it takes away is judged as if it were still mapped.
    const gone = this.mapsNow(page, pageName, origin).or(this.beingReplaced(page, pageName, origin)).not();
    return [
      observe('foreign-data', legal.or(foreign.not())),
      observe('protection', legal.or(foreign, gone.not())),
      observe('coherent-bounded', legal.or(foreign, gone, isolated)),
      observe('coherent-strict', legal.or(foreign, gone)),
    ];
  }

  /** Effects that judge a store to a page that hit a frame, and make its value the legal one. */
  judgeStore(page: Page, pageName: string, frame: Frame, value: Content): Effect[] {
    const { state, THREAD, FILE } = this.machine;
    const own = state.own.at(page);
    const [hitsFile, hitsOwn] = [this.hitsFile(page, frame), this.hitsOwn(page, pageName, frame)];
    const covered = exists(THREAD, (t) => state.inflight.at(t).page.is(page).and(state.inflight.at(t).copying.not()));
    return [
      observe('lost-write', anyOf([hitsFile, hitsOwn, covered])),
      forEach(FILE, (f) => {
        const { legal, superseded } = state.shown.at(f);
        const stored = [legal.becomes(this.single(value)), superseded.becomes(superseded.minus(this.single(value)))];
        return [when(state.file.at(f).cache.is(frame), stored)];
      }),
      when(hitsOwn, [own.legal.becomes(this.single(value))]),
      forEach(THREAD, (t) => {
        const inflight = state.inflight.at(t);
        return [
          when(inflight.page.is(page), [
            when(
              inflight.copying,
              [inflight.file.becomes(none), inflight.values.becomes([])],
              [inflight.values.becomes(inflight.values.with(value))],
            ),
          ]),
        ];
      }),
    ];
  }

  /** An operation of the thread begins to replace what the page maps now. */
  replace(thread: ThreadIndex, page: Page): Effect[] {
    const { state } = this.machine;
    const { kind, file } = state.vma.at(page);
    const own = state.own.at(page);
    const inflight = state.inflight.at(thread);
    return [
      inflight.page.becomes(page),
      inflight.object.becomes(file),
      when(
        kind.is('anon').or(own.copied),
        [inflight.values.becomes(own.legal), inflight.file.becomes(none)],
        [inflight.file.becomes(file), inflight.values.becomes([])],
      ),
    ];
  }

  /** A write fault of the thread makes the page's copy of a file visible, holding what the frame holds. */
  copyOnWrite(thread: ThreadIndex, page: Page, frame: Frame): Effect[] {
    const { state } = this.machine;
    const inflight = state.inflight.at(thread);
    const own = state.own.at(page);
    return [
      own.copied.becomes(true),
      own.legal.becomes(this.single(state.frame.at(frame).content)),
      inflight.page.becomes(page),
      inflight.object.becomes(state.vma.at(page).file),
      inflight.file.becomes(state.vma.at(page).file),
      inflight.copying.becomes(true),
    ];
  }

  /** The thread's operation has returned: what it replaced is no longer legal. */
  settle(thread: ThreadIndex): Effect[] {
    const inflight = this.machine.state.inflight.at(thread);
    return [
      inflight.page.becomes(none),
      inflight.object.becomes(none),
      inflight.file.becomes(none),
      inflight.values.becomes([]),
      inflight.copying.becomes(false),
    ];
  }

  /** The set of one value. */
  single(value: Content): Members<'CONTENT'> {
    return setFrom(setOf(this.machine.CONTENT), []).with(value);
  }

  /** The value is current in what the page maps. */
  private base(page: Page, value: Content): Bool {
    const { state } = this.machine;
    const { kind, file } = state.vma.at(page);
    const own = state.own.at(page);
    return allOf([
      this.readable(page),
      anyOf([
        kind.is('anon').or(own.copied).and(own.legal.has(value)),
        allOf([kind.isNot('anon'), own.copied.not(), state.shown.at(file).legal.has(value)]),
      ]),
    ]);
  }

  /** The value is one that an operation in flight replaces at the page. */
  private replaced(page: Page, value: Content): Bool {
    const { state, THREAD } = this.machine;
    return exists(THREAD, (t) => {
      const { page: covered, values, file } = state.inflight.at(t);
      return covered.is(page).and(values.has(value).or(file.isSome().and(state.shown.at(file).legal.has(value))));
    });
  }

  /** The contents are of an object that an operation in flight replaces at the page. */
  private beingReplaced(page: Page, pageName: string, origin: Origin): Bool {
    const { machine } = this;
    const { inflight } = machine.state;
    const own = origin.is(machine.ownOrigin(pageName));
    return exists(machine.THREAD, (t) => {
      const { page: covered, object } = inflight.at(t);
      const files = membersOf(machine.FILE).map((f, i) =>
        object.is(f).and(origin.is(machine.origin(machine.FILE.members[i]!))),
      );
      return covered.is(page).and(anyOf([own, ...files]));
    });
  }

  private readable(page: Page): Bool {
    const { kind, readable } = this.machine.state.vma.at(page);
    return kind.isNot('none').and(readable);
  }

  /** The contents are the kernel's own, or those of an object that the page never mapped. */
  private foreign(page: Page, origin: Origin): Bool {
    const kernels = foreignOrigins.map((name) => origin.is(this.machine.origin(name)));
    return anyOf([...kernels, this.machine.state.own.at(page).mapped.has(origin).not()]);
  }

  /** The contents are of the object that the page maps now; a private copy counts as its file. */
  private mapsNow(page: Page, pageName: string, origin: Origin): Bool {
    const { machine } = this;
    const { kind, file } = machine.state.vma.at(page);
    const own = origin.is(machine.ownOrigin(pageName));
    const zero = origin.is(machine.origin(zeroOrigin));
    const files = membersOf(machine.FILE).map((f, i) =>
      file.is(f).and(origin.is(machine.origin(machine.FILE.members[i]!))),
    );
    return this.readable(page).and(
      anyOf([
        kind.is('anon').and(own.or(zero)),
        kind.is('shared').and(anyOf(files)),
        kind.is('private').and(anyOf([own, ...files])),
      ]),
    );
  }

  private hitsFile(page: Page, frame: Frame): Bool {
    const { state } = this.machine;
    const { kind, file } = state.vma.at(page);
    return kind.is('shared').and(state.file.at(file).cache.is(frame));
  }

  /** The frame is where the page's private or anonymous memory is now. */
  private hitsOwn(page: Page, pageName: string, frame: Frame): Bool {
    const { state } = this.machine;
    const { kind, frame: mapped } = state.pte.at(page);
    return state.vma.at(page).kind.is('private', 'anon').and(
      state.frame.at(frame).origin.is(this.machine.ownOrigin(pageName)),
      anyOf([
        kind.is('present', 'migration').and(mapped.is(frame)),
        kind.is('swap').and(state.swap.at(page).cache.is(frame)),
      ]),
    );
  }
}

