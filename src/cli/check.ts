/** `shootdown check`: judges the properties of a scenario, or of any program at all. */
import { Command, Option } from 'commander';
import { linux, strictProperties } from '../../models/linux/index.js';
import type { Limits, Property, Search } from '../index.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import { diagram } from '../report/diagram.js';
import { checkJson } from '../report/json.js';
import { provenanceText, type Provenance } from '../report/provenance.js';
import { vacuity, verdictText, type CheckReport } from '../report/verdict.js';
import { addSizeOptions, scenarioOf, type SizeOptions } from './client-sizes.js';
import { again, checkSaveTrace, counterexampleOf, isFolder, provenanceBehind, provenanceOption, saveTrace, type Found, type Subject } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './limits.js';
import { addRuleOptions, chosenRules, collect, defaultRules, type RuleOptions } from './rule-choice.js';
import { run } from './run.js';
import { onArch, unknown } from './scenarios.js';
import { commandOf, finish, interruption, type Session } from './session.js';

interface CheckOptions extends RuleOptions, LimitOptions, SizeOptions {
  readonly property?: readonly string[];
  readonly all?: boolean;
  readonly expect: 'holds' | 'violated';
  readonly trace: boolean;
  readonly saveTrace?: string;
  readonly provenance?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

/** One check that has been made. */
interface Checked {
  readonly report: CheckReport;
  readonly subject: Subject;
  readonly found?: Found;
  readonly saved?: string;
  readonly provenance?: Provenance;
}

const help = `
Without a scenario every thread of the most general client does up to --ops operations of any
kind: user threads on all CPUs but the last, a kernel thread there.

Judged are all properties but ${strictProperties.join(', ')}, which Linux itself breaks, or
exactly those named by --property. The search stops at the level of the first violation, the
shortest there is; --all goes on, for the complete list of violated properties.

Examples:
  shootdown check munmap-map-fixed --rules luf-v10
  shootdown check munmap-map-fixed --rules luf-v10 --without zap.batched --expect violated
  shootdown check --cpus 3 --ops 1 --rules vanilla --timeout 30m --max-memory 8G
  shootdown check my.litmus --property coherent-strict --save-trace trace.json
${exitCodeHelp}`;

/** The command. */
export function checkCommand(session: Session): Command {
  const command = new Command('check')
    .summary('judge the properties of a scenario, or of any program at all')
    .description('Searches every interleaving of a scenario and judges the properties of memory management.')
    .argument('[scenario]', 'litmus file, or name of a bundled scenario; default: the most general client')
    .option('--property <name>', 'judge this property (repeatable)', collect)
    .option('--all', 'search on after the first violation')
    .addOption(new Option('--expect <verdict>', 'the verdict that exits with 0').choices(['holds', 'violated']).default('holds'))
    .option('--no-trace', 'leave the counterexample out')
    .option('--save-trace <path>', 'write the counterexample as JSON, for `shootdown replay`')
    .option(...provenanceOption);
  addSizeOptions(addLimitOptions(addRuleOptions(command)));
  return command
    .option('--json', 'print JSON (schemas/check.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((scenario: string | undefined, options: CheckOptions) => check(session, scenario, options));
}

async function check(session: Session, name: string | undefined, options: CheckOptions): Promise<void> {
  const scenario = onArch(scenarioOf(name, options), options.arch);
  const choices = chosenRules(options, [defaultRules()]);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  checkSaveTrace(options.saveTrace);
  if (options.saveTrace !== undefined && choices.length > 1 && !isFolder(options.saveTrace)) {
    throw new InputError('--save-trace must name a folder when there are several choices of rules');
  }
  const checks: Checked[] = [];
  for (const rules of choices) {
    if (interruption(session).length > 0) break;
    const checked = await checkUnder(session, scenario, rules, options);
    checks.push(checked);
    if (!options.json) session.terminal.result((checks.length > 1 ? '\n' : '') + textOf(session, checked, options));
  }
  const code = worst([...checks.map(({ report }) => codeOf(report, options)), ...interruption(session)]);
  if (options.json) session.terminal.result(jsonOf(session, code, checks));
  finish(session, code, options.json ?? false);
}

async function checkUnder(
  session: Session,
  scenario: Scenario,
  rules: RuleExpression,
  options: CheckOptions,
): Promise<Checked> {
  const instance = linux.instantiate(scenario, rules);
  const subject: Subject = { scenario, rules, instance };
  const judged = judgedProperties(instance.model.properties, options.property);
  const limits = limitsOf(options);
  const search = await run(session, instance.model, {
    limits,
    properties: judged.map((property) => property.name),
    stopAtViolation: !options.all,
  });
  const report = reportOf(subject, search, judged, limits);
  const [worstViolation] = report.outcome.violations;
  const wanted = options.trace || options.saveTrace !== undefined || options.provenance;
  const shows = worstViolation && ({ kind: 'property', name: worstViolation.property } as const);
  const found = shows && wanted ? counterexampleOf(subject, search, worstViolation, shows) : undefined;
  const saved = found && options.saveTrace !== undefined ? saveTrace(options.saveTrace, subject, found.counterexample) : undefined;
  return {
    report,
    subject,
    ...(found && options.trace && { found, ...(saved !== undefined && { saved }) }),
    ...(options.provenance && { provenance: provenanceBehind(subject, found) }),
  };
}

function judgedProperties(properties: readonly Property[], asked: readonly string[] = []): Property[] {
  const names = properties.map(({ name }) => name);
  const missing = asked.find((name) => !names.includes(name));
  if (missing !== undefined) throw new InputError(unknown('property', missing, names));
  const wanted = asked.length > 0 ? asked : names.filter((name) => !strictProperties.includes(name));
  return properties.filter(({ name }) => wanted.includes(name));
}

function reportOf({ scenario, rules, instance }: Subject, search: Search, judged: readonly Property[], limits: Limits): CheckReport {
  return {
    scenario: scenario.name,
    rules: formatRules(rules),
    kernel: instance.base,
    arch: instance.arch,
    outcome: search.outcome(),
    limits,
    judged,
    // A kernel function can have several outcomes, each a kind of step; what follows tells them apart.
    steps: instance.model.steps.map(({ name, label, notes: { interleaves } }) => ({
      name,
      label: interleaves === undefined ? label : `${label}: ${interleaves}`,
    })),
    finished: instance.finished,
    outOfMemory: instance.outOfMemory,
  };
}

function codeOf(report: CheckReport, { expect }: CheckOptions): ExitCode {
  const { verdict } = report.outcome;
  if (verdict === 'unknown') return exitCodes.noVerdict;
  const expected = verdict === expect && vacuity(report).length === 0;
  return expected ? exitCodes.asExpected : exitCodes.violated;
}

function textOf(session: Session, { report, subject, found, saved, provenance }: Checked, options: CheckOptions): string {
  const notes = subject.instance.remarks.map((remark) => `Note: ${remark}\n`).join('');
  const verdict = verdictText(report) + notes;
  const rests = provenance ? `\n${provenanceText(provenance)}` : '';
  if (!found) return verdict + rests;
  const note = found.ranked ? '' : 'Shortest, but not ranked by context switches: too many states.\n';
  const foot = again(subject, found.counterexample, { saved, command: commandOf(session) });
  // The command itself ends every output whose code is not 0.
  const last = foot.verb === 'Replay' || codeOf(report, options) === exitCodes.asExpected ? { again: foot } : {};
  return `${verdict}\n${diagram(found.counterexample, last)}${note}${rests}`;
}

function jsonOf(session: Session, exitCode: ExitCode, checks: readonly Checked[]): string {
  const results = checks.map(({ report, found, provenance }) => ({
    report,
    ...(found && { counterexample: found.counterexample }),
    ...(provenance && { provenance }),
  }));
  return `${JSON.stringify(checkJson({ command: commandOf(session), exitCode }, results), undefined, 2)}\n`;
}
