/**
 * A model as a Promela program: one process, one loop, one d_step for each step instance. The verifier
 * counts its stored states as the search counts its own, see the header that is written.
 */
import { boundsOf } from '../engine/bounds.js';
import { highOf, lowOf, type Domain } from '../engine/domain.js';
import type { Effect, Node, Variable } from '../engine/node.js';
import { folded, unbroken } from './lines.js';
import { factsOfKind, titleOf, type Action, type Fact, type Machine, type Started } from './machine.js';
import { Names } from './names.js';
import { comment, faulty, PromelaExpressions } from './promela-expression.js';
import { promelaHeader } from './promela-header.js';
import { reserved } from './promela-words.js';
import { claimOf, describeVariable, ExportError, type Subject } from './subject.js';

/** Options of one loop that SPIN's parser has room for, with some to spare. */
const optionsMax = 19_000;

/** Columns by which the rest of a broken line is set in. */
const hang = 4;

/** The program as text; throws an ExportError where SPIN has no room for it. */
export function promela(machine: Machine, subject: Subject): string {
  const { length } = machine.actions;
  if (length > optionsMax) throw new ExportError(`it has ${length} steps, and SPIN's parser runs out of memory at ${optionsMax}`);
  const writer = new Writer(machine);
  const process = writer.process();
  const header = promelaHeader(machine, subject, vectorOf(machine));
  return [header, writer.macros(), folded(writer.declarations(), hang), folded(process, hang)].join('\n');
}

/** Bytes that the variables take in SPIN's state vector, roughly. */
function vectorOf({ variables }: Machine): number {
  const sizes = { bool: 1, bit: 1, byte: 1, short: 2, int: 4 };
  return variables.reduce((sum, { variable, starts }) => sum + starts[0]!.length * sizes[typeOf(variable.domain)], 0);
}

/** The narrowest type for the distances of a domain's values from the lowest. */
function typeOf(domain: Domain): 'bool' | 'bit' | 'byte' | 'short' | 'int' {
  const greatest = highOf(domain) - lowOf(domain);
  if (domain.kind === 'bool') return 'bool';
  if (greatest <= 1) return 'bit';
  if (greatest <= 0xff) return 'byte';
  return greatest <= 0x7fff ? 'short' : 'int';
}

class Writer {
  private readonly expressions: PromelaExpressions;
  private readonly nameOf: ReadonlyMap<Variable, string>;

  constructor(private readonly machine: Machine) {
    const names = new Names(reserved);
    this.nameOf = new Map(machine.variables.map(({ variable }) => [variable, names.for(variable.name)]));
    this.expressions = new PromelaExpressions(this.nameOf);
  }

  /** What a fact does when it is seen: count it, or fail an assertion if it is the one asked for. */
  macros(): string {
    const { facts, cut } = this.machine;
    const names = facts.map((fact) => `  "${claimOf(fact).replaceAll(/["\\]/g, '\\$&')}"`);
    return `#ifdef STOP
#define SEEN(n) assert(n != STOP)
#define LOOP skip
#define SAY(step) printf(step);
#else
c_decl {
static const char *sd_claims[] = {
${[...names, '  ""'].join(',\n')}
};
static unsigned long sd_seen[${facts.length + 1}];
static void sd_report(void)
{
  int i;
  for (i = 1; i <= ${facts.length}; i++) printf("%3d  %s: %lu\\n", i, sd_claims[i - 1], sd_seen[i]);
  printf("transitions that only check: %lu\\n", sd_seen[0]);
}
static void sd_count(int what)
{
  static int counting;
  if (!counting++) atexit(sd_report);
  sd_seen[what]++;
}
}
#define SEEN(n) c_code { sd_count(n); }
#define LOOP c_code { sd_count(0); }
#define SAY(step)
#endif
#define CHECK(n, holds) if :: (holds) :: else -> SEEN(n) fi
${cut ? `#define CUT ${this.expressions.text(cut).replaceAll(unbroken, ' ')}\n` : ''}`;
  }

  /** All variables; call it when everything else is written. */
  declarations(): string {
    const { variables, starts } = this.machine;
    return [
      ...variables.map((started) => this.declaration(started, starts === 1)),
      ...(this.expressions.canFault ? [`bit ${faulty}[1]; /* Any other index is a fault of the model. */`] : []),
      '',
    ].join('\n');
  }

  private declaration({ variable, starts }: Started, initial: boolean): string {
    const { domain, dimensions } = variable;
    const values = starts[0]!.map((value) => value - lowOf(domain));
    const length = dimensions.length > 0 ? `[${Math.max(1, values.length)}]` : '';
    const line = `${typeOf(domain)} ${this.nameOf.get(variable)!}${length}${initial ? initialText(values) : ''};`;
    return `${line} ${comment(describeVariable(variable, valuesOf))}`;
  }

  /** The process: a choice of a start state where there are several, then the loop. */
  process(): string {
    const { actions, starts } = this.machine;
    const choice = starts > 1 ? ['  if', ...range(starts).map((i) => this.start(i)), '  fi;'] : [];
    return [
      'active proctype model()',
      '{',
      ...choice,
      'end: do',
      ...this.checks(),
      ...actions.map((action) => this.option(action)),
      '  od',
      '}',
      '',
    ].join('\n');
  }

  private start(number: number): string {
    const { variables } = this.machine;
    const assignments = variables.flatMap(({ variable, starts }) =>
      starts[number]!.flatMap((value, element) => {
        const place = variable.dimensions.length > 0 ? `[${element}]` : '';
        const stored = value - lowOf(variable.domain);
        return stored === 0 ? [] : [assignment(`${this.nameOf.get(variable)!}${place}`, String(stored))];
      }),
    );
    return `  :: d_step { ${['true', ...assignments].join('; ')} }`;
  }

