/** `shootdown check`: judges the properties of a scenario, or of any program at all. */
import { Command, Option } from 'commander';
import { strictProperties, type Linux } from '../../models/linux/index.js';
import { identityOf } from '../engine/identity.js';
import type { Limits, Property, Search } from '../index.js';
import { formatRules } from '../litmus/results.js';
import type { RuleExpression, Scenario } from '../litmus/scenario.js';
import { causeDiagrams, causesJson, causesText, type CausesReport } from '../report/causes.js';
import { diagram } from '../report/diagram.js';
import { checkJson } from '../report/json.js';
import { provenanceText, type Provenance } from '../report/provenance.js';
import { vacuity, verdictText, type CheckReport } from '../report/verdict.js';
import type { Purpose } from '../store/checkpoint.js';
import { addCauseOptions, causesOf, checkCauseOptions, violationsWanted, type CauseOptions } from './causes.js';
import { addSizeOptions, scenarioOf, type SizeOptions } from './client-sizes.js';
import { again, checkSaveTrace, counterexampleOf, isFolder, provenanceBehind, provenanceOption, saveTrace, type Found, type Subject } from './counterexample.js';
import { exitCodeHelp, exitCodes, InputError, worst, type ExitCode } from './exit.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './limits.js';
import { programDigest } from './program-digest.js';
import { addRuleOptions, chosenRules, collect, defaultRules, knownRules, type RuleOptions } from './rule-choice.js';
import { run, type RunOptions } from './run.js';
import { addCheckpointOptions, addScaleOptions, type CheckpointOptions, type ScaleOptions } from './scale.js';
import { onArch, unknown } from './scenarios.js';
import { commandOf, finish, interruption, type Session } from './session.js';

