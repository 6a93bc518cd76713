/** `shootdown model`: the steps that the model takes the kernel to consist of. */
import { Command } from 'commander';
import { foundNote } from '../../models/linux/index.js';
import { formatRules } from '../litmus/results.js';
import { modelJson } from '../report/json.js';
import { ledgerText } from '../report/ledger.js';
import { scenarioOf, addSizeOptions, type SizeOptions } from './client-sizes.js';
import { exitCodeHelp, exitCodes, InputError } from './exit.js';
import { addRuleOptions, chosenRules, defaultRules, knownRules, type RuleOptions } from './rule-choice.js';
import { onArch } from './scenarios.js';
import { finish, type Session } from './session.js';

interface ModelOptions extends RuleOptions, SizeOptions {
  readonly guards?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
One line for each step: its label, how it is known (source, patch, mail or inferred), whether it
does more (over) or less (under) than the kernel, and what may come in between afterwards.
Where a kernel file names it, \`found\` says at which line a look-up in Debian's source saw it.

Examples:
  shootdown model
  shootdown model munmap-map-fixed --rules luf-v10
  shootdown model munmap-map-fixed --guards
${exitCodeHelp}`;

/** The command. */
export function modelCommand(session: Session): Command {
  const command = new Command('model')
    .summary('print the steps of the model')
    .description('Prints the ledger of the model: every step with its place in the kernel and what it leaves out.')
    .argument('[scenario]', 'litmus file, or name of a bundled scenario; default: the most general client')
    .option('--guards', 'print every step\'s guard and effects too');
  return addSizeOptions(addRuleOptions(command))
    .option('--json', 'print JSON (schemas/model.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((scenario: string | undefined, options: ModelOptions) => printModel(session, scenario, options));
}

async function printModel(session: Session, name: string | undefined, options: ModelOptions): Promise<void> {
  const known = await knownRules(options.rules);
  const scenario = onArch(scenarioOf(name, options, known.linux), options.arch);
  const [rules, more] = chosenRules(known, options, [defaultRules()]);
  if (rules === undefined || more !== undefined) throw new InputError('--rules must be given once: a model has one choice of rules');
  const { model, base, arch } = known.linux.instantiate(scenario, rules);
  const subject = { scenario: scenario.name, rules: formatRules(rules), kernel: base, arch };
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const title = `${subject.scenario} under ${subject.rules} (${base}, ${arch})\n\n`;
  const text = options.json
    ? `${JSON.stringify(modelJson(subject, model, foundNote), undefined, 2)}\n`
    : title + ledgerText(model, { trees: options.guards ?? false, notes: foundNote });
  finish(session, exitCodes.asExpected, false);
  session.terminal.result(text);
}
