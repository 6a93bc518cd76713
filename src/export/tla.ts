/**
 * A model as a TLA+ module for TLC: one action for each step instance, so that TLC's distinct states are
 * the search's states. The configuration follows the module, where TLC can read it.
 */
import type { Node } from '../engine/node.js';
import { folded } from './lines.js';
import { factsOfKind, type Fact, type Machine } from './machine.js';
import { Names } from './names.js';
import { claimOf, type Subject } from './subject.js';
import { actionText, observationText, type Scope } from './tla-actions.js';
import { tlaText } from './tla-expression.js';
import { tlaHeader } from './tla-header.js';
import { declarations, initialStates, typeInvariant } from './tla-states.js';
import { reserved } from './tla-words.js';

/** A module and what TLC is asked about it. */
export interface TlaModule {
  /** The module's name, which its file must have. */
  readonly name: string;
  /** The module, and after it the configuration once more. */
  readonly text: string;
  /** The configuration by itself. */
  readonly configuration: string;
}

/** The module of a model, called like the text given or nearly so; throws an ExportError for what TLA+ cannot say. */
export function tla(machine: Machine, subject: Subject, called: string): TlaModule {
  const names = new Names(reserved);
  const name = names.for(called);
  const writer = new Writer(machine, names);
  const configuration = writer.configuration(subject.judged);
  const body = [
    'EXTENDS Integers',
    '',
    ...declarations(machine, writer.scope.variables),
    '',
    ...typeInvariant(machine, writer.scope.variables),
    '',
    ...initialStates(machine, writer.scope.variables),
    ...writer.actions(),
    ...writer.behaviour(),
    ...writer.facts(),
  ];
  const text = [
    tlaHeader(machine, subject, name),
    `---- MODULE ${name} ----`,
    // The rest of a line stands to the right of any list that it is part of.
    folded(body.join('\n'), 6),
    '====',
    '',
    `---- CONFIG ${name} ----`,
    `${configuration}====`,
    '',
  ].join('\n');
  return { name, text, configuration };
}

class Writer {
  readonly scope: Scope;
  private readonly factNames: ReadonlyMap<Fact, string>;

  constructor(
    private readonly machine: Machine,
    names: Names,
  ) {
    const { variables, facts, actions } = machine;
    this.scope = {
      variables: new Map(variables.map(({ variable }) => [variable, names.for(variable.name)])),
      actions: new Map(actions.map((action) => [action, names.for(action.name)])),
      guards: new Map(actions.map((action) => [action, names.for(`${action.name} enabled`)])),
      names,
    };
    this.factNames = new Map(facts.map((fact) => [fact, names.for(invariantName(fact))]));
  }

  /** The actions, one a step instance. */
  actions(): string[] {
    return this.machine.actions.flatMap((action) => ['', ...actionText(action, this.machine, this.scope)]);
  }

  /** Which states have no successors, and which successors the others have. */
  behaviour(): string[] {
    const { actions, cut } = this.machine;
    const moving = actions.filter(({ step }) => !step.spontaneous).map((action) => `~${this.scope.guards.get(action)!}`);
    const next = actions.map((action) => `     \\/ ${this.scope.actions.get(action)!}`);
    const stuck = moving.length > 0 ? moving.map((line) => `     /\\ ${line}`) : ['     TRUE'];
    return [
      '',
      ...(cut ? ['(* States that have no successors. *)', 'Cut ==', `  ${this.text(cut)}`, ''] : []),
      '(* Nothing can happen, or only what is spontaneous. *)',
      'Stuck ==',
      ...(cut ? ['  \\/ Cut', '  \\/'] : ['  /\\']),
      ...stuck,
      '',
      'Next ==',
      ...(cut ? ['  /\\ ~Cut', '  /\\'] : ['  /\\']),
      ...(next.length > 0 ? next : ['     FALSE']),
      '',
      'Spec == Init /\\ [][Next]_vars',
    ];
  }

  /** One invariant a fact: true unless the fact is seen. */
  facts(): string[] {
    return this.machine.facts.flatMap((fact) => ['', `${this.factNames.get(fact)!} ==`, ...this.fact(fact)]);
  }

  /** What TLC is to check; properties that nobody judges by default, and what is no property, are left out. */
  configuration(judged: readonly string[]): string {
    const lines = this.machine.facts.map((fact) => {
      const isJudged = ['property', 'observed', 'deadlock'].includes(fact.kind) && judged.includes(fact.name);
      return `${isJudged ? '' : '\\* '}INVARIANT ${this.factNames.get(fact)!}`;
    });
    return `${['SPECIFICATION Spec', 'CHECK_DEADLOCK FALSE', 'INVARIANT TypeOK', ...lines].join('\n')}\n`;
  }

  private fact(fact: Fact): string[] {
    const ends = factsOfKind(this.machine, 'end');
    switch (fact.kind) {
      case 'property':
        return [`  ${this.text(fact.holds!)}`];
      case 'observed':
        return this.observed(fact);
      case 'deadlock':
        return [`  ~(${['Stuck', ...ends.map((end) => `~${this.text(end.holds!)}`)].join(' /\\ ')})`];
      case 'end':
      case 'question':
        return [`  ~(${['Stuck', ...this.endTests(fact, ends)].join(' /\\ ')})`];
      case 'cover':
        return [`  ~${this.text(fact.holds!)}`];
    }
  }

  /** An end has those states that no earlier one has. */
  private endTests(fact: Fact, ends: readonly Fact[]): string[] {
    const end = fact.of ?? fact;
    const earlier = ends.slice(0, ends.indexOf(end)).map(({ holds }) => `~${this.text(holds!)}`);
    return [...earlier, this.text(end.holds!), ...(fact.of ? [this.text(fact.holds!)] : [])];
  }

  private observed({ name }: Fact): string[] {
    const tests = this.machine.actions.flatMap((action) => observationText(action, name, this.scope));
    if (tests.length === 0) return ['  TRUE'];
    return this.machine.cut ? ['  \\/ Cut', '  \\/', ...tests.map((line) => `   ${line}`)] : tests;
  }

  private text(node: Node): string {
    return tlaText(node, (variable) => this.scope.variables.get(variable)!, { kind: 'bool' });
  }
}

function invariantName(fact: Fact): string {
  if (fact.kind === 'property' || fact.kind === 'observed') return fact.name;
  return fact.kind === 'deadlock' ? `no ${fact.name}` : `not ${claimOf(fact)}`;
}
