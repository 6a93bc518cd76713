/**
 * Which values a load may return: bookkeeping beside the machine that no kernel path reads.
 *
 * Legality is decided on the value, never on the frame: the same contents in another frame, a frame
 * reused for the same page, or a free frame not yet overwritten are all legal. A load may return the
 * current contents of what its address maps, or what an operation still in flight is replacing there.
 *
 * Whoever changes what an address means says so here, in the step that does it:
 * - a VMA, a protection or a page's own memory begins to go: `replace`, `protect`, `protectWrites`; the operation
 *   returns: `settle`, `protected`, `arm` (ghost-file.ts, advice.ts: files and madvise())
 * - a PTE of a private mapping is set to a copy: `copyOnWrite`; memory moves: `move`; is copied: `fork`
 * - a file's contents change: `overwrite`, `carried`, `judgeEviction`, `truncated` of ghost-file.ts
 * A step that forgets shows as a false alarm: its legal values are older than the machine's.
 */
import {
  allOf,
  anyOf,
  choose,
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
import { afterStore } from './advice.js';
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
    const legal = this.isLegal(page, content);
    const foreign = this.foreign(page, origin);
    // Until an unmapping returns, what it takes away is judged as if it were still mapped.
    const gone = this.mapsNow(page, pageName, origin).or(this.beingReplaced(page, pageName, origin)).not();
    return [
      observe('foreign-data', legal.or(foreign.not())),
      observe('protection', legal.or(foreign, gone.not())),
      observe('coherent-bounded', legal.or(foreign, gone, isolated, this.gathered(frame))),
      observe('coherent-strict', legal.or(foreign, gone)),
    ];
  }

  /** A load of the page may return the value. */
  isLegal(page: Page, value: Content): Bool {
    return anyOf([this.base(page, value), this.replaced(page, value)]);
  }

  /** Effects that judge a store to a page that hit a frame, and make its value the legal one. */
  judgeStore(page: Page, pageName: string, frame: Frame, value: Content): Effect[] {
    const { state, THREAD, FILE } = this.machine;
    const own = state.own.at(page);
    const [hitsFile, hitsOwn] = [this.hitsFile(page, frame), this.hitsOwn(page, pageName, frame)];
    const covered = exists(THREAD, (t) => state.inflight.at(t).page.is(page).and(state.inflight.at(t).copying.not()));
    const permitted = this.still(page, state.vma.at(page).writable).and(own.armed.not());
    const moved = exists(THREAD, (t) => this.hitsMoved(t, page, pageName, frame));
    // What mremap() moves must not lose a store, so that it is under way excuses nothing.
    const replaced = covered.and(exists(THREAD, (t) => this.moving(t, page)).not());
    return [
      observe('lost-write', anyOf([hitsFile, hitsOwn, replaced, moved, this.truncating(page)])),
      observe('protection', anyOf([permitted.and(this.truncated(page).not()), covered])),
      when(this.truncating(page), [
        when(state.vma.at(page).kind.is('private'), [own.legal.becomes(own.legal.with(value))], this.stillLegal(page, value)),
      ]),
      forEach(FILE, (f) => {
        const { legal, superseded, unsaved } = state.shown.at(f);
        const single = this.single(value);
        const stored = [legal.becomes(single), superseded.becomes(superseded.minus(single)), unsaved.becomes(true)];
        return [when(state.file.at(f).cache.is(frame), stored)];
      }),
      when(hitsOwn, [own.legal.becomes(afterStore(this.machine, page, this.single(value))), ...this.storedDuringFork(pageName, value)]),
      forEach(THREAD, (t) => {
        const inflight = state.inflight.at(t);
        const legal = state.own.at(inflight.to).legal;
        return [
          when(this.moving(t, page), [when(this.hitsMovedOwn(t, page, pageName, frame), [legal.becomes(this.single(value))])]),
          when(inflight.page.is(page).and(inflight.to.isNone()), [
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

  /**
   * What the page maps, and its own memory, is at another page from now on, which has its VMA already. Until
   * the thread's mremap() returns, loads and stores through the old page are judged as if they were to the new.
   */
  move(thread: ThreadIndex, from: Page, to: Page): Effect[] {
    const { inflight, own, vma } = this.machine.state;
    const { copied, legal, mapped } = own.at(to);
    return [
      copied.becomes(own.at(from).copied),
      legal.becomes(own.at(from).legal),
      mapped.becomes(mapped.union(own.at(from).mapped)),
      own.at(from).copied.becomes(false),
      own.at(from).legal.becomes([]),
      inflight.at(thread).page.becomes(from),
      inflight.at(thread).object.becomes(vma.at(from).file),
      inflight.at(thread).to.becomes(to),
    ];
  }

  /** fork() copies the page: what its memory is now is what the copy's is. */
  fork(from: Page, to: Page): Effect[] {
    const { own } = this.machine.state;
    return [
      own.at(to).copied.becomes(own.at(from).copied),
      own.at(to).legal.becomes(own.at(from).legal),
      own.at(to).mapped.becomes(own.at(from).mapped),
    ];
  }

  /** A store to memory that a fork() under way has copied: whether the child sees it is open. */
  private storedDuringFork(pageName: string, value: Content): Effect[] {
    const { machine } = this;
    const copies = machine.contents.pages.filter(({ copyOf }) => copyOf === pageName);
    return copies.map(({ name, mm }) => {
      const { kind } = machine.state.vma.at(machine.page(name));
      const { legal } = machine.state.own.at(machine.page(name));
      const unborn = machine.state.mm.at(machine.mm(mm)).born.not();
      return when(unborn.and(kind.is('private', 'anon')), [legal.becomes(legal.with(value))]);
    });
  }

  /**
   * A write fault of the thread makes a copy of what the page maps visible in a frame: the copy of a file is
   * new memory, that of the page's own memory must hold the last store.
   */
  copyOnWrite(thread: ThreadIndex, page: Page, frame: Frame): Effect[] {
    const { state } = this.machine;
    const inflight = state.inflight.at(thread);
    const own = state.own.at(page);
    const { content } = state.frame.at(frame);
    const { kind, file } = state.vma.at(page);
    const first = kind.is('private').and(own.copied.not());
    return [
      observe('lost-write', first.or(own.legal.has(content))),
      when(first, [
        own.copied.becomes(true),
        own.legal.becomes(choose(this.truncating(page), own.legal.with(content), this.single(content))),
        inflight.page.becomes(page),
        inflight.object.becomes(file),
        inflight.file.becomes(file),
        inflight.copying.becomes(true),
      ]),
    ];
  }

  /** An operation of the thread begins to take away what the page's protection allows. */
  protect(thread: ThreadIndex, page: Page): Effect[] {
    return [this.machine.state.inflight.at(thread).protecting.becomes(page)];
  }

  /** The thread's operation has returned: what it takes away is not allowed any more. */
  protected(thread: ThreadIndex): Effect[] {
    return [this.machine.state.inflight.at(thread).protecting.becomes(none)];
  }

  /** A uffd_wp() of the thread begins to take stores to the page away. */
  protectWrites(thread: ThreadIndex, page: Page): Effect[] {
    return [...this.protect(thread, page), this.machine.state.inflight.at(thread).arming.becomes(true)];
  }

  /** The thread's uffd_wp() has returned: every store must fault, unless the page was unprotected meanwhile. */
  arm(thread: ThreadIndex, page: Page): Effect[] {
    const { protecting, arming } = this.machine.state.inflight.at(thread);
    return [
      when(protecting.is(page), [this.machine.state.own.at(page).armed.becomes(true)]),
      protecting.becomes(none),
      arming.becomes(false),
    ];
  }

  /** Stores to the page need not fault any more, whatever uffd_wp() is under way. */
  disarm(page: Page): Effect[] {
    const { inflight, own } = this.machine.state;
    return [
      own.at(page).armed.becomes(false),
      forEach(this.machine.THREAD, (t) => {
        const { protecting, arming } = inflight.at(t);
        return [when(arming.and(protecting.is(page)), [protecting.becomes(none), arming.becomes(false)])];
      }),
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
      inflight.to.becomes(none),
    ];
  }

  /** The set of one value. */
  single(value: Content): Members<'CONTENT'> {
    return setFrom(setOf(this.machine.CONTENT), []).with(value);
  }

  /** The value is current in what the page maps, and has not been moved elsewhere. */
  private base(page: Page, value: Content): Bool {
    return this.current(page, value).and(exists(this.machine.THREAD, (t) => this.moving(t, page)).not());
  }

  /** The value is current in what the VMA of the page maps. */
  private current(page: Page, value: Content): Bool {
    const { state } = this.machine;
    const { kind, file } = state.vma.at(page);
    const own = state.own.at(page);
    return allOf([
      this.readable(page),
      anyOf([
        kind.is('anon').or(own.copied).and(own.legal.has(value)),
        allOf([kind.isNot('anon'), own.copied.not(), state.shown.at(file).legal.has(value)]),
        // A truncation in flight has taken the private copy away; until it returns the file may be mapped again.
        this.truncating(page).and(own.legal.has(value).or(state.shown.at(file).legal.has(value))),
      ]),
    ]);
  }

  /** The value is one that an operation in flight replaces at the page. */
  private replaced(page: Page, value: Content): Bool {
    const { state, THREAD } = this.machine;
    return exists(THREAD, (t) => {
      const { page: covered, values, file, to } = state.inflight.at(t);
      const moved = to.isSome().and(this.current(to, value));
      return covered.is(page).and(anyOf([values.has(value), file.isSome().and(state.shown.at(file).legal.has(value)), moved]));
    });
  }

  /** The thread's mremap() has moved what the page mapped. */
  private moving(thread: ThreadIndex, page: Page): Bool {
    const { page: from, to } = this.machine.state.inflight.at(thread);
    return from.is(page).and(to.isSome());
  }

  /** The frame is where the thread's mremap() has moved to what the page mapped. */
  private hitsMoved(thread: ThreadIndex, page: Page, pageName: string, frame: Frame): Bool {
    const { to } = this.machine.state.inflight.at(thread);
    const hits = anyOf([this.hitsFile(to, frame), this.truncating(to), this.hitsMovedOwn(thread, page, pageName, frame)]);
    return this.moving(thread, page).and(hits);
  }

  /** As {@link hitsMoved}, for memory of the page's own; between the two PTEs it is in neither. */
  private hitsMovedOwn(thread: ThreadIndex, page: Page, pageName: string, frame: Frame): Bool {
    const { to } = this.machine.state.inflight.at(thread);
    const { kind, frame: taken } = this.machine.state.pte.at(page);
    const between = allOf([this.machine.state.vma.at(to).kind.is('private', 'anon'), kind.is('none'), taken.is(frame)]);
    return between.or(this.hitsOwn(to, pageName, frame));
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

  /** A truncation of the file that the page maps is in flight. */
  private truncating(page: Page): Bool {
    const { state } = this.machine;
    const { kind, file } = state.vma.at(page);
    return allOf([kind.is('shared', 'private'), state.file.at(file).empty, state.shown.at(file).gone.not()]);
  }

  /** A truncation of the file that the page maps has returned. */
  private truncated(page: Page): Bool {
    const { state } = this.machine;
    const { kind, file } = state.vma.at(page);
    return allOf([kind.is('shared', 'private'), state.shown.at(file).gone]);
  }

  private stillLegal(page: Page, value: Content): Effect[] {
    const { legal } = this.machine.state.shown.at(this.machine.state.vma.at(page).file);
    return [legal.becomes(legal.with(value))];
  }

  /** A gather that has not been flushed yet holds the frame, and no later madvise() of the page has returned. */
  private gathered(frame: Frame): Bool {
    const { state, THREAD } = this.machine;
    return exists(THREAD, (t) => state.gather.at(t).folio.is(frame).and(state.inflight.at(t).advice.isNot('overtaken')));
  }

  private readable(page: Page): Bool {
    const { kind, readable } = this.machine.state.vma.at(page);
    return kind.isNot('none').and(this.still(page, readable));
  }

  /** The VMA allows an access, or an operation in flight is taking the permission away. */
  private still(page: Page, allowed: Bool): Bool {
    const { state, THREAD } = this.machine;
    return allowed.or(exists(THREAD, (t) => state.inflight.at(t).protecting.is(page)));
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
      this.truncated(page).not(),
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
    const alone = this.machine.relativesOf(pageName).length === 1;
    return state.vma.at(page).kind.is('private', 'anon').and(
      state.frame.at(frame).origin.is(this.machine.ownOrigin(pageName)),
      anyOf([
        kind.is('present', 'protnone', 'migration').and(mapped.is(frame)),
        kind.is('swap').and(state.swap.at(alone ? page : state.pte.at(page).slot).cache.is(frame)),
      ]),
    );
  }
}

