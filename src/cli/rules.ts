/** `shootdown rules`: what the rule sets and the rules are. */
import { Command } from 'commander';
import { hooks } from '../../models/linux/index.js';
import { rulesJson } from '../report/json.js';
import { hooksText, rulesText } from '../report/rules.js';
import { exitCodeHelp, exitCodes, InputError } from './exit.js';
import { collect, knownRules } from './rule-choice.js';
import { unknown } from './scenarios.js';
import { finish, type Session } from './session.js';

interface RulesOptions {
  readonly rules?: readonly string[];
  readonly hooks?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const help = `
A rule set is a kernel; a rule is a named difference between kernels. --rules of the other
commands takes a rule set with rules added or taken away: "luf-v10 + fault.locked - wp.pre".

Examples:
  shootdown rules
  shootdown rules luf-v10 zap.batched
  shootdown rules --rules ./my-fix.ts my.rule
  shootdown rules --hooks
  shootdown rules --json
${exitCodeHelp}`;

/** The command. */
export function rulesCommand(session: Session): Command {
  return new Command('rules')
    .summary('list rule sets and rules')
    .description('Lists rule sets and rules: what each flushes, when, where in the kernel, and who proposed it.')
    .argument('[name...]', 'only these rule sets and rules')
    .option('--rules <file>', 'list those of a rule file as well: ./my-fix.ts (repeatable)', collect)
    .option('--hooks', 'list the hooks instead: where a rule of one\'s own can insert a flush')
    .option('--json', 'print JSON (schemas/rules.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((names: string[], options: RulesOptions) => listRules(session, names, options));
}

async function listRules(session: Session, names: readonly string[], options: RulesOptions): Promise<void> {
  const { json, output } = options;
  const { rules, ruleSets } = (await knownRules(options.rules)).linux.table;
  const known = [...ruleSets, ...rules].map(({ name }) => name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw new InputError(unknown('rule set or rule', missing, known));
  if (output !== undefined) session.terminal.redirect(output);
  const wanted = ({ name }: { readonly name: string }): boolean => names.length === 0 || names.includes(name);
  const text = json
    ? `${JSON.stringify(rulesJson(ruleSets, rules, wanted), undefined, 2)}\n`
    : options.hooks ? hooksText(hooks) : rulesText(ruleSets, rules, wanted);
  finish(session, exitCodes.asExpected, false);
  session.terminal.result(text);
}
