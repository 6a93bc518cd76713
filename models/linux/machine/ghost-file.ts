/** What loads of a file may return, as write(2), I/O and truncation change it: a part of the rules of ghost.ts. */
import { allOf, forEach, observe, setFrom, setOf, when, type Effect, type Line } from '../../../src/index.js';
import type { Content, File, Frame, Machine } from './machine.js';

/**
 * A write to the file is done: loads may return it, and older contents until it returns; where the file was
 * empty, the zeroes of a folio that a fault has read in meanwhile.
 */
export function overwrite(machine: Machine, file: File, value: Content): Effect[] {
  const { legal, superseded, gone } = machine.state.shown.at(file);
  return [
    when(gone, [legal.becomes(legal.with(machine.content(0))), gone.becomes(false)]),
    superseded.becomes(legal.without(value)),
    legal.becomes(legal.with(value)),
  ];
}

/** The write to the file has returned: loads must not return older contents. */
export function overwritten({ state }: Machine, file: File): Effect[] {
  const { legal, superseded } = state.shown.at(file);
  return [legal.becomes(legal.minus(superseded)), superseded.becomes([])];
}

/** The truncation of the file to nothing has returned; private copies of it are gone as well. */
export function truncated({ state, PAGE }: Machine, file: File): Effect[] {
  const { legal, gone, unsaved } = state.shown.at(file);
  return [
    legal.becomes([]),
    gone.becomes(true),
    unsaved.becomes(false),
    forEach(PAGE, (p) => {
      const own = state.own.at(p);
      const copy = allOf([state.vma.at(p).kind.is('private'), state.vma.at(p).file.is(file)]);
      return [when(copy, [own.copied.becomes(false), own.legal.becomes([])])];
    }),
  ];
}

/** I/O has carried contents of the page cache to the disk: what was written there behind it is overwritten. */
export function carried(machine: Machine, file: File, value: Content): Effect[] {
  const { legal, superseded, unsaved } = machine.state.shown.at(file);
  const direct = machine.scenario.files.some(({ options }) => options.includes('direct'));
  const last = setFrom(setOf(machine.CONTENT), []).with(value);
  const behind = [legal.becomes(last), superseded.becomes(superseded.minus(last))];
  return [unsaved.becomes(false), ...(direct || machine.uses('change_remote') ? behind : [])];
}

/** The line of the diagram for a folio that leaves the page cache with contents that the disk has not got. */
export function lossLine({ state }: Machine, file: File, folio: Frame): Line {
  const { content } = state.frame.at(folio);
  return { if: state.shown.at(file).unsaved, text: ['[ clean, holds ', content, '; the disk holds ', state.file.at(file).disk, ' ]'] };
}

/** The file's folio leaves the page cache clean, not truncated: what was written to it must be on disk. */
export function judgeEviction({ state }: Machine, file: File): Effect[] {
  const { unsaved } = state.shown.at(file);
  return [observe('lost-write', unsaved.not()), unsaved.becomes(false)];
}