  /** Options that change nothing, for facts about states. */
  private checks(): string[] {
    const facts = factsOfKind(this.machine, 'property', 'cover').map((fact) => {
      const test = fact.kind === 'cover' ? this.expressions.text(fact.holds!) : this.expressions.negation(fact.holds!);
      return `  ${comment(claimOf(fact))}\n  :: d_step { ${test} -> LOOP; SEEN(${fact.number}) }`;
    });
    const ends = factsOfKind(this.machine, 'end');
    const deadlocks = factsOfKind(this.machine, 'deadlock');
    if (ends.length + deadlocks.length === 0) return facts;
    const otherwise = deadlocks.map(({ number }) => `SEEN(${number})`);
    return [...facts, ...this.stuck(ends, otherwise[0] ?? 'skip')];
  }

  /** The option of states without a step but spontaneous ones: which end, the first that fits, or else a deadlock. */
  private stuck(ends: readonly Fact[], otherwise: string): string[] {
    const moving = this.machine.actions.filter(({ step }) => !step.spontaneous);
    const guards = moving.map(({ guard }) => `(${this.expressions.conjunction(guard)})`);
    const none = guards.length > 0 ? `!(\n       ${guards.join(' ||\n       ')})` : 'true';
    const chain = ends.reduceRight((rest, end) => branch(this.expressions.text(end.holds!), this.endSeen(end), rest), otherwise);
    return [
      '  /* Nothing can happen, or only what is spontaneous. */',
      '  :: d_step {',
      `       (${this.machine.cut ? `CUT || ${none}` : none}) ->`,
      '       LOOP;',
      indented(chain, 7),
      '     }',
    ];
  }

  private endSeen(end: Fact): string {
    const questions = factsOfKind(this.machine, 'question').filter(({ of }) => of === end);
    const asked = questions.map(({ holds, number }) => `if :: ${this.expressions.text(holds!)} -> SEEN(${number}) :: else fi`);
    return [`SEEN(${end.number})`, ...asked].join(';\n');
  }

  private option(action: Action): string {
    const { guard, effects } = action;
    const tests = [...(this.machine.cut ? ['!(CUT)'] : []), ...guard.map((test) => this.expressions.text(test))];
    return [
      '  :: d_step {',
      `       ${tests.length > 0 ? enclosed(tests.join(' && ')) : 'true'} ->`,
      `       SAY("${plain(titleOf(action)).replaceAll(' ', unbroken)}\\n")`,
      indented(this.effects(effects), 7),
      '     }',
    ].join('\n');
  }

  private effects(effects: readonly Effect[]): string {
    return effects.map((effect) => this.effect(effect)).join(';\n') || 'skip';
  }

  private effect(effect: Effect): string {
    switch (effect.kind) {
      case 'assign': {
        const { domain } = effect.target.variable;
        const target = this.expressions.stored(effect.target);
        const value = this.expressions.storedValue(effect.value, domain);
        return [...this.fits(effect.value, domain), assignment(target, enclosed(value))].join(';\n');
      }
      case 'when':
        return branch(this.expressions.text(effect.condition), this.effects(effect.then), this.effects(effect.else));
      case 'observe': {
        const fact = factsOfKind(this.machine, 'observed').find(({ name }) => name === effect.property);
        if (!fact) throw new Error(`${effect.property} is observed, but the model does not declare it so`);
        return `CHECK(${fact.number}, ${this.expressions.text(effect.holds)})`;
      }
      case 'forEach':
        throw new Error('a loop is unrolled before it is exported');
    }
  }

  /** The assertion that a value is of the domain, unless the trees show it. */
  private fits(value: Node, domain: Domain): string[] {
    const [[least, greatest], low, high] = [boundsOf(value), lowOf(domain), highOf(domain)];
    if (least >= low && greatest <= high) return [];
    const text = this.expressions.text(value);
    const tests = [...(least < low ? [`${text} >= ${low}`] : []), ...(greatest > high ? [`${text} <= ${high}`] : [])];
    return [`assert(${tests.join(' && ')})`];
  }
}

function branch(condition: string, then: string, otherwise: string): string {
  const tail = otherwise === 'skip' ? ':: else' : `:: else ->\n${indented(otherwise, 3)}`;
  return `if\n:: ${condition} ->\n${indented(then, 3)}\n${tail}\nfi`;
}

function valuesOf(domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return '';
    case 'range':
      return domain.low === 0 ? `0..${domain.high}` : `${domain.low}..${domain.high}, from 0`;
    case 'choice':
      return domain.names.map((name, value) => `${value} ${name}`).join(', ');
    case 'index':
      return domain.name;
    case 'optional':
      return `0 none, 1 + ${domain.of.name}`;
    case 'set':
      return `set of ${domain.of.name}`;
  }
}

/** A text without what a string cannot hold. */
function plain(text: string): string {
  return text.replaceAll(/["\\%\n]/g, "'");
}

function initialText(values: readonly number[]): string {
  const [first = 0] = values;
  if (values.every((value) => value === first)) return first === 0 ? '' : ` = ${first}`;
  return ` = {${values.join(', ')}}`;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

function indented(text: string, by: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(by));
}

/** An assignment whose line is not broken before the value: there SPIN takes a line end for a semicolon. */
function assignment(target: string, value: string): string {
  return `${target.replaceAll(' ', unbroken)}${unbroken}=${unbroken}${value}`;
}

/** In parentheses if it is so long that its line may be broken, which SPIN allows there only. */
function enclosed(text: string): string {
  return text.includes(' ') ? `(${text})` : text;
}
