/**
 * Two-phase commit: resource managers vote, a transaction manager counts the votes and announces what
 * it decided. A message once sent stays readable for ever, which also stands for loss and for reading
 * twice. Left out: the request to vote, and the message of a manager that gives up.
 *
 * Source: Jim Gray and Leslie Lamport, TLA+ Examples, transaction_commit, module TwoPhase; the property
 * is TCConsistent of module TCommit.
 */
import { allOf, bool, exists, forAll, Model, oneOf, Schema, setOf } from '../../src/index.js';

/** How many resource managers vote, and which guard to drop. */
export interface TwoPhaseCommit {
  readonly managers: number;
  /** `every vote`: the transaction manager commits at will. */
  readonly without?: 'every vote';
}

/** The protocol; `consistent` is its safety property. */
export function twoPhaseCommit({ managers, without }: TwoPhaseCommit): Model {
  const schema = new Schema();
  const RM = schema.index('RM', managers);
  const rm = schema.array('rm', [RM], oneOf('working', 'prepared', 'committed', 'aborted'));
  const tm = schema.variable('tm', oneOf('init', 'committed', 'aborted'));
  const counted = schema.variable('counted', setOf(RM));
  const sent = schema.variable('sent', { prepared: setOf(RM), commit: bool, abort: bool });

  const model = new Model(`two-phase commit ${managers}`, schema);

  model.step('TMRcvPrepared', { r: RM }, ({ r }) => ({
    when: [tm.is('init'), sent.prepared.has(r)],
    then: [counted.becomes(counted.with(r))],
  }));
  model.step('TMCommit', {
    when: [tm.is('init'), without === 'every vote' || forAll(RM, (r) => counted.has(r))],
    then: [tm.becomes('committed'), sent.commit.becomes(true)],
  });
  model.step('TMAbort', {
    when: [tm.is('init')],
    then: [tm.becomes('aborted'), sent.abort.becomes(true)],
  });

  model.step('RMPrepare', { r: RM }, ({ r }) => ({
    when: [rm.at(r).is('working')],
    then: [rm.at(r).becomes('prepared'), sent.prepared.becomes(sent.prepared.with(r))],
  }));
  model.step('RMChooseToAbort', { r: RM }, ({ r }) => ({
    when: [rm.at(r).is('working')],
    then: [rm.at(r).becomes('aborted')],
  }));
  model.step('RMRcvCommitMsg', { r: RM }, ({ r }) => ({
    when: [sent.commit],
    then: [rm.at(r).becomes('committed')],
  }));
  model.step('RMRcvAbortMsg', { r: RM }, ({ r }) => ({
    when: [sent.abort],
    then: [rm.at(r).becomes('aborted')],
  }));

  model.invariant(
    'consistent',
    allOf([exists(RM, (r) => rm.at(r).is('aborted')), exists(RM, (r) => rm.at(r).is('committed'))]).not(),
    'no manager commits what another aborts',
  );
  model.cover('all commit', forAll(RM, (r) => rm.at(r).is('committed')));
  model.cover('all abort', forAll(RM, (r) => rm.at(r).is('aborted')));
  return model;
}
