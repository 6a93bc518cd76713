/** The comment that begins a TLA+ module: what it is, how to run it, and what to expect. */
import { blockComment } from './lines.js';
import type { Machine } from './machine.js';
import { legendOf, typesOf, type Subject } from './subject.js';

/** The header of a module of this name. */
export function tlaHeader(machine: Machine, subject: Subject, module: string): string {
  const { starts } = machine;
  const lines = [
    subject.title,
    '',
    `Written by: ${subject.command}`,
    ...subject.remarks,
    '',
    `Save this as ${module}.tla. The configuration stands after the module; a TLC that does not read it there`,
    `wants it in ${module}.cfg.`,
    `  java -cp tla2tools.jar tlc2.TLC -config ${module}.tla ${module}`,
    '',
    'TLC stops at the first invariant that is violated. With all but TypeOK taken out of the configuration,',
    '"distinct states found" is the number of states that `shootdown check --all` prints, and "states',
    `generated" its transitions and the ${starts === 1 ? 'start state' : `${starts} start states`}. A disjunction in a guard is compared`,
    'with TRUE, or TLC would count a successor for each half that holds.',
    '',
    'One action is one step of the model with its parameters. A property that steps check on their way',
    'stands here as an invariant of the state before: wherever a step is enabled, it would find the property',
    'to hold. For that no step has to change anything; an action property would not see one that does not.',
    'Deadlock is an invariant too, for the ends are right and spontaneous steps are no way out of it.',
    '',
    'The invariants, by what their violation shows:',
    ...legendOf(machine),
    '',
    'A member of a type is a number:',
    ...typesOf(machine),
  ];
  return blockComment(lines, '(*', '*)');
}
