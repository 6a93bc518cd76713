/** The comment that begins a Promela program: what it is, how to run it, and what to expect. */
import { blockComment } from './lines.js';
import { factsOfKind, type Machine } from './machine.js';
import { legendOf, typesOf, type Subject } from './subject.js';

/** SPIN's own limit on the bytes of a state, which -DVECTORSZ raises, and what it needs of them itself. */
const vectorDefault = 1024;
const vectorOverhead = 64;

/** The header of a program whose variables take so many bytes. */
export function promelaHeader(machine: Machine, subject: Subject, vector: number): string {
  const { starts, facts } = machine;
  const size = Math.ceil((vector + vectorOverhead) / 512) * 512;
  const defines = ['-DSAFETY', '-DNOREDUCE', ...(size > vectorDefault ? [`-DVECTORSZ=${size}`] : [])].join(' ');
  const [deadlock] = factsOfKind(machine, 'deadlock');
  const lines = [
    subject.title,
    '',
    `Written by: ${subject.command}`,
    ...subject.remarks,
    '',
    'The whole space, with SPIN 6.5 or newer and gcc or clang:',
    '  spin -o2 -a model.pml',
    `  gcc -O2 ${defines} -DMEMLIM=8000 -o pan pan.c`,
    '  ./pan -m10000000',
    '-DBFS makes it breadth first, -DCOLLAPSE smaller; -o2 keeps variables that are written only. A large',
    'program compiles in seconds with -O0. Do not use -DNOBOUNDCHECK: a fault of the model is an array index',
    'or an assertion that fails.',
    '',
    ...(starts > 1
      ? [`"states, stored" is one more than the states of \`shootdown check --all\`: SPIN has one start state, from`,
        `which steps of its own lead to the ${starts} of the model.`]
      : ['"states, stored" is the number of states that `shootdown check --all` prints.']),
    'Transitions are ours, one for SPIN\'s start' +
      `${starts > 1 ? ` state, ${starts} to those of the model` : ''} and those that only check, which pan counts as it ends.`,
    '',
    'As it ends pan prints how often it saw each of these, unless it saw none:',
    ...legendOf(machine),
    ...judgement(machine, subject),
    'A shortest way to the one with the number n: spin -DSTOP=n -o2 -a model.pml, gcc with -DBFS as well,',
    './pan, and then spin -DSTOP=n -t model.pml for its steps.',
    ...(deadlock ? ['A deadlock is a state in which nothing can happen but what is spontaneous, and that is no end.'] : []),
    ...(facts.some(({ kind }) => kind === 'end') ? ['Such a state belongs to the first end that fits it.'] : []),
    ...(machine.cut ? ['A state where CUT holds has no successors.'] : []),
    '',
    'Every variable is stored as its distance from the lowest value of its domain, none as 0 and the',
    'members of a type after it; a set has one bit for each member.',
    ...typesOf(machine),
  ];
  return blockComment(lines, '/*', '*/');
}

function judgement({ facts }: Machine, { judged }: Subject): string[] {
  const properties = facts.filter(({ kind }) => ['property', 'observed', 'deadlock'].includes(kind));
  const [expected, others] = [true, false].map((is) =>
    properties.filter(({ name }) => judged.includes(name) === is).map(({ number }) => number).join(', '),
  );
  return [
    ...(expected ? [`The model is right where ${expected} ${expected.includes(',') ? 'are' : 'is'} never seen.`] : []),
    ...(others ? [`(${others}: not judged by default.)`] : []),
  ];
}