interface CheckOptions extends RuleOptions, LimitOptions, ScaleOptions, CheckpointOptions, SizeOptions, CauseOptions {
  readonly property?: readonly string[];
  readonly expect: 'holds' | 'violated';
  readonly trace: boolean;
  readonly saveTrace?: string;
  readonly symmetry: boolean;
  readonly partialOrder?: boolean;
  readonly provenance?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

/** One check that has been made. */
interface Checked {
  readonly report: CheckReport;
  readonly subject: Subject;
  /** Every violation by its cause; absent unless asked for. */
  readonly causes?: CausesReport;
  readonly found?: Found;
  readonly saved?: string;
  readonly provenance?: Provenance;
}

const help = `
Without a scenario every thread of the most general client does up to --ops operations of any
kind: user threads on all CPUs but the last, a kernel thread there.

Judged are all properties but ${strictProperties.join(', ')}, which Linux itself breaks, or
exactly those named by --property. The search stops at the level of the first violation, the
shortest there is. --all goes on, and lists all violations by their cause: the property, the step
that left a TLB entry stale, and the one after which it must not be used any more. --smallest
leaves out of the scenario whatever the cause does not need.

Of states that differ only in what is interchangeable (frames, threads that do the same on
different CPUs) one is searched, wherever that is proved to make no difference. --all searches
them all, as --no-symmetry does. The trace shown is the same in any case.

Examples:
  shootdown check munmap-map-fixed --rules luf-v10
  shootdown check munmap-map-fixed --rules luf-v10 --without zap.batched --expect violated
  shootdown check --cpus 3 --ops 1 --rules vanilla --timeout 30m --max-memory 8G
  shootdown check my.litmus --property coherent-strict --save-trace trace.json
  shootdown check direct-write --rules luf-v10 --all --smallest
${exitCodeHelp}`;

/** The command. */
export function checkCommand(session: Session): Command {
  const command = new Command('check')
    .summary('judge the properties of a scenario, or of any program at all')
    .description('Searches every interleaving of a scenario and judges the properties of memory management.')
    .argument('[scenario]', 'litmus file, or name of a bundled scenario; default: the most general client')
    .option('--property <name>', 'judge this property (repeatable)', collect)
    .addOption(new Option('--expect <verdict>', 'the verdict that exits with 0').choices(['holds', 'violated']).default('holds'))
    .option('--no-trace', 'leave the counterexample out')
    .option('--save-trace <path>', 'write the counterexample as JSON, for `shootdown replay`')
    .option('--partial-order', 'in place of symmetry, take steps that touch nothing shared alone; a violation is searched for again without, for the shortest trace')
    .option('--no-symmetry', 'search states that differ only in what is interchangeable one by one')
    .option(...provenanceOption);
  addSizeOptions(addCheckpointOptions(addScaleOptions(addLimitOptions(addRuleOptions(addCauseOptions(command))))));
  return command
    .option('--json', 'print JSON (schemas/check.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((scenario: string | undefined, options: CheckOptions) => check(session, scenario, options));
}

async function check(session: Session, name: string | undefined, options: CheckOptions): Promise<void> {
  const known = await knownRules(options.rules);
  const scenario = onArch(scenarioOf(name, options, known.linux), options.arch);
  const choices = chosenRules(known, options, [defaultRules()]);
  if (options.output !== undefined) session.terminal.redirect(options.output);
  checkSaveTrace(options.saveTrace);
  checkCauseOptions(options);
  if (options.partialOrder && options.all) throw new InputError('--all lists every violation: leave --partial-order out');
  if ((options.checkpoint ?? options.resume) !== undefined && choices.length > 1) throw new InputError('a checkpoint is of one search: name one choice of rules');
  if (options.saveTrace !== undefined && choices.length > 1 && !isFolder(options.saveTrace)) {
    throw new InputError('--save-trace must name a folder when there are several choices of rules');
  }
  const checks: Checked[] = [];
  for (const rules of choices) {
    if (interruption(session).length > 0) break;
    const checked = await checkUnder(session, known.linux, subjectOf(known.linux, scenario, rules), options);
    checks.push(checked);
    if (!options.json) session.terminal.result((checks.length > 1 ? '\n' : '') + textOf(session, checked, options));
  }
  const code = worst([...checks.map(({ report }) => codeOf(report, options)), ...interruption(session)]);
  if (options.json) session.terminal.result(jsonOf(session, code, checks));
  finish(session, code, options.json ?? false);
}

function subjectOf(words: Linux, scenario: Scenario, rules: RuleExpression): Subject {
  return { scenario, rules, instance: words.instantiate(scenario, rules) };
}

async function checkUnder(session: Session, words: Linux, subject: Subject, options: CheckOptions): Promise<Checked> {
  const { instance } = subject;
  const judged = judgedProperties(instance.model.properties, options.property);
  const limits = limitsOf(options);
  const searched = {
    properties: judged.map((property) => property.name),
    stopAtViolation: !options.all,
    sightingsMax: violationsWanted(options),
    // All violations means each of them.
    ...(options.symmetry && !options.all && !options.partialOrder && { symmetry: 'derived' as const }),
    ...(options.partialOrder && { partialOrder: true }),
  };
  const scale = { ...options, purpose: purposeOf(subject, searched) };
  const checked = await run(session, instance.model, { limits, ...searched, scale }, async (search): Promise<Checked> => {
    const report = reportOf(subject, search, judged, limits);
    const causes = options.all ? await causesOf(session, { subject, words, limits, search }, options) : undefined;
    const found = causes ? causes.entries[0] : foundBy(subject, search, options);
    const saved = found && options.saveTrace !== undefined ? saveTrace(options.saveTrace, subject, found.counterexample) : undefined;
    return {
      report,
      subject,
      ...(causes && { causes }),
      ...(found && options.trace && { found, ...(saved !== undefined && { saved }) }),
      ...(options.provenance && { provenance: provenanceBehind(subject, found) }),
    };
  });
  if (!options.partialOrder || checked.report.outcome.verdict !== 'violated') return checked;
  // What was left out may have been the shortest way.
  const again = await checkUnder(session, words, subject, { ...options, partialOrder: false, checkpoint: undefined, resume: undefined });
  return again.report.outcome.verdict === 'violated' ? again : { ...checked, report: { ...checked.report, lengthsOpen: true } };
}

/** All that a search depends on but its limits. */
function purposeOf({ scenario, rules, instance }: Subject, { properties = [], stopAtViolation, sightingsMax, symmetry, partialOrder }: Partial<RunOptions>): Purpose {
  return {
    scenario: scenario.name,
    rules: formatRules(rules),
    'list of properties': properties.join(', '),
    'end': stopAtViolation ? 'the first violation' : `all violations (${sightingsMax} kept)`,
    'reduction': symmetry ? 'symmetry' : partialOrder ? 'partial order' : 'none',
    model: identityOf(instance.model),
    program: programDigest(),
  };
}

/** The counterexample to the most severe property that is violated, if anything needs it. */
function foundBy(subject: Subject, search: Search, { trace, saveTrace: path, provenance }: CheckOptions): Found | undefined {
  const [violation] = search.outcome().violations;
  if (!violation || !(trace || path !== undefined || provenance)) return undefined;
  return counterexampleOf(subject, search, violation, { kind: 'property', name: violation.property });
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
    symmetry: search.program.symmetry,
    ...(search.program.privatePlaces > 0 && { privatePlaces: search.program.privatePlaces }),
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

function textOf(session: Session, checked: Checked, options: CheckOptions): string {
  const { report, subject, causes, provenance } = checked;
  const notes = subject.instance.remarks.map((remark) => `Note: ${remark}\n`).join('');
  const list = causes ? causesText(causes) : '';
  const rests = provenance ? `\n${provenanceText(provenance)}` : '';
  const traces = causes ? causeTexts(session, checked, options) : [foundText(session, checked, options)];
  return [verdictText(report) + notes, list, ...traces].filter((part) => part !== '').join('\n') + rests;
}

/** The diagrams of the causes to show, and where the trace of the first is kept. */
function causeTexts(session: Session, { subject, causes, found, saved }: Checked, { trace }: CheckOptions): string[] {
  const diagrams = causes && trace ? causeDiagrams(causes) : [];
  if (!found || saved === undefined) return diagrams;
  return [...diagrams, `Cause 1: ${again(subject, found.counterexample, { saved, command: commandOf(session) }).command}\n`];
}

function foundText(session: Session, { report, subject, found, saved }: Checked, options: CheckOptions): string {
  if (!found) return '';
  const note = found.ranked ? '' : 'Shortest, but not ranked by context switches: too many states.\n';
  const foot = again(subject, found.counterexample, { saved, command: commandOf(session) });
  // The command itself ends every output whose code is not 0.
  const last = foot.verb === 'Replay' || codeOf(report, options) === exitCodes.asExpected ? { again: foot } : {};
  return diagram(found.counterexample, last) + note;
}

function jsonOf(session: Session, exitCode: ExitCode, checks: readonly Checked[]): string {
  const results = checks.map(({ report, causes, found, provenance }) => ({
    report,
    ...(causes && { causes: causesJson(causes) }),
    ...(found && { counterexample: found.counterexample }),
    ...(provenance && { provenance }),
  }));
  return `${JSON.stringify(checkJson({ command: commandOf(session), exitCode }, results), undefined, 2)}\n`;
}
