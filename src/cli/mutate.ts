/** `shootdown mutate`: does any scenario notice if a flush is dropped, two steps change places, or a lock is skipped? */
import { Command, Option } from 'commander';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { linux, whyEquivalent } from '../../models/linux/index.js';
import { formatRules } from '../litmus/results.js';
import { mutationJson, mutationText, survives, type FateEntry } from '../report/mutation.js';
import { grouped } from '../report/quantity.js';
import type { Job, MutantName } from '../sweep/job.js';
import { fateOf, mutantsIn, type Original } from '../sweep/mutation.js';
import { sweep } from '../sweep/sweep.js';
import { exitCodeHelp, exitCodes, worst, type ExitCode } from './exit.js';
import { addLimitOptions, limitsOf, parseCount, type LimitOptions } from './limits.js';
import { collect, knownRules, chosenRules, resolved } from './rule-choice.js';
import { bundledScenarios, litmusFile, readScenario } from './scenarios.js';
import { commandOf, finish, interruption, type Session } from './session.js';
import { addSweepOptions, startSweeping, type SweepOptions } from './sweep.js';

interface MutateOptions extends LimitOptions, SweepOptions {
  readonly rules?: readonly string[];
  readonly only?: string;
  readonly sample?: number;
  readonly seed: number;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

/**
 * LUF mended, less the rules of `fixed` that it can do without: a minimal safe set of `synthesize`, so that no rule makes up for
 * what a mutant does to another.
 */
const leastFixed = 'fixed - elig.pteWrite - clearFlush.luf - trunc.flush - inval.flush - mkclean.flush - zap.endVma';

/** Rules under which the bundled scenarios are searched: Linux, LUF as posted first, and LUF mended. */
const defaultChoices = ['vanilla', leastFixed, 'luf-v10'];

const help = `
A mutant is a small fault, made from the model's own steps: "drop" leaves out a flush, or the record
of one that is due; "swap" exchanges two steps that follow one another; "skip" takes a lock without
waiting for it; "widen" holds one for a step more. It is searched in every scenario that takes a step
which it changes, the smallest first, until a verdict differs: another answer, another violated
property, nothing left to judge. What only the numbers of states tell is counted apart. A mutant
that no verdict tells from the original survives, unless the list of equivalent ones has a reason.

Examples:
  shootdown mutate                            (330 mutants and more: five minutes and up)
  shootdown mutate --sample 20 --seed 7
  shootdown mutate realloc munmap-map-fixed --rules luf-v10 --only drop
  shootdown mutate --list
${exitCodeHelp}
Here 1 means that some mutant survives.`;

/** The command. */
export function mutateCommand(session: Session): Command {
  const command = new Command('mutate')
    .summary('check that the scenarios notice faults of the model')
    .description('Puts small faults into the model, one at a time, and checks that some scenario gives another verdict.')
    .argument('[scenario...]', 'litmus files, or names of bundled scenarios; default: all that are bundled')
    .option('--rules <expr>', `rules to search under (repeatable; default vanilla, luf-v10 and a minimal safe set)`, collect)
    .addOption(new Option('--only <kind>', 'mutants of one kind').choices(['drop', 'swap', 'skip', 'widen']))
    .addOption(new Option('--sample <n>', 'so many mutants, chosen at random').argParser(parseCount))
    .addOption(new Option('--seed <n>', 'seed of the sample').argParser(parseCount).default(1))
    .option('--list', 'list the mutants and search none');
  return addSweepOptions(addLimitOptions(command))
    .option('--json', 'print JSON (schemas/mutate.schema.json)')
    .option('--output <file>', 'write the result to a file')
    .addHelpText('after', help)
    .action((names: string[], options: MutateOptions) => mutate(session, names, options));
}

async function mutate(session: Session, names: readonly string[], options: MutateOptions): Promise<void> {
  const known = await knownRules(options.rules);
  const choices = chosenRules(known, options, defaultChoices.map((text) => resolved(text, '--rules', linux)));
  if (options.output !== undefined) session.terminal.redirect(options.output);
  const jobs = (names.length > 0 ? names : bundledScenarios()).flatMap((name): Job[] => {
    const { text, source } = litmusFile(name);
    const { name: scenario } = readScenario(text, source, known.linux);
    return choices.map((rules) => ({ scenario, litmus: text, source, rules: formatRules(rules), mutants: true }));
  });
  const sweeping = startSweeping(session, { ...options, ruleFiles: [...known.files.keys()], limits: limitsOf(options) });
  try {
    const { results } = await sweep(jobs, { ...sweeping.means, progress: (done, of) => session.terminal.progress(`originals: ${grouped(done)} of ${grouped(of)}`) });
    const originals = jobs.flatMap((job, i): Original[] => (results[i] ? [{ job, result: results[i] }] : []));
    const mutants = mutantsIn(originals).filter(({ kind }) => options.only === undefined || kind === options.only);
    if (options.list) {
      list(session, mutants);
      return;
    }
    let done = 0;
    const fates = await Promise.all(sampleOf(mutants, options).map(async (mutant): Promise<FateEntry> => {
      const fate = await fateOf(mutant, originals, async (job) => (await sweep([job], sweeping.means)).results[0]);
      session.terminal.progress(`mutants: ${grouped(++done)} done`);
      const reason = whyEquivalent(mutant.name);
      return { ...fate, ...(reason !== undefined && { reason }) };
    }));
    print(session, { scenarios: new Set(jobs.map(({ scenario }) => scenario)).size, rules: choices.map(formatRules), mutants: mutants.length, fates }, options);
  } finally {
    await sweeping.close();
  }
}

function list(session: Session, mutants: readonly MutantName[]): void {
  session.terminal.result(mutants.map(({ id, name }) => `${id}  ${name}\n`).join(''));
  finish(session, worst([exitCodes.asExpected, ...interruption(session)]), false);
}

/** Mutants chosen at random, in the order of the model. */
function sampleOf(mutants: readonly MutantName[], { sample, seed }: MutateOptions): MutantName[] {
  if (sample === undefined || sample >= mutants.length) return [...mutants];
  const generator = xoroshiro128plus(seed);
  const left = mutants.map((_, i) => i);
  const chosen = Array.from({ length: sample }, () => left.splice(uniformInt(generator, 0, left.length - 1), 1)[0]!);
  return chosen.sort((a, b) => a - b).map((i) => mutants[i]!);
}

function print(session: Session, report: Parameters<typeof mutationText>[0], { json = false }: MutateOptions): void {
  const { fates } = report;
  const codes: ExitCode[] = [
    ...(fates.some(survives) ? [exitCodes.violated] : []),
    ...(fates.some(({ outcome }) => outcome === 'open') ? [exitCodes.noVerdict] : []),
    ...interruption(session),
  ];
  const code = worst(codes);
  session.terminal.result(json ? `${JSON.stringify(mutationJson({ command: commandOf(session), exitCode: code }, report), undefined, 2)}\n` : mutationText(report));
  finish(session, code, json);
}
