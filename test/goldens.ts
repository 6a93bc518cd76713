/**
 * The recorded results of the bundled scenarios: for each the blocks that `litmus` prints
 * (models/litmus/NAME.expected), and in counterexamples/ the trace of each (scenario, rules) that has
 * one, as JSON and as the diagram that `replay` prints. Beside them models/litmus/baseline.json, of `regress`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagramOf } from '../src/cli/recorded.js';

/** The package's folder; vitest and npm scripts run there. */
const root = process.cwd();

/** Where the scenarios and their recorded blocks are. */
export const scenarioFolder = join(root, 'models', 'litmus');

/** Where the recorded traces are. */
export const traceFolder = join(root, 'counterexamples');

/** Names of the bundled scenarios. */
export function scenarioNames(): string[] {
  return filesIn(scenarioFolder, '.litmus').map((file) => file.slice(0, -'.litmus'.length));
}

/** Names of the files of a folder that end in `ending`, sorted. */
export function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder).filter((file) => file.endsWith(ending)).sort();
}

/** What the built program prints; throws unless it exits with 0. */
export function shootdown(...words: string[]): string {
  const program = join(root, 'dist', 'bin', 'shootdown.js');
  return execFileSync(process.execPath, [program, ...words], { encoding: 'utf8', cwd: root });
}

/** The diagram of a trace in counterexamples/, as `replay` prints it. */
export function replayed(file: string): string {
  return diagramOf({ text: readFileSync(join(traceFolder, file), 'utf8'), file: `counterexamples/${file}` });
}

/** The blocks of a scenario without the lines that differ from run to run; traces go to a folder. */
export function blocksOf(name: string, traces: string): string {
  return shootdown('litmus', name, '--save-trace', traces).replaceAll(/^Time .*\n/gm, '');
}
