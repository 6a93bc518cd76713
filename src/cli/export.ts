/** `shootdown export`: the model as a program for another checker. */
import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import { strictProperties, type Linux } from '../../models/linux/index.js';
import { compile } from '../engine/program.js';
import { machineOf, type Question } from '../export/machine.js';
import { promela } from '../export/promela.js';
import { ExportError, type Subject } from '../export/subject.js';
import { tla } from '../export/tla.js';
import { formatCondition } from '../litmus/print.js';
import { formatProposition } from '../litmus/propositions.js';
import { formatRules } from '../litmus/results.js';
import type { Scenario } from '../litmus/scenario.js';
import type { Instance } from '../litmus/vocabulary.js';
import { addSizeOptions, scenarioOf, type SizeOptions } from './client-sizes.js';
import type { Subject as Searched } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError } from './exit.js';
import { expectationFor } from './litmus-run.js';
import { addRuleOptions, chosenRules, defaultRules, knownRules, type RuleOptions } from './rule-choice.js';
import { onArch } from './scenarios.js';
import { commandOf, finish, type Session } from './session.js';

const formats = ['promela', 'tla'] as const;

interface ExportOptions extends RuleOptions, SizeOptions {
  readonly format: (typeof formats)[number];
  readonly output?: string;
}

const help = `
A Promela program for SPIN, or a TLA+ module with its configuration for TLC, made from the very
steps that the search runs: the states and the transitions that those count are ours. The text
begins with how to run it, and with what each property, end and condition is called there.

Examples:
  shootdown export munmap-map-fixed --format promela --rules luf-v10 --output model.pml
  shootdown export file-write --format tla --rules luf-v10 --output file_write.tla
  shootdown export --format promela --cpus 2 --ops 1
${exitCodeHelp}`;

/** The command. */
export function exportCommand(session: Session): Command {
  const command = new Command('export')
    .summary('write the model for SPIN or TLC')
    .description('Writes the model of a scenario, or of any program at all, for another model checker.')
    .argument('[scenario]', 'litmus file, or name of a bundled scenario; default: the most general client')
    .addOption(new Option('--format <name>', 'what to write').choices(formats).makeOptionMandatory());
  return addSizeOptions(addRuleOptions(command))
    .option('--output <file>', 'write it to a file')
    .addHelpText('after', help)
    .action((scenario: string | undefined, options: ExportOptions) => exportModel(session, scenario, options));
}

async function exportModel(session: Session, name: string | undefined, options: ExportOptions): Promise<void> {
  const known = await knownRules(options.rules);
  const scenario = onArch(scenarioOf(name, options, known.linux), options.arch);
  const [rules, more] = chosenRules(known, options, [defaultRules()]);
  if (rules === undefined || more !== undefined) throw new InputError('--rules must be given once: a model has one choice of rules');
  const instance = known.linux.instantiate(scenario, rules);
  // Nobody has asked the most general client anything.
  const questions = name === undefined ? [] : [questionOf(scenario, instance)];
  const subject = subjectOf(session, { scenario, rules, instance }, known.linux);
  const text = textOf({ scenario, instance, subject, questions }, options);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  finish(session, exitCodes.asExpected, false);
  session.terminal.result(text);
}

interface Exported {
  readonly scenario: Scenario;
  readonly instance: Instance;
  readonly subject: Subject;
  readonly questions: readonly Question[];
}

function textOf({ scenario, instance, subject, questions }: Exported, { format, output }: ExportOptions): string {
  try {
    const machine = machineOf(compile(instance.model), questions);
    if (format === 'promela') return promela(machine, subject);
    const called = output === undefined ? scenario.name : basename(output, extname(output));
    const { name, text } = tla(machine, subject, called);
    if (output === undefined || basename(output) === `${name}.tla`) return text;
    throw new InputError(`the file of a TLA+ module has the module's name: ${name}.tla, not ${basename(output)}`);
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    throw new InputError(`${format === 'promela' ? 'SPIN' : 'TLC'} cannot handle this model: ${error.message}`);
  }
}

/** The proposition of the scenario's condition, about the executions that count. */
export function questionOf({ condition: { proposition } }: Scenario, instance: Instance): Question {
  return { name: formatProposition(proposition), end: instance.finished, holds: instance.settled(proposition).node };
}

function subjectOf(session: Session, { scenario, rules, instance }: Searched, words: Linux): Subject {
  const { base, arch, model, remarks } = instance;
  const result = expectationFor(scenario, rules, instance.arch, words);
  return {
    title: `${scenario.name} under ${formatRules(rules)} (${base}, ${arch})`,
    command: commandOf(session),
    remarks: [
      ...(result ? [`Expected: ${result.observation}: ${formatCondition(scenario)}`] : []),
      ...remarks.map((remark) => `Note: ${remark}`),
    ],
    judged: model.properties.map(({ name }) => name).filter((name) => !strictProperties.includes(name)),
  };
}
