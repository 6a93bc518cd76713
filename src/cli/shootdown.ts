#!/usr/bin/env node
/** The program `shootdown`: reads the command line, runs one command, and exits with its code. */
import { Command, CommanderError } from 'commander';
import { checkCommand } from './check.js';
import { costCommand } from './cost.js';
import { describe } from './describe.js';
import { diffCommand } from './diff.js';
import { exitCodeHelp, exitCodes, isMistake, mistakeText, type ExitCode } from './exit.js';
import { exportCommand } from './export.js';
import { Interrupts } from './interrupts.js';
import { litmusCommand } from './litmus.js';
import { mergeCommand } from './merge.js';
import { modelCommand } from './model.js';
import { planCommand } from './plan.js';
import { regressCommand } from './regress.js';
import { mutateCommand } from './mutate.js';
import { replayCommand } from './replay.js';
import { rulesCommand } from './rules.js';
import { runCommand } from './run-plan.js';
import { commandOf, packageVersion, type Session } from './session.js';
import { synthesizeCommand } from './synthesize.js';
import { Terminal } from './terminal.js';

const help = `
Examples:
  shootdown litmus munmap-map-fixed --trace --rules "luf-v10 - zap.batched"
  shootdown check --cpus 3 --rules luf-v10
  shootdown rules
  shootdown check --help
${exitCodeHelp}`;

/** Reports an error in one line, with the command that leads to it. */
function fail(session: Session, error: unknown): ExitCode {
  const mistake = isMistake(error);
  const text = mistake ? mistakeText(error) : `shootdown: internal error: ${describe(error)}`;
  session.terminal.message(`${text}\nReproduce: ${commandOf(session)}\n`);
  return mistake ? exitCodes.badInput : exitCodes.internal;
}

function programOf(session: Session): Command {
  const program = new Command('shootdown')
    .description('A model checker for TLB-coherence races in Linux memory management.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .addHelpText('after', help)
    .showHelpAfterError('(shootdown --help tells more)');
  const commands = [
    checkCommand(session),
    litmusCommand(session),
    regressCommand(session),
    diffCommand(session),
    replayCommand(session),
    rulesCommand(session),
    modelCommand(session),
    exportCommand(session),
    synthesizeCommand(session),
    costCommand(session),
    mutateCommand(session),
    planCommand(session),
    runCommand(session),
    mergeCommand(session),
  ];
  for (const command of commands) {
    command.showHelpAfterError(`(shootdown ${command.name()} --help tells more)`);
    program.addCommand(command);
  }
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => session.terminal.result(text),
      writeErr: (text) => session.terminal.message(text),
    });
  }
  return program;
}

async function main(session: Session): Promise<void> {
  try {
    await programOf(session).parseAsync(session.words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = usageCode(session, error);
    else process.exitCode = fail(session, error);
  }
  session.terminal.close();
}

/** Help and version are no mistakes; commander has printed its message already. */
function usageCode(session: Session, { exitCode }: CommanderError): ExitCode {
  if (exitCode === 0) return exitCodes.asExpected;
  session.terminal.message(`Reproduce: ${commandOf(session)}\n`);
  return exitCodes.badInput;
}

const session: Session = {
  terminal: new Terminal(process.stdout, process.stderr),
  interrupts: new Interrupts(),
  words: process.argv.slice(2),
  clock: () => performance.now(),
};
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => process.exit(fail(session, error)));
}
session.interrupts.watch();
await main(session);
